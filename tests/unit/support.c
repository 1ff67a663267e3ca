/* support: see support.h. Also linked into the simulator, which has no cmocka: hence the own way to
 * fail. */
#include "tests/unit/support.h"

#include <stdio.h>
#include <stdlib.h>

#pragma weak _fail

static void fill(struct random *r, void *to, size_t len)
{
	struct test_random *t = (struct test_random *)r;
	uint8_t *at = to;
	for (size_t i = 0; i < len; i++) {
		t->state += UINT64_C(0x9e3779b97f4a7c15);
		uint64_t z = t->state;
		z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
		at[i] = (uint8_t)((z ^ z >> 31) >> 24);
	}
}

struct test_random test_random(uint64_t seed)
{
	return (struct test_random){ { fill }, seed };
}

static int hex_value(char c)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	const char *at = c ? strchr(digits, c) : NULL;
	return at ? (int)(at - digits) % 16 : -1;
}

struct span unhex(const char *hex, uint8_t *out, size_t cap)
{
	size_t len = 0;
	for (; *hex; hex++) {
		if (strchr(" \t\r\n:", *hex))
			continue;
		int high = hex_value(hex[0]), low = high < 0 ? -1 : hex_value(hex[1]);
		if (low < 0 || len == cap) {
			fprintf(stderr, "unhex: %s at \"%.20s\"\n", low < 0 ? "not hex" : "no room",
			        hex);
			abort();
		}
		out[len++] = (uint8_t)(high << 4 | low);
		hex++;
	}
	return span_of(out, len);
}

static void fail_at(const char *file, int line)
{
	if (_fail)
		_fail(file, line);
	abort();
}

static void print_hex(const char *name, struct span s)
{
	fprintf(stderr, "%s (%zu bytes): ", name, s.len);
	for (size_t i = 0; i < s.len; i++)
		fprintf(stderr, "%02x", s.at[i]);
	fputc('\n', stderr);
}

void support_assert_span_hex(struct span got, const char *want, const char *file, int line)
{
	static uint8_t bytes[1 << 20];
	struct span w = unhex(want, bytes, sizeof bytes);
	if (span_equal(got, w))
		return;
	print_hex("got ", got);
	print_hex("want", w);
	fail_at(file, line);
}

void support_assert_span_text(struct span got, const char *want, const char *file, int line)
{
	if (span_is(got, want))
		return;
	fprintf(stderr, "got  \"%.*s\"\nwant \"%s\"\n", (int)got.len, (const char *)got.at, want);
	fail_at(file, line);
}
