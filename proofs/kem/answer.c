/* answer: a line of hexadecimal words in, a line out, by crypto/mlkem768.c and crypto/keccak.c.
 * What is asked: k SEED; e EK M; d DK CT; h KIND LENGTH-OF-OUTPUT MESSAGE (keccak.h's number of the
 * kind; decimal). */
#include <stdio.h>
#include <stdlib.h>

#include "crypto/keccak.h"
#include "crypto/mlkem768.h"

static uint8_t a[8192], b[8192];

static size_t read_hex(const char *word, uint8_t *out, size_t cap)
{
	size_t len = 0;
	unsigned byte;
	for (; sscanf(word, "%2x", &byte) == 1; word += 2) {
		if (len == cap)
			abort();
		out[len++] = (uint8_t)byte;
	}
	return len;
}

static void write_hex(const uint8_t *bytes, size_t len, const char *after)
{
	for (size_t i = 0; i < len; i++)
		printf("%02x", bytes[i]);
	fputs(after, stdout);
}

static void want(bool right)
{
	if (!right)
		abort();
}

static void answer(const char *kind, const char *one, const char *two, const char *three)
{
	uint8_t dk[MLKEM768_DK], ct[MLKEM768_CT], shared[MLKEM768_SHARED];
	switch (kind[0]) {
	case 'k':
		want(read_hex(one, a, sizeof a) == MLKEM768_SEED);
		mlkem768_keygen(a, dk);
		return write_hex(dk, sizeof dk, "\n");
	case 'e':
		want(read_hex(one, a, sizeof a) == MLKEM768_EK);
		want(read_hex(two, b, sizeof b) == MLKEM768_M);
		if (!mlkem768_encapsulate(a, b, ct, shared)) {
			puts("refused");
			return;
		}
		write_hex(ct, sizeof ct, " ");
		return write_hex(shared, sizeof shared, "\n");
	case 'd':
		want(read_hex(one, a, sizeof a) == MLKEM768_DK);
		want(read_hex(two, b, sizeof b) == MLKEM768_CT);
		mlkem768_decapsulate(a, b, shared);
		return write_hex(shared, sizeof shared, "\n");
	default:
		want(kind[0] == 'h' && (size_t)atoi(two) <= sizeof b);
		size_t len = read_hex(three, a, sizeof a);
		keccak_hash((enum keccak_kind)atoi(one), PARTS({ a, len }), b, (size_t)atoi(two));
		write_hex(b, (size_t)atoi(two), "\n");
	}
}

int main(void)
{
	static char line[16384], kind[2], one[8192], two[8192], three[8192];
	while (fgets(line, sizeof line, stdin)) {
		one[0] = two[0] = three[0] = 0;
		want(sscanf(line, "%1s %8191s %8191s %8191s", kind, one, two, three) >= 2);
		answer(kind, one, two, three);
	}
	return 0;
}
