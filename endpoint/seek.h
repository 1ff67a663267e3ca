/* seek: the initiator's side: which of the peers it is introduced to is tried when, how many of
 * them are shown something of the code, and what is reported when nobody was the right one.
 * docs/PROTOCOL.md sections 3 and 4.1. */
#pragma once

#include "endpoint/again.h"
#include "endpoint/credentials.h"
#include "endpoint/order.h"
#include "endpoint/verdict.h"
#include "session/frame.h"

/* Those of a roster with one accepted peer. A responder has more, and seeks nobody. */
enum { SEEK_PLACES = LIMIT_HALF_OPEN + 2 };

/* What seek knows of the peer in a place. */
struct seek_peer {
	bool direct;      /* it is at an address, not behind a forwarder */
	bool looking;     /* our contact's key was refused; which key is there instead? */
	uint64_t life_us; /* so long it may be silent; NEVER */
	struct again_hold hold;
	struct refusal refusal;
	uint64_t believe_at; /* when the refusal is believed unless something better comes; NEVER */
	uint64_t renewed_at; /* when another handshake was begun beside it */
};

/* Private to seek.c; others embed it. */
struct seek {
	struct roster *roster;
	const struct credentials *credentials;
	struct tries tries;
	struct again again;
	struct seek_peer plan[SEEK_PLACES];
	struct verdict verdict;
	uint8_t words[CLOSE_TEXT_MAX]; /* of whoever turned us away last */
};

/* Both are borrowed for good. give_up_at: when it ends without a peer; NEVER. */
void seek_init(struct seek *s, struct roster *roster, const struct credentials *credentials,
               uint64_t give_up_at);
/* Once a peer was accepted, it is looked for again; patient: failures before end nothing either. */
void seek_again(struct seek *s, bool patient);
void seek_stop(struct seek *s); /* ... and no more */

/* A route is up, behind which a peer may be; or it is not any more. */
void seek_introduced(struct seek *s, const struct route *route, uint64_t now);
void seek_lost(struct seek *s, const struct route *route);
void seek_members(struct seek *s, uint32_t members); /* of the room, says the server */

/* What a peer does. */
void seek_fragment(struct seek *s, struct peer *p, const struct route *from,
                   const struct fragment *f, uint64_t now);
void seek_refused(struct seek *s, struct span packet, uint64_t now);  /* REFUSE, of any of them */
void seek_sealed(struct seek *s, const struct peer *p, uint64_t now); /* a packet has opened */
/* Its route is gone (peer_route_down). False: it had refused us, which is believed now. */
bool seek_is_hopeless(struct seek *s, const struct peer *p);
/* Its session ended before there were words to compare: it has failed. The caller removes it. */
void seek_broken(struct seek *s, const struct peer *p, uint64_t now);
/* It proved itself and closed the session: it does not take us. The caller removes it. */
void seek_turned_away(struct seek *s, const struct peer *p, uint64_t now);
void seek_accepted(struct seek *s, uint64_t now); /* one was: nobody else is of interest */
void seek_over(struct seek *s, const struct peer *p, uint64_t now); /* the session of that one is */
void seek_gone(struct seek *s,
               const struct peer *p); /* it is about to be removed by somebody else */

void seek_timer(struct seek *s, uint64_t now);
/* The next thing to report: GUESS; or anything else, which is the last. */
bool seek_take(struct seek *s, struct endpoint_event *event, uint64_t now);
uint64_t seek_deadline(const struct seek *s); /* of seek_timer and seek_take */
