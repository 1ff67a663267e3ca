/* pseudo: NO secrecy and NO authentication, for tests of communication. docs/PROTOCOL.md
 * section 5.3. Anybody can make its tags; they find damage, not attackers. */
#include <bearssl.h>
#include <string.h>

#include "base/assert.h"
#include "crypto/encryptor.h"
#include "crypto/sha256.h"

enum { PSEUDO_NONCE = 16 };

struct pseudo {
	struct encryptor base;
	br_sha256_context transcript;
};

static void start(struct pseudo *p)
{
	struct span prologue = p->base.config.prologue;
	uint8_t len[2];
	store_be16(len, (uint16_t)prologue.len);
	br_sha256_init(&p->transcript);
	br_sha256_update(&p->transcript, len, sizeof len);
	br_sha256_update(&p->transcript, prologue.at, prologue.len);
}

static void write_message(struct pseudo *p, struct writer *out)
{
	uint8_t text[PSEUDO_NONCE + LIMIT_HELLO];
	random_fill(p->base.config.random, text, PSEUDO_NONCE);
	struct writer hello = writer_of(text + PSEUDO_NONCE, LIMIT_HELLO);
	encryptor_write_hello(&p->base, &hello);

	struct span message = span_of(text, PSEUDO_NONCE + hello.len);
	assert(writer_room(out) >= message.len);
	write_span(out, message);
	br_sha256_update(&p->transcript, message.at, message.len);
}

static enum err read_message(struct pseudo *p, struct span in)
{
	struct reader r = reader_of(in);
	(void)read_span(&r, PSEUDO_NONCE);
	if (r.bad || encryptor_read_hello(&p->base, read_span(&r, r.left)))
		return ERR_FORMAT;
	br_sha256_update(&p->transcript, in.at, in.len);
	return OK;
}

static enum err pseudo_handshake(struct encryptor *e, struct span in, struct writer *out)
{
	struct pseudo *p = (struct pseudo *)e;
	bool reads = e->next > 0 || !e->config.initiator;
	if (e->next == 0)
		start(p);
	if (reads && read_message(p, in))
		return ERR_FORMAT;
	if (e->next == 0)
		write_message(p, out);
	if (reads) {
		br_sha256_out(&p->transcript, e->session_id);
		memcpy(e->exporter, e->session_id, sizeof e->exporter);
	}
	return OK;
}

/* A checksum over all that a tag covers, with the direction, so that a reflected packet does not
 * open. */
static void checksum(bool from_initiator, uint64_t counter, struct span header, struct span text,
                     uint8_t tag[static TAG_LEN])
{
	uint8_t start[9], hash[HASH_LEN];
	start[0] = from_initiator ? 0 : 1;
	store_be64(start + 1, counter);
	sha256(PARTS({ start, sizeof start }, header, text), hash);
	memcpy(tag, hash, TAG_LEN);
}

static void pseudo_seal(struct encryptor *e, uint64_t counter, struct span header, uint8_t *data,
                        size_t len)
{
	checksum(e->config.initiator, counter, header, span_of(data, len), data + len);
}

static bool pseudo_open(struct encryptor *e, uint64_t counter, struct span header, uint8_t *data,
                        size_t len)
{
	uint8_t tag[TAG_LEN];
	checksum(!e->config.initiator, counter, header, span_of(data, len - TAG_LEN), tag);
	return bytes_equal(tag, data + len - TAG_LEN, TAG_LEN);
}

const struct encryptor_class pseudo_class = {
	.name = "pseudo",
	.suite = SUITE_PSEUDO,
	.key_type = KEY_NONE,
	.insecure = true,
	.messages = 2,
	.size = sizeof(struct pseudo),
	.handshake = pseudo_handshake,
	.seal = pseudo_seal,
	.open = pseudo_open,
};
