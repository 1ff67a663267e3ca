/* party: everybody a chat talks with. */
#pragma once

#include "lib/talk.h"

enum { PARTY_MAX = LIMIT_PEERS + 1 }; /* one more than are accepted: who replaces another */

/* Only party.c writes to it; others embed it. Zeroes are an empty one. */
struct party {
	struct talk *at[PARTY_MAX]; /* owned; NULL: a free place */
	unsigned turn;              /* whose events come first */
	struct talk *told;          /* whose text was taken last; NULL: none */
	struct talk *last;          /* its OVER was taken last; owned */
	struct talk *gone;          /* its session is over, but not all of it was taken ... */
	enum err why;               /* ... and why it is over */
	struct span words;
};

void party_end(struct party *p); /* frees all */
/* Takes t over. False: there is no room, and t is still the caller's. */
bool party_add(struct party *p, struct talk *t);
struct talk *party_find(const struct party *p, unsigned peer); /* by its number; NULL: not here */
/* t has no session any more. What has come of it is taken first. words: valid until it was. */
void party_gone(struct party *p, struct talk *t, enum err why, struct span words);

/* What was taken last is confirmed as shown; strings of its event end here. */
void party_shown(struct party *p);
/* The next event of one of them. A text, or words, are copied to buffer. */
bool party_take(struct party *p, struct schat_event *event, char buffer[static LIMIT_TEXT + 1]);
void party_step(struct party *p); /* chat_step of each */

/* peer 0: to all who can still hear. ERR_FULL: one of them has no room; nobody got it. ERR_STATE:
 * there is nobody. ERR_FORMAT: not UTF-8, or above LIMIT_TEXT. */
enum err party_say(struct party *p, unsigned peer, struct span text);
/* The next bytes to the only one. Returns how many were taken. */
size_t party_write(struct party *p, struct span bytes);
void party_leave(struct party *p, unsigned peer);
void party_break_off(struct party *p, const char *words); /* chat_fail of each */
unsigned party_count(const struct party *p);              /* conversations that go on */
uint64_t party_unconfirmed(const struct party *p);
