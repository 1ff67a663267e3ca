/* errands: the files that go to and fro in one conversation. */
#pragma once

#include "cmd/talk/errand.h"
#include "cmd/talk/openings.h"
#include "cmd/talk/postbox.h"
#include "crypto/public_key.h"

enum { ERRANDS = 8 };

/* Only errands.c writes to it; others embed it, zeroed but for postbox. */
struct errands {
	struct errand_with with;
	const struct meeting_peer *peer;
	struct postbox *postbox; /* borrowed */
	struct outbox *outbox;   /* the peer's, in there; NULL: none */
	struct session *session; /* NULL: there is none */
	int folder;     /* one above the descriptor of the folder for what comes; 0: not opened */
	struct span id; /* of the command that is being answered */
	bool begun;     /* schat send: what is to be sent was offered */
	int status;     /* of the first that was not whole */
	unsigned over;
	struct openings opened;
	unsigned used; /* places; the others never were */
	struct errand at[ERRANDS];
};

/* A conversation begins, of this number; all is borrowed until its end. */
void errands_begin(struct errands *e, const struct plan *plan, struct terminal_io *io,
                   const struct meeting_peer *peer, struct session *session, uint64_t conv);
/* Offers to the peer what COMMAND_SEND or COMMAND_UPLOAD says. */
void errands_send(struct errands *e, const struct command *wish);
/* Another transfer can begin. */
bool errands_have_room(const struct errands *e);
/* Says yes or no to an offer; number: empty: to the only one, unless another was withdrawn that our
 * user may mean: then they are told which there is. A no to what goes on breaks it off.
 * False: there is none of that number, of which nothing is said. */
bool errands_answer(struct errands *e, struct span number, bool yes);
/* Returns how many there are. id: of the command. */
unsigned errands_list(struct errands *e, struct span id, uint64_t now);
/* outbox: where files wait for the peer, borrowed until the end; NULL: there is none. True: there
 * is more to do at once. */
bool errands_turn(struct errands *e, struct outbox *outbox, uint64_t now);
uint64_t errands_deadline(const struct errands *e);
/* The conversation is over. */
void errands_end(struct errands *e);
