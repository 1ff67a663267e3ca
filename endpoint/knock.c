#include "endpoint/knock.h"

#include <string.h>

void knock_init(struct knock *k, struct roster *roster, struct credentials *credentials)
{
	bytes_clear(k, sizeof *k);
	k->roster = roster;
	k->credentials = credentials;
	admission_init(&k->admission, roster->peers, credentials->keying.random);
}

static uint8_t our_suite(const struct knock *k)
{
	return (uint8_t)k->credentials->keying.suite->suite;
}

/* By which of ours this first message comes; NULL: by none. */
static const struct encryptor_class *suite_of(const struct knock *k, const struct fragment *f)
{
	const struct keying_config *c = &k->credentials->keying;

	if (f->suite == our_suite(k))
		return c->suite;
	return c->also != NULL && f->suite == c->also->suite && !handshake_pairs(f) ? c->also
	                                                                            : NULL;
}

/* Without a code, and without first use, nobody learns that somebody is here. */
static bool answers_strangers(const struct knock *k)
{
	return k->credentials->keying.code != NULL || k->credentials->keying.first_use;
}

/* ---- refusals ---- */

static void add_refusal(struct knock *k, size_t max, const struct route *route,
                        const uint8_t id[static CONNECTION_ID], enum refuse_reason reason)
{
	if (k->refusals_count >= max)
		return;
	struct refusal refusal = { .version = PROTOCOL_VERSION,
		                   .suite = our_suite(k),
		                   .reason = reason };
	memcpy(refusal.id, id, sizeof refusal.id);
	k->refusals[k->refusals_count].route = *route;
	k->refusals[k->refusals_count++].refusal = refusal;
}

/* Unless too many others are refused already: LIMIT_HALF_OPEN places are left. */
static void refuse_stranger(struct knock *k, const struct route *route, const struct fragment *f,
                            enum refuse_reason reason)
{
	add_refusal(k, KNOCK_REFUSALS - LIMIT_HALF_OPEN, route, f->id, reason);
}

/* Its handshake is over: it has to hear so, however many strangers ask at once. */
static void refuse(struct knock *k, struct peer *p, enum refuse_reason reason)
{
	add_refusal(k, KNOCK_REFUSALS, &p->shake.route, p->shake.id, reason);
	roster_remove(k->roster, p);
}

bool knock_refuses(const struct knock *k)
{
	return k->refusals_count > 0;
}

size_t knock_output(struct knock *k, struct route *to, uint8_t *packet)
{
	struct writer w = writer_of(packet, LIMIT_PACKET);

	if (k->refusals_count == 0)
		return 0;
	k->refusals_count--;
	*to = k->refusals[k->refusals_count].route;
	handshake_write_refusal(&k->refusals[k->refusals_count].refusal, &w);
	return w.len;
}

/* ---- handshakes that end ---- */

/* Pairings that have proved nothing yet. site: those of there; NULL: all. */
static void end_pairings(struct knock *k, const struct source *site, enum refuse_reason reason)
{
	struct peer *p;

	for (int i = 0; (p = roster_next(k->roster, &i)) != NULL;) {
		struct source theirs = source_site(&p->source);

		if (p->state == PEER_SHAKING && p->pairing &&
		    (site == NULL || source_same(site, &theirs)))
			refuse(k, p, reason);
	}
}

void knock_code(struct knock *k, const struct code *code)
{
	bool same = credentials_same_code(k->credentials, code);

	if (!same && k->credentials->keying.code != NULL) {
		admission_code_ends(&k->admission);
		end_pairings(k, NULL, REFUSE_CODE_DEAD);
	}
	credentials_set_code(k->credentials, code);
	if (code != NULL && !same)
		admission_code(&k->admission, code->words_count > CODE_WORDS);
}

static void key_is_spent(struct knock *k, const struct peer *by)
{
	struct peer *p;

	if (k->credentials->keying.session_key == NULL)
		return;
	for (int i = 0; (p = roster_next(k->roster, &i)) != NULL;) {
		if (p != by && p->state == PEER_SHAKING)
			refuse(k, p, REFUSE_BUSY);
	}
	credentials_set_key(k->credentials, NULL);
}

void knock_key(struct knock *k, const struct identity *key)
{
	key_is_spent(k, NULL);
	credentials_set_key(k->credentials, key);
}

/* Its confirmation is wrong. */
static void has_guessed(struct knock *k, struct peer *p, uint64_t now)
{
	struct source site = source_site(&p->source);
	uint64_t rest_us;
	enum guess guess = admission_wrong(&k->admission, &site, &k->guesses, &rest_us, now);

	k->guessed = true;
	k->rest_s = (uint32_t)(rest_us / SECOND);
	refuse(k, p, guess == GUESS_CODE_DEAD ? REFUSE_CODE_DEAD : REFUSE_CODE);
	if (guess == GUESS_CODE_DEAD)
		knock_code(k, NULL);
	else if (guess == GUESS_CODE_RESTS)
		end_pairings(k, NULL, REFUSE_BUSY);
	else if (guess == GUESS_SOURCE_OUT)
		end_pairings(k, &site, REFUSE_CODE_DEAD);
}

/* ---- handshakes that begin ---- */

/* Why we do not go into this first message. */
static enum refuse_reason reason_against(const struct knock *k, const struct source *source,
                                         const struct fragment *f, uint64_t now)
{
	if (f->version != PROTOCOL_VERSION)
		return REFUSE_VERSION;
	if (suite_of(k, f) == NULL)
		return REFUSE_SUITE;
	if (!handshake_pairs(f))
		return REFUSE_NOT;
	const struct peer *loser = roster_gives_way(k->roster);
	if (k->credentials->keying.code != NULL && loser != NULL && !session_away(loser->session))
		return REFUSE_BUSY; /* nobody else is let in now: no arithmetic for it */
	return admission_door(&k->admission, source, now);
}

/* What comes but once: a whole message, or the id of one that comes in pieces, whose tags cover
 * the id. */
static struct span told_once(const struct fragment *f)
{
	return f->tag != NULL ? span_of(f->id, sizeof f->id) : f->bytes;
}

/* A first message, or a piece of it, that has its ration. What does not verify leaves nothing
 * behind; what does takes a place. */
static struct peer *begin(struct knock *k, const struct route *from, const struct fragment *f,
                          bool pairing, uint64_t now)
{
	struct keying_config config = k->credentials->keying;
	struct source source = source_of_route(from);
	bool may = admission_may(&k->admission, &source, false, now);
	enum handshake_step step;

	config.suite = suite_of(k, f);
	config.first_use = config.first_use && may && config.suite != config.also;
	struct peer *p = peer_new(&config, f->id, from, now);
	if (p == NULL)
		return NULL;
	bool good = peer_fragment(p, from, f, &step, now) == OK;
	if (pairing || good)
		admission_take(&k->admission, &source, p->known, now);
	if (!good) {
		peer_free(p);
		if (answers_strangers(k) && may && !pairing)
			refuse_stranger(k, from, f, REFUSE_KEY);
		return NULL;
	}
	if (!roster_settle(k->roster, p))
		return NULL;
	if (p->known)
		admission_remember(&k->admission, told_once(f));
	return p;
}

/* Somebody new. */
static struct peer *arrives(struct knock *k, const struct route *from, const struct fragment *f,
                            uint64_t now)
{
	struct source source = source_of_route(from);
	bool ours = f->version == PROTOCOL_VERSION && suite_of(k, f) != NULL;

	bool first = f->number == 0 && (f->tag != NULL || handshake_is_whole(f));
	if (ours && (!first || admission_seen(&k->admission, told_once(f))))
		return NULL;
	enum refuse_reason reason = reason_against(k, &source, f, now);
	if (reason != REFUSE_NOT) {
		if (answers_strangers(k) || reason == REFUSE_CODE_DEAD)
			refuse_stranger(k, from, f, reason);
		return NULL;
	}
	bool pairing = handshake_pairs(f);
	/* What costs us public-key arithmetic is rationed. Whoever knows a contact's psk has a
	 * ration of its own: the host's public key is enough to know it, so its message is taken
	 * once. */
	if (!admission_may(&k->admission, &source, !pairing, now) ||
	    (!pairing && admission_waits(&k->admission, &source, now)))
		return NULL;
	return begin(k, from, f, pairing, now);
}

/* ---- handshakes that go on ---- */

/* Its keys stand. The session key serves this one session, and nobody else. False: it is gone. */
static bool prove(struct knock *k, struct peer *p, uint64_t now)
{
	key_is_spent(k, p);
	admission_spent(&k->admission, &p->source, now);
	if (roster_prove(k->roster, p, now) == OK)
		return true;
	roster_remove(k->roster, p);
	return false;
}

static void go_on(struct knock *k, struct peer *p, const struct route *from,
                  const struct fragment *f, uint64_t now)
{
	enum handshake_step step;
	enum err err = peer_fragment(p, from, f, &step, now);

	if (err != OK && p->shake.keying->guessed)
		has_guessed(k, p, now);
	else if (err != OK)
		roster_remove(k->roster, p);
	else if (step == HANDSHAKE_ON && keying_ready(p->shake.keying))
		(void)prove(k, p, now);
}

struct peer *knock_fragment(struct knock *k, struct peer *p, const struct route *from,
                            const struct fragment *f, uint64_t now)
{
	if (p != NULL) {
		go_on(k, p, from, f, now);
		return NULL;
	}
	p = arrives(k, from, f, now);
	return p != NULL && keying_ready(p->shake.keying) && !prove(k, p, now) ? NULL : p;
}

void knock_welcome(struct knock *k, const struct peer *p)
{
	admission_welcome(&k->admission, &p->source);
}

void knock_timer(struct knock *k)
{
	const struct identity *key = k->credentials->keying.session_key;
	struct peer *p;

	for (int i = 0; key != NULL && (p = roster_next(k->roster, &i)) != NULL;) {
		if (!peer_give_key(p, key))
			continue;
		key_is_spent(k, p);
		key = NULL;
	}
}

bool knock_take(struct knock *k, struct endpoint_event *event)
{
	if (!k->guessed)
		return false;
	*event = (struct endpoint_event){ .kind = ENDPOINT_GUESS,
		                          .number = k->guesses,
		                          .rest_s = k->rest_s };
	k->guessed = false;
	return true;
}
