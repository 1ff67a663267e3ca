/* The values of tests/vectors/protocol.json, made by another implementation, against the program:
 * the small layers. Handshakes and what follows from them are in test_vectors_session.c. Each group
 * that the file has is replayed here or there. */
#include "tests/unit/vectors.h"

#include <stdlib.h>

#include "base/access_key.h"
#include "base/text.h"
#include "chat/record.h"
#include "crypto/identity.h"
#include "crypto/spake2.h"
#include "crypto/x25519.h"
#include "endpoint/handshake.h"
#include "session/frame.h"
#include "transport/communicator.h"
#include "wire/signaling.h"
#include "wire/stamp.h"

static uint8_t scratch[2][32768];

static struct addr addr_of(const struct json *j, const char *key)
{
	struct addr a;
	assert_true(addr_parse(span_text(json_string_of(j, key)), 0, &a));
	return a;
}

/* What was written is what the vector has. */
static void same(struct span got, const struct json *vector)
{
	struct span want = json_hex(vector, "bytes", scratch[1], sizeof scratch[1]);
	if (got.len != want.len || memcmp(got.at, want.at, want.len) != 0)
		fail_msg("\"%s\" is written otherwise", vector->key);
}

static void copy_hex(const struct json *j, const char *key, uint8_t *out, size_t len)
{
	assert_int_equal(json_hex(j, key, out, len).len, len);
}

/* A group of which nobody knows would be replayed by nobody. */
static void test_vectors_have_no_group_that_is_not_replayed(void **state)
{
	(void)state;
	static const char *const known[] = { "about",   "varint",  "address",   "frames",
		                             "records", "packets", "signaling", "stamps",
		                             "keys",    "codes",   "rooms",     "sessions" };
	size_t count = 0;
	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
		assert_non_null(json_in(vectors(), known[i]));
	for (const struct json *j = vectors()->first; j != NULL; j = j->next)
		count++;
	assert_int_equal(count, sizeof known / sizeof known[0]);
}

static void test_vectors_varint(void **state)
{
	(void)state;
	for (const struct json *j = json_in(vectors(), "varint")->first; j != NULL; j = j->next) {
		uint64_t value = json_number_of(j, "value");
		struct writer w = writer_of(scratch[0], 8);
		write_varint(&w, value);
		same(written(&w), j);
		struct reader r = reader_of(written(&w));
		assert_true(read_varint(&r) == value);
		assert_true(read_end(&r));
	}
}

static void test_vectors_address(void **state)
{
	(void)state;
	for (const struct json *j = json_in(vectors(), "address")->first; j != NULL; j = j->next) {
		struct addr a = addr_of(j, "text");
		struct writer w = writer_of(scratch[0], 18);
		char text[ADDR_TEXT];
		addr_write(&w, &a);
		same(written(&w), j);
		struct reader r = reader_of(written(&w));
		struct addr back = addr_read(&r);
		addr_format(&back, text);
		assert_string_equal(text, json_string_of(j, "text"));
	}
}

static void write_ack(struct writer *w, const struct json *j)
{
	struct range at[8];
	struct ranges received = ranges_of(at, 8);
	for (const struct json *range = json_in(j, "ranges")->first; range != NULL;
	     range = range->next) {
		const struct json *low = range->first, *high = low->next;
		assert_true(ranges_add(&received, strtoull(low->text, NULL, 10),
		                       strtoull(high->text, NULL, 10) + 1));
	}
	assert_true(frame_write_ack(w, &received, json_number_of(j, "delay")));
}

static void test_vectors_frames(void **state)
{
	(void)state;
	for (const struct json *j = json_in(vectors(), "frames")->first; j != NULL; j = j->next) {
		const char *type = json_string_of(j, "type");
		uint8_t data[64];
		struct span bytes = { NULL, 0 };
		struct writer w = writer_of(scratch[0], 256);
		struct frame f;
		if (json_find(j, "data") != NULL)
			bytes = json_hex(j, "data", data, sizeof data);
		if (strcmp(type, "PING") == 0) {
			frame_write_ping(&w);
		} else if (strcmp(type, "ACK") == 0) {
			write_ack(&w, j);
		} else if (strncmp(type, "STREAM", 6) == 0) {
			bool end = strcmp(json_string_of(j, "end"), "true") == 0;
			assert_true(frame_write_stream(&w, (uint32_t)json_number_of(j, "stream"),
			                               json_number_of(j, "offset"), bytes, end));
		} else if (strcmp(type, "MAX DATA") == 0) {
			frame_write_max_data(&w, (uint32_t)json_number_of(j, "stream"),
			                     json_number_of(j, "limit"));
		} else if (strcmp(type, "RESET") == 0) {
			frame_write_reset(&w, (uint32_t)json_number_of(j, "stream"),
			                  (uint8_t)json_number_of(j, "code"));
		} else if (strcmp(type, "PATH CHALLENGE") == 0) {
			frame_write_challenge(&w, bytes.at);
		} else if (strcmp(type, "PATH RESPONSE") == 0) {
			struct addr seen = addr_of(j, "seen");
			frame_write_response(&w, bytes.at, &seen);
		} else {
			assert_string_equal(type, "CLOSE");
			bytes = json_hex(j, "text", data, sizeof data);
			frame_write_close(&w, (uint8_t)json_number_of(j, "code"), bytes);
		}
		same(written(&w), j);
		struct reader r = reader_of(written(&w));
		assert_true(frame_read(&r, &f));
		assert_false(frame_read(&r, &f) || r.bad);
	}
}

static void test_vectors_records(void **state)
{
	(void)state;
	for (const struct json *j = json_in(vectors(), "records")->first; j != NULL; j = j->next) {
		static uint8_t text[LIMIT_TEXT];
		struct record r = { .type = (uint8_t)json_number_of(j, "type"),
			            .number = json_number_of(j, "number") },
			      back;
		if (json_find(j, "text") != NULL)
			r.text = json_hex(j, "text", text, sizeof text);
		size_t size = record_write(&r, scratch[0]);
		same(span_of(scratch[0], size), j);
		assert_int_equal(record_size(scratch[0]), size);
		assert_int_equal(record_read(span_of(scratch[0], size), &back), OK);
		assert_true(back.type == r.type && back.number == r.number &&
		            span_equal(back.text, r.text));
	}
}

static void test_vectors_packets(void **state)
{
	(void)state;
	const struct json *j = json_in(json_in(vectors(), "packets"), "HANDSHAKE");
	struct fragment f;
	uint8_t want[LIMIT_PACKET];
	struct span packet = json_hex(j, "bytes", scratch[0], sizeof scratch[0]);
	assert_int_equal(handshake_read(packet, &f), OK);
	assert_int_equal(f.version, PROTOCOL_VERSION);
	assert_int_equal(f.suite, json_number_of(j, "suite"));
	assert_int_equal(f.number, json_number_of(j, "number"));
	assert_int_equal(f.total, json_number_of(j, "total"));
	assert_int_equal(f.offset, json_number_of(j, "offset"));
	assert_span_hex(span_of(f.id, sizeof f.id), json_string_of(j, "connection id"));
	assert_true(span_equal(f.bytes, json_hex(j, "fragment", want, sizeof want)));
}

static void write_join(struct writer *w, const struct json *j)
{
	struct join m = { .responder = json_number_of(j, "flags") & 1,
		          .nameplate = json_number_of(j, "flags") & 2 };
	copy_hex(j, "cookie", m.cookie, sizeof m.cookie);
	copy_hex(j, "token", m.token, sizeof m.token);
	copy_hex(j, "tag", m.secret, sizeof m.secret);
	signaling_write_join(w, &m);
}

static void write_wait(struct writer *w, const struct json *j)
{
	struct wait m = { .nameplate = (uint32_t)json_number_of(j, "nameplate"),
		          .refresh_s = (uint16_t)json_number_of(j, "refresh"),
		          .others = (uint8_t)json_number_of(j, "others") };
	copy_hex(j, "tag", m.secret, sizeof m.secret);
	copy_hex(j, "token", m.token, sizeof m.token);
	signaling_write_wait(w, &m);
}

static void write_intro(struct writer *w, const struct json *j)
{
	uint8_t pair[8];
	struct intro m = { .responder = json_number_of(j, "role") == 1,
		           .host = (uint32_t)json_number_of(j, "host"),
		           .peer = addr_of(j, "address") };
	copy_hex(j, "tag", m.own_secret, sizeof m.own_secret);
	copy_hex(j, "peer", m.peer_id, sizeof m.peer_id);
	copy_hex(j, "pair", pair, sizeof pair);
	m.pair = load_be64(pair);
	signaling_write_intro(w, &m);
}

static void write_cookie(struct writer *w, const struct json *j)
{
	struct cookie m = { .observed = addr_of(j, "observed"),
		            .day = (uint32_t)json_number_of(j, "day"),
		            .relay_kbit = (uint32_t)json_number_of(j, "rate"),
		            .day_ends_s = (uint32_t)json_number_of(j, "seconds until midnight") };
	copy_hex(j, "nonce", m.nonce, sizeof m.nonce);
	copy_hex(j, "cookie", m.cookie, sizeof m.cookie);
	signaling_write_cookie(w, &m);
}

static void test_vectors_signaling(void **state)
{
	(void)state;
	for (const struct json *j = json_in(vectors(), "signaling")->first; j != NULL;
	     j = j->next) {
		struct writer w = writer_of(scratch[0], 256);
		if (strcmp(j->key, "HELLO") == 0) {
			struct hello m = { .beside = false };
			copy_hex(j, "nonce", m.nonce, sizeof m.nonce);
			signaling_write_hello(&w, &m, HELLO_LEN);
		} else if (strcmp(j->key, "COOKIE") == 0) {
			write_cookie(&w, j);
		} else if (strncmp(j->key, "JOIN", 4) == 0) {
			write_join(&w, j);
		} else if (strcmp(j->key, "WAIT") == 0) {
			write_wait(&w, j);
		} else if (strcmp(j->key, "INTRO") == 0) {
			write_intro(&w, j);
		} else {
			struct error m = { .code = (uint8_t)json_number_of(j, "code") };
			assert_string_equal(j->key, "ERROR");
			copy_hex(j, "about", m.about, sizeof m.about);
			signaling_write_error(&w, &m);
		}
		same(written(&w), j);
	}
}

static void test_vectors_stamps(void **state)
{
	(void)state;
	for (const struct json *j = json_in(vectors(), "stamps")->first; j != NULL; j = j->next) {
		struct access_key key = { .given = false }, read = { .given = false };
		struct span plain = json_hex(j, "plain", scratch[0], sizeof scratch[0]);
		char text[ACCESS_KEY_TEXT + 2];
		struct text t = text_of(text, sizeof text);
		copy_hex(j, "key", key.bytes, sizeof key.bytes);
		stamp_put(scratch[0], plain.len, key.bytes);
		same(span_of(scratch[0], plain.len), j);
		assert_true(stamp_good(span_of(scratch[0], plain.len), key.bytes));
		key.given = true;
		access_key_add(&key, &t);
		assert_string_equal(text + 1, json_string_of(j, "text"));
		assert_true(access_key_read(span_text(json_string_of(j, "text")), &read));
		assert_memory_equal(read.bytes, key.bytes, sizeof key.bytes);
	}
}

/* As they are printed, with blanks, in capitals; and each counts, and there are neither more nor
 * fewer. */
static void check_words(const struct public_key *key, const char *want)
{
	char words[PUBLIC_KEY_WORDS_TEXT], more[PUBLIC_KEY_WORDS_TEXT + 8];
	public_key_words(key, words);
	assert_string_equal(words, want);
	assert_true(public_key_has_fingerprint(key, span_text(words)));
	struct text t = text_of(more, sizeof more);
	text_add_format(&t, "%s-zoo", words);
	assert_false(public_key_has_fingerprint(key, span_text(more)));
	*strrchr(words, '-') = 0;
	assert_false(public_key_has_fingerprint(key, span_text(words)));
	text_copy(words, sizeof words, want);
	for (char *c = words; *c; c++)
		*c = *c == '-' ? ' ' : (char)(*c - 32);
	assert_true(public_key_has_fingerprint(key, span_text(words)));
	text_copy(words, sizeof words, want);
	memcpy(words, strncmp(words, "zoo-", 4) == 0 ? "zone" : "zoo-", 4);
	assert_false(public_key_has_fingerprint(key, span_text(words)));
}

static void test_vectors_keys(void **state)
{
	(void)state;
	for (const struct json *j = json_in(vectors(), "keys")->first; j != NULL; j = j->next) {
		struct public_key key;
		char print[FINGERPRINT_TEXT];
		uint8_t psk[32];
		assert_true(public_key_type_parse(span_text(json_string_of(j, "type")), &key.type));
		key.len = json_hex(j, key.type == KEY_RSA ? "modulus" : "public", key.bytes,
		                   sizeof key.bytes)
		              .len;
		assert_int_equal(public_key_check(&key), OK);
		public_key_fingerprint(&key, print);
		assert_string_equal(print, json_string_of(j, "fingerprint"));
		check_words(&key, json_string_of(j, "words"));
		mutual_psk(&key, psk);
		assert_span_hex(span_of(psk, sizeof psk), json_string_of(j, "psk"));
		if (key.type == KEY_X25519) {
			uint8_t secret[X25519_LEN], made[X25519_LEN];
			copy_hex(j, "private", secret, sizeof secret);
			x25519_public(secret, made);
			assert_memory_equal(made, key.bytes, sizeof made);
		}
	}
}

static void test_vectors_codes(void **state)
{
	(void)state;
	for (const struct json *j = json_in(vectors(), "codes")->first; j != NULL; j = j->next) {
		struct code code;
		struct span unknown;
		struct spake2 run;
		uint8_t share[SPAKE2_SHARE];
		struct test_random random = test_random(1);
		assert_int_equal(code_parse(span_text(json_string_of(j, "code")), &code, &unknown),
		                 OK);
		assert_int_equal(code.has_nameplate ? code.nameplate : 0,
		                 json_number_of(j, "nameplate"));
		spake2_start(&run, true, &code, &random.random, share);
		assert_span_hex(span_of(run.w, sizeof run.w), json_string_of(j, "w"));
		bytes_wipe(&run, sizeof run);
	}
}

static void test_vectors_rooms(void **state)
{
	(void)state;
	const struct json *rooms = json_in(vectors(), "rooms"),
			  *keys = json_in(vectors(), "keys")->first;
	uint8_t token[TOKEN_LEN], secret[32];
	for (const struct json *j = json_in(rooms, "nameplates")->first; j != NULL; j = j->next) {
		communicator_nameplate_token((uint32_t)json_number_of(j, "nameplate"), token);
		assert_span_hex(span_of(token, sizeof token), json_string_of(j, "token"));
	}
	struct identity own = { .public.type = KEY_X25519 };
	struct public_key peer = { .type = KEY_X25519, .len = X25519_LEN };
	copy_hex(keys, "private", own.secret.x25519, X25519_LEN);
	copy_hex(keys->next, "public", peer.bytes, X25519_LEN);
	assert_int_equal(mutual_secret(&own, &peer, secret), OK);
	assert_span_hex(span_of(secret, sizeof secret), json_string_of(rooms, "secret"));
	for (const struct json *j = json_in(rooms, "days")->first; j != NULL; j = j->next) {
		mutual_token(secret, (uint32_t)json_number_of(j, "day"), token);
		assert_span_hex(span_of(token, sizeof token), json_string_of(j, "token"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors_have_no_group_that_is_not_replayed),
		cmocka_unit_test(test_vectors_varint),
		cmocka_unit_test(test_vectors_address),
		cmocka_unit_test(test_vectors_frames),
		cmocka_unit_test(test_vectors_records),
		cmocka_unit_test(test_vectors_packets),
		cmocka_unit_test(test_vectors_signaling),
		cmocka_unit_test(test_vectors_stamps),
		cmocka_unit_test(test_vectors_keys),
		cmocka_unit_test(test_vectors_codes),
		cmocka_unit_test(test_vectors_rooms),
	};
	return cmocka_run_group_tests_name("vectors", tests, NULL, NULL);
}
