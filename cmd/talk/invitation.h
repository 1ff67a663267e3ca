/* invitation: the code by which a new peer pairs with us, and its number at the signaling server.
 * For connect: the code that we pair by. */
#ifndef CMD_TALK_INVITATION_H
#define CMD_TALK_INVITATION_H

#include "base/limits.h"
#include "crypto/code.h"

/* Private to invitation.c; others embed it. */
struct invitation {
	struct code code;
	bool alive;
	bool shown;       /* the user was given the command for the other side */
	uint64_t ends_at; /* NEVER */
};

/* code: copied; NULL: there is none. */
struct invitation invitation_of(const struct code *code, uint64_t ends_at);
void invitation_wipe(struct invitation *i);

const struct code *invitation_code(const struct invitation *i); /* NULL: none is alive */
bool invitation_alive(const struct invitation *i);
bool invitation_patient(const struct invitation *i); /* wrong tries lock it, and do not kill it */
void invitation_end(struct invitation *i);

/* It has this number now (0: none is needed, at an address). False: there is nothing to show again.
 * *moved: the number is another one than what was shown. */
bool invitation_place(struct invitation *i, uint32_t number, bool *moved);
/* "107-velvet-anchor", "velvet-anchor"; "107" or "" when there are no words. */
void invitation_text(const struct invitation *i, char out[static CODE_TEXT]);

/* Its time is over: true once. */
bool invitation_expired(struct invitation *i, uint64_t now);
uint64_t invitation_deadline(const struct invitation *i);

#endif
