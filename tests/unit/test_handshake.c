/* handshake: the messages of a key agreement arrive whole, once and in order, whatever the
 * network does to their packets; and packets are read as they were written, and nothing else is.
 * docs/PROTOCOL.md section 3. */
#include "endpoint/handshake.h"

#include <stdlib.h>

#include "tests/unit/keys.h"
#include "tests/unit/support.h"

static struct identity own[2], session_pair;
static struct test_random randomness;
static const uint8_t own_id[CONNECTION_ID] = { 1, 2, 3, 4, 5, 6, 7, 8 };

static struct handshake *side(bool initiator, enum suite suite)
{
	struct route route = { .kind = ROUTE_UDP, .link = 1 };
	struct keying_config config = { .initiator = initiator,
		                        .suite = encryptor_class_of(suite),
		                        .identity = &own[initiator],
		                        .session_key = &session_pair,
		                        .first_use = true,
		                        .payload = span_text("\1"),
		                        .random = &randomness.random };
	struct handshake *h = calloc(1, sizeof *h);

	assert_non_null(h);
	assert_true(handshake_init(h, &config, own_id, &route, 1));
	return h;
}

/* Nothing but the id stays behind, and nothing more comes out of it. */
static void end(struct handshake *h)
{
	uint8_t packet[LIMIT_PACKET];
	struct fragment f = { .version = PROTOCOL_VERSION };
	enum handshake_step step;

	handshake_end(h);
	assert_null(h->keying);
	assert_memory_equal(h->id, own_id, sizeof h->id);
	assert_true(bytes_zero(h->in, sizeof h->in) && bytes_zero(h->out, sizeof h->out));
	assert_int_equal(handshake_fragment(h, &h->route, &f, &step, 1), OK);
	assert_int_equal(step, HANDSHAKE_STAYS);
	assert_int_equal(handshake_output(h, packet, 1000 * SECOND), 0);
	assert_true(handshake_deadline(h) == NEVER);
	free(h);
}

static void prepare(enum suite suite, uint64_t seed)
{
	randomness = test_random(seed);
	for (unsigned i = 0; i < 2; i++)
		own[i] = test_identity(encryptor_class_of(suite)->key_type, i);
	session_pair = test_identity(KEY_RSA, 2);
}

/* Moves the packets of from to to, each lost, doubled or kept for later as chance has it. */
static void carry(struct handshake *from, struct handshake *to, uint64_t now, unsigned loss_percent)
{
	uint8_t packets[8][LIMIT_PACKET];
	size_t lens[8], count = 0, len;
	enum handshake_step step;
	struct fragment f;

	while (count < 8 && (len = handshake_output(from, packets[count], now)) > 0)
		lens[count++] = len;
	for (size_t i = count; i > 1; i--) { /* any order */
		size_t k = (size_t)random_below(&randomness.random, i);
		uint8_t swap[LIMIT_PACKET];
		size_t swap_len = lens[k];
		memcpy(swap, packets[k], LIMIT_PACKET);
		memcpy(packets[k], packets[i - 1], LIMIT_PACKET);
		lens[k] = lens[i - 1];
		memcpy(packets[i - 1], swap, LIMIT_PACKET);
		lens[i - 1] = swap_len;
	}
	for (size_t i = 0; i < count; i++) {
		if (random_below(&randomness.random, 100) < loss_percent)
			continue;
		unsigned copies = 1 + (unsigned)random_below(&randomness.random, 2);
		while (copies-- > 0) {
			assert_int_equal(handshake_read(span_of(packets[i], lens[i]), &f), OK);
			assert_int_equal(handshake_fragment(to, &from->route, &f, &step, now), OK);
		}
	}
}

/* A path that carries no large packets, nor says so: the longest messages pass in small ones. */
static void test_handshake_passes_a_small_path(void **state)
{
	enum suite suite = *(const enum suite *)*state;
	prepare(suite, 7);
	struct handshake *sides[] = { side(true, suite), side(false, suite) };
	uint64_t now = SECOND;
	unsigned died = 0;

	assert_int_equal(handshake_start(sides[0], now), OK);
	for (; !keying_ready(sides[0]->keying) || !keying_ready(sides[1]->keying); now += 10 * MS) {
		assert_true(now < 3 * SECOND);
		for (unsigned i = 0; i < 2; i++) {
			uint8_t packet[LIMIT_PACKET];
			enum handshake_step step;
			struct fragment f;

			for (size_t len; (len = handshake_output(sides[i], packet, now)) > 0;) {
				if (len > 548) {
					died++;
					continue;
				}
				assert_int_equal(handshake_read(span_of(packet, len), &f), OK);
				assert_int_equal(handshake_fragment(sides[1 - i], &sides[i]->route,
				                                    &f, &step, now),
				                 OK);
			}
		}
	}
	assert_true(died > 0);
	end(sides[0]);
	end(sides[1]);
}

/* Loss, doubling and any order of fragments: both sides become ready with the same session id. */
static void test_handshake_survives_the_network(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 60; seed++) {
		enum suite suite = seed % 10 == 0  ? SUITE_RSA
		                   : seed % 3 == 0 ? SUITE_HYBRID
		                                   : SUITE_NOISE;
		prepare(suite, seed);
		struct handshake *a = side(true, suite), *b = side(false, suite);
		assert_int_equal(handshake_start(a, 1), OK);
		for (uint64_t now = 1; !keying_ready(a->keying) || !keying_ready(b->keying);
		     now += 50 * MS) {
			assert_true(now < 300 * SECOND);
			carry(a, b, now, 40);
			carry(b, a, now, 40);
		}
		struct encryptor *ka = handshake_take(a), *kb = handshake_take(b);
		assert_memory_equal(ka->session_id, kb->session_id, SESSION_ID_LEN);
		encryptor_free(ka);
		encryptor_free(kb);
		end(a);
		end(b);
	}
}

/* The initiator repeats after 0.25, 0.5, 1, 2 and 2 s; the responder never on its own. */
static void test_handshake_repeats_on_time(void **state)
{
	(void)state;
	static const unsigned at_ms[] = { 0, 250, 750, 1750, 3750, 5750 };
	uint8_t packet[LIMIT_PACKET];
	prepare(SUITE_NOISE, 1);
	struct handshake *a = side(true, SUITE_NOISE), *b = side(false, SUITE_NOISE);
	assert_int_equal(handshake_start(a, SECOND), OK);
	assert_true(handshake_deadline(b) == NEVER);
	for (size_t i = 0; i < sizeof at_ms / sizeof at_ms[0]; i++) {
		uint64_t at = SECOND + at_ms[i] * MS;
		if (i > 0) {
			assert_true(handshake_deadline(a) == at);
			assert_int_equal(handshake_output(a, packet, at - 1), 0);
		}
		assert_true(handshake_output(a, packet, at) > 0);
		assert_int_equal(handshake_output(a, packet, at), 0);
	}
	end(a);
	end(b);
}

/* The same first message again has the same answer, byte for byte: no second guess, no other
 * keys. */
static void test_handshake_answers_a_repeat_alike(void **state)
{
	(void)state;
	uint8_t question[LIMIT_PACKET], answers[2][LIMIT_PACKET];
	enum handshake_step step;
	struct fragment f;
	prepare(SUITE_NOISE, 2);
	struct handshake *a = side(true, SUITE_NOISE), *b = side(false, SUITE_NOISE);
	assert_int_equal(handshake_start(a, 1), OK);
	size_t len = handshake_output(a, question, 1), answer_len = 0;
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(handshake_read(span_of(question, len), &f), OK);
		assert_int_equal(handshake_fragment(b, &a->route, &f, &step, 1), OK);
		answer_len = handshake_output(b, answers[i], 1);
		assert_true(answer_len > 0);
		assert_int_equal(handshake_output(b, answers[i], 1), 0);
	}
	assert_memory_equal(answers[0], answers[1], answer_len);
	end(a);
	end(b);
}

static struct fragment piece(unsigned number, size_t total, size_t offset, struct span bytes)
{
	struct fragment f = { .version = PROTOCOL_VERSION,
		              .suite = SUITE_NOISE,
		              .number = (uint8_t)number,
		              .total = (uint16_t)total,
		              .offset = (uint16_t)offset,
		              .bytes = bytes };

	memcpy(f.id, own_id, sizeof f.id);
	return f;
}

/* Fragments may overlap, but not differ: other bytes in the same place, or another length, end
 * the handshake. */
static void test_handshake_ends_when_fragments_contradict_each_other(void **state)
{
	(void)state;
	static const struct {
		size_t total, offset;
		const char *bytes;
		enum err want;
	} seconds[] = {
		{ 100, 0, "abcdef", OK },
		{ 100, 4, "efgh", OK },
		{ 100, 6, "xyz", OK },
		{ 100, 2, "cd", OK },
		{ 100, 0, "abcdeF", ERR_EXISTS },
		{ 100, 4, "eXgh", ERR_EXISTS },
		{ 101, 20, "a", ERR_EXISTS },
	};
	for (size_t i = 0; i < sizeof seconds / sizeof seconds[0]; i++) {
		enum handshake_step step;
		prepare(SUITE_NOISE, 3);
		struct handshake *a = side(true, SUITE_NOISE);
		assert_int_equal(handshake_start(a, 1), OK);
		struct fragment f = piece(1, 100, 0, span_text("abcdef"));
		assert_int_equal(handshake_fragment(a, &a->route, &f, &step, 1), OK);
		f = piece(1, seconds[i].total, seconds[i].offset, span_text(seconds[i].bytes));
		assert_int_equal(handshake_fragment(a, &a->route, &f, &step, 1), seconds[i].want);
		end(a);
	}
}

/* A first message comes whole or not at all. */
static void test_handshake_takes_a_first_message_whole(void **state)
{
	(void)state;
	uint8_t packet[LIMIT_PACKET];
	enum handshake_step step;
	struct fragment f;
	prepare(SUITE_NOISE, 4);
	struct handshake *a = side(true, SUITE_NOISE), *b = side(false, SUITE_NOISE);
	assert_int_equal(handshake_start(a, 1), OK);
	size_t len = handshake_output(a, packet, 1);
	assert_int_equal(handshake_read(span_of(packet, len), &f), OK);
	struct span whole = f.bytes;
	for (size_t at = 1; at < whole.len; at++) {
		struct fragment head = piece(0, whole.len, 0, span_of(whole.at, at)),
				tail =
				    piece(0, whole.len, at, span_of(whole.at + at, whole.len - at));
		assert_int_equal(handshake_fragment(b, &a->route, &head, &step, 1), OK);
		assert_int_equal(handshake_fragment(b, &a->route, &tail, &step, 1), OK);
		assert_int_equal(step, HANDSHAKE_STAYS);
		assert_true(handshake_deadline(b) == NEVER); /* no answer */
	}
	assert_int_equal(handshake_fragment(b, &a->route, &f, &step, 1), OK);
	assert_int_equal(step, HANDSHAKE_ON);
	assert_true(handshake_deadline(b) == 0);
	end(a);
	end(b);
}

/* The pieces of message 0 in hybrid, as they leave: of at most max bytes. */
static size_t pieces_of(struct handshake *a, uint64_t at, size_t max,
                        uint8_t packets[][LIMIT_PACKET], struct fragment *f)
{
	size_t count = 0, len;
	while ((len = handshake_output(a, packets[count], at)) > 0) {
		assert_true(len <= max);
		assert_int_equal(handshake_read(span_of(packets[count], len), &f[count]), OK);
		assert_non_null(f[count++].tag);
	}
	return count;
}

/* A first message that no packet has room for comes in pieces, in any order, and in small ones on a
 * small path; pieces of both kinds go together. It repeats what it has answered. */
static void test_handshake_takes_a_long_first_message_in_pieces(void **state)
{
	(void)state;
	uint8_t packets[2][3][LIMIT_PACKET];
	struct fragment f[2][3];
	enum handshake_step step;
	prepare(SUITE_HYBRID, 4);
	struct handshake *a = side(true, SUITE_HYBRID), *b = side(false, SUITE_HYBRID);
	assert_int_equal(handshake_start(a, 1), OK);
	assert_int_equal(pieces_of(a, 1, LIMIT_PACKET, packets[0], f[0]), 2);
	assert_int_equal(pieces_of(a, 300 * MS, LIMIT_PACKET, packets[0], f[0]), 2);
	assert_int_equal(pieces_of(a, 900 * MS, 548, packets[1], f[1]), 3);

	const struct fragment *const order[] = { &f[1][2], &f[1][2], &f[0][0] };
	for (unsigned i = 0; i < 3; i++) {
		assert_true(handshake_deadline(b) == NEVER);
		assert_int_equal(keying_claim(b->keying), i > 0 ? TRUST_FIRST_USE : TRUST_NONE);
		assert_int_equal(handshake_fragment(b, &a->route, order[i], &step, 1), OK);
		assert_int_equal(step, i < 2 ? HANDSHAKE_STAYS : HANDSHAKE_ON);
	}
	for (unsigned i = 0; i < 2; i++) {
		size_t sent = 0;
		for (size_t len; (len = handshake_output(b, packets[1][0], 1)) > 0;)
			sent += len - HANDSHAKE_HEADER;
		assert_int_equal(sent, 1200 + 2);
		assert_int_equal(handshake_fragment(b, &a->route, &f[0][0], &step, 1), OK);
		assert_int_equal(step, HANDSHAKE_STAYS);
	}
	end(a);
	end(b);
}

/* A piece whose tag does not fit all of its bytes changes nothing: it is an error at first, so that
 * nothing is kept, and dropped later, so that it ends no handshake; nor does a whole first message
 * of the same id. docs/PROTOCOL.md 3.1-16. */
static void test_handshake_looks_at_no_piece_without_its_tag(void **state)
{
	(void)state;
	uint8_t packets[3][LIMIT_PACKET], bad[LIMIT_PACKET];
	struct fragment f[3], g;
	enum handshake_step step;
	prepare(SUITE_HYBRID, 4);
	struct handshake *a = side(true, SUITE_HYBRID), *b = side(false, SUITE_HYBRID);
	assert_int_equal(handshake_start(a, 1), OK);
	assert_int_equal(pieces_of(a, 1, LIMIT_PACKET, packets, f), 2);
	for (unsigned begun = 0; begun < 2; begun++) {
		size_t len = HANDSHAKE_HEADER + f[begun].bytes.len + KEYING_TAG, changed = 0;
		for (size_t i = 3; i < len; i += i < 16 ? 1 : 5) {
			memcpy(bad, packets[begun], len);
			bad[i] ^= 1;
			if (handshake_read(span_of(bad, len), &g) != OK || g.number != 0)
				continue;
			changed++;
			assert_int_equal(handshake_fragment(b, &a->route, &g, &step, 1),
			                 begun ? OK : ERR_AUTH);
			assert_int_equal(step, HANDSHAKE_STAYS);
			assert_int_equal(b->in_total, begun ? f[0].total : 0);
			assert_int_equal(keying_claim(b->keying),
			                 begun ? TRUST_FIRST_USE : TRUST_NONE);
		}
		assert_true(changed > 15);
		g = piece(0, 49, 0, span_of(packets[0], 49));
		g.suite = SUITE_HYBRID;
		if (begun)
			assert_int_equal(handshake_fragment(b, &a->route, &g, &step, 1), OK);
		assert_int_equal(handshake_fragment(b, &a->route, &f[begun], &step, 1), OK);
		assert_int_equal(step, begun ? HANDSHAKE_ON : HANDSHAKE_STAYS);
	}
	while (handshake_output(b, bad, 1) > 0)
		;
	memcpy(bad, packets[0], LIMIT_PACKET); /* nor is the answer sent elsewhere for one */
	bad[40] ^= 1;
	assert_int_equal(handshake_read(span_of(bad, LIMIT_PACKET), &g), OK);
	assert_int_equal(handshake_fragment(b, &a->route, &g, &step, 1), OK);
	assert_int_equal(handshake_output(b, bad, 1), 0);
	end(a);

	struct handshake *c = side(false, SUITE_NOISE); /* no suite of short first messages */
	f[0].suite = SUITE_NOISE;
	assert_int_equal(handshake_fragment(c, &c->route, &f[0], &step, 1), ERR_AUTH);
	end(b);
	end(c);
}

/* What is no HANDSHAKE packet is not read as one. */
static void test_handshake_reads_only_what_fits(void **state)
{
	(void)state;
	static const struct {
		const char *hex;
		enum err want;
	} cases[] = {
		{ "d1 01 01 0102030405060708 00 0003 0000 616263", OK },
		{ "d1 01 01 0102030405060708 00 0003 0001 6162", OK },
		{ "d1 01 01 0102030405060708 00 0003 0001 616263",
		  ERR_FORMAT },                                              /* beyond its end */
		{ "d1 01 01 0102030405060708 00 0003 0000", ERR_FORMAT },    /* nothing in it */
		{ "d1 01 01 0102030405060708 00 1001 0000 61", ERR_FORMAT }, /* above 4096 */
		{ "d1 01 01 0102030405060708 01 1000 0fff 61", OK },
		{ "d1 01 01 0102030405060708 01 1000 ffff 61", ERR_FORMAT },
		{ "d1 01 04 0102030405060708 00 04a0 049f 61", OK },
		{ "d1 01 04 0102030405060708 00 04a1 04a0 61 000102030405060708090a0b0c0d0e0f",
		  OK }, /* the first that is so long that it has a tag */
		{ "d1 01 04 0102030405060708 00 04a1 04a0 000102030405060708090a0b0c0d0e0f",
		  ERR_FORMAT },
		{ "d1 01 04 0102030405060708 00 04a1 04a0 61 000102030405060708090a0b0c0d",
		  ERR_FORMAT },
		{ "d1 01 04 0102030405060708 00 04a1 04a0 6162 000102030405060708090a0b0c0d0e0f",
		  ERR_FORMAT },
		{ "d1 01 04 0102030405060708 00 04a1 0000 61", ERR_FORMAT },
		{ "d1 02 09 0102030405060708", OK }, /* of another version: only who asks */
		{ "d1 02 09 01020304050607", ERR_FORMAT },
		{ "d2 01 01 0102030405060708 00 0003 0000 616263", ERR_FORMAT },
		{ "", ERR_FORMAT },
	};
	uint8_t bytes[64];
	struct fragment f;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(handshake_read(unhex(cases[i].hex, bytes, sizeof bytes), &f),
		                 cases[i].want);
}

/* What is written is read again, field by field; cut anywhere it is no packet, or says less. */
static void test_handshake_fragment_is_read_as_it_was_written(void **state)
{
	(void)state;
	struct test_random chance = test_random(1);

	for (unsigned i = 0; i < 500; i++) {
		uint8_t bytes[FRAGMENT_MAX], packet[LIMIT_PACKET], tag[KEYING_TAG] = { 9 };
		size_t len = 1 + (size_t)random_below(&chance.random, FRAGMENT_MAX - KEYING_TAG);
		size_t total =
		    len + (size_t)random_below(&chance.random, LIMIT_HANDSHAKE - len + 1);
		struct fragment f = { .version = PROTOCOL_VERSION,
			              .suite = (uint8_t)i,
			              .number = (uint8_t)(i % 2 ? i * 7 : 0),
			              .total = (uint16_t)total,
			              .bytes = span_of(bytes, len) },
				g;
		struct writer w = writer_of(packet, sizeof packet);

		random_fill(&chance.random, f.id, sizeof f.id);
		random_fill(&chance.random, bytes, len);
		f.offset = (uint16_t)random_below(&chance.random, total - len + 1);
		if (f.number == 0 && total > FRAGMENT_MAX)
			f.tag = tag;
		handshake_write(&f, &w);
		assert_int_equal(w.len, HANDSHAKE_HEADER + len + (f.tag ? KEYING_TAG : 0));
		assert_int_equal(handshake_read(written(&w), &g), OK);
		assert_int_equal(g.version, f.version);
		assert_int_equal(g.suite, f.suite);
		assert_memory_equal(g.id, f.id, sizeof f.id);
		assert_int_equal(g.number, f.number);
		assert_int_equal(g.total, f.total);
		assert_int_equal(g.offset, f.offset);
		assert_int_equal(g.bytes.len, len);
		assert_memory_equal(g.bytes.at, bytes, len);
		assert_ptr_equal(g.tag, f.tag ? packet + HANDSHAKE_HEADER + len : NULL);
		assert_int_equal(handshake_is_whole(&g), len == total);
		size_t cut = (size_t)random_below(&chance.random, HANDSHAKE_HEADER + 1);
		assert_int_equal(handshake_read(span_of(packet, cut), &g), ERR_FORMAT);
	}
}

static void test_handshake_refusal_says_who_refuses_and_why(void **state)
{
	(void)state;
	uint8_t packet[LIMIT_PACKET];
	struct writer w = writer_of(packet, sizeof packet);
	struct refusal read, refusal = { .version = PROTOCOL_VERSION,
		                         .suite = 2,
		                         .id = { 1, 2, 3, 4, 5, 6, 7, 8 },
		                         .reason = REFUSE_CODE_DEAD };

	handshake_write_refusal(&refusal, &w);
	assert_int_equal(w.len, REFUSE_LEN);
	assert_memory_equal(packet, "\xd2\1\2\1\2\3\4\5\6\7\x8\6", REFUSE_LEN);
	assert_int_equal(handshake_read_refusal(written(&w), &read), OK);
	assert_int_equal(read.version, PROTOCOL_VERSION);
	assert_int_equal(read.suite, 2);
	assert_int_equal(read.reason, REFUSE_CODE_DEAD);
	assert_memory_equal(read.id, refusal.id, sizeof read.id);
	for (size_t len = 0; len < REFUSE_LEN; len++)
		assert_int_equal(handshake_read_refusal(span_of(packet, len), &read), ERR_FORMAT);
	packet[0] = PACKET_HANDSHAKE;
	assert_int_equal(handshake_read_refusal(written(&w), &read), ERR_FORMAT);
}

int main(void)
{
	static enum suite small[] = { SUITE_RSA, SUITE_HYBRID };
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_handshake_survives_the_network),
		cmocka_unit_test_prestate(test_handshake_passes_a_small_path, &small[0]),
		cmocka_unit_test_prestate(test_handshake_passes_a_small_path, &small[1]),
		cmocka_unit_test(test_handshake_repeats_on_time),
		cmocka_unit_test(test_handshake_answers_a_repeat_alike),
		cmocka_unit_test(test_handshake_ends_when_fragments_contradict_each_other),
		cmocka_unit_test(test_handshake_takes_a_first_message_whole),
		cmocka_unit_test(test_handshake_takes_a_long_first_message_in_pieces),
		cmocka_unit_test(test_handshake_looks_at_no_piece_without_its_tag),
		cmocka_unit_test(test_handshake_reads_only_what_fits),
		cmocka_unit_test(test_handshake_fragment_is_read_as_it_was_written),
		cmocka_unit_test(test_handshake_refusal_says_who_refuses_and_why),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
