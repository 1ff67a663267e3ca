/* decision: what meeting has decided, in order, for the conversation to carry out. */
#pragma once

#include "chat/chat.h"
#include "cmd/talk/phrase.h"

enum decision_kind {
	DECISION_SHOW,   /* event, phrase, number, code: for the user */
	DECISION_DETAIL, /* phrase: for a user who wants to know more (-v) */
	DECISION_FAIL,   /* phrase: nothing comes of it, the program ends */
	DECISION_LINGER, /* ... but those who were refused are to hear it first */
	DECISION_LET_IN, /* the peer that has proved its key */
	DECISION_REFUSE, /* ... close_code, words */
	DECISION_ASK,    /* whether whoever is here still is */
	DECISION_NUMBER, /* the room of that number is left; whoever has a code gets another one */
	DECISION_CODE    /* pairing goes by meeting_code() from now on; NULL: no more */
};

struct decision {
	enum decision_kind kind;
	enum event_kind event; /* NOTICE ERROR LISTENING CODE WAITING GUESS */
	uint32_t number;
	char code[CODE_TEXT]; /* "": none */
	uint8_t close_code;
	const char *words; /* static: for the peer */
	struct phrase phrase;
};

enum { DECISION_MAX = 8 }; /* one event of the endpoint leads to no more */

/* Private to decision.c; others embed it. */
struct decisions {
	struct decision list[DECISION_MAX];
	size_t count, taken;
};

/* One to fill in, after those there are. */
struct decision *decision_add(struct decisions *d, enum decision_kind kind);
/* ... its phrase. */
struct phrase *decision_show(struct decisions *d, enum event_kind event);
struct phrase *decision_fail(struct decisions *d);

/* What shows a SHOW or DETAIL; valid as long as d. */
struct event decision_event(const struct decision *d);

/* The next, valid until one is added. NULL: there are no more, and all are wiped. */
const struct decision *decision_take(struct decisions *d);
