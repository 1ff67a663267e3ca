/* errands: the files that go to and fro in one conversation, and what is said of them. */
#pragma once

#include "cmd/talk/meeting.h"
#include "cmd/talk/terminal_io.h"
#include "cmd/transfer.h"
#include "crypto/public_key.h"
#include "os/file.h"

enum { ERRANDS = 8 };

/* Only errands.c writes to these; others embed them, zeroed but for plan and io. */
struct errand {
	struct transfer *transfer; /* NULL: a free place */
	unsigned number;
	unsigned told;    /* of so many files and items something was to be said */
	bool sends, asks; /* asks: our user has not said whether it is wanted */
	char path[FILE_PATH], *root;
};
struct errands {
	const struct plan *plan;
	struct terminal_io *io;
	unsigned last; /* number */
	int folder;    /* one above the descriptor of the folder for what comes; 0: not opened */
	unsigned
	    opened[ERRANDS]; /* streams that have not said what they are for; 0: a free place */
	struct errand at[ERRANDS];
};

/* Offers a file or folder to the peer, by its name. own: our identity; NULL: none. */
void errands_send(struct errands *e, struct session *s, const char *peer,
                  const struct identity *own, struct span path);
/* Says yes or no to an offer; number: empty: to the only one. */
void errands_answer(struct errands *e, struct span number, bool yes);
void errands_list(const struct errands *e, const char *peer);
/* True: there is more to do at once. */
bool errands_turn(struct errands *e, struct session *s, const struct meeting_peer *peer);
/* The conversation is over. */
void errands_end(struct errands *e);
