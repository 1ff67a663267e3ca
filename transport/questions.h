/* questions: HELLOs over UDP, each repeated a few times until it is answered: whether a server is
 * reached from a socket, and as whom it sees it (docs/SIGNALING.md S2). */
#pragma once

#include "transport/carrier.h"
#include "transport/outlook.h"
#include "wire/signaling.h"

enum { QUESTIONS = 40 };

enum question_kind {
	QUESTION_PLAIN,
	QUESTION_BESIDE, /* the server is to answer from its other port: also from there counts */
	QUESTION_ECHO    /* nobody is to answer, but it to come back to its own socket */
};

/* Only questions.c writes to it; others read all but due. */
struct question {
	uint16_t link; /* of ours */
	uint16_t size; /* bytes of HELLO */
	enum question_kind kind;
	bool due;      /* is to be said in this round */
	unsigned left; /* rounds */
	uint64_t at;   /* of the next, or of giving up; NEVER */
	struct addr to;
	uint8_t nonce[NONCE_BYTES];
	enum outlook_answer answer; /* UNKNOWN: still open */
	struct addr from, seen;     /* answered: by whom, and whom that sees */
};

/* Private to questions.c; others embed it. */
struct questions {
	struct random *random;
	size_t count;
	struct question at[QUESTIONS];
};

void questions_init(struct questions *q, struct random *random);
/* Says it from now on, so many times 200 ms apart. NULL: there is no room. */
const struct question *questions_add(struct questions *q, uint16_t link, const struct addr *to,
                                     size_t size, enum question_kind kind, unsigned rounds,
                                     uint64_t now);
/* The same in many sizes, up to 9000 bytes of an IP packet. */
void questions_sizes(struct questions *q, uint16_t link, const struct addr *to, unsigned rounds,
                     uint64_t now);
/* Bytes of the largest of these IP packets that was answered; 0: none was. */
unsigned questions_largest(const struct questions *q);

/* The question that COOKIE answers, for the first time; NULL: none. */
const struct question *questions_cookie(struct questions *q, const struct route *from,
                                        const struct cookie *m);
/* A question of the kind ECHO has come back. */
void questions_echo(struct questions *q, const struct route *from, const struct hello *m);

void questions_timer(struct questions *q, uint64_t now);
uint64_t questions_deadline(const struct questions *q); /* NEVER: all are answered or given up */
bool questions_output(struct questions *q, struct writer *w, struct route *to);
