/* Tests of ui/keys.c: the same keys from every terminal, wherever its bytes are cut. */
#include <stdio.h>

#include "base/utf8.h"
#include "tests/unit/support.h"
#include "ui/keys.h"

/* Keys as text: runes as they are, others by name. */
static void describe(struct key key, char *out)
{
	static const char *const names[] = { "none", "",          "^",      "M-",       "Enter",
		                             "Tab",  "Backspace", "Escape", "Delete",   "Up",
		                             "Down", "Left",      "Right",  "WordLeft", "WordRight",
		                             "Home", "End",       "(",      ")" };
	uint8_t utf8[5] = { 0 };
	if (key.kind == KEY_RUNE || key.kind == KEY_CTRL || key.kind == KEY_ALT)
		utf8[utf8_encode(key.rune == 0x7f ? '?' : key.rune, utf8)] = 0;
	sprintf(out + strlen(out), "%s%s ", names[key.kind], (const char *)utf8);
}

static const char *keys_of(const char *bytes, size_t len, size_t piece, struct keys *k)
{
	static char out[4096];
	struct key key;
	out[0] = 0;
	for (size_t at = 0; at < len; at += piece) {
		struct span in = span_of(bytes + at, piece < len - at ? piece : len - at);
		while (keys_next(k, &in, 100, &key))
			describe(key, out);
		assert_int_equal(in.len, 0);
	}
	return out;
}

static const struct {
	const char *bytes, *keys;
} cases[] = {
	{ "aé你\U0001f600", "a é 你 \U0001f600 " },
	{ "\r\n\t\x7f\b", "Enter Enter Tab Backspace Backspace " },
	{ "\x01\x03\x04\x1a\x1c", "^a ^c ^d ^z ^\\ " },
	/* xterm, linux console */
	{ "\x1b[A\x1b[B\x1b[C\x1b[D\x1b[H\x1b[F", "Up Down Right Left Home End " },
	/* application mode */
	{ "\x1bOA\x1bOB\x1bOC\x1bOD\x1bOH\x1bOF\x1bOM", "Up Down Right Left Home End Enter " },
	/* vt220, linux console, rxvt */
	{ "\x1b[1~\x1b[4~\x1b[7~\x1b[8~\x1b[3~\x1b[2~\x1b[5~\x1b[6~", "Home End Home End Delete " },
	{ "\x1b[3^\x1b[3$\x1b[3@\x1b[7^", "Delete Delete Delete Home " },
	/* by word: xterm with Ctrl, Alt, both; rxvt with Ctrl */
	{ "\x1b[1;5C\x1b[1;5D\x1b[1;3C\x1b[1;7D\x1bOc\x1bOd\x1bO5C\x1b[5D",
	  "WordRight WordLeft WordRight WordLeft WordRight WordLeft WordRight Left " },
	{ "\x1b[1;2C\x1b[c\x1b[d\x1b[1;2H\x1b[3;5~", "Right Right Left Home Delete " },
	/* rxvt with Shift */
	{ "\x1b[a\x1b[b", "Up Down " },
	/* with Alt */
	{ "\x1b"
	  "b\x1b"
	  "f\x1b"
	  "d\x1b\x7f\x1b\b\x1bé",
	  "M-b M-f M-d M-? M-? M-é " },
	/* rxvt's Alt with an arrow */
	{ "\x1b\x1b[D", "Escape Left " },
	/* keypad in application mode */
	{ "\x1bOp\x1bOy\x1bOk\x1bOn", "0 9 + . " },
	/* unknown ones leave nothing behind */
	{ "\x1b[[Ax\x1b[15~x\x1b[?1;2cx\x1b[24;80Rx\x1b[<0;1;1Mx\x1b[Ix\x1bOPx\x1b[ux",
	  "x x x x x x x x " },
	/* by code and modifiers: Shift-Enter, Ctrl-Enter, Alt-Enter; Ctrl-C, Alt-b, Escape ... */
	{ "\x1b[13;2u\x1b[27;2;13~\x1b[13;5u\x1b[27;3;13~\x1b[13u", "M-\r M-\r Enter M-\r Enter " },
	{ "\x1b[99;5u\x1b[98;3u\x1b[27u\x1b[27;1;27~\x1b[9u\x1b[127u\x1b[127;3u\x1b[120u",
	  "^c M-b Escape Escape Tab Backspace M-? x " },
	{ "\x1b[12\x03x\x1b[1\x1b[Ax", "^c x Up x " },
	{ "\x1b[1111111111111111111111111111111111111111~x", "1 1 1 1 1 1 1 1 1 1 ~ x " },
	/* invalid UTF-8 and C1 */
	{ "a\xff\xe2\x82z\xc2\x9bz", "a \ufffd \ufffd \ufffd z z " },
	/* pastes */
	{ "\x1b[200~a\rb\r\nc\nd\te\x1b[201~f", "( a \n b \n c \n d \t e ) f " },
	{ "\x1b[200~\x1b[A\x03\x1b[20\x1b[201~x", "( [ A [ 2 0 ) x " },
	{ "\x1b[200~\x1b[200~\x1b\x1b[201~\x1b[201~x", "( [ 2 0 0 ~ ) x " },
	{ "\x1b[200~\xe4\xbd\xa0\xff\x1b[201~", "( 你 \ufffd ) " },
};

/* Each sequence gives its keys, at once and in pieces of any size. */
static void test_keys_sequences(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		for (size_t piece = 1; piece <= 8; piece++) {
			struct keys k = { 0 };
			const char *got =
			    keys_of(cases[i].bytes, strlen(cases[i].bytes), piece, &k);
			assert_string_equal(got, cases[i].keys);
			/* A second end of a paste outside of one is nothing. */
			assert_int_equal(k.len, 0);
		}
	}
}

/* A lone Escape is one after half a second, and not before. */
static void test_keys_lone_escape(void **state)
{
	(void)state;
	struct keys k = { 0 };
	struct key key;
	assert_true(keys_deadline(&k) == NEVER);
	assert_string_equal(keys_of("\x1b", 1, 1, &k), "");
	assert_true(keys_deadline(&k) == 100 + KEYS_ESCAPE_US);
	assert_false(keys_timer(&k, 100 + KEYS_ESCAPE_US - 1, &key));
	assert_true(keys_timer(&k, 100 + KEYS_ESCAPE_US, &key));
	assert_int_equal(key.kind, KEY_ESCAPE);
	assert_string_equal(keys_of("[A", 2, 1, &k), "[ A ");
	assert_true(keys_deadline(&k) == NEVER);
}

/* The rest of a sequence that never comes is forgotten; so is the end of a paste, and the text
 * before it stays. */
static void test_keys_lost_ends(void **state)
{
	(void)state;
	struct keys k = { 0 };
	struct key key;
	assert_string_equal(keys_of("\x1b[1;", 4, 4, &k), "");
	assert_false(keys_timer(&k, 100 + KEYS_SEQUENCE_US, &key));
	assert_string_equal(keys_of("x", 1, 1, &k), "x ");
	assert_string_equal(keys_of("\x1b[200~ab\x1b[20", 12, 12, &k), "( a b ");
	assert_false(keys_timer(&k, 100 + KEYS_PASTE_US - 1, &key));
	assert_true(keys_timer(&k, 100 + KEYS_PASTE_US, &key));
	assert_int_equal(key.kind, KEY_PASTE_END);
	assert_string_equal(keys_of("x\r", 2, 2, &k), "x Enter ");
}

/* Any bytes: the decoder comes to an end, holds little back, and gives the same keys however they
 * are cut. */
static void test_keys_any_bytes(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20000; seed++) {
		static const char nasty[] = "\x1b\x1b\x1b[[[OO01;~200~201~ABCD\r\n\xe4\xbd\xa0";
		struct test_random r = test_random(seed);
		char bytes[64], once[4096];
		for (size_t i = 0; i < sizeof bytes; i++)
			bytes[i] = random_below(&r.random, 4)
			               ? nasty[random_below(&r.random, sizeof nasty - 1)]
			               : (char)random_below(&r.random, 256);
		struct keys a = { 0 }, b = { 0 };
		strcpy(once, keys_of(bytes, sizeof bytes, sizeof bytes, &a));
		assert_string_equal(
		    keys_of(bytes, sizeof bytes, (size_t)random_below(&r.random, 5) + 1, &b), once);
		assert_true(a.len < sizeof a.part);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys_sequences),
		cmocka_unit_test(test_keys_lone_escape),
		cmocka_unit_test(test_keys_lost_ends),
		cmocka_unit_test(test_keys_any_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
