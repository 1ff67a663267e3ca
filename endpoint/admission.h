/* admission: what a responder remembers of those who knock, so that no stranger costs it more than
 * a stranger may: first messages it has taken already, answers a source has had lately, wrong
 * guesses of the code. docs/PROTOCOL.md sections 3 and 4.1.
 *
 * The life of a code of two words:   LIVE --third wrong guess, its time is over, used--> DEAD
 * of three or four words:            LIVE --third wrong guess--> RESTING 30 s --> LIVE --one
 * more--> RESTING 60 s --> LIVE ... Whose source has guessed wrong twice is told the code is dead,
 * in any state: no host with one address kills a code or makes it rest. */
#ifndef ENDPOINT_ADMISSION_H
#define ENDPOINT_ADMISSION_H

#include "base/bytes.h"
#include "base/limits.h"
#include "base/random.h"
#include "base/siphash.h"
#include "base/source.h"

enum {
	ADMISSION_SEEN = 256,   /* first messages with a contact's psk that are remembered */
	ADMISSION_SOURCES = 64, /* sources remembered at a time */
	ADMISSION_BURST = 8, /* answers to strangers a source may have at once, and as many to who
				knows a contact's psk */
	ADMISSION_BURST_ALL = 16, /* ... and all of them together */
	ADMISSION_GUESSES = 2
}; /* wrong guesses of one code a source may have */

#define ADMISSION_REFILL_US       (SECOND / 2) /* ... and one more after so long */
#define ADMISSION_REFILL_KNOWN_US (SECOND / 4) /* ... to who knows a contact's psk */
#define ADMISSION_REFILL_ALL_US                                                                    \
	(SECOND / 20) /* of all together: an answer is some 4 ms of a slow processor */
#define ADMISSION_SPENT_US     (2 * SECOND) /* after a session that was not accepted; doubles */
#define ADMISSION_SPENT_MAX_US (60 * SECOND)
#define ADMISSION_REST_US      (30 * SECOND) /* of a code of three or four words; doubles */
#define ADMISSION_REST_MAX_US  (3600 * SECOND)
#define ADMISSION_DEAD_US                                                                          \
	(60 * SECOND) /* for so long who comes with a dead code is told so in any case */

enum door { DOOR_OPEN, DOOR_NO_CODE, DOOR_RESTS, DOOR_CODE_DEAD };
enum verdict { GUESS_COUNTED, GUESS_SOURCE_OUT, GUESS_CODE_RESTS, GUESS_CODE_DEAD };

/* What a source has left of something: ADMISSION_BURST at once, one more each refill_us. */
struct ration {
	uint64_t refill_us;
	struct ration_bucket {
		struct source source;
		unsigned left;
		uint64_t at; /* when left was right */
	} buckets[ADMISSION_SOURCES];
};

struct admission {
	uint8_t key[SIPHASH_KEY];
	uint64_t seen[ADMISSION_SEEN];
	size_t seen_next;

	struct ration strangers, known; /* answers */
	struct admission_spender {
		struct source source;
		uint64_t pause_us; /* 0: none */
		uint64_t until;
	} spenders[ADMISSION_SOURCES];
	uint64_t all_at; /* the answers of all sources are spent up to here: ahead of now by at most
			    BURST_ALL refills */

	struct admission_guesser {
		struct source source; /* source_site */
		unsigned wrong;
		uint64_t at;           /* the last */
	} guessers[ADMISSION_SOURCES]; /* of the code that lives, or has died last */
	unsigned wrong;                /* in all */
	bool live, patient;
	uint64_t rest_us, rest_until;
	uint64_t died_at; /* 0: none has */
};

void admission_init(struct admission *a, struct random *random);

/* A first message that verified under a contact's psk, whole: remembered, and known when it comes
 * again. */
void admission_remember(struct admission *a, struct span message);
bool admission_seen(const struct admission *a, struct span message);

/* May this source have an answer that costs us public-key arithmetic? admission_take says that it
 * has had it. */
bool admission_may(const struct admission *a, const struct source *s, uint64_t now);
void admission_take(struct admission *a, const struct source *s, uint64_t now);
/* The same for messages under a contact's psk. All sources together have no limit here: a contact
 * would meet it. */
bool admission_may_known(const struct admission *a, const struct source *s, uint64_t now);
void admission_take_known(struct admission *a, const struct source *s, uint64_t now);

/* A handshake of this source has become a session, which has cost what there is one of for all
 * (rsa: the pair). Until it is accepted, or turned away for another reason than its key, the source
 * waits: 2 s, the next time twice as long. Who pairs by a code does not wait. */
void admission_spent(struct admission *a, const struct source *s, uint64_t now);
void admission_welcome(struct admission *a, const struct source *s);
bool admission_waits(const struct admission *a, const struct source *s, uint64_t now);

/* A new code, with no guesses yet. patient: its words are three or more. */
void admission_code(struct admission *a, bool patient);
void admission_code_ends(struct admission *a, uint64_t now); /* dead, in whatever way */
bool admission_died_lately(const struct admission *a, uint64_t now);
enum door admission_door(const struct admission *a, const struct source *s,
                         uint64_t now); /* for somebody who wants to pair */
/* A confirmation that is wrong. DEAD: the caller ends the code. */
enum verdict admission_wrong(struct admission *a, const struct source *s, uint64_t now);

#endif
