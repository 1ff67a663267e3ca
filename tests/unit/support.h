/* support: what every test needs: cmocka, fixed randomness, bytes written as hex. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "base/random.h"

/* SplitMix64: the same seed gives the same bytes, everywhere. Pass &r.random where a struct random
 * is wanted. */
struct test_random {
	struct random random;
	uint64_t state;
};
struct test_random test_random(uint64_t seed);

/* Bytes of hex; blanks, tabs, newlines and colons are skipped. Aborts when hex is not hex or does
 * not fit. */
struct span unhex(const char *hex, uint8_t *out, size_t cap);

/* Fails with both values, at the caller's line, unless got is want (written in hex). */
#define assert_span_hex(got, want) support_assert_span_hex((got), (want), __FILE__, __LINE__)
void support_assert_span_hex(struct span got, const char *want, const char *file, int line);

/* Fails with both values, at the caller's line, unless got reads as want. */
#define assert_span_text(got, want) support_assert_span_text((got), (want), __FILE__, __LINE__)
void support_assert_span_text(struct span got, const char *want, const char *file, int line);

/* cmocka's own check of asserts, for base/assert.h: fails unless the expression ends in base_panic.
 * Not in test_os_*, test_cmd_*. */
#define assert_panics(expression) expect_assert_failure(expression)
