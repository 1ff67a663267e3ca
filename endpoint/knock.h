/* knock: the responder's side: who may begin a handshake and who is told what, which guesses of
 * the code are counted and what they lead to. docs/PROTOCOL.md sections 3 and 4.1. */
#pragma once

#include "endpoint/admission.h"
#include "endpoint/credentials.h"
#include "endpoint/roster.h"

enum { KNOCK_REFUSALS = 16 };

/* Private to knock.c; others embed it. */
struct knock {
	struct roster *roster;
	struct credentials *credentials;
	struct admission admission;
	size_t refusals_count;
	struct {
		struct route route;
		struct refusal refusal;
	} refusals[KNOCK_REFUSALS]; /* to be sent */
	bool guessed;               /* a wrong guess that the program has not heard of */
	unsigned guesses; /* ... how many there were, and how long the code rests after it */
	uint32_t rest_s;
};

/* Both are borrowed for good. */
void knock_init(struct knock *k, struct roster *roster, struct credentials *credentials);

/* A new code, or the same words at another nameplate, or NULL: see endpoint_code. */
void knock_code(struct knock *k, const struct code *code);
/* A fresh session key; NULL: it is used up. Whoever could only have come by the old one goes. */
void knock_key(struct knock *k, const struct identity *key);

/* p: to whose handshake the fragment belongs; NULL: somebody new is knocking. Returns the newcomer;
 * NULL: there is none. */
struct peer *knock_fragment(struct knock *k, struct peer *p, const struct route *from,
                            const struct fragment *f, uint64_t now);
/* The peer was accepted, or turned away for another reason than its key: admission_welcome. */
void knock_welcome(struct knock *k, const struct peer *p);

/* Once a turn: a session that waits for a session key for its rekeying gets ours as its own, so
 * that no handshake can use it up. */
void knock_timer(struct knock *k);
bool knock_take(struct knock *k, struct endpoint_event *event); /* GUESS, if there was one */

/* REFUSE: who is told that we do not go on with his handshake, and why. */
bool knock_refuses(const struct knock *k); /* there is one to be sent */
/* packet: LIMIT_PACKET bytes. Returns its length; 0: there is none. */
size_t knock_output(struct knock *k, struct route *to, uint8_t *packet);
