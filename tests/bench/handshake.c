/* handshake: what the handshakes of noise and hybrid cost, of crypto/ as it is released.
 *
 *   handshake ROUNDS
 *       CPU microseconds of a whole handshake of two contacts, both sides together: of noise, of
 *       hybrid. By turns; the fastest of ROUNDS, which is what nothing else disturbed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/assert.h"
#include "crypto/encryptor.h"

enum { ALICE, BOB, SIDES, SUITES = 2 };

struct counting {
	struct random random;
	uint8_t next;
};

static void fill(struct random *r, void *to, size_t len)
{
	memset(to, ++((struct counting *)r)->next, len);
}

_Noreturn void base_panic(const char *file, int line)
{
	fprintf(stderr, "%s:%d\n", file, line);
	exit(1);
}

static double now_us(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double handshake(enum suite suite, struct random *random,
                        const struct identity ids[static SIDES])
{
	static const uint8_t psk[1][PSK_LEN] = { { 7 } };
	static uint8_t bytes[2][2048];
	struct encryptor *e[SIDES];
	struct span message = span_of(NULL, 0);
	double start = now_us();
	for (unsigned i = 0; i < SIDES; i++) {
		enum err err;
		e[i] = encryptor_new(encryptor_class_of(suite),
		                     &(struct encryptor_config){
					 .initiator = i == ALICE,
					 .identity = &ids[i],
					 .expected = i == ALICE ? &ids[BOB].public : NULL,
					 .psks = psk,
					 .psks_count = 1,
					 .prologue = span_text("schat"),
					 .payload = span_text("\1\5alice"),
					 .random = random,
				     },
		                     &err);
		assert(!err);
	}
	for (unsigned i = 0; i < e[ALICE]->class->messages + 1; i++) {
		struct writer out = writer_of(bytes[i % 2], sizeof bytes[i % 2]);
		assert(!encryptor_handshake(e[i % 2], message, &out));
		message = written(&out);
	}
	assert(e[ALICE]->ready);
	assert(e[BOB]->ready);
	for (unsigned i = 0; i < SIDES; i++)
		encryptor_free(e[i]);
	return now_us() - start;
}

int main(int argc, char **argv)
{
	static const enum suite suites[SUITES] = { SUITE_NOISE, SUITE_HYBRID };
	struct counting counting = { .random.fill = fill };
	struct identity ids[SIDES];
	double best[SUITES] = { 0 };
	for (unsigned i = 0; i < SIDES; i++)
		assert(!identity_generate(KEY_X25519, 0, &counting.random, &ids[i]));
	for (int rounds = argc > 1 ? atoi(argv[1]) : 100; rounds > 0; rounds--)
		for (unsigned i = 0; i < SUITES; i++) {
			double took = handshake(suites[i], &counting.random, ids);
			if (best[i] == 0 || took < best[i])
				best[i] = took;
		}
	for (unsigned i = 0; i < SUITES; i++)
		printf("%.0f%s", best[i], i + 1 < SUITES ? " " : "\n");
	return 0;
}
