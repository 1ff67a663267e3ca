#include "lib/setup.h"

#include <stdlib.h>

#include "base/text.h"
#include "base/utf8.h"
#include "crypto/drbg.h"
#include "crypto/self_test.h"
#include "lib/identity_of.h"

#define PATIENCE_MS 30000
#define SILENCE_MS  60000

static uint64_t time_of(uint32_t ms, uint32_t usual_ms)
{
	return ms == UINT32_MAX ? NEVER : (ms == 0 ? usual_ms : ms) * MS;
}

/* ---- what trust comes from ---- */

/* A code; at a server perhaps its number alone, which is no secret. */
static enum err read_code(struct setup *s, const char *text)
{
	struct span unknown;
	uint64_t number;
	bool meets = s->where.class->meets;
	s->code = (struct code){ .has_nameplate = false };
	if (text == NULL) {
		code_make(&s->code, CODE_WORDS, s->random);
	} else if (meets && text_read_u64(span_text(text), UINT32_MAX, &number) && number > 0) {
		s->code.has_nameplate = true;
		s->code.nameplate = (uint32_t)number;
	} else if (code_parse(span_text(text), &s->code, &unknown) != OK) {
		return ERR_FORMAT;
	}
	s->has_code = s->code.words_count > 0;
	if (s->waits || !meets)
		s->code.has_nameplate = false; /* the server gives it */
	return meets && !s->waits && !s->code.has_nameplate ? ERR_FORMAT : OK;
}

static enum err read_keys(struct setup *s, const struct schat_encryption *e, enum key_type type)
{
	s->keys = calloc(e->keys_count + 1, sizeof *s->keys);
	if (s->keys == NULL)
		return ERR_FULL;
	for (size_t i = 0; i < e->keys_count; i++) {
		if (public_key_read(span_text(e->keys[i]), &s->keys[i]) != OK)
			return ERR_FORMAT;
		if (s->keys[i].type != type || (s->where.class->meets && type != KEY_X25519))
			return ERR_USAGE;
	}
	s->keys_count = e->keys_count;
	return OK;
}

/* Which choices go together. */
static bool fits(const struct setup *s, const struct schat_encryption *e, bool insecure)
{
	bool keyed = s->keyed, coded = e->code != NULL || e->make_code,
	     meets = s->where.class->meets;
	if (insecure != e->insecure || (e->code && e->make_code) || (e->make_code && !s->waits) ||
	    e->keys_count > (s->waits ? LIMIT_CONTACTS : 1))
		return false;
	if (!keyed && (e->make_code || e->keys_count > 0 || e->first_use || e->identity))
		return false;
	if (keyed && !coded && e->keys_count == 0 && !e->first_use)
		return false;
	if (!meets || e->keys_count == 0)
		return !meets || s->waits || e->code;
	/* those who know each other's keys meet by them */
	return e->identity && (s->waits || !coded);
}

static enum err read_trust(struct setup *s, const struct schat_encryption *e,
                           const struct encryptor_class *suite)
{
	enum err err = fits(s, e, suite->insecure) ? read_keys(s, e, suite->key_type) : ERR_USAGE;
	if (!err && (e->code || e->make_code))
		err = read_code(s, e->code);
	if (!err && s->has_code && !s->keyed)
		err = ERR_USAGE;
	if (!err && e->identity && e->identity->pair.public.type != suite->key_type)
		err = ERR_USAGE;
	if (!err && !e->identity && s->keyed)
		err = identity_generate(suite->key_type, RSA_BITS_DEFAULT, s->random, &s->made);
	return err;
}

/* ---- all of it ---- */

const uint8_t *setup_key(const struct setup *s)
{
	return s->where.key.given ? s->where.key.bytes : NULL;
}

/* numbered: the server is to give a number, for whoever is new */
static struct communicator *new_communicator(const struct setup *s, bool numbered,
                                             const struct schat_connection *c, uint64_t now,
                                             enum err *err)
{
	bool listens = s->waits && !s->where.class->meets;
	struct communicator_config network = { .initiator = !s->waits,
		                               .random = s->random,
		                               .nameplate_wanted = s->waits && numbered,
		                               .streams = !c->relay_only,
		                               .hidden = c->relay_only,
		                               .key = setup_key(s) };
	network.listen_count = listens ? s->where.count : 2;
	network.listen[0] = listens ? s->where.at[0] : addr_v4(0, 0, 0, 0, 0);
	network.listen[1] = listens ? s->where.at[1] : (struct addr){ .port = 0 };
	if (!listens) {
		network.peers_count = s->where.count;
		network.peers[0] = s->where.at[0];
	}
	return communicator_new(s->where.class, &network, now, err);
}

static enum err new_endpoint(struct setup *s, const struct schat_connection *c,
                             const struct schat_encryption *e, const struct encryptor_class *suite,
                             uint64_t now)
{
	enum err err = ERR_FULL;
	bool keyed = s->keyed;
	struct endpoint_config config = {
		.keying = { .initiator = !s->waits,
		            .suite = suite,
		            .aes = self_test_has_aes(),
		            .code = s->has_code ? &s->code : NULL,
		            .expected = !s->waits && s->keys_count > 0 ? &s->keys[0] : NULL,
		            .contacts = s->waits && s->keys_count > 0,
		            .first_use = e->first_use || !keyed,
		            .random = s->random },
		.communicator = new_communicator(
		    s, s->keys_count == 0 || s->has_code || e->first_use, c, now, &err),
		.mode = s->mode,
		.nick = span_text(c->name ? c->name : ""),
		.peers = !s->waits ? 0
		         : keyed   ? c->peers
		                   : 1,
		.no_relay = c->no_relay,
		.punching = c->relay_only ? PUNCHING_NONE : PUNCHING_FULL,
		.memory = c->memory,
		.silence_us = time_of(c->silence_ms, SILENCE_MS),
		.handshake_us = s->waits ? NEVER : time_of(c->patience_ms, PATIENCE_MS),
	};
	s->own = e->identity ? &e->identity->pair : &s->made;
	if (keyed)
		config.keying.identity = s->own;
	if (config.communicator != NULL)
		s->endpoint = endpoint_new(&config, now, &err);
	return s->endpoint != NULL ? OK : err;
}

static bool is_sane(const struct schat_connection *c)
{
	size_t len = c->name ? strlen(c->name) : 0;
	return c->address && c->peers <= (c->bytes ? 1 : LIMIT_PEERS) &&
	       !(c->no_relay && c->relay_only) && len <= LIMIT_NICK &&
	       utf8_valid(span_of(c->name, len)) && (c->memory & (c->memory - 1)) == 0;
}

enum err setup_init(struct setup *s, const struct schat_connection *connection,
                    const struct schat_encryption *encryption, schat_entropy_source entropy,
                    uint64_t now)
{
	uint8_t seed[DRBG_FRESH];
	uint8_t token[TOKEN_LEN];
	const struct encryptor_class *suite =
	    encryption->suite ? encryptor_class_named(span_text(encryption->suite))
			      : encryptor_classes[0];
	*s = (struct setup){ .waits = connection->waits,
		             .mode = connection->bytes ? MODE_PIPE : MODE_CHAT,
		             .contacts = contacts_none(),
		             .code_ends_at = NEVER };
	if (suite == NULL || !is_sane(connection))
		return ERR_USAGE;
	s->keyed = suite->key_type != KEY_NONE;
	enum err err = where_read(span_text(connection->address), s->waits, &s->where);
	if (err)
		return err;
	if (!self_test_passes() || !entropy(seed))
		return ERR_STATE;
	s->random = drbg_new(seed, sizeof seed, entropy);
	bytes_wipe(seed, sizeof seed);
	err = s->random ? read_trust(s, encryption, suite) : ERR_FULL;
	if (!err)
		err = new_endpoint(s, connection, encryption, suite, now);
	if (!err && s->code.has_nameplate) {
		communicator_nameplate_token(s->code.nameplate, token);
		err = endpoint_join(s->endpoint, token, now);
	}
	return err;
}

void setup_wipe(struct setup *s)
{
	endpoint_free(s->endpoint);
	free(s->keys);
	drbg_free(s->random);
	bytes_wipe(s, sizeof *s);
}

/* ---- codes ---- */

/* Who comes with the old number finds nobody there. */
static void leave_number(struct setup *s)
{
	uint8_t token[TOKEN_LEN];
	if (!s->code.has_nameplate)
		return;
	communicator_nameplate_token(s->code.nameplate, token);
	endpoint_leave(s->endpoint, token);
	s->code.has_nameplate = false;
}

enum err setup_code(struct setup *s, const char *text, uint64_t now)
{
	static const uint8_t anew[TOKEN_LEN];
	if (!s->waits || !s->keyed)
		return ERR_STATE;
	struct code before = s->code;
	bool had = s->has_code;
	enum err err = read_code(s, text);
	struct code after = s->code;
	s->code = before;
	if (err || after.words_count == 0) {
		s->has_code = had;
		return ERR_FORMAT;
	}
	leave_number(s);
	s->code = after;
	s->code_ends_at = NEVER;
	endpoint_code(s->endpoint, &s->code);
	return s->where.class->meets ? endpoint_join(s->endpoint, anew, now) : OK;
}

void setup_day(struct setup *s, struct dates_day day, uint64_t now)
{
	contacts_day(&s->contacts, day, now);
	setup_meet(s, now);
}

void setup_meet(struct setup *s, uint64_t now)
{
	if (s->keys_count > 0)
		contacts_meet(&s->contacts, s->own, s->keys, s->keys_count, s->endpoint, now);
}

void setup_numbered(struct setup *s, uint32_t nameplate)
{
	s->code.has_nameplate = true;
	s->code.nameplate = nameplate;
	if (s->has_code)
		endpoint_code(s->endpoint, &s->code);
}

void setup_tell_code(struct setup *s, char text[static CODE_TEXT], uint64_t now)
{
	struct text t = text_of(text, CODE_TEXT);
	if (s->has_code)
		code_format(&s->code, text);
	else
		text_add_u64(&t, s->code.nameplate);
	/* a longer one has no end: wrong tries lock it for a while */
	if (s->has_code && s->code_ends_at == NEVER && s->code.words_count == CODE_WORDS)
		s->code_ends_at = now + LIMIT_CODE_US;
}

void setup_end_code(struct setup *s)
{
	s->has_code = false;
	s->code_ends_at = NEVER;
	endpoint_code(s->endpoint, NULL);
}

void setup_pair(struct setup *s)
{
	struct identity pair;
	if (identity_generate(KEY_RSA, RSA_BITS_DEFAULT, s->random, &pair) == OK)
		endpoint_pair(s->endpoint, &pair);
	bytes_wipe(&pair, sizeof pair);
}

bool setup_knows(const struct setup *s, const struct public_key *key)
{
	for (size_t i = 0; i < s->keys_count; i++)
		if (public_key_equal(&s->keys[i], key))
			return true;
	return false;
}
