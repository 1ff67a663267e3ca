/* oaep N: N decryptions, timed. See about.md. Exits with 0 if no kind of ciphertext stands out, and
 * the control does. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bearssl.h"
#include "crypto/rsa_ops.h"
#include "tests/unit/keys.h"

enum { KINDS = 5, EACH = 64, TEXT = 32, LEN = 256 };

static const char *const names[KINDS] = { "opens", "first byte not zero", "masked part changed",
	                                  "text one byte shorter", "random number" };
static struct test_random randomness;
static struct identity id;
static uint8_t sealed[KINDS][EACH][LEN], opened[KINDS][EACH][LEN];
static volatile unsigned sink;

static void private_op(uint8_t x[static LEN])
{
	br_rsa_private_key key = { .n_bitlen = 8 * LEN };
	size_t half = id.secret.rsa.factor_len;

	key.p = id.secret.rsa.parts[RSA_P];
	key.q = id.secret.rsa.parts[RSA_Q];
	key.dp = id.secret.rsa.parts[RSA_DP];
	key.dq = id.secret.rsa.parts[RSA_DQ];
	key.iq = id.secret.rsa.parts[RSA_IQ];
	key.plen = key.qlen = key.dplen = key.dqlen = key.iqlen = half;
	if (br_rsa_private_get_default()(x, &key) != 1)
		abort();
}

static void public_op(uint8_t x[static LEN])
{
	uint8_t n[LEN], e[] = { 1, 0, 1 };
	br_rsa_public_key key = { n, LEN, e, sizeof e };

	memcpy(n, id.public.bytes, LEN);
	if (br_rsa_public_get_default()(x, LEN, &key) != 1)
		abort();
}

static void prepare(void)
{
	struct random *r = &randomness.random;

	for (unsigned kind = 0; kind < KINDS; kind++) {
		for (unsigned i = 0; i < EACH; i++) {
			uint8_t *x = sealed[kind][i], text[TEXT];
			struct writer w = writer_of(x, LEN);

			random_fill(r, text, sizeof text);
			rsa_ops_encrypt(&id.public, span_of(text, kind == 3 ? TEXT - 1 : TEXT), r,
			                &w);
			if (kind == 1 || kind == 2) {
				private_op(x);
				if (x[0] != 0)
					abort();
				x[kind == 1 ? 0 : 100] ^= 1;
				public_op(x);
			} else if (kind == 4) {
				random_fill(r, x, LEN);
				x[0] &= 0x7f;
			}
			memcpy(opened[kind][i], x, LEN);
			private_op(opened[kind][i]);
		}
	}
}

/* What is timed: the padding alone; the same with a mistake, stopping as soon as it knows; all. */
enum what { UNPAD, CONTROL, DECRYPT };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static double timed(enum what what, unsigned kind, unsigned i)
{
	uint8_t out[TEXT] = { 0 }, em[LEN];
	double since;

	memcpy(em, opened[kind][i], LEN);
	since = now();
	if (what == DECRYPT)
		rsa_ops_decrypt(&id, span_of(sealed[kind][i], LEN), &randomness.random, out, TEXT);
	else if (what == UNPAD || em[0] == 0)
		sink += rsa_ops_unpad(em, LEN, out, TEXT);
	since = now() - since;
	sink += out[0];
	return since;
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Of those at most `limit`. */
static double welch(const double *a, size_t na, const double *b, size_t nb, double limit)
{
	double sum[2] = { 0 }, squares[2] = { 0 }, n[2] = { 0 };

	for (size_t i = 0; i < na + nb; i++) {
		double x = i < na ? a[i] : b[i - na];

		if (x > limit)
			continue;
		n[i >= na]++;
		sum[i >= na] += x;
	}
	for (size_t i = 0; i < na + nb; i++) {
		double x = i < na ? a[i] : b[i - na], d = x - sum[i >= na] / n[i >= na];

		if (x <= limit)
			squares[i >= na] += d * d;
	}
	double error = sqrt(squares[0] / (n[0] * (n[0] - 1)) + squares[1] / (n[1] * (n[1] - 1)));
	return (sum[0] / n[0] - sum[1] / n[1]) / error;
}

/* The largest |t| of all kinds. */
static double measure(enum what what, const char *name, size_t count)
{
	double *times[KINDS], *all = calloc(count, sizeof *all), worst = 0;
	size_t n[KINDS] = { 0 };

	for (unsigned kind = 0; kind < KINDS; kind++)
		times[kind] = calloc(count, sizeof *times[kind]);
	for (size_t i = 0; i < count; i++) {
		unsigned kind = (unsigned)random_below(&randomness.random, KINDS);
		unsigned which = (unsigned)random_below(&randomness.random, EACH);

		all[i] = times[kind][n[kind]++] = timed(what, kind, which);
	}
	qsort(all, count, sizeof *all, by_size);
	printf("%s: %zu times, median %.1f us\n", name, count, all[count / 2] / 1000);
	for (unsigned kind = 1; kind < KINDS; kind++) {
		double t = welch(times[0], n[0], times[kind], n[kind], all[count - 1]);
		double fast = welch(times[0], n[0], times[kind], n[kind], all[count / 2]);

		printf("  %-22s t %8.2f, of the faster half %8.2f\n", names[kind], t, fast);
		worst = fmax(worst, fmax(fabs(t), fabs(fast)));
	}
	for (unsigned kind = 0; kind < KINDS; kind++)
		free(times[kind]);
	free(all);
	return worst;
}

int main(int argc, char **argv)
{
	size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;

	randomness = test_random(1);
	id = test_identity(KEY_RSA, 0);
	if (id.public.len != LEN)
		abort();
	prepare();
	double control = measure(CONTROL, "control", 20 * count);
	double unpad = measure(UNPAD, "padding", 20 * count);
	double decrypt = measure(DECRYPT, "decryption", count);
	return unpad < 10 && decrypt < 10 && control > 10 ? EXIT_SUCCESS : EXIT_FAILURE;
}
