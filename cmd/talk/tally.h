/* tally: which of the texts that went to a peer our user has said just now. Others were passed on,
 * or come from the outbox: what becomes of those is no news. Texts are numbered 1, 2, ... in a
 * conversation. */
#pragma once

#include "chat/chat.h"

/* Only tally.c writes to it; others embed it, zeroed, and read passed. */
struct tally {
	uint64_t passed; /* texts that are not our user's, or not of just now */

	uint64_t mask; /* which of the last 64 those are */
	/* The last number sent; of our user's, the last sent and the last confirmed. */
	uint64_t sent, own_sent, own_confirmed;
};

/* As many are on their way as can be told apart: no other is passed on with this number now. */
bool tally_full(const struct tally *t, uint64_t number);
/* The text of this number is passed on. news: our user is to hear of it all the same. */
void tally_pass(struct tally *t, uint64_t number, bool news);
/* An event of the chat. False: an EVENT_SENT or EVENT_DELIVERED that is no news. */
bool tally_is_news(struct tally *t, const struct event *e);
