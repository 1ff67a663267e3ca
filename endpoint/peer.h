/* peer: one peer, from its first handshake packet to its last CLOSE: a handshake, and then a
 * session. It knows neither the other peers nor who decides about it: its owner asks what has
 * become of it.
 *
 *   SHAKING --keys--> PROVED --ask--> ASKED --accept--> ACCEPTED --replaced--> CLOSING
 *                       |               +--refuse--> CLOSING      its CLOSE is answered: free it
 *                       +--other mode--> CLOSING */
#ifndef ENDPOINT_PEER_H
#define ENDPOINT_PEER_H

#include "base/source.h"
#include "endpoint/endpoint_event.h"
#include "endpoint/handshake.h"
#include "session/session_net.h"

enum peer_state {
	PEER_SHAKING,
	PEER_PROVED,   /* it has a session; the program has not heard of it */
	PEER_ASKED,    /* the program is to decide */
	PEER_ACCEPTED, /* it has decided, and is told what happens */
	PEER_CLOSING   /* the last CLOSE is on its way */
};

/* What others may know of a peer. */
struct peer_about {
	enum peer_state state;
	struct source source;
	bool known;                /* its first message showed that it knows a contact's psk */
	bool pairing;              /* it came by the code */
	uint64_t since;            /* it has had its place since then */
	enum trust trust;          /* PROVED and later */
	uint8_t id[CONNECTION_ID]; /* of its handshake, kept: late repeats are not strangers */
};

struct peer;

/* Takes over h. NULL: no memory (h is freed). known, pairing: as above. */
struct peer *peer_new(struct handshake *h, bool known, bool pairing, uint64_t now);
void peer_free(struct peer *p); /* wipes; NULL is fine */

const struct peer_about *peer_about(const struct peer *p);
const struct handshake *peer_handshake(const struct peer *p); /* NULL: it is over */
struct session *peer_session(struct peer *p);                 /* NULL: SHAKING */

/* ---- the handshake ---- */

/* Initiator: makes the first message. wait: it does not leave before that time. */
enum err peer_begin(struct peer *p, uint64_t now);
void peer_wait(struct peer *p, uint64_t until);
/* As handshake_fragment; a peer that has not seen our first SEALED packet gets another. */
enum err peer_fragment(struct peer *p, const struct route *from, const struct fragment *f,
                       enum handshake_step *step, uint64_t now);
/* What the program may hear of a key agreement that ended with err (of peer_fragment or
 * peer_prove). */
struct endpoint_event peer_failure(const struct peer *p, enum err err);
/* The keys are ready: it becomes PROVED. ERR_AUTH: what it says of itself does not verify.
 * ERR_FULL: no memory. In both cases free it. ERR_VERSION: it runs in another mode than this
 * one; it is CLOSING. */
enum err peer_prove(struct peer *p, const struct session_config *config, enum mode mode,
                    uint64_t now);
/* We have keys, but no packet of the peer's under them has come: it may not have ours. */
bool peer_is_unconfirmed(const struct peer *p);

/* ---- the session ---- */

/* As session_input. The first packet that opens ends the handshake. */
enum err peer_input(struct peer *p, const struct route *from, uint8_t *packet, size_t len,
                    uint64_t now);
bool peer_has_route(const struct peer *p, const struct route *route);
/* The route is gone. True: nothing can come of this peer any more (its handshake was there, or
 * it has no other route and the words to compare have not come about). */
bool peer_route_down(struct peer *p, const struct route *route, uint64_t now);
/* Trust on first use: PROVED, but the program is not to hear of it yet. */
bool peer_is_comparing(const struct peer *p);
/* PROVED, and the program may be asked: true once. event: PEER, without replaces. It becomes
 * ASKED. */
bool peer_ask(struct peer *p, struct endpoint_event *event);
void peer_accept(struct peer *p);
void peer_close(struct peer *p, uint8_t close_code, struct span text); /* it becomes CLOSING */
/* rsa: a rekeying waits for a session key. The key is copied, and wiped as soon as it was used. */
bool peer_wants_key(const struct peer *p);
void peer_lend_key(struct peer *p, const struct identity *key);

/* ---- both ---- */

/* Once a turn: what time demands, and what has become of it. no_relay: the forwarder carries no
 * chat. */
enum peer_news {
	PEER_FINE,
	PEER_LATE,     /* responder, SHAKING: no progress for LIMIT_HANDSHAKE_US */
	PEER_BROKEN,   /* comparing: the session ended before there were words */
	PEER_STRANDED, /* ACCEPTED: there is no way for chat; the session ends. Once */
	PEER_GONE      /* its session is over, and nobody is to hear of it */
};
enum peer_news peer_timer(struct peer *p, bool no_relay, uint64_t now);
/* packet: LIMIT_PACKET bytes. Returns its length; 0: nothing is due. */
size_t peer_output(struct peer *p, struct route *to, uint8_t *packet, uint64_t now);
uint64_t peer_deadline(const struct peer *p);

#endif
