/* fuzz: whole key agreements: both suites, by a code, to a contact, on first use; one message of
 * either side is altered on its way, or is the input alone. runs: 300
 *
 * Whoever takes an altered message does not become ready by it, shows nothing of itself, and goes
 * on as the headers say: a responder's first message may be followed by a good one, after every
 * later one the agreement is dead. Without an alteration both sides end with the same session. (The
 * session id of a handshake is of what both saw, so two that agree on it saw the same.) */
#include <stdlib.h>
#include <string.h>

#include "crypto/keying.h"
#include "tests/unit/keys.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

enum { ALICE, BOB, SESSION };

struct message {
	uint8_t bytes[LIMIT_HANDSHAKE + 64];
	size_t len;
};

enum form { BY_CODE, BY_CONTACT, BY_FIRST_USE, FORMS };

static void must(bool condition)
{
	if (!condition)
		abort();
}

static const struct identity *identity_for(enum key_type type, unsigned who)
{
	static struct identity made[3][3];
	struct identity *id = &made[type][who];
	if (id->public.len == 0)
		*id = test_identity(type, who);
	return id;
}

static struct keying *side(const struct encryptor_class *suite, enum form form, bool initiator,
                           struct random *random)
{
	static const struct code code = { .has_nameplate = true,
		                          .nameplate = 7,
		                          .words_count = CODE_WORDS,
		                          .words = { 17, 1700 } };
	const struct identity *bob = identity_for(suite->key_type, BOB);
	struct keying_config config = {
		.initiator = initiator,
		.suite = suite,
		.identity = identity_for(suite->key_type, initiator ? ALICE : BOB),
		.session_key = identity_for(KEY_RSA, SESSION),
		.code = form == BY_CODE ? &code : NULL,
		.expected = form == BY_CONTACT && initiator ? &bob->public : NULL,
		.contacts = form == BY_CONTACT && !initiator,
		.first_use = form == BY_FIRST_USE,
		.payload = span_text("\1\3bob"),
		.random = random,
	};
	struct keying *k = keying_new(&config);
	must(k != NULL);
	return k;
}

static enum err deliver(struct keying *k, struct span in, struct message *out)
{
	uint8_t bytes[LIMIT_HANDSHAKE];
	struct writer w = writer_of(bytes, sizeof bytes);
	enum err err = keying_handshake(k, in, &w);
	must(!w.full && (err == OK || w.len == 0));
	memcpy(out->bytes, bytes, w.len);
	out->len = w.len;
	return err;
}

/* Replaces from a place on, flips, cuts or lengthens, as the input says. False: it is what it was.
 */
static bool alter(struct message *m, struct reader *r)
{
	struct message before = *m;
	uint8_t how = read_u8(r);
	size_t from = m->len > 0 ? read_be16(r) % m->len : 0;

	switch (how % 4) {
	case 0: /* the input alone */
		m->len = r->left < LIMIT_HANDSHAKE ? r->left : LIMIT_HANDSHAKE;
		read_bytes(r, m->bytes, m->len);
		break;
	case 1:
		while (r->left > 0 && from < m->len)
			m->bytes[from++] ^= read_u8(r);
		break;
	case 2: m->len = from; break;
	default:
		while (r->left > 0 && m->len < LIMIT_HANDSHAKE)
			m->bytes[m->len++] = read_u8(r);
		break;
	}
	return m->len != before.len || memcmp(m->bytes, before.bytes, m->len) != 0;
}

/* Both are ready: the same session, and what one seals the other opens. */
static void check_session(struct keying *alice, struct keying *bob)
{
	struct encryptor *a = keying_take(alice), *b = keying_take(bob);
	uint8_t data[5 + TAG_LEN] = "hello";
	must(a != NULL && b != NULL && memcmp(a->session_id, b->session_id, SESSION_ID_LEN) == 0);
	must(public_key_equal(&a->peer, &identity_for(b->class->key_type, BOB)->public));
	must(public_key_equal(&b->peer, &identity_for(b->class->key_type, ALICE)->public));
	encryptor_seal(a, 1, span_text("header"), data, 5);
	must(encryptor_open(b, 1, span_text("header"), data, sizeof data) == OK &&
	     memcmp(data, "hello", 5) == 0);
	encryptor_free(a);
	encryptor_free(b);
}

/* An altered message has come to k. */
static void check_refusal(struct keying *k, enum err err, unsigned number, struct span good)
{
	struct message out;
	must(!keying_ready(k) || err != OK);
	if (number == 0) { /* from a stranger: the honest one may still come */
		must(deliver(k, good, &out) == OK);
		must(out.len > 0);
		return;
	}
	must(!keying_ready(k) && keying_take(k) == NULL);
	must(deliver(k, good, &out) == ERR_STATE);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	static struct message message, good;
	struct reader r = reader_of(span_of(at, len));
	uint8_t which = read_u8(&r), target = read_u8(&r);
	const struct encryptor_class *suite =
	    encryptor_class_of(which % 8 == 0 ? SUITE_RSA : SUITE_NOISE); /* rsa takes long */
	enum form form = which / 8 % FORMS;
	unsigned messages = suite->messages + (form == BY_CODE ? 2 : 0),
		 altered = target % (messages + 1), number;
	struct test_random random = test_random(which);
	struct keying *k[2] = { side(suite, form, false, &random.random),
		                side(suite, form, true, &random.random) };
	bool ended = false;

	must(deliver(k[1], span_of(NULL, 0), &message) == OK);
	for (number = 0; number < messages && !ended; number++) {
		struct keying *to = k[number % 2];
		good = message;
		bool changed = number == altered && alter(&message, &r);
		struct message in = message;
		enum err err = deliver(to, span_of(in.bytes, in.len), &message);
		if (!changed) {
			must(err == OK && (message.len > 0) == (number + 1 < messages));
			continue;
		}
		ended = true;
		/* another share of the right form is a good one: its sender will not confirm */
		if (err != OK)
			check_refusal(to, err, number, span_of(good.bytes, good.len));
		else
			must(!keying_ready(to));
	}
	if (!ended)
		check_session(k[1], k[0]);
	keying_free(k[0]);
	keying_free(k[1]);
	return 0;
}
