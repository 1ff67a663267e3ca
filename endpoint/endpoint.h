/* endpoint: one host's end of everything: the communicator, handshakes in progress, and the one accepted session. Pure and polled.
 *
 *   os/ --link, input--> endpoint --take--> program (trust decisions, events) --> chat over endpoint_session()
 *   os/ <--request, output--
 *
 * A responder answers up to LIMIT_HALF_OPEN handshakes at a time beside the accepted session, shared out by where they come from; the
 * first peer the program accepts is the one. The same peer coming again replaces its own session. */
#ifndef ENDPOINT_ENDPOINT_H
#define ENDPOINT_ENDPOINT_H

#include "crypto/keying.h"
#include "session/session.h"
#include "transport/communicator.h"

struct endpoint_config {
	bool initiator;
	struct communicator *communicator; /* taken over: freed by endpoint_free */
	const struct encryptor_class *suite;
	const struct identity *identity;   /* borrowed until endpoint_free, as all pointers here */
	const struct public_key *expected; /* initiator: a contact's key */
	const struct code *code;           /* copied; see also endpoint_code */
	bool contacts, first_use;          /* as in keying_config */
	bool aes;
	enum mode mode;
	struct span nick; /* copied, at most LIMIT_NICK */
	bool no_relay; /* chat only over direct paths; the forwarder carries the handshake alone */
	bool relay_only; /* never punch, never show own addresses to the peer */
	uint64_t
	    silence_us; /* give a session up after this long without an authentic packet; NEVER: do not */
	uint64_t
	    handshake_us; /* initiator: give up when no session stands after this long; NEVER */
	struct random *random;
};

enum endpoint_event_kind {
	ENDPOINT_COMMUNICATOR, /* communicator: LISTENING SERVER NAMEPLATE WAITING OBSERVED FAILED, for the program */
	ENDPOINT_PEER, /* key, trust, nick, words: a peer has proved its key. Answer with endpoint_accept or endpoint_refuse.
	                           While unanswered no further event comes. replaces: it is the accepted session's peer again */
	ENDPOINT_READY,   /* after accept: endpoint_session() may be attached to the chat */
	ENDPOINT_CHANGED, /* initiator: the responder's key is not the expected one: key. Nothing was shown to it. unproved: it
	                           was asked without a key of ours or its, so anybody on the way can have answered */
	ENDPOINT_GUESS, /* number: failed guesses of our code so far; at LIMIT_CODE_GUESSES it is dead, or rests for rest_s.
	                           Initiator: so many peers got our confirmation and did not know the code; others are tried yet */
	ENDPOINT_WRONG_CODE, /* initiator: the last that is told: nobody who answered knows our code. number, as above: at
	                           LIMIT_CODE_GUESSES nobody is tried any more */
	ENDPOINT_REFUSED, /* initiator: reason, unauthenticated: the responder refuses (docs/PROTOCOL.md section 3). number, as above.
	                           Like CHANGED and FAILED ERR_AUTH told when all have failed that we were introduced to */
	ENDPOINT_PATH,    /* path: data now goes this way */
	ENDPOINT_AWAY,
	ENDPOINT_BACK,
	ENDPOINT_OVER, /* err, text: the accepted session has ended; endpoint_session() is NULL after the next take */
	ENDPOINT_FAILED /* err, text: ERR_UNREACHABLE: no session came about in time, or no direct path and no relay;
	                           ERR_VERSION: the peer runs in another mode; ERR_AUTH: its handshake does not verify */
};

enum refuse_reason {
	REFUSE_VERSION = 1,
	REFUSE_SUITE = 2,
	REFUSE_KEY = 3,
	REFUSE_CODE = 4,
	REFUSE_BUSY = 5,
	REFUSE_CODE_DEAD = 6
};

struct endpoint_event {
	enum endpoint_event_kind kind;
	struct communicator_event communicator;
	struct public_key key;
	enum trust trust;
	uint8_t pair_secret[32];   /* PEER: export("schat pair v1"), for the peers file (rsa) */
	char nick[LIMIT_NICK + 1]; /* as sent: sanitise before showing */
	char words[COMPARE_TEXT]; /* PEER, trust on first use: three words to compare; else empty */
	bool replaces, unproved;
	uint32_t number, rest_s;
	enum refuse_reason reason;
	uint8_t their_suite, their_version; /* REFUSED */
	struct session_path path;
	enum err err;
	struct span text; /* valid until the next take */
};

struct endpoint;

struct endpoint *endpoint_new(const struct endpoint_config *config, uint64_t now, enum err *err);
void endpoint_free(struct endpoint *ep); /* wipes; sends nothing */

/* The side of os/. */
void endpoint_link(struct endpoint *ep, const struct link_event *event, uint64_t now);
bool endpoint_request(struct endpoint *ep, struct link_request *request);
void endpoint_input(struct endpoint *ep, const struct route *from, struct span wire, uint64_t now);
/* Does what time demands: once a turn, before the packets are asked for. */
void endpoint_timer(struct endpoint *ep, uint64_t now);
/* The next datagram (or bytes for a stream link): at *wire within buffer; cap >= LIMIT_WIRE. 0: none now. */
size_t endpoint_output(struct endpoint *ep, struct route *to, uint8_t *buffer, size_t cap,
                       const uint8_t **wire, uint64_t now);
/* When there is something to do or to send: now or before means at once, NEVER only when something comes. */
uint64_t endpoint_deadline(const struct endpoint *ep);
/* Addresses of the host's interfaces (ports are ignored), at start and whenever they change. */
void endpoint_hosts(struct endpoint *ep, const struct addr *addrs, size_t count, uint64_t now);

/* The program's side. */
bool endpoint_take(struct endpoint *ep, struct endpoint_event *event, uint64_t now);
void endpoint_accept(struct endpoint *ep, uint64_t now);
/* CLOSE_TRUST: its key is refused, and its source is heard again after 2 s, the next time after twice as long. */
void endpoint_refuse(struct endpoint *ep, uint8_t close_code, struct span text, uint64_t now);
struct session *endpoint_session(struct endpoint *ep); /* the accepted one; NULL: none */
/* A new code, or the same words at another nameplate, or NULL: pairing is over, also for who has begun it and proved nothing yet. */
void endpoint_code(struct endpoint *ep, const struct code *code);
/* rsa responder: a fresh pair for the next session, taken over (wiped when used up). True from endpoint_pair_wanted: make one. */
void endpoint_pair(struct endpoint *ep, const struct identity *pair);
bool endpoint_pair_wanted(const struct endpoint *ep);
enum err endpoint_join(struct endpoint *ep, const uint8_t token[static TOKEN_LEN], uint64_t now);
void endpoint_leave(struct endpoint *ep, const uint8_t token[static TOKEN_LEN]);
void endpoint_finish(
    struct endpoint *ep); /* we go: tells the signaling server; poll output afterwards */
bool endpoint_settled(
    const struct endpoint
	*ep); /* no CLOSE or REFUSE of ours is still on its way: the program may end */
void endpoint_refresh(struct endpoint *ep, uint64_t now); /* network changed, or waking up */

#endif
