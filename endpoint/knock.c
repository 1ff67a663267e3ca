/* knock: see knock.h. */
#include "endpoint/knock.h"

void knock_init(struct knock *k, struct roster *roster, struct credentials *credentials,
                struct refusals *refusals)
{
	const struct keying_config *config = credentials_config(credentials);

	*k = (struct knock){ .roster = roster, .credentials = credentials, .refusals = refusals };
	admission_init(&k->admission, config->random);
}

/* Without a code, and without first use, nobody learns that somebody is here. */
static bool answers_strangers(const struct knock *k)
{
	return credentials_have_code(k->credentials) ||
	       credentials_config(k->credentials)->first_use;
}

/* ---- handshakes that end ---- */

static void refuse(struct knock *k, int place, enum refuse_reason reason)
{
	struct peer *p = roster_at(k->roster, place);

	refusals_peer(k->refusals, handshake_route(peer_handshake(p)), peer_about(p)->id, reason);
	roster_remove(k->roster, place);
}

/* Pairings that have proved nothing yet. site: those of there; NULL: all. */
static void end_pairings(struct knock *k, const struct source *site, enum refuse_reason reason)
{
	for (int i = 0; i < ROSTER_PLACES; i++) {
		struct peer *p = roster_at(k->roster, i);

		if (p == NULL || peer_about(p)->state != PEER_SHAKING || !peer_about(p)->pairing)
			continue;
		struct source theirs = source_site(&peer_about(p)->source);
		if (site == NULL || source_same(site, &theirs))
			refuse(k, i, reason);
	}
}

void knock_code(struct knock *k, const struct code *code, uint64_t now)
{
	bool same = credentials_same_code(k->credentials, code);

	if (!same && credentials_have_code(k->credentials)) {
		admission_code_ends(&k->admission, now);
		end_pairings(k, NULL, REFUSE_CODE_DEAD);
	}
	credentials_set_code(k->credentials, code);
	if (code != NULL && !same)
		admission_code(&k->admission, code->words_count > CODE_WORDS);
}

static void key_is_spent(struct knock *k, const struct peer *by)
{
	for (int i = 0; i < ROSTER_PLACES && credentials_key(k->credentials) != NULL; i++) {
		struct peer *p = roster_at(k->roster, i);

		if (p != NULL && p != by && peer_about(p)->state == PEER_SHAKING)
			refuse(k, i, REFUSE_BUSY);
	}
	credentials_set_key(k->credentials, NULL);
}

void knock_key(struct knock *k, const struct identity *key)
{
	key_is_spent(k, NULL);
	credentials_set_key(k->credentials, key);
}

/* Its confirmation is wrong. */
static void has_guessed(struct knock *k, int place, uint64_t now)
{
	struct source site = source_site(&peer_about(roster_at(k->roster, place))->source);
	uint64_t rest_us;
	enum guess guess = admission_wrong(&k->admission, &site, &k->guesses, &rest_us, now);

	k->guessed = true;
	k->rest_s = (uint32_t)(rest_us / SECOND);
	refuse(k, place, guess == GUESS_CODE_DEAD ? REFUSE_CODE_DEAD : REFUSE_CODE);
	if (guess == GUESS_CODE_DEAD)
		knock_code(k, NULL, now);
	else if (guess == GUESS_CODE_RESTS)
		end_pairings(k, NULL, REFUSE_BUSY);
	else if (guess == GUESS_SOURCE_OUT)
		end_pairings(k, &site, REFUSE_CODE_DEAD);
}

/* ---- handshakes that begin ---- */

/* Somebody wants to pair: is there a code for it? *reason: 0: not, and it is not told so. */
static bool code_admits(const struct knock *k, const struct source *source, bool engaged,
                        uint8_t *reason, uint64_t now)
{
	const struct admission *a = &k->admission;
	bool speaks = answers_strangers(k);

	*reason = REFUSE_BUSY;
	if (engaged && credentials_have_code(k->credentials))
		return false; /* nobody else is let in now: no arithmetic for it */
	switch (admission_door(a, source, now)) {
	case DOOR_OPEN: return true;
	case DOOR_RESTS: break;
	case DOOR_CODE_DEAD:
		*reason = speaks || admission_died_lately(a, now) ? REFUSE_CODE_DEAD : 0;
		break;
	case DOOR_NO_CODE: *reason = speaks ? REFUSE_KEY : 0; break;
	}
	return false;
}

/* A first message that has its ration. What does not verify leaves nothing behind; what does takes
 * a place. */
static int begin(struct knock *k, const struct route *from, const struct fragment *f, bool pairing,
                 uint64_t now)
{
	struct source source = source_of_route(from);
	bool may = admission_may(&k->admission, &source, false, now);
	bool first_use = may && credentials_config(k->credentials)->first_use;
	struct handshake *h = credentials_handshake(k->credentials, f->id, from, first_use, now);
	enum handshake_step step;

	if (h == NULL)
		return -1;
	bool good = handshake_fragment(h, from, f, &step, now) == OK;
	bool known = good && keying_claim(handshake_keying(h)) == TRUST_CONTACT;
	if (pairing || good)
		admission_take(&k->admission, &source, known, now);
	if (!good) {
		handshake_free(h);
		if (answers_strangers(k) && may && !pairing)
			refusals_stranger(k->refusals, from, f->id, REFUSE_KEY);
		return -1;
	}
	int place = roster_settle(k->roster, h, known, pairing, now);
	if (place >= 0 && known)
		admission_remember(&k->admission, f->bytes);
	return place;
}

/* Somebody new. */
static int arrives(struct knock *k, const struct route *from, const struct fragment *f,
                   bool engaged, uint64_t now)
{
	struct source source = source_of_route(from);
	uint8_t suite = (uint8_t)credentials_config(k->credentials)->suite->suite, reason = 0;

	if (f->version != PROTOCOL_VERSION)
		reason = REFUSE_VERSION;
	else if (f->suite != suite)
		reason = REFUSE_SUITE;
	if (reason != 0 && answers_strangers(k))
		refusals_stranger(k->refusals, from, f->id, reason);
	if (reason != 0 || f->number != 0 || !fragment_is_whole(f) ||
	    admission_seen(&k->admission, f->bytes))
		return -1;
	bool pairing = keying_is_pairing(f->bytes);
	if (pairing && !code_admits(k, &source, engaged, &reason, now)) {
		if (reason != 0)
			refusals_stranger(k->refusals, from, f->id, reason);
		return -1;
	}
	/* What costs us public-key arithmetic is rationed. Whoever knows a contact's psk has a
	 * ration of its own: the host's public key is enough to know it, so its message is taken
	 * once. */
	if (!admission_may(&k->admission, &source, !pairing, now) ||
	    (!pairing && admission_waits(&k->admission, &source, now)))
		return -1;
	return begin(k, from, f, pairing, now);
}

/* ---- handshakes that go on ---- */

/* Its keys stand. The session key serves this one session, and nobody else. */
static void prove(struct knock *k, int place, uint64_t now)
{
	struct peer *p = roster_at(k->roster, place);

	key_is_spent(k, p);
	admission_spent(&k->admission, &peer_about(p)->source, now);
	if (roster_prove(k->roster, place, now) != OK)
		roster_remove(k->roster, place);
}

static void go_on(struct knock *k, int place, const struct route *from, const struct fragment *f,
                  uint64_t now)
{
	struct peer *p = roster_at(k->roster, place);
	enum handshake_step step;

	if (peer_handshake(p) == NULL || f->version != PROTOCOL_VERSION)
		return;
	const struct keying *keying = handshake_keying(peer_handshake(p));
	enum err err = peer_fragment(p, from, f, &step, now);
	if (err != OK && keying_guessed(keying))
		has_guessed(k, place, now);
	else if (err != OK)
		roster_remove(k->roster, place);
	else if (step == HANDSHAKE_ON && keying_ready(keying))
		prove(k, place, now);
}

int knock_fragment(struct knock *k, int place, const struct route *from, const struct fragment *f,
                   bool engaged, uint64_t now)
{
	if (place >= 0) {
		go_on(k, place, from, f, now);
		return -1;
	}
	place = arrives(k, from, f, engaged, now);
	if (place >= 0 &&
	    keying_ready(handshake_keying(peer_handshake(roster_at(k->roster, place)))))
		prove(k, place, now);
	return place;
}

void knock_welcome(struct knock *k, int place)
{
	admission_welcome(&k->admission, &peer_about(roster_at(k->roster, place))->source);
}

void knock_timer(struct knock *k)
{
	for (int i = 0; i < ROSTER_PLACES && credentials_key(k->credentials) != NULL; i++) {
		struct peer *p = roster_at(k->roster, i);

		if (p == NULL || !peer_wants_key(p))
			continue;
		peer_lend_key(p, credentials_key(k->credentials));
		key_is_spent(k, p);
	}
}

bool knock_take(struct knock *k, struct endpoint_event *event)
{
	bool guessed = k->guessed;

	*event = (struct endpoint_event){ .kind = ENDPOINT_GUESS,
		                          .number = k->guesses,
		                          .rest_s = k->rest_s };
	k->guessed = false;
	return guessed;
}
