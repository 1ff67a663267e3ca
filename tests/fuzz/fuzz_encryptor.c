/* fuzz: handshake messages of noise and pseudo, altered: the first bytes of the input choose the
 * suite, the message and what happens to it. Whoever reads an altered message does not become
 * ready, and nothing is written over. runs: 1200
 */
#include <stdlib.h>
#include <string.h>

#include "crypto/encryptor.h"
#include "tests/unit/support.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

struct message {
	uint8_t bytes[LIMIT_HANDSHAKE];
	size_t len;
};

static const uint8_t psk[1][PSK_LEN] = { { 1 } };

static struct encryptor *side(const struct encryptor_class *class, bool initiator,
                              const struct identity *identity, struct random *random)
{
	enum err err;
	struct encryptor_config config = {
		.initiator = initiator,
		.identity = identity,
		.psks = psk,
		.psks_count = 1,
		.payload = span_text("payload"),
		.random = random,
	};
	struct encryptor *e = encryptor_new(class, &config, &err);
	if (!e)
		abort();
	return e;
}

static enum err deliver(struct encryptor *e, const struct message *in, struct message *out)
{
	struct writer w = writer_of(out->bytes, sizeof out->bytes);
	enum err err = encryptor_handshake(e, span_of(in->bytes, in->len), &w);
	out->len = w.len;
	return err;
}

/* Replaces, from a place on, or flips, as the input says. */
static bool alter(struct message *m, struct reader *r)
{
	struct message before = *m;
	size_t from = read_be16(r) % (m->len + 1);
	bool flips = read_u8(r) & 1;
	while (r->left > 0 && from < sizeof m->bytes) {
		uint8_t byte = read_u8(r);
		m->bytes[from] = flips && from < m->len ? m->bytes[from] ^ byte : byte;
		from++;
	}
	if (!flips || from > m->len)
		m->len = from;
	return m->len != before.len || memcmp(m->bytes, before.bytes, m->len) != 0;
}

static void fuzz_handshake(const struct encryptor_class *class, unsigned stage, struct reader *r)
{
	struct test_random random = test_random(1);
	struct identity id[2];
	memset(id, 0, sizeof id);
	identity_generate(KEY_X25519, 0, &random.random, &id[0]);
	identity_generate(KEY_X25519, 0, &random.random, &id[1]);
	bool keys = class->key_type != KEY_NONE;
	struct encryptor *e[2];
	for (unsigned i = 0; i < 2; i++)
		e[i] = side(class, i == 0, keys ? &id[i] : NULL, &random.random);

	static struct message m, answer;
	m.len = 0;
	for (unsigned i = 0; i <= stage; i++) {
		if (deliver(e[i % 2], &m, &answer) != OK)
			abort();
		m = answer;
	}
	struct encryptor *reader = e[1 - stage % 2];
	bool altered = alter(&m, r);
	enum err err = deliver(reader, &m, &answer);
	if (altered ? !class->insecure && (err == OK || reader->ready) : err != OK)
		abort();
	encryptor_free(e[0]);
	encryptor_free(e[1]);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
	struct reader r = reader_of(span_of(at, len));
	uint8_t which = read_u8(&r);
	const struct encryptor_class *class =
	    encryptor_class_of(which & 1 ? SUITE_NOISE : SUITE_PSEUDO);
	fuzz_handshake(class, (which >> 1) % class->messages, &r);
	return 0;
}
