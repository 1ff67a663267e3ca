/* encryptor: the contract of encryptor.h, held by every class of the table. A new suite gets these
 * tests by its line there. */
#include "tests/unit/support.h"

#include <stdlib.h>

#include "crypto/encryptor.h"
#include "crypto/records.h"
#include "crypto/sha256.h"
#include "tests/vectors/rsa_keys.h"

enum { INITIATOR, RESPONDER, ROOM = 1200 };

/* Two sides of one class, as far as they have come. */
struct pair {
	const struct encryptor_class *class;
	struct test_random random;
	struct identity identity[2], session_pair;
	uint8_t psks[3][PSK_LEN];
	struct encryptor_config config[2];
	struct encryptor *e[2];
};

static struct span hex_to(const char *hex, uint8_t *to, size_t cap)
{
	return unhex(hex, to, cap);
}

static struct identity rsa_identity(const struct rsa_key *key)
{
	struct identity id;
	memset(&id, 0, sizeof id);
	id.public.type = KEY_RSA;
	id.public.len = hex_to(key->n, id.public.bytes, sizeof id.public.bytes).len;
	size_t len = id.secret.rsa.factor_len = (id.public.len + 1) / 2;
	const char *const hex[] = { key->p, key->q, key->dp, key->dq, key->iq };
	for (size_t i = 0; i < 5; i++) {
		uint8_t bytes[RSA_BITS_MAX / 16];
		struct span v = unhex(hex[i], bytes, sizeof bytes);
		memcpy(id.secret.rsa.parts[i] + len - v.len, v.at, v.len);
	}
	return id;
}

static struct identity identity_for(enum key_type type, unsigned number, struct random *random)
{
	struct identity id;
	memset(&id, 0, sizeof id);
	if (type == KEY_RSA)
		return rsa_identity(&rsa_keys[number]);
	if (type == KEY_X25519)
		assert_int_equal(identity_generate(type, 0, random, &id), OK);
	return id;
}

static void pair_free(struct pair *p)
{
	encryptor_free(p->e[INITIATOR]);
	encryptor_free(p->e[RESPONDER]);
	p->e[INITIATOR] = p->e[RESPONDER] = NULL;
}

/* Configurations that fit each other; tests change them before pair_begin. */
static void pair_init(struct pair *p, const struct encryptor_class *class, uint64_t seed)
{
	memset(p, 0, sizeof *p);
	p->class = class;
	p->random = test_random(seed);
	random_fill(&p->random.random, p->psks, sizeof p->psks);
	for (unsigned side = 0; side < 2; side++) {
		p->identity[side] = identity_for(class->key_type, side, &p->random.random);
		p->config[side] = (struct encryptor_config){
			.initiator = side == INITIATOR,
			.aes = true,
			.identity = class->key_type == KEY_NONE ? NULL : &p->identity[side],
			.psks = (const uint8_t(*)[PSK_LEN])p->psks,
			.psks_count = 1,
			.prologue = span_text("prologue"),
			.payload = side == INITIATOR ? span_text("from the initiator")
			                             : span_text("from the responder"),
			.random = &p->random.random,
		};
	}
	if (class->suite == SUITE_RSA) {
		p->session_pair = rsa_identity(&rsa_keys[2]);
		p->config[RESPONDER].session_key = &p->session_pair;
	}
}

static void pair_begin(struct pair *p)
{
	pair_free(p);
	for (unsigned side = 0; side < 2; side++) {
		enum err err = OK;
		p->e[side] = encryptor_new(p->class, &p->config[side], &err);
		assert_int_equal(err, OK);
		assert_non_null(p->e[side]);
	}
}

/* A message on its way: changed by whoever tests that. */
struct wire {
	uint8_t bytes[LIMIT_HANDSHAKE];
	size_t len;
};

static enum err step(struct encryptor *e, struct span in, struct wire *wire)
{
	struct writer out = writer_of(wire->bytes, sizeof wire->bytes);
	struct wire copy; /* in may be wire itself */
	assert_true(in.len <= sizeof copy.bytes);
	if (in.len > 0)
		memcpy(copy.bytes, in.at, in.len);
	enum err err = encryptor_handshake(e, span_of(copy.bytes, in.len), &out);
	assert_false(out.full);
	wire->len = out.len;
	return err;
}

/* Runs the first count messages; the last one is left in wire, not yet delivered. */
static void advance(struct pair *p, unsigned count, struct wire *wire)
{
	wire->len = 0;
	for (unsigned m = 0; m < count; m++) {
		assert_int_equal(step(p->e[m % 2], span_of(wire->bytes, wire->len), wire), OK);
		assert_in_range(wire->len, 1, LIMIT_HANDSHAKE);
	}
}

static void complete(struct pair *p)
{
	struct wire wire;
	advance(p, p->class->messages, &wire);
	assert_int_equal(step(p->e[p->class->messages % 2], span_of(wire.bytes, wire.len), &wire),
	                 OK);
	assert_int_equal(wire.len, 0);
}

static void ready_pair(struct pair *p, const struct encryptor_class *class, uint64_t seed)
{
	pair_init(p, class, seed);
	pair_begin(p);
	complete(p);
}

/* Runs test over the table; secure: not over the insecure ones. */
static void for_each_class(void (*test)(const struct encryptor_class *class), bool secure)
{
	for (const struct encryptor_class *const *class = encryptor_classes; *class; class ++)
		if (!secure || !(*class)->insecure)
			test(*class);
}

/* ---- the table ---- */

/* Names, numbers and sizes are sound and different; all can be found. */
static void test_encryptor_table(void **unused)
{
	(void)unused;
	for (const struct encryptor_class *const *class = encryptor_classes; *class; class ++) {
		assert_ptr_equal(encryptor_class_named(span_text((*class)->name)), *class);
		assert_ptr_equal(encryptor_class_of((*class)->suite), *class);
		assert_true((*class)->size >= sizeof(struct encryptor));
		assert_in_range((*class)->messages, 2, 4);
		assert_int_equal((*class)->insecure, (*class)->key_type == KEY_NONE);
	}
	assert_null(encryptor_class_named(span_text("noises")));
	assert_null(encryptor_class_named(span_text("")));
	assert_null(encryptor_class_of(SUITE_NONE));
	assert_int_equal(SUITE_NOISE, 1);
	assert_int_equal(SUITE_PSEUDO, 3);
}

/* ---- handshakes ---- */

static void handshake_completes(const struct encryptor_class *class)
{
	for (unsigned aes = 0; aes < 4; aes++) {
		struct pair p;
		pair_init(&p, class, aes);
		p.config[INITIATOR].aes = aes & 1;
		p.config[RESPONDER].aes = aes & 2;
		pair_begin(&p);
		complete(&p);
		for (unsigned side = 0; side < 2; side++) {
			const struct encryptor *e = p.e[side];
			assert_true(e->ready);
			assert_memory_equal(e->session_id, p.e[INITIATOR]->session_id,
			                    SESSION_ID_LEN);
			assert_false(bytes_zero(e->session_id, SESSION_ID_LEN));
			assert_true(span_equal(span_of(e->peer_payload, e->peer_payload_len),
			                       p.config[1 - side].payload));
			assert_int_equal(e->peer_known, class->key_type != KEY_NONE);
			if (e->peer_known)
				assert_true(
				    public_key_equal(&e->peer, &p.identity[1 - side].public));
			assert_int_equal(e->psk_index, 0);
		}
		uint8_t one[32], two[32], other[32];
		encryptor_export(p.e[INITIATOR], span_text("label"), one);
		encryptor_export(p.e[RESPONDER], span_text("label"), two);
		encryptor_export(p.e[RESPONDER], span_of("label", 6),
		                 other); /* the 0 belongs to it */
		assert_memory_equal(one, two, sizeof one);
		assert_memory_not_equal(one, other, sizeof one);

		struct wire wire;
		assert_int_equal(step(p.e[INITIATOR], span_text("more"), &wire), ERR_STATE);
		assert_int_equal(step(p.e[RESPONDER], span_text("more"), &wire), ERR_STATE);
		pair_free(&p);
	}
}

/* A handshake ends with both sides ready, with the same id and exports, each with the other's key
 * and payload, whoever has AES. */
static void test_encryptor_handshake_completes(void **unused)
{
	(void)unused;
	for_each_class(handshake_completes, false);
}

static void payload_lengths(const struct encryptor_class *class)
{
	static const uint8_t bytes[LIMIT_HELLO_PAYLOAD] = { 1, 2, 3 };
	static const size_t lens[] = { 0, 1, LIMIT_HELLO_PAYLOAD };
	for (size_t i = 0; i < 3; i++) {
		struct pair p;
		pair_init(&p, class, 20 + i);
		p.config[INITIATOR].payload = span_of(bytes, lens[i]);
		p.config[RESPONDER].payload = span_of(bytes, lens[2 - i]);
		pair_begin(&p);
		complete(&p);
		assert_int_equal(p.e[RESPONDER]->peer_payload_len, lens[i]);
		assert_int_equal(p.e[INITIATOR]->peer_payload_len, lens[2 - i]);
		assert_memory_equal(p.e[RESPONDER]->peer_payload, bytes, lens[i]);
		pair_free(&p);
	}
	struct pair p;
	enum err err;
	static const uint8_t longer[LIMIT_HELLO_PAYLOAD + 1];
	pair_init(&p, class, 23);
	p.config[INITIATOR].payload = span_of(longer, sizeof longer);
	assert_panics(encryptor_new(class, &p.config[INITIATOR], &err));
}

static void test_encryptor_payload_lengths(void **unused)
{
	(void)unused;
	for_each_class(payload_lengths, false);
}

static void sessions_differ(const struct encryptor_class *class)
{
	struct pair p, q;
	ready_pair(&p, class, 30);
	ready_pair(&q, class, 31);
	uint8_t one[32], two[32];
	encryptor_export(p.e[0], span_text("label"), one);
	encryptor_export(q.e[0], span_text("label"), two);
	assert_memory_not_equal(p.e[0]->session_id, q.e[0]->session_id, SESSION_ID_LEN);
	assert_memory_not_equal(one, two, sizeof one);
	pair_free(&p);
	pair_free(&q);
}

/* Other randomness, other session. */
static void test_encryptor_sessions_differ(void **unused)
{
	(void)unused;
	for_each_class(sessions_differ, false);
}

static void needs_its_identity(const struct encryptor_class *class)
{
	struct pair p;
	enum err err = OK;
	for (unsigned side = 0; side < 2; side++) {
		pair_init(&p, class, 40);
		p.config[side].identity = NULL;
		assert_null(encryptor_new(class, &p.config[side], &err));
		assert_int_equal(err, ERR_STATE);

		struct identity other = identity_for(
		    class->key_type == KEY_RSA ? KEY_X25519 : KEY_RSA, 0, &p.random.random);
		p.config[side].identity = &other;
		assert_null(encryptor_new(class, &p.config[side], &err));
		assert_int_equal(err, ERR_STATE);
	}
	pair_init(&p, class, 41);
	p.config[RESPONDER].session_key = NULL;
	struct encryptor *e = encryptor_new(class, &p.config[RESPONDER], &err);
	assert_int_equal(err, class->suite == SUITE_RSA ? ERR_STATE : OK);
	encryptor_free(e);
	encryptor_free(NULL);

	p.config[INITIATOR].psks_count = 2;
	assert_panics(encryptor_new(class, &p.config[INITIATOR], &err));
	p.config[RESPONDER].psks_count = 0;
	assert_panics(encryptor_new(class, &p.config[RESPONDER], &err));
}

/* No identity, or one of another type, or no session pair: ERR_STATE. A wrong count of psks is our
 * mistake. */
static void test_encryptor_needs_its_identity(void **unused)
{
	(void)unused;
	for_each_class(needs_its_identity, true);
}

static void wrong_psk_is_silence(const struct encryptor_class *class)
{
	struct pair p, stranger;
	struct wire wire;
	pair_init(&stranger, class, 50);
	pair_init(&p, class, 51);
	pair_begin(&stranger);
	pair_begin(&p);
	for (unsigned i = 0; i < 3; i++) {
		pair_begin(&stranger);
		advance(&stranger, 1, &wire);
		assert_int_equal(step(p.e[RESPONDER], span_of(wire.bytes, wire.len), &wire),
		                 ERR_AUTH);
		assert_int_equal(wire.len, 0);
	}
	/* Too short, too long, empty. */
	static const uint8_t garbage[LIMIT_HANDSHAKE];
	static const size_t lens[] = { 0, 1, 31, 47, 48, 49, 64, 65, 1000, LIMIT_HANDSHAKE };
	for (size_t i = 0; i < sizeof lens / sizeof lens[0]; i++) {
		enum err err = step(p.e[RESPONDER], span_of(garbage, lens[i]), &wire);
		assert_true(err == ERR_AUTH || err == ERR_FORMAT);
		assert_int_equal(wire.len, 0);
	}
	complete(&p);
	assert_true(p.e[RESPONDER]->ready);
	pair_free(&p);
	pair_free(&stranger);
}

/* First messages under another psk, and nonsense, get silence; the right one after them still
 * succeeds. */
static void test_encryptor_wrong_psk_is_silence(void **unused)
{
	(void)unused;
	for_each_class(wrong_psk_is_silence, true);
}

static void tries_all_psks(const struct encryptor_class *class)
{
	for (size_t i = 0; i < 3; i++) {
		struct pair p;
		pair_init(&p, class, 60 + i);
		p.config[INITIATOR].psks = (const uint8_t(*)[PSK_LEN]) & p.psks[i];
		p.config[RESPONDER].psks_count = 3;
		pair_begin(&p);
		complete(&p);
		assert_int_equal(p.e[RESPONDER]->psk_index, i);
		assert_int_equal(p.e[INITIATOR]->psk_index, 0);
		assert_memory_equal(p.e[0]->session_id, p.e[1]->session_id, SESSION_ID_LEN);
		pair_free(&p);
	}
}

/* A responder with three psks finds the one the initiator has, and says which. */
static void test_encryptor_tries_all_psks(void **unused)
{
	(void)unused;
	for_each_class(tries_all_psks, true);
}

static void binds_the_prologue(const struct encryptor_class *class)
{
	struct pair p;
	struct wire wire;
	pair_init(&p, class, 70);
	p.config[RESPONDER].prologue = span_text("prologuf");
	pair_begin(&p);
	advance(&p, 1, &wire);
	assert_int_equal(step(p.e[RESPONDER], span_of(wire.bytes, wire.len), &wire), ERR_AUTH);
	pair_free(&p);
}

/* Another prologue (version, suite, form) fails at the first message. */
static void test_encryptor_binds_the_prologue(void **unused)
{
	(void)unused;
	for_each_class(binds_the_prologue, true);
}

static void expected_key(const struct encryptor_class *class)
{
	struct pair p;
	struct wire wire;
	pair_init(&p, class, 80);
	struct identity other = identity_for(class->key_type, 3, &p.random.random);
	p.config[INITIATOR].expected = &p.identity[RESPONDER].public;
	pair_begin(&p);
	complete(&p);

	p.config[INITIATOR].expected = &other.public;
	pair_begin(&p);
	advance(&p, 2, &wire);
	assert_int_equal(step(p.e[INITIATOR], span_of(wire.bytes, wire.len), &wire), ERR_TRUST);
	assert_int_equal(wire.len, 0);
	assert_false(p.e[INITIATOR]->ready);
	assert_true(public_key_equal(&p.e[INITIATOR]->peer, &p.identity[RESPONDER].public));
	assert_int_equal(step(p.e[INITIATOR], span_of(wire.bytes, 0), &wire), ERR_STATE);
	pair_free(&p);
}

/* The responder's key is the expected one, or ERR_TRUST with the key it has, before anything of
 * ours is shown (S27). */
static void test_encryptor_expected_key(void **unused)
{
	(void)unused;
	for_each_class(expected_key, true);
}

/* Delivers message m altered, the others as they are. True when the alteration was noticed: no two
 * ready sides with other ids. */
static void with_altered_message(struct pair *p, unsigned m, size_t at, uint8_t bit, size_t cut)
{
	struct wire wire;
	pair_begin(p);
	advance(p, m + 1, &wire);
	assert_true(at < wire.len || cut > 0);
	if (cut > 0)
		wire.len -= cut;
	else
		wire.bytes[at] ^= bit;
	struct wire answer;
	enum err err = step(p->e[1 - m % 2], span_of(wire.bytes, wire.len), &answer);
	assert_true(err == ERR_AUTH || err == ERR_FORMAT);
	assert_int_equal(answer.len, 0);
	assert_false(p->e[1 - m % 2]->ready);
	if (m > 0) /* dead: not even the right message helps now */
		assert_int_equal(step(p->e[1 - m % 2], span_of(wire.bytes, wire.len), &answer),
		                 ERR_STATE);
}

static size_t message_len(struct pair *p, unsigned m)
{
	struct wire wire;
	pair_begin(p);
	advance(p, m + 1, &wire);
	return wire.len;
}

/* Where to alter next: each of the first and last 48 bytes, where what is short begins and ends;
 * between them, in a ciphertext or key of a kilobyte, now and then. */
static size_t next_place(size_t at, size_t len)
{
	return at < 48 || at + 48 >= len ? at + 1 : at + 1 + len / 48;
}

static void altered_messages(const struct encryptor_class *class)
{
	struct pair p;
	pair_init(&p, class, 90);
	for (unsigned m = 0; m < class->messages; m++) {
		size_t len = message_len(&p, m);
		bool slow = class->suite == SUITE_RSA && m > 0;
		for (size_t at = 0; at < len; at = slow ? at + 1 + len / 24 : next_place(at, len)) {
			with_altered_message(&p, m, at, (uint8_t)(1 << (at + m) % 8), 0);
			with_altered_message(&p, m, 0, 0, at + 1);
		}
		with_altered_message(&p, m, len - 1, 1, 0);
	}
	pair_free(&p);
}

/* A flipped bit in a byte of any message, or a lost end, is noticed by who reads it, who then is
 * not ready and stays so: two sides are never ready with different session ids (S7, S13). */
static void test_encryptor_altered_messages(void **unused)
{
	(void)unused;
	for_each_class(altered_messages, true);
}

static void any_order(const struct encryptor_class *class)
{
	struct wire messages[4], answer;
	struct pair p, fresh;
	pair_init(&p, class, 100);
	pair_begin(&p);
	for (unsigned m = 0; m < class->messages; m++) {
		struct span in =
		    m > 0 ? span_of(messages[m - 1].bytes, messages[m - 1].len) : span_of(NULL, 0);
		assert_int_equal(step(p.e[m % 2], in, &messages[m]), OK);
	}
	/* Every message of that run, to each side, at each stage of another run between the same
	 * two. */
	for (unsigned stage = 0; stage < class->messages; stage++)
		for (unsigned m = 0; m < class->messages; m++)
			for (unsigned side = 0; side < 2; side++) {
				bool waits_for_first = side == RESPONDER && stage < 2;
				if (waits_for_first && m == 0)
					continue; /* a replay of a first message may be answered; it
						     leads nowhere */
				struct wire due;
				pair_init(&fresh, class, 100);
				fresh.random = test_random(101);
				pair_begin(&fresh);
				advance(&fresh, stage, &due);
				if (side == INITIATOR && stage == 0)
					assert_int_equal(
					    step(fresh.e[side], span_text("x"), &answer),
					    ERR_STATE);
				enum err err =
				    step(fresh.e[side], span_of(messages[m].bytes, messages[m].len),
				         &answer);
				assert_true(err == ERR_STATE || err == ERR_FORMAT ||
				            err == ERR_AUTH);
				assert_int_equal(answer.len, 0);
				assert_true(!fresh.e[side]->ready || stage >= class->messages - 1);
				pair_free(&fresh);
			}
	pair_free(&p);
}

/* Messages out of order, of another session of the same two, or one's own reflected (S11) are
 * refused. */
static void test_encryptor_any_order(void **unused)
{
	(void)unused;
	for_each_class(any_order, true);
}

/* ---- records ---- */

struct packet {
	uint8_t header[17], data[ROOM + TAG_LEN];
	size_t len; /* with the tag */
	uint64_t counter;
};

static void seal(struct encryptor *e, struct packet *packet, uint64_t counter, struct span text)
{
	memset(packet, 0, sizeof *packet);
	packet->counter = counter;
	store_be64(packet->header + 9, counter);
	if (text.len > 0)
		memcpy(packet->data, text.at, text.len);
	packet->len = text.len + TAG_LEN;
	encryptor_seal(e, counter, span_of(packet->header, sizeof packet->header), packet->data,
	               text.len);
}

static enum err open_copy(struct encryptor *e, const struct packet *packet, struct packet *copy)
{
	*copy = *packet;
	return encryptor_open(e, copy->counter, span_of(copy->header, sizeof copy->header),
	                      copy->data, copy->len);
}

static void records_both_ways(const struct encryptor_class *class)
{
	for (unsigned aes = 0; aes < 2; aes++) {
		struct pair p;
		struct packet packet, copy;
		uint8_t text[ROOM];
		pair_init(&p, class, 110 + aes);
		p.config[INITIATOR].aes = aes;
		pair_begin(&p);
		complete(&p);
		random_fill(&p.random.random, text, sizeof text);
		for (size_t len = 0; len <= sizeof text; len += len < 70 ? 1 : 113)
			for (unsigned side = 0; side < 2; side++) {
				seal(p.e[side], &packet, len, span_of(text, len));
				if (!class->insecure && len >= 16)
					assert_memory_not_equal(packet.data, text, len);
				assert_int_equal(open_copy(p.e[1 - side], &packet, &copy), OK);
				assert_memory_equal(copy.data, text, len);
				assert_int_equal(open_copy(p.e[1 - side], &packet, &copy),
				                 ERR_REPLAY);
				copy = packet;
				copy.counter++; /* its own sender does not take it: not a reflection
						   (S11) */
				assert_int_equal(open_copy(p.e[side], &copy, &copy), ERR_AUTH);
				assert_int_equal(open_copy(p.e[side], &packet, &copy) != OK, true);
			}
		pair_free(&p);
	}
}

/* What one side seals the other opens, in place, at every length; once; and not its sender. */
static void test_encryptor_records_both_ways(void **unused)
{
	(void)unused;
	for_each_class(records_both_ways, false);
}

static void altered_records(const struct encryptor_class *class)
{
	struct pair p;
	struct packet packet, bad, copy;
	ready_pair(&p, class, 120);
	seal(p.e[INITIATOR], &packet, 7, span_text("some text of a record"));
	struct encryptor *to = p.e[RESPONDER];
	for (size_t bit = 0; bit < packet.len * 8; bit++) {
		bad = packet;
		bad.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(open_copy(to, &bad, &copy), ERR_AUTH);
	}
	for (size_t bit = 0; bit < sizeof packet.header * 8; bit++) {
		bad = packet;
		bad.header[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(open_copy(to, &bad, &copy), ERR_AUTH);
	}
	for (bad = packet; bad.len-- > 0;)
		assert_int_equal(open_copy(to, &bad, &copy), ERR_AUTH);
	for (unsigned bit = 0; bit < 64; bit++) {
		bad = packet;
		bad.counter ^= UINT64_C(1) << bit;
		assert_int_equal(open_copy(to, &bad, &copy), ERR_AUTH);
	}
	assert_int_equal(open_copy(to, &packet, &copy), OK); /* none of these moved the window */
	pair_free(&p);
}

/* Every flipped bit of text, tag, header or number, every lost end: ERR_AUTH, and nothing else
 * changes. */
static void test_encryptor_altered_records(void **unused)
{
	(void)unused;
	for_each_class(altered_records, false);
}

static enum err open_number(struct pair *p, uint64_t counter)
{
	struct packet packet, copy;
	seal(p->e[INITIATOR], &packet, counter, span_text("x"));
	return open_copy(p->e[RESPONDER], &packet, &copy);
}

static void replay_window(const struct encryptor_class *class)
{
	struct pair p;
	ready_pair(&p, class, 130);
	/* Any order inside the window, each once. */
	enum { COUNT = LIMIT_REPLAY };
	static uint16_t order[COUNT];
	for (uint16_t i = 0; i < COUNT; i++)
		order[i] = i;
	for (size_t i = COUNT; i > 1; i--) {
		size_t j = (size_t)random_below(&p.random.random, i);
		uint16_t swap = order[i - 1];
		order[i - 1] = order[j];
		order[j] = swap;
	}
	for (size_t i = 0; i < COUNT; i++)
		assert_int_equal(open_number(&p, order[i]), OK);
	for (size_t i = 0; i < COUNT; i++)
		assert_int_equal(open_number(&p, i), ERR_REPLAY);

	/* The edge: LIMIT_REPLAY or more below the newest is too old. */
	uint64_t newest = 1000000;
	assert_int_equal(open_number(&p, newest), OK);
	assert_int_equal(open_number(&p, newest - LIMIT_REPLAY), ERR_REPLAY);
	assert_int_equal(open_number(&p, newest - LIMIT_REPLAY + 1), OK);
	assert_int_equal(open_number(&p, newest - LIMIT_REPLAY + 1), ERR_REPLAY);
	assert_int_equal(open_number(&p, newest + LIMIT_REPLAY - 1), OK);
	assert_int_equal(open_number(&p, newest), ERR_REPLAY);
	assert_int_equal(open_number(&p, newest + 1), OK);
	assert_int_equal(open_number(&p, newest - 1), ERR_REPLAY);

	/* The highest number there is. */
	assert_int_equal(open_number(&p, (UINT64_C(1) << 62) - 1), OK);
	assert_int_equal(open_number(&p, (UINT64_C(1) << 62) - 1), ERR_REPLAY);
	pair_free(&p);
}

/* Reordering inside the window is fine, a repeat never is, and what fell out of the window is
 * refused (S11). */
static void test_encryptor_replay_window(void **unused)
{
	(void)unused;
	for_each_class(replay_window, false);
}

static bool any_opens(struct encryptor *e, uint64_t counter, struct span header, uint8_t *data,
                      size_t len)
{
	(void)e;
	(void)counter;
	(void)header;
	(void)data;
	(void)len;
	return true;
}

/* The window agrees with a plain list of everything seen, over random walks of the counter. */
static void test_replay_window_like_a_list(void **unused)
{
	(void)unused;
	enum { RANGE = 5 * LIMIT_REPLAY };
	static const struct encryptor_class trusting = { .open = any_opens };
	static bool seen[RANGE];
	uint8_t tag[TAG_LEN] = { 0 };
	for (uint64_t seed = 0; seed < 20; seed++) {
		struct test_random r = test_random(seed);
		struct encryptor e = { .class = &trusting, .ready = true };
		memset(seen, 0, sizeof seen);
		uint64_t base = 0;
		for (unsigned i = 0; i < 20000; i++) {
			uint64_t jump = random_below(&r.random, 100) == 0 ? LIMIT_REPLAY : 5;
			base += random_below(&r.random, jump);
			uint64_t back = random_below(&r.random, LIMIT_REPLAY + LIMIT_REPLAY / 8);
			uint64_t c = base > back ? base - back : base;
			if (c >= RANGE)
				break;
			bool fresh = !seen[c] && c + LIMIT_REPLAY >= e.window_end;
			assert_int_equal(encryptor_open(&e, c, span_of(NULL, 0), tag, sizeof tag),
			                 fresh ? OK : ERR_REPLAY);
			seen[c] |= fresh;
		}
	}
}

/* ---- the end ---- */

static void wipe_leaves_nothing(const struct encryptor_class *class)
{
	struct pair p;
	ready_pair(&p, class, 140);
	for (unsigned side = 0; side < 2; side++) {
		encryptor_wipe(p.e[side]);
		assert_true(bytes_zero(p.e[side], class->size));
		free(p.e[side]);
	}
	/* In the middle of a handshake as well. */
	struct wire wire;
	pair_init(&p, class, 141);
	pair_begin(&p);
	advance(&p, 1, &wire);
	encryptor_wipe(p.e[INITIATOR]);
	assert_true(bytes_zero(p.e[INITIATOR], class->size));
	free(p.e[INITIATOR]);
	encryptor_free(p.e[RESPONDER]);
}

/* Nothing of an encryptor is left in its memory when it goes (S18). */
static void test_encryptor_wipe_leaves_nothing(void **unused)
{
	(void)unused;
	for_each_class(wipe_leaves_nothing, false);
}

static void nonsense(const struct encryptor_class *class)
{
	struct pair p;
	struct wire wire, bad;
	for (unsigned stage = 0; stage < class->messages; stage++)
		for (unsigned i = 0; i < (class->suite == SUITE_RSA ? 5 : 60); i++) {
			pair_init(&p, class, 150 + i);
			pair_begin(&p);
			advance(&p, stage + 1, &wire);
			size_t len = (size_t)random_below(&p.random.random,
			                                  i % 2 ? wire.len + 40 : LIMIT_HANDSHAKE);
			random_fill(&p.random.random, bad.bytes, len);
			/* Often a right beginning, so that the parsers are reached. */
			if (i % 4 == 1)
				memcpy(bad.bytes, wire.bytes,
				       len < wire.len / 2 ? len : wire.len / 2);
			struct encryptor *e = p.e[1 - stage % 2];
			enum err err = step(e, span_of(bad.bytes, len), &wire);
			assert_true(err == ERR_FORMAT || err == ERR_AUTH);
			assert_false(e->ready);
			pair_free(&p);
		}
}

/* Random bytes, and messages that turn random halfway, never get anywhere. */
static void test_encryptor_nonsense(void **unused)
{
	(void)unused;
	for_each_class(nonsense, true);
}

/* PROTOCOL 5.3, to the byte. */
static void test_pseudo_session_id(void **unused)
{
	(void)unused;
	struct pair p;
	struct wire wire;
	uint8_t said[2 + 8 + 2 * LIMIT_HANDSHAKE], hash[HASH_LEN];
	struct writer all = writer_of(said, sizeof said);

	pair_init(&p, encryptor_class_of(SUITE_PSEUDO), 91);
	pair_begin(&p);
	write_be16(&all, 8);
	write_text(&all, "prologue");
	assert_int_equal(step(p.e[INITIATOR], span_of(NULL, 0), &wire), OK);
	write_span(&all, span_of(wire.bytes, wire.len));
	assert_int_equal(step(p.e[RESPONDER], span_of(wire.bytes, wire.len), &wire), OK);
	write_span(&all, span_of(wire.bytes, wire.len));
	assert_int_equal(step(p.e[INITIATOR], span_of(wire.bytes, wire.len), &wire), OK);
	sha256(PARTS(written(&all)), hash);
	for (unsigned side = 0; side < 2; side++) {
		assert_memory_equal(p.e[side]->session_id, hash, sizeof p.e[side]->session_id);
		assert_memory_equal(p.e[side]->exporter, hash, sizeof p.e[side]->exporter);
	}
	pair_free(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_encryptor_table),
		cmocka_unit_test(test_encryptor_handshake_completes),
		cmocka_unit_test(test_encryptor_payload_lengths),
		cmocka_unit_test(test_encryptor_sessions_differ),
		cmocka_unit_test(test_encryptor_needs_its_identity),
		cmocka_unit_test(test_encryptor_wrong_psk_is_silence),
		cmocka_unit_test(test_encryptor_tries_all_psks),
		cmocka_unit_test(test_encryptor_binds_the_prologue),
		cmocka_unit_test(test_encryptor_expected_key),
		cmocka_unit_test(test_encryptor_altered_messages),
		cmocka_unit_test(test_encryptor_any_order),
		cmocka_unit_test(test_encryptor_records_both_ways),
		cmocka_unit_test(test_encryptor_altered_records),
		cmocka_unit_test(test_encryptor_replay_window),
		cmocka_unit_test(test_replay_window_like_a_list),
		cmocka_unit_test(test_encryptor_wipe_leaves_nothing),
		cmocka_unit_test(test_encryptor_nonsense),
		cmocka_unit_test(test_pseudo_session_id),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
