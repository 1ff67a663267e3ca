/* admission: what a responder remembers of those who knock, so that no stranger costs it more
 * than a stranger may: first messages it has taken already, answers a source has had lately,
 * wrong guesses of the code. docs/PROTOCOL.md sections 3 and 4.1.
 *
 * A code of two words:
 *   LIVE --third wrong guess, its time is over, used--> DEAD
 * A code of three or four words:
 *   LIVE --third wrong guess--> RESTING 30 s --> LIVE --one more--> RESTING 60 s --> ...
 * A source with two wrong guesses is told that the code is dead, whatever it is: nobody with a
 * single address kills a code or makes it rest. */
#pragma once

#include "base/bytes.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/siphash.h"
#include "base/source.h"
#include "endpoint/endpoint_event.h"

enum {
	ADMISSION_SEEN = 256,     /* first messages with a contact's psk that are remembered */
	ADMISSION_SOURCES = 64,   /* sources remembered at a time */
	ADMISSION_BURST = 8,      /* answers a source may have at once */
	ADMISSION_BURST_ALL = 16, /* ... and all strangers together */
	ADMISSION_GUESSES = 2     /* wrong guesses of one code a source may have */
};

#define ADMISSION_REFILL_US       (SECOND / 2)  /* one more answer for a source after so long, */
#define ADMISSION_REFILL_KNOWN_US (SECOND / 4)  /* ... where it knows a contact's psk, */
#define ADMISSION_REFILL_ALL_US   (SECOND / 20) /* ... for all: 4 ms of a slow processor each */
#define ADMISSION_SPENT_US        (2 * SECOND)  /* after a session that was not accepted; doubles */
#define ADMISSION_SPENT_MAX_US    (60 * SECOND)
#define ADMISSION_REST_US         (30 * SECOND) /* of a code of three or four words; doubles */
#define ADMISSION_REST_MAX_US     (3600 * SECOND)

/* What is remembered of one source; kind 0: nothing. Private to admission.c, as the next two. */
struct admission_entry {
	struct source source;
	uint64_t at, value;
};

/* What a source has of something: so much at once, one more each refill_us. */
struct ration {
	unsigned burst;
	uint64_t refill_us;
	struct admission_entry sources[ADMISSION_SOURCES]; /* taken up to then, ahead of now */
};

/* Private to admission.c; others embed it. */
struct admission {
	bool live, patient; /* the code: there is one; it rests instead of dying */
	unsigned wrong;     /* guesses of it */
	uint64_t rest_us, rest_until;
	bool died;       /* a code has, in this run */
	uint64_t all_at; /* answers of all strangers together: the same */
	uint8_t key[SIPHASH_KEY];
	size_t seen_next;
	uint64_t seen[ADMISSION_SEEN];
	struct admission_entry spenders[ADMISSION_SOURCES]; /* wait until then, for value us */
	struct admission_entry guessers[ADMISSION_SOURCES]; /* of this code: value wrong guesses */
	struct ration strangers, known;                     /* answers */
};

/* peers: so many may come at once from one source where they know a contact's psk, as all may be
 * behind one NAT; ADMISSION_BURST at least. */
void admission_init(struct admission *a, unsigned peers, struct random *random);

/* A first message that verified under a contact's psk, whole: it is known when it comes again. */
void admission_remember(struct admission *a, struct span message);
bool admission_seen(const struct admission *a, struct span message);

/* May this source have an answer that costs us public-key arithmetic? known: to a message under a
 * contact's psk. All sources together have a limit only for the others, since a contact would meet
 * it. take: it has had its answer. */
bool admission_may(const struct admission *a, const struct source *s, bool known, uint64_t now);
void admission_take(struct admission *a, const struct source *s, bool known, uint64_t now);

/* A handshake of this source has become a session, which has cost what there is only one of (rsa:
 * the session key). Until it is accepted, or turned away for another reason than its key, the
 * source waits: 2 s, the next time twice as long. Whoever pairs by a code does not wait. */
void admission_spent(struct admission *a, const struct source *s, uint64_t now);
void admission_welcome(struct admission *a, const struct source *s);
bool admission_waits(const struct admission *a, const struct source *s, uint64_t now);

/* A new code, with no guesses yet. patient: it has three words or more. */
void admission_code(struct admission *a, bool patient);
void admission_code_ends(struct admission *a); /* dead, in whatever way */

/* Why somebody cannot pair now: KEY (there is no code), BUSY (it rests), CODE_DEAD; NOT: he can. */
enum refuse_reason admission_door(const struct admission *a, const struct source *s, uint64_t now);

/* A confirmation is wrong. */
enum guess { GUESS_COUNTED, GUESS_SOURCE_OUT, GUESS_CODE_RESTS, GUESS_CODE_DEAD };
/* DEAD: the caller ends the code. *wrong: guesses of it so far; *rest_us: of CODE_RESTS. */
enum guess admission_wrong(struct admission *a, const struct source *s, unsigned *wrong,
                           uint64_t *rest_us, uint64_t now);
