/* Whole key agreements of tests/vectors/protocol.json, made by another implementation: the program
 * draws what the vector says was drawn, and must say the same bytes, to the last sealed packet:
 * every suite and form, comparison words, rekeying. */
#include "session/compare.h"
#include "session/rekey.h"
#include "tests/unit/keys.h"
#include "tests/unit/vectors.h"

#include "crypto/keying.h"

enum { ALICE, BOB, SIDES };

struct meeting {
	const struct json *vector;
	const struct encryptor_class *suite;
	struct identity keys[SIDES], pair; /* pair: rsa, of this session */
	struct code code;
	struct drawn drawn[SIDES];
	struct keying *keying[SIDES];
	struct encryptor *keys_made[SIDES];
	struct keyring keyring[SIDES];
};

static const char *const payload_names[] = { "initiator's payload", "responder's payload" };

/* The nth of the file's rsa keys: the numbers the program wants besides p and q are in rsa_keys.h.
 */
static struct identity rsa_key(unsigned n)
{
	const struct json *j = json_in(vectors(), "keys")->first;
	uint8_t modulus[LIMIT_PUBLIC_KEY];
	for (unsigned i = 0; i < 2 + n; i++)
		j = j->next;
	struct identity id = test_rsa_identity(n);
	assert_int_equal(json_hex(j, "modulus", modulus, sizeof modulus).len, id.public.len);
	assert_memory_equal(modulus, id.public.bytes, id.public.len);
	return id;
}

static struct identity x25519_key(unsigned n)
{
	const struct json *j = json_in(vectors(), "keys")->first;
	struct identity id = { .public = { .type = KEY_X25519, .len = X25519_LEN } };
	if (n == 1)
		j = j->next;
	json_hex(j, "private", id.secret.x25519, X25519_LEN);
	x25519_public(id.secret.x25519, id.public.bytes);
	return id;
}

/* What both sides draw for a suite's handshake, in order. */
static void will_draw(struct meeting *m, const struct json *private)
{
	switch (m->suite->suite) {
	case SUITE_NOISE:
		drawn_add(&m->drawn[ALICE], private, "initiator's ephemeral key");
		drawn_add(&m->drawn[BOB], private, "responder's ephemeral key");
		break;
	case SUITE_HYBRID:
		drawn_add(&m->drawn[ALICE], private, "initiator's ephemeral key");
		drawn_add(&m->drawn[ALICE], private, "d and z");
		drawn_add(&m->drawn[BOB], private, "responder's ephemeral key");
		drawn_add(&m->drawn[BOB], private, "m");
		break;
	case SUITE_RSA:
		drawn_add(&m->drawn[ALICE], private, "nonce C");
		drawn_add(&m->drawn[ALICE], private, "K");
		drawn_add(&m->drawn[ALICE], private, "OAEP seed");
		drawn_add(&m->drawn[BOB], private, "nonce S");
		drawn_any(&m->drawn[BOB], 16); /* what a K that does not open would be */
		break;
	default:
		drawn_add(&m->drawn[ALICE], private, "nonce C");
		drawn_add(&m->drawn[BOB], private, "nonce S");
		break;
	}
}

static void meet(struct meeting *m, const struct json *vector)
{
	struct span unknown;
	const char *form = json_string_of(vector, "form");

	memset(m, 0, sizeof *m);
	m->vector = vector;
	m->suite = encryptor_class_named(span_text(json_string_of(vector, "suite")));
	assert_non_null(m->suite);
	for (unsigned i = 0; i < SIDES; i++) {
		if (m->suite->key_type != KEY_NONE)
			m->keys[i] = m->suite->key_type == KEY_RSA ? rsa_key(i) : x25519_key(i);
		drawn_start(&m->drawn[i]);
	}
	if (m->suite->key_type == KEY_RSA)
		m->pair = rsa_key(2);
	bool by_code = strcmp(form, "code") == 0, contact = strcmp(form, "contact") == 0;
	if (by_code) {
		assert_int_equal(
		    code_parse(span_text(json_string_of(vector, "code")), &m->code, &unknown), OK);
		drawn_add(&m->drawn[ALICE], json_in(vector, "pairing"), "x");
		drawn_add(&m->drawn[BOB], json_in(vector, "pairing"), "y");
	}
	will_draw(m, json_in(vector, "private"));

	for (unsigned i = 0; i < SIDES; i++) {
		uint8_t payload[LIMIT_HELLO];
		struct span p = json_hex(vector, payload_names[i], payload, sizeof payload);
		struct keying_config config = {
			.initiator = i == ALICE,
			.suite = m->suite,
			.identity = m->suite->key_type != KEY_NONE ? &m->keys[i] : NULL,
			.session_key = m->suite->key_type == KEY_RSA ? &m->pair : NULL,
			.aes = p.at[0] & HELLO_FLAG_AES,
			.code = by_code ? &m->code : NULL,
			.expected = contact && i == ALICE ? &m->keys[BOB].public : NULL,
			.contacts = contact && i == BOB,
			.first_use = !by_code && !contact,
			.payload = span_of(p.at + 1, p.len - 1),
			.random = &m->drawn[i].random,
		};
		m->keying[i] = keying_new(&config);
		assert_non_null(m->keying[i]);
	}
}

/* Every message of the handshake, to the byte. */
static void run_handshake(struct meeting *m)
{
	static uint8_t bytes[LIMIT_HANDSHAKE], want[LIMIT_HANDSHAKE];
	struct writer w = writer_of(bytes, sizeof bytes);
	unsigned number = 0;

	assert_int_equal(keying_handshake(m->keying[ALICE], span_of(NULL, 0), &w), OK);
	for (const struct json *j = json_in(m->vector, "messages")->first; j != NULL;
	     j = j->next, number++) {
		struct span message = unhex(j->text, want, sizeof want);
		if (!span_equal(written(&w), message))
			fail_msg("\"%s\": message %u is another", json_string_of(m->vector, "name"),
			         number);
		w = writer_of(bytes, sizeof bytes);
		assert_int_equal(
		    keying_handshake(m->keying[number % 2 == 0 ? BOB : ALICE], message, &w), OK);
	}
	assert_int_equal(w.len, 0);
	for (unsigned i = 0; i < SIDES; i++) {
		drawn_used_up(&m->drawn[i]);
		m->keys_made[i] = keying_take(m->keying[i]);
		assert_non_null(m->keys_made[i]);
		assert_span_hex(span_of(m->keys_made[i]->session_id, SESSION_ID_LEN),
		                json_string_of(m->vector, "session id"));
		keying_free(m->keying[i]);
	}
}

static void check_exports(const struct meeting *m, struct encryptor *keys)
{
	static const char *const names[] = { "path ids to the responder",
		                             "path ids to the initiator" };
	uint8_t out[32];

	for (unsigned direction = 0; direction < 2; direction++) {
		const struct json *id = json_in(m->vector, names[direction])->first;
		for (char digit = '0'; digit < '8'; digit++) {
			const char label[] = { 's',  'c', 'h', 'a', 't', ' ',
				               'p',  'a', 't', 'h', ' ', direction == 0 ? 'R' : 'I',
				               digit };
			encryptor_export(keys, span_of((const uint8_t *)label, sizeof label), out);
			for (unsigned k = 0; k < 4; k++, id = id->next)
				assert_span_hex(span_of(out + (size_t)8 * k, 8), id->text);
		}
		assert_null(id);
	}
	encryptor_export(keys, span_text("schat rejoin v1"), out);
	assert_span_hex(span_of(out, 16), json_string_of(m->vector, "rejoin token"));
	encryptor_export(keys, span_text("schat pair v1"), out);
	assert_span_hex(span_of(out, 32), json_string_of(m->vector, "pair secret"));
}

/* Each packet is what one side seals, and opens at the other. */
static void check_sealed(const struct json *list, struct encryptor *const keys[static SIDES])
{
	for (const struct json *j = list->first; j != NULL; j = j->next) {
		unsigned from = strcmp(json_string_of(j, "from"), "initiator") == 0 ? ALICE : BOB;
		uint8_t packet[LIMIT_PACKET], want[LIMIT_PACKET], text[LIMIT_PACKET];
		struct span whole = json_hex(j, "packet", want, sizeof want),
			    frames = json_hex(j, "frames", text, sizeof text);
		uint64_t number = json_number_of(j, "number");

		assert_int_equal(whole.at[0], PACKET_SEALED + json_number_of(j, "phase"));
		memcpy(packet, whole.at, SEALED_HEADER);
		memcpy(packet + SEALED_HEADER, frames.at, frames.len);
		encryptor_seal(keys[from], number, span_of(packet, SEALED_HEADER),
		               packet + SEALED_HEADER, frames.len);
		assert_true(span_equal(span_of(packet, SEALED_OVERHEAD + frames.len), whole));
		struct encryptor *to = keys[1 - from];
		assert_int_equal(encryptor_open(to, number, span_of(packet, SEALED_HEADER),
		                                packet + SEALED_HEADER, frames.len + TAG_LEN),
		                 OK);
		assert_memory_equal(packet + SEALED_HEADER, text, frames.len);
	}
}

/* ---- inside the session ---- */

static const uint64_t start_at = 1000 * SECOND;

static void expect(const struct meeting *m, enum control_type type, struct span body,
                   const struct json *message)
{
	static uint8_t want[CONTROL_HEADER + CONTROL_BODY_MAX];
	struct span whole = unhex(message->text, want, sizeof want);

	if (whole.len != CONTROL_HEADER + body.len || whole.at[0] != type ||
	    load_be16(whole.at + 1) != body.len ||
	    memcmp(whole.at + CONTROL_HEADER, body.at, body.len) != 0)
		fail_msg("\"%s\": a control message is another", json_string_of(m->vector, "name"));
}

static void replay_comparison(struct meeting *m)
{
	const struct json *j = json_in(m->vector, "comparison"),
			  *message = json_in(j, "control messages")->first;
	struct compare compare[SIDES];
	unsigned from = BOB;

	drawn_add(&m->drawn[ALICE], j, "i");
	drawn_add(&m->drawn[BOB], j, "r");
	for (unsigned i = 0; i < SIDES; i++)
		compare_start(&compare[i],
		              &(struct compare_config){ .initiator = i == ALICE,
		                                        .own = &m->keys[i].public,
		                                        .peer = &m->keys[1 - i].public,
		                                        .session_id = m->keys_made[i]->session_id,
		                                        .random = &m->drawn[i].random });
	for (; message != NULL; message = message->next, from = 1 - from) {
		uint8_t body[COMPARE_BODY];
		enum control_type type;

		if (from == ALICE)
			compare_go(&compare[ALICE]);
		assert_true(compare_output(&compare[from], &type, body));
		expect(m, type, span_of(body, sizeof body), message);
		assert_int_equal(
		    compare_input(&compare[1 - from], type, span_of(body, sizeof body)), OK);
	}
	for (unsigned i = 0; i < SIDES; i++) {
		drawn_used_up(&m->drawn[i]);
		assert_string_equal(compare[i].words, json_string_of(j, "words"));
	}
}

static void replay_rekey(struct meeting *m)
{
	static uint8_t bytes[REKEY_BODY_MAX], copy[REKEY_BODY_MAX];
	const struct json *j = json_in(m->vector, "rekey");
	uint64_t now = start_at + LIMIT_REKEY_US;
	struct rekey rekey[SIDES];
	unsigned from = ALICE, to = BOB;
	struct writer w = writer_of(bytes, sizeof bytes);

	for (unsigned i = 0; i < SIDES; i++) {
		uint8_t payload[LIMIT_HELLO];
		struct rekey_config config = {
			.initiator = i == ALICE,
			.suite = m->suite,
			.identity = &m->keys[i],
			.aes =
			    json_hex(m->vector, payload_names[i], payload, sizeof payload).at[0] &
			    HELLO_FLAG_AES,
			.random = &m->drawn[i].random,
		};
		rekey_init(&rekey[i], &config);
	}
	will_draw(m, json_in(j, "private"));
	assert_int_equal(rekey_timer(&rekey[ALICE], &m->keyring[ALICE], true, &w, now), OK);
	for (const struct json *message = json_in(j, "control messages")->first; message != NULL;
	     message = message->next, from = to, to = 1 - from) {
		expect(m, CONTROL_REKEY, written(&w), message);
		memcpy(copy, bytes, w.len);
		size_t len = w.len;
		w = writer_of(bytes, sizeof bytes);
		assert_int_equal(
		    rekey_input(&rekey[to], &m->keyring[to], span_of(copy, len), &w, now), OK);
		if (rekey_key_give(&rekey[to], &m->pair))
			assert_int_equal(rekey_timer(&rekey[to], &m->keyring[to], true, &w, now),
			                 OK);
	}
	assert_int_equal(w.len, 0);
	struct encryptor *fresh[SIDES];
	for (unsigned i = 0; i < SIDES; i++) {
		drawn_used_up(&m->drawn[i]);
		fresh[i] = m->keyring[i].keys[json_number_of(j, "phase")];
		assert_non_null(fresh[i]);
		assert_span_hex(span_of(fresh[i]->session_id, SESSION_ID_LEN),
		                json_string_of(j, "session id of the handshake"));
	}
	check_sealed(json_in(j, "sealed"), fresh);
}

static void test_vectors_sessions(void **state)
{
	(void)state;
	unsigned compared = 0, rekeyed = 0, suites = 0;

	for (const struct json *j = json_in(vectors(), "sessions")->first; j != NULL; j = j->next) {
		struct meeting m;
		meet(&m, j);
		suites |= 1u << m.suite->suite;
		run_handshake(&m);
		check_exports(&m, m.keys_made[ALICE]);
		check_exports(&m, m.keys_made[BOB]);
		check_sealed(json_in(j, "sealed"), m.keys_made);
		for (unsigned i = 0; i < SIDES; i++) {
			keyring_init(&m.keyring[i], m.keys_made[i], i == ALICE, start_at);
			drawn_start(&m.drawn[i]);
		}
		if (json_find(j, "comparison") != NULL) {
			replay_comparison(&m);
			compared++;
		} else if (json_find(j, "rekey") != NULL) {
			replay_rekey(&m);
			rekeyed++;
		}
		keyring_wipe(&m.keyring[ALICE]);
		keyring_wipe(&m.keyring[BOB]);
	}
	assert_true(compared >= 3 && rekeyed >= 3);
	for (size_t i = 0; encryptor_classes[i] != NULL; i++)
		assert_true(suites & 1u << encryptor_classes[i]->suite);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors_sessions),
	};
	return cmocka_run_group_tests_name("vectors of sessions", tests, NULL, NULL);
}
