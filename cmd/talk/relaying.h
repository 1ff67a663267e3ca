/* relaying: --relay-lines: what a peer says goes to all others who are here, in lines that begin
 * with its name. All are told so, and who is here. It is this host that reads and passes on
 * everything: between it and each peer it is encrypted, not from peer to peer. */
#pragma once

#include "cmd/talk/dialogue.h"

/* Those who talk, without NULLs. */
struct relaying {
	struct dialogue *at[LIMIT_PEERS + 1];
	size_t count;
	uint64_t lost; /* messages that had no room at one of them */
};
/* Of these, what was not reported yet, and when it was last. */
struct relaying_lost {
	uint64_t count, reported_at;
};

/* EVENT_TEXT of the peer of d. */
void relaying_text(struct relaying *r, const struct dialogue *d, struct span text);
/* d has come, or is about to leave; it is among them. */
void relaying_came(struct relaying *r, struct dialogue *d);
void relaying_left(struct relaying *r, const struct dialogue *d);
/* Adds what was lost, and reports it once a second. */
void relaying_report(const struct relaying *r, struct relaying_lost *lost, struct terminal_io *io);
