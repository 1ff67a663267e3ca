/* peer: one peer, from its first handshake packet to its last CLOSE: a handshake, and then a
 * session. It knows neither the other peers nor who decides about it: its owner asks what has
 * become of it.
 *
 *   SHAKING --keys--> PROVED --take--> ASKED --accept--> ACCEPTED --its session is over--> ENDED
 *                       |                +--refuse--> CLOSING  +--replaced--> CLOSING
 *                       +--other mode--> CLOSING */
#pragma once

#include "base/source.h"
#include "endpoint/endpoint_event.h"
#include "endpoint/handshake.h"
#include "session/session_net.h"

enum peer_state {
	PEER_SHAKING,
	PEER_PROVED,   /* it has a session; the program has not heard of it */
	PEER_ASKED,    /* the program is to decide */
	PEER_ACCEPTED, /* it has decided, and is told what happens */
	PEER_ENDED,    /* it was told of the end: it may still read the text of it, then free it */
	PEER_CLOSING   /* the last CLOSE is on its way */
};

/* Only peer.c writes to it; others read what stands before the empty line, and may call what
 * handshake.h and session_net.h have for the last two of these. */
struct peer {
	int place;       /* these two are written by whoever has places for peers */
	unsigned number; /* no other peer of the endpoint ever has the same */
	enum peer_state state;
	struct source source;
	bool known;       /* responder: its first message showed that it knows a contact's psk */
	bool pairing;     /* ... or that it comes by the code */
	uint64_t since;   /* it was new then */
	enum trust trust; /* PROVED and later */
	uint8_t mode;     /* ... enum mode: that it runs in */
	uint8_t suite;    /* ... enum suite */
	struct session *session; /* PROVED and later; else NULL */

	/* Responder: nothing goes before the program has decided, but for the words to compare: the
	 * initiator takes our first packet for a yes. */
	bool mute;
	bool streams; /* the last packet was the session's: others may follow it */
	uint64_t proved_at, stranded_at;    /* since then no path may carry chat; NEVER */
	bool ready_reported, away_reported; /* to the program; ACCEPTED */
	bool stranded;                      /* ... and it is to be told */

	struct handshake shake; /* until the first SEALED packet has opened; its id for ever: late
	                           repeats are not strangers */
};

/* As handshake_init. NULL: there is nothing to trust by, or no memory. */
struct peer *peer_new(const struct keying_config *config, const uint8_t id[static CONNECTION_ID],
                      const struct route *route, uint64_t now);
void peer_free(struct peer *p); /* wipes; NULL is fine */

/* ---- the handshake ---- */

/* As handshake_fragment; a peer that has not seen our first SEALED packet gets another. */
enum err peer_fragment(struct peer *p, const struct route *from, const struct fragment *f,
                       enum handshake_step *step, uint64_t now);
/* What the program may hear of a key agreement that ended with err (of peer_fragment or
 * peer_prove). */
struct endpoint_event peer_failure(const struct peer *p, enum err err);
/* ... of one that refused us; and of one that proved itself, and closed the session at once, with
 * its text, valid as long as p. */
struct endpoint_event peer_refused(const struct refusal *refusal);
struct endpoint_event peer_turned_us_away(const struct peer *p);
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
/* A route is up: another path for its session; and its handshake goes on there, if it only waits
 * for a sign that the peer has the keys and its own route is gone. */
void peer_route_up(struct peer *p, const struct route *route, uint64_t now);
/* The route is gone. True: nothing can come of this peer any more (its handshake was there, and not
 * a responder's through a server; or it has no other route and the words to compare have not come
 * about). */
bool peer_route_down(struct peer *p, const struct route *route, uint64_t now);
/* Trust on first use: PROVED, but the program is not to hear of it yet. */
bool peer_is_comparing(const struct peer *p);
/* What the program is to hear of it next; false: nothing. PROVED: PEER, without replaces, once it
 * may be asked; it becomes ASKED. ACCEPTED: what happens to it, with FAILED before the end if
 * there was no way for chat; with OVER it becomes ENDED. */
bool peer_take(struct peer *p, struct endpoint_event *event);
bool peer_has_news(const struct peer *p); /* false: peer_take has nothing */
void peer_accept(struct peer *p);
void peer_close(struct peer *p, uint8_t close_code, struct span text); /* it becomes CLOSING */
/* rsa: a session key for a rekeying. True: one waits for it. The key is copied, and wiped as soon
 * as it was used. */
bool peer_give_key(struct peer *p, const struct identity *key);

/* ---- both ---- */

/* Once a turn: what time demands, and what has become of it. no_relay: the forwarder carries no
 * chat. */
enum peer_news {
	PEER_FINE,
	PEER_LATE,   /* responder, SHAKING: no progress for LIMIT_HANDSHAKE_US */
	PEER_BROKEN, /* comparing: the session ended before there were words */
	PEER_GONE    /* its session is over, and nobody is to hear of it */
};
enum peer_news peer_timer(struct peer *p, bool no_relay, uint64_t now);
/* packet: LIMIT_PACKET_MAX bytes. Returns its length; 0: nothing is due. */
size_t peer_output(struct peer *p, struct route *to, uint8_t *packet, uint64_t now);
/* As session_more, after a packet of peer_output. */
size_t peer_more(struct peer *p, uint8_t *packet, size_t size, uint64_t now);
uint64_t peer_deadline(const struct peer *p);
