/* endpoint_event: what an endpoint tells the program. */
#pragma once

#include "crypto/keying.h"
#include "session/session.h"
#include "transport/communicator.h"

enum endpoint_event_kind {
	/* communicator: UP LISTENING SERVER NAMEPLATE WAITING OBSERVED FAILED, for the program */
	ENDPOINT_COMMUNICATOR,
	/* key, trust, suite, nick, words, pair_secret: a peer has proved its key. Answer with
	 * endpoint_accept or endpoint_refuse; until then no other peer is reported. replaces: it is
	 * an accepted peer again. */
	ENDPOINT_PEER,
	/* path: after endpoint_accept: endpoint_session() may be attached to a chat */
	ENDPOINT_READY,
	/* initiator: key: the responder's key is not the expected one. Nothing was shown to it.
	 * unproved: neither side's key was part of the question, so anybody on the way can have
	 * answered. */
	ENDPOINT_CHANGED,
	/* number: failed guesses of our code so far; at LIMIT_CODE_GUESSES it is dead, or rests
	 * for rest_s. Initiator: so many peers got our confirmation and did not know the code;
	 * others are still tried. */
	ENDPOINT_GUESS,
	/* initiator, the last event: nobody who answered knows our code. number: as above; at
	 * LIMIT_CODE_GUESSES nobody is tried any more. */
	ENDPOINT_WRONG_CODE,
	/* initiator: reason, their_suite, their_version, unauthenticated: the responder refuses
	 * (docs/PROTOCOL.md section 3). number: as above. Like CHANGED and FAILED with ERR_AUTH
	 * it comes when everybody has failed to whom the server introduced us. */
	ENDPOINT_REFUSED,
	/* path: data now goes this way */
	ENDPOINT_PATH,
	ENDPOINT_AWAY,
	ENDPOINT_BACK,
	/* err, text: an accepted session has ended; endpoint_session() is NULL after the next
	 * take */
	ENDPOINT_OVER,
	/* err, text. ERR_UNREACHABLE: no session came about in time, or no direct path and no
	 * relay; ERR_VERSION: a peer runs in another mode, with key, trust, suite: nobody has
	 * decided whether it may come; ERR_AUTH: its handshake does not verify */
	ENDPOINT_FAILED
};

/* As on the wire. */
enum refuse_reason {
	REFUSE_VERSION = 1,
	REFUSE_SUITE = 2,
	REFUSE_KEY = 3,
	REFUSE_CODE = 4,
	REFUSE_BUSY = 5,
	REFUSE_CODE_DEAD = 6
};
#define REFUSE_NOT ((enum refuse_reason)0) /* there is no reason to refuse; never sent */

struct endpoint_event {
	enum endpoint_event_kind kind;
	/* PEER, READY, PATH, AWAY, BACK, OVER, and FAILED of an accepted one: whose; never 0 */
	unsigned peer;
	enum trust trust;
	uint8_t pair_secret[32];   /* export("schat pair v1"), for the peers file (rsa) */
	char nick[LIMIT_NICK + 1]; /* as sent: sanitise before showing */
	char words[COMPARE_TEXT];  /* trust on first use: three words to compare; else empty */
	enum suite suite;
	bool replaces, unproved;
	/* CHANGED, REFUSED, FAILED: of a peer that is looked for again (endpoint_config.again): it
	 * ends nothing, and comes once until another of these, or a peer, comes. */
	bool again;
	uint32_t number, rest_s;
	enum refuse_reason reason;
	uint8_t their_suite, their_version;
	struct session_path path;
	enum err err;
	struct span text; /* valid until the next take */
	struct communicator_event communicator;
	struct public_key key;
};

static inline struct endpoint_event endpoint_event_failed(enum err err, const char *text)
{
	return (
	    struct endpoint_event){ .kind = ENDPOINT_FAILED, .err = err, .text = span_text(text) };
}
