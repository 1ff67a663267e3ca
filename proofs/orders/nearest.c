/* nearest: a word that was mistyped, cmd/nearest, beside a candidate of any letters: both of every
 * length up to 6, then of lengths around the limit. */
#include <string.h>

#include "proofs/parsers/any.h"

/* What the C library's does, whose text Frama-C does not have. */
static inline int compare_begin(const char *a, const char *b, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (a[i] != b[i] || a[i] == 0)
			return a[i] - b[i];
	return 0;
}
#define strncmp compare_begin

#include "cmd/nearest.c"

static char word[LEN + 1];

static void offer(size_t typed_len, size_t len)
{
	struct nearest n = nearest_to(any_bytes(typed_len));
	char *at = word + LEN - len;
	for (size_t i = 0; i < len; i++)
		at[i] = (char)Frama_C_interval(1, 127);
	nearest_offer(&n, at);
	nearest_offer(&n, "help");
}

int main(void)
{
	static const uint8_t around[] = { 31, 32, 33, LEN };
	for (size_t typed = 0; typed <= 6; typed++)
		for (size_t len = 0; len <= 6; len++)
			offer(typed, len);
	for (size_t i = 0; i < sizeof around; i++)
		for (size_t j = 0; j < sizeof around; j++)
			offer(around[i], around[j]);
}
