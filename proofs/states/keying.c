/* keying: a key agreement with a code, with a key or with neither, crypto/keying and encryptor:
 * four messages of some lengths, to either side, and the pieces of a first one. Pairing and the
 * suite accept what they like. */
#include "crypto/keying.h"
#include "proofs/states/ciphers.h"

static enum err suite_step(struct encryptor *e, struct span in, struct writer *out)
{
	look_at(in.at, in.len);
	write_zeroes(out, (size_t)Frama_C_interval(0, LIMIT_HANDSHAKE / 2));
	if (!any_bool())
		return any_bool() ? ERR_AUTH : ERR_FORMAT;
	if (!e->config.initiator)
		e->psk_index = (size_t)Frama_C_interval(0, (int)e->config.psks_count - 1);
	return OK;
}

static const struct encryptor_class suite = {
	.key_type = KEY_X25519,
	.messages = 3,
	.split = 1024,
	.size = sizeof(struct encryptor),
	.handshake = suite_step,
};
static struct identity own;
static const struct code code = { .words_count = CODE_WORDS };

void mutual_psk(const struct public_key *responder, uint8_t psk[static 32])
{
	(void)responder;
	make_any(psk, 32);
}

void spake2_start(struct spake2 *s, bool is_a, const struct code *by, struct random *random,
                  uint8_t share[static SPAKE2_SHARE])
{
	(void)s, (void)is_a, (void)by, (void)random;
	make_any(share, SPAKE2_SHARE);
}

enum err spake2_share(struct spake2 *s, struct span peer_share, struct span context)
{
	(void)s;
	look_at(peer_share.at, peer_share.len);
	look_at(context.at, context.len);
	return any_bool() ? OK : ERR_FORMAT;
}

void spake2_confirm(const struct spake2 *s, uint8_t confirm[static SPAKE2_CONFIRM])
{
	(void)s;
	make_any(confirm, SPAKE2_CONFIRM);
}

enum err spake2_verify(const struct spake2 *s, struct span peer_confirm)
{
	(void)s;
	look_at(peer_confirm.at, peer_confirm.len);
	return peer_confirm.len == SPAKE2_CONFIRM && any_bool() ? OK : ERR_AUTH;
}

const uint8_t *spake2_key(const struct spake2 *s)
{
	return s->key;
}

/* Nothing; a form; a confirmation or a share, with a byte less or more, and with something of a
 * suite's behind it. */
static const uint8_t lens[] = { 0, 1, 31, 32, 33, 65, 66, 67, 200 };

static void agree(bool initiator, bool coded, bool first_use)
{
	uint8_t bytes[LIMIT_HANDSHAKE];
	struct keying *k = keying_new(&(struct keying_config){
	    .initiator = initiator,
	    .suite = &suite,
	    .identity = &own,
	    .code = coded ? &code : NULL,
	    .expected = initiator && !coded ? &own.public : NULL,
	    .contacts = !initiator && !coded,
	    .first_use = first_use,
	    .random = &any_random,
	});
	if (k == NULL)
		return;
	int begun = 0;
	//@ dynamic_split begun;
	;
	if (initiator) {
		struct writer out = writer_of(bytes, sizeof bytes);
		keying_handshake(k, span_of(NULL, 0), &out);
	} else if (any_bool()) {
		int which = Frama_C_interval(0, sizeof lens - 1);
		//@ split which;
		;
		struct span header = any_bytes(lens[which]);
		uint8_t tag[KEYING_TAG];
		make_any(tag, sizeof tag);
		keying_tag_fits(k, header, header, tag);
	}
	for (int message = 0; message < 3; message++) {
		struct writer out = writer_of(bytes, sizeof bytes);
		int which = Frama_C_interval(0, sizeof lens - 1);
		//@ split which;
		;
		struct span in = any_bytes(lens[which]);
		keying_is_pairing(in);
		keying_handshake(k, in, &out);
		keying_claim(k);
		begun = k->encryptor != NULL;
		//@ merge which;
		;
	}
	keying_free(k);
}

int main(void)
{
	own.public = (struct public_key){ .type = KEY_X25519, .len = X25519_LEN };
	agree(true, true, false);
	agree(true, false, false);
	agree(true, false, true);
	agree(false, true, false);
	agree(false, false, false);
	agree(false, false, true);
}
