/* signaling: each message to the byte, both ways; what is cut, of another version or out of range
 * is not read. */
#include "tests/unit/support.h"

#include "base/limits.h"
#include "wire/signaling.h"

#define NONCE      "0102030405060708"
#define COOKIE_HEX "c0c1c2c3c4c5c6c7c8c9cacbcccdcecf"
#define TOKEN      "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"
#define SECRET     "b0b1b2b3b4b5b6b7"
#define ZERO8      "0000000000000000"
/* ::ffff:192.0.2.1 port 7242, XOR nonce nonce 0102 */
#define SEEN "0102030405060708 0102 fcfb c506 0509 1d48"

/* docs/SIGNALING.md, written by hand. */
static const char hello_hex[] =
    "c001" NONCE ZERO8 ZERO8 ZERO8 ZERO8 ZERO8 ZERO8 ZERO8 ZERO8 ZERO8 ZERO8 "000000000000";
static const char cookie_hex[] = "c101" NONCE SEEN COOKIE_HEX "00004d9c" /* day 19868 */
				 "00000040"                              /* 64 kbit/s */
				 "5460"                                  /* 43200 s */
				 "1c4b";                                 /* port 7243 */
static const char join_hex[] = "c201" COOKIE_HEX TOKEN SECRET "01" ZERO8 ZERO8 ZERO8 "0000000000";
static const char ask_hex[] =
    "c201" COOKIE_HEX ZERO8 ZERO8 SECRET "03" ZERO8 ZERO8 ZERO8 "0000000000";
static const char leave_hex[] = "c201" COOKIE_HEX TOKEN SECRET "04" ZERO8 ZERO8 ZERO8 "0000000000";
static const char wait_hex[] = "c301" SECRET ZERO8 "0000000000000007"
			       "00000007"
			       "0014"
			       "02"
			       "00000000000000";
static const char intro_hex[] = "c401" SECRET "d0d1d2d3d4d5d6d7"
				"e0e1e2e3e4e5e6e7"
				"01"
				"00"
				"a1a2a3a4"
				"20010db8000000000000000000000001 1c4a"
				"000000000000";
static const char error_hex[] = "c501"
				"04"
				"00"
				"e0e1e2e3e4e5e6e7";

static const char keep_hex[] = "c7010100" SECRET;

static const uint8_t nonce[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
static const uint8_t cookie_bytes[16] = { 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7,
	                                  0xc8, 0xc9, 0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf };
static const uint8_t token[16] = { 0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7,
	                           0xa8, 0xa9, 0xaa, 0xab, 0xac, 0xad, 0xae, 0xaf };
static const uint8_t secret[8] = { 0xb0, 0xb1, 0xb2, 0xb3, 0xb4, 0xb5, 0xb6, 0xb7 };
static const uint8_t peer_id[8] = { 0xd0, 0xd1, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7 };
static const uint64_t pair = UINT64_C(0xe0e1e2e3e4e5e6e7);
static const struct addr v6 = { .ip = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 }, .port = 7242 };

static uint8_t bytes[LIMIT_DATAGRAM], hex_bytes[LIMIT_DATAGRAM];

static struct span unhex_here(const char *hex)
{
	return unhex(hex, hex_bytes, sizeof hex_bytes);
}

static void test_signaling_hello(void **state)
{
	(void)state;
	struct hello m = { .beside = false }, got;
	memcpy(m.nonce, nonce, 8);
	struct writer w = writer_of(bytes, sizeof bytes);
	signaling_write_hello(&w, &m, HELLO_LEN);
	assert_span_hex(written(&w), hello_hex);
	assert_int_equal(w.len, HELLO_LEN);
	assert_true(signaling_read_hello(unhex_here(hello_hex), &got));
	assert_memory_equal(got.nonce, nonce, 8);
	assert_false(got.beside || addr_is_set(&got.other));

	w = writer_of(bytes, sizeof bytes); /* padded as for udp:// */
	signaling_write_hello(&w, &m, 1200);
	assert_int_equal(w.len, 1200);
	assert_true(bytes_zero(bytes + 10, 1190));

	m.other = addr_v4(192, 0, 2, 1, 7242); /* masked, as in COOKIE */
	memcpy(m.cookie, cookie_bytes, 16);
	w = writer_of(bytes, sizeof bytes);
	signaling_write_hello(&w, &m, HELLO_LEN);
	assert_span_hex(span_of(bytes + 10, 35), "02" SEEN COOKIE_HEX);
	assert_true(w.len == HELLO_LEN && bytes_zero(bytes + 45, HELLO_LEN - 45));
	assert_true(signaling_read_hello(written(&w), &got) && !got.beside);
	assert_true(addr_equal(&got.other, &m.other));
	assert_memory_equal(got.cookie, cookie_bytes, 16);
	bytes[10] = 0;
	assert_true(signaling_read_hello(written(&w), &got) && !addr_is_set(&got.other));
	m.other = (struct addr){ .port = 0 };

	m.beside = true;
	for (unsigned other = 0; other < 2; other++) { /* bits of later versions */
		w = writer_of(bytes, sizeof bytes);
		signaling_write_hello(&w, &m, HELLO_LEN);
		assert_int_equal(bytes[10], 1);
		bytes[10] |= other ? 0xfc : 0;
		assert_true(signaling_read_hello(written(&w), &got) && got.beside);
	}
	assert_panics(signaling_write_hello(&w, &m, HELLO_LEN - 1));
}

static void test_signaling_cookie(void **state)
{
	(void)state;
	struct cookie m = { .observed = addr_v4(192, 0, 2, 1, 7242),
		            .day = 19868,
		            .relay_kbit = 64,
		            .day_ends_s = 43200,
		            .other_port = 7243 },
		      got;
	memcpy(m.nonce, nonce, 8);
	memcpy(m.cookie, cookie_bytes, 16);
	struct writer w = writer_of(bytes, sizeof bytes);
	signaling_write_cookie(&w, &m);
	assert_span_hex(written(&w), cookie_hex);
	assert_int_equal(w.len, COOKIE_LEN);
	assert_true(signaling_read_cookie(unhex_here(cookie_hex), &got));
	assert_memory_equal(got.nonce, nonce, 8);
	assert_true(addr_equal(&got.observed, &m.observed));
	assert_memory_equal(got.cookie, cookie_bytes, 16);
	assert_int_equal(got.day, 19868);
	assert_int_equal(got.relay_kbit, 64);
	assert_int_equal(got.day_ends_s, 43200);
	assert_int_equal(got.other_port, 7243);

	static const struct {
		uint32_t said, read;
	} ends[] = { { 0, 0 },
		     { 1, 0 },
		     { 86399, 86398 },
		     { 86400, 86400 },
		     { 131069, 131068 },
		     { 131070, UINT32_MAX },
		     { UINT32_MAX, UINT32_MAX } };
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		w = writer_of(bytes, sizeof bytes);
		m.day_ends_s = ends[i].said;
		signaling_write_cookie(&w, &m);
		assert_true(signaling_read_cookie(written(&w), &got));
		assert_int_equal(got.day_ends_s, ends[i].read);
	}
}

static void test_signaling_join(void **state)
{
	(void)state;
	static const struct {
		const char *hex;
		bool responder, nameplate, leave;
	} cases[] = { { join_hex, true, false, false },
		      { ask_hex, true, true, false },
		      { leave_hex, false, false, true } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct join m = { .responder = cases[i].responder,
			          .nameplate = cases[i].nameplate,
			          .leave = cases[i].leave },
			    got;
		memcpy(m.cookie, cookie_bytes, 16);
		memcpy(m.token, token, 16); /* not written when a nameplate is asked for */
		memcpy(m.secret, secret, 8);
		struct writer w = writer_of(bytes, sizeof bytes);
		signaling_write_join(&w, &m);
		assert_span_hex(written(&w), cases[i].hex);
		assert_int_equal(w.len, JOIN_LEN);
		assert_true(signaling_read_join(unhex_here(cases[i].hex), &got));
		assert_memory_equal(got.cookie, cookie_bytes, 16);
		assert_memory_equal(got.secret, secret, 8);
		assert_int_equal(got.responder, m.responder);
		assert_int_equal(got.nameplate, m.nameplate);
		assert_int_equal(got.leave, m.leave);
		assert_int_equal(bytes_zero(got.token, 16), m.nameplate);
		assert_false(got.keeps);
		hex_bytes[42] |= 8;
		assert_true(signaling_read_join(span_of(hex_bytes, JOIN_LEN), &got) && got.keeps);
		hex_bytes[42] |= 0xc0; /* reserved */
		hex_bytes[50] = 1;
		assert_true(signaling_read_join(span_of(hex_bytes, JOIN_LEN), &got));
	}
}

/* A nameplate is a responder's wish and has no token; every other JOIN has one. */
static void test_signaling_join_out_of_range(void **state)
{
	(void)state;
	for (unsigned flags = 0; flags < 8; flags++) {
		for (int with_token = 0; with_token < 2; with_token++) {
			struct join got;
			struct span wire = unhex_here(with_token ? join_hex : ask_hex);
			hex_bytes[42] = (uint8_t)flags;
			bool asks = flags & 2, good = with_token ? !asks : asks && (flags & 1);
			assert_int_equal(signaling_read_join(wire, &got), good);
			hex_bytes[42] |= 0x30;
			assert_int_equal(signaling_read_join(wire, &got), good);
			if (!good)
				continue;
			assert_true(got.crosses && got.hides);
			assert_int_equal(got.leave, (flags & 4) != 0);
			struct writer w = writer_of(bytes, sizeof bytes);
			signaling_write_join(&w, &got);
			assert_int_equal(bytes[42], flags | 0x30);
		}
	}
}

static void test_signaling_wait(void **state)
{
	(void)state;
	struct wait m = { .token = { [15] = 7 }, .nameplate = 7, .refresh_s = 20, .others = 2 },
		    got;
	memcpy(m.secret, secret, 8);
	struct writer w = writer_of(bytes, sizeof bytes);
	signaling_write_wait(&w, &m);
	assert_span_hex(written(&w), wait_hex);
	assert_int_equal(w.len, WAIT_LEN);
	assert_true(signaling_read_wait(unhex_here(wait_hex), &got));
	assert_memory_equal(got.secret, secret, 8);
	assert_memory_equal(got.token, m.token, 16);
	assert_int_equal(got.nameplate, 7);
	assert_int_equal(got.refresh_s, 20);
	assert_int_equal(got.others, 2);
	assert_int_equal(got.keep_s, 0);
	assert_int_equal(got.silent, 0);
	m.keep_s = 300;
	m.silent = 1;
	w = writer_of(bytes, sizeof bytes);
	signaling_write_wait(&w, &m);
	assert_span_hex(span_of(bytes + 33, 7), "012c0100000000");
	assert_true(signaling_read_wait(written(&w), &got) && got.keep_s == 300 && got.silent == 1);
}

/* As many secrets as rooms; what follows is not read, nor a part of one. */
static void test_signaling_keep(void **state)
{
	(void)state;
	struct keep m = { .echo = true, .count = 1 }, got;
	struct writer w = writer_of(bytes, sizeof bytes);

	memcpy(m.secrets[0], secret, 8);
	signaling_write_keep(&w, &m);
	assert_span_hex(written(&w), keep_hex);
	for (unsigned count = 1; count <= KEEP_ROOMS + 1; count++) {
		memset(bytes + 4, (int)count, 8 * (size_t)count);
		assert_true(signaling_read_keep(span_of(bytes, 4 + 8 * (size_t)count + 7), &got));
		assert_true(got.echo && got.count == (count < KEEP_ROOMS ? count : KEEP_ROOMS));
	}
	bytes[2] = 0xfe; /* later bits */
	assert_true(signaling_read_keep(span_of(bytes, 12), &got) && !got.echo);
}

static void test_signaling_intro(void **state)
{
	(void)state;
	struct intro m = { .pair = pair, .responder = true, .host = 0xa1a2a3a4, .peer = v6 }, got;
	memcpy(m.own_secret, secret, 8);
	memcpy(m.peer_id, peer_id, 8);
	struct writer w = writer_of(bytes, sizeof bytes);
	signaling_write_intro(&w, &m);
	assert_span_hex(written(&w), intro_hex);
	assert_int_equal(w.len, INTRO_LEN);
	assert_true(signaling_read_intro(unhex_here(intro_hex), &got));
	assert_memory_equal(got.own_secret, secret, 8);
	assert_memory_equal(got.peer_id, peer_id, 8);
	assert_true(got.pair == pair);
	assert_true(got.responder);
	assert_int_equal(got.host, 0xa1a2a3a4);
	assert_true(addr_equal(&got.peer, &v6));
	assert_false(got.stream);
	hex_bytes[26] = 0;
	hex_bytes[27] = 0xfe; /* later bits */
	assert_true(signaling_read_intro(span_of(hex_bytes, INTRO_LEN), &got));
	assert_false(got.responder || got.stream);
	m.responder = false;
	m.stream = true;
	w = writer_of(bytes, sizeof bytes);
	signaling_write_intro(&w, &m);
	hex_bytes[27] = 1;
	assert_memory_equal(bytes, hex_bytes, INTRO_LEN);
	assert_true(signaling_read_intro(written(&w), &got) && got.stream);
	hex_bytes[26] = 2;
	assert_false(signaling_read_intro(span_of(hex_bytes, INTRO_LEN), &got));
}

static void test_signaling_error(void **state)
{
	(void)state;
	struct error m = { .code = SIGNALING_NO_PAIR }, got;
	store_be64(m.about, pair);
	struct writer w = writer_of(bytes, sizeof bytes);
	signaling_write_error(&w, &m);
	assert_span_hex(written(&w), error_hex);
	assert_int_equal(w.len, ERROR_LEN);
	assert_true(signaling_read_error(unhex_here(error_hex), &got));
	assert_int_equal(got.code, 4);
	assert_memory_equal(got.about, m.about, 8);
}

/* All messages by one shape, for what must hold for each of them. */
struct message {
	const char *hex;
	bool (*read)(struct span wire, void *m);
};
static bool any_hello(struct span wire, void *m)
{
	return signaling_read_hello(wire, m);
}
static bool any_cookie(struct span wire, void *m)
{
	return signaling_read_cookie(wire, m);
}
static bool any_join(struct span wire, void *m)
{
	return signaling_read_join(wire, m);
}
static bool any_wait(struct span wire, void *m)
{
	return signaling_read_wait(wire, m);
}
static bool any_intro(struct span wire, void *m)
{
	return signaling_read_intro(wire, m);
}
static bool any_error(struct span wire, void *m)
{
	return signaling_read_error(wire, m);
}
static bool any_keep(struct span wire, void *m)
{
	return signaling_read_keep(wire, m);
}
static const struct message messages[] = {
	{ hello_hex, any_hello }, { cookie_hex, any_cookie }, { join_hex, any_join },
	{ ask_hex, any_join },    { leave_hex, any_join },    { wait_hex, any_wait },
	{ intro_hex, any_intro }, { error_hex, any_error },   { keep_hex, any_keep },
};

union any {
	struct hello hello;
	struct cookie cookie;
	struct join join;
	struct wait wait;
	struct keep keep;
	struct intro intro;
	struct error error;
};

/* Cut anywhere: not read, and nothing written. Longer: read as its first bytes. */
static void test_signaling_lengths(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
		union any m, untouched;
		struct span wire = unhex_here(messages[i].hex);
		memset(&m, 0x77, sizeof m);
		memset(&untouched, 0x77, sizeof untouched);
		for (size_t len = 0; len < wire.len; len++) {
			assert_false(messages[i].read(span_of(wire.at, len), &m));
			assert_memory_equal(&m, &untouched, sizeof m);
		}
		assert_true(messages[i].read(wire, &m));
		assert_true(messages[i].read(span_of(wire.at, wire.len + 1), &m));
		assert_true(messages[i].read(span_of(wire.at, sizeof hex_bytes), &m));
	}
}

/* Another type is not this message; nor is another version. */
static void test_signaling_types_and_versions(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
		union any m;
		for (size_t j = 0; j < sizeof messages / sizeof *messages; j++) {
			struct span wire = unhex_here(messages[j].hex);
			wire.len = sizeof hex_bytes;
			if (messages[i].read != messages[j].read)
				assert_false(messages[i].read(wire, &m));
		}
		for (unsigned version = 0; version < 256; version++) {
			struct span wire = unhex_here(messages[i].hex);
			hex_bytes[1] = (uint8_t)version;
			assert_int_equal(messages[i].read(wire, &m), version == 1);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signaling_hello),
		cmocka_unit_test(test_signaling_cookie),
		cmocka_unit_test(test_signaling_join),
		cmocka_unit_test(test_signaling_join_out_of_range),
		cmocka_unit_test(test_signaling_wait),
		cmocka_unit_test(test_signaling_keep),
		cmocka_unit_test(test_signaling_intro),
		cmocka_unit_test(test_signaling_error),
		cmocka_unit_test(test_signaling_lengths),
		cmocka_unit_test(test_signaling_types_and_versions),
	};
	return cmocka_run_group_tests_name("signaling", tests, NULL, NULL);
}
