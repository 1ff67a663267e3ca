/* compare: how two peers who trust on first use come to the words their users compare.
 * docs/PROTOCOL.md section 4.4.
 *
 *   responder   COMMIT: the hash of its random r -->
 *               <-- NONCE: the random i of the       initiator
 *   responder   REVEAL: r -->
 *
 * The words are of the keys, the session, i and r. A man in the middle has to commit to his r
 * before he sees i, and to send his i before he sees r: he cannot look for words that agree on both
 * sides, only try his luck, once for each NONCE he gets. */
#pragma once

#include "crypto/encryptor.h"
#include "session/control.h"

enum { COMPARE_BODY = 32 };

enum compare_state {
	COMPARE_OFF,   /* trust rests on something better: every message here is out of turn */
	COMPARE_WAITS, /* initiator: for COMMIT. Responder: for NONCE */
	COMPARE_ASKS,  /* initiator: the commitment is there; compare_go lets NONCE leave */
	COMPARE_TRIES, /* initiator: for REVEAL. From NONCE on the other side has had a try */
	COMPARE_DONE,  /* words */
	COMPARE_FAILED
};

struct compare_config {
	bool initiator;
	const struct public_key *own, *peer; /* borrowed for as long as it is not done */
	const uint8_t *session_id;           /* copied */
	struct random *random;               /* borrowed for this call */
};

/* Only compare.c writes to it; others may read state and words. */
struct compare {
	enum compare_state state;
	bool initiator;
	const struct public_key *own, *peer;
	uint8_t session_id[SESSION_ID_LEN];
	uint8_t mine[COMPARE_RANDOM], theirs[COMPARE_RANDOM]; /* i and r, by who we are */
	uint8_t commit[COMPARE_BODY];
	enum control_type due;    /* what compare_output gives next; 0: nothing */
	char words[COMPARE_TEXT]; /* three, with blanks; empty until done */
};

void compare_start(struct compare *c, const struct compare_config *config);
/* ERR_FORMAT: no such length. ERR_STATE: out of turn. ERR_AUTH: r is not what was committed to.
 * After an error it has failed for good. */
enum err compare_input(struct compare *c, enum control_type type, struct span body);
void compare_go(struct compare *c); /* in COMPARE_ASKS: a try is allowed */
/* The next message of ours, once each. False: none is due. */
bool compare_output(struct compare *c, enum control_type *type, uint8_t body[static COMPARE_BODY]);
