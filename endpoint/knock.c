/* knock: the responder's side of handshakes, and what both sides do alike: who may begin one and gets a place, what strangers are told,
 * which guesses of the code are counted, and how keys become a session. docs/PROTOCOL.md sections 3 and 4. */
#include <string.h>

#include "endpoint/slot.h"

static void refuse_one_of(struct endpoint *ep, unsigned most, const struct route *route,
                          const uint8_t id[static CONNECTION_ID], enum refuse_reason reason)
{
	if (ep->refusals_count >= most)
		return;
	struct refusal *r = &ep->refusals[ep->refusals_count++];
	struct writer w = writer_of(r->packet, sizeof r->packet);

	r->route = *route;
	write_u8(&w, PACKET_REFUSE);
	write_u8(&w, PROTOCOL_VERSION);
	write_u8(&w, (uint8_t)ep->config.suite->suite);
	write_span(&w, span_of(id, CONNECTION_ID));
	write_u8(&w, (uint8_t)reason);
}

/* Whose handshake is over has to hear so, however many others ask at once: those leave it its place. */
static void refuse_packet(struct endpoint *ep, const struct route *route,
                          const uint8_t id[static CONNECTION_ID], enum refuse_reason reason)
{
	refuse_one_of(ep, REFUSALS - LIMIT_HALF_OPEN, route, id, reason);
}

static bool answers_strangers(const struct endpoint *ep)
{
	return !ep->config.initiator && (ep->has_code || ep->config.first_use);
}

/* ---- handshakes that end ---- */

static void refuse_slot(struct endpoint *ep, struct slot *slot, enum refuse_reason reason)
{
	refuse_one_of(ep, REFUSALS, &slot->shake->route, slot->shake->id, reason);
	slot_free(ep, slot);
}

void knock_end_pairings(struct endpoint *ep, const struct source *site, enum refuse_reason reason)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		struct slot *slot = &ep->slots[i];
		struct source theirs = source_site(&slot->source);

		if (slot->state == SLOT_SHAKING && slot->pairing &&
		    (site == NULL || source_same(site, &theirs)))
			refuse_slot(ep, slot, reason);
	}
}

/* Its private half goes, and with it whoever could only have come by it. */
void knock_pair_spent(struct endpoint *ep, const struct slot *by)
{
	for (unsigned i = 0; i < SLOTS && ep->pair_ready; i++) {
		if (ep->slots[i].state == SLOT_SHAKING && &ep->slots[i] != by)
			refuse_slot(ep, &ep->slots[i], REFUSE_BUSY);
	}
	identity_wipe(&ep->pair);
	ep->pair_ready = false;
}

/* The confirmation was wrong. */
static void count_guess(struct endpoint *ep, struct slot *slot, uint64_t now)
{
	struct source site = source_site(&slot->source);
	enum verdict verdict = admission_wrong(&ep->admission, &site, now);
	struct endpoint_event *e = news_add(&ep->news, NEWS_GUESS, ENDPOINT_GUESS);

	e->number = ep->admission.wrong;
	if (verdict == GUESS_CODE_RESTS)
		e->rest_s = (uint32_t)((ep->admission.rest_until - now) / SECOND);
	refuse_slot(ep, slot, verdict == GUESS_CODE_DEAD ? REFUSE_CODE_DEAD : REFUSE_CODE);
	if (verdict == GUESS_CODE_DEAD)
		endpoint_code(ep, NULL);
	else if (verdict == GUESS_CODE_RESTS)
		knock_end_pairings(ep, NULL, REFUSE_BUSY);
	else if (verdict == GUESS_SOURCE_OUT)
		knock_end_pairings(ep, &site, REFUSE_CODE_DEAD);
}

/* ---- handshakes that begin ---- */

static bool evictable(const struct slot *slot)
{
	return slot->state == SLOT_SHAKING || slot->state == SLOT_CLOSING || slot_comparing(slot);
}

/* A free slot while fewer than LIMIT_HALF_OPEN are shaking hands, the last of these only for who knows a contact's psk; else that of
 * source_loser. NULL: all are taken by better ones. */
static struct slot *place_for(struct endpoint *ep, const struct source *source, bool known)
{
	struct place places[SLOTS];
	struct slot *holders[SLOTS], *unused = NULL;
	size_t count = 0, shaking_count = 0, strangers = 0;

	for (int i = 0; i < SLOTS; i++) {
		struct slot *slot = &ep->slots[i];
		bool better = slot->known || slot->state == SLOT_CLOSING;

		if (slot->state == SLOT_FREE)
			unused = slot;
		bool knocking = slot->state == SLOT_SHAKING || slot_comparing(slot);
		shaking_count += knocking;
		strangers += knocking && !slot->known;
		if (!evictable(slot) || (slot->known && !known))
			continue;
		holders[count] = slot;
		places[count++] = (struct place){
			.source = slot->source, .known = better, .spoke = true, .since = slot->since
		};
	}
	if (unused != NULL && shaking_count < LIMIT_HALF_OPEN &&
	    (known || strangers + 1 < LIMIT_HALF_OPEN))
		return unused;
	int loser = source_loser(places, count, source);
	if (loser < 0)
		return NULL;
	slot_free(ep, holders[loser]);
	return holders[loser];
}

struct handshake *knock_agreement(struct endpoint *ep, const uint8_t id[static CONNECTION_ID],
                                  const struct route *route, bool first_use, uint64_t now)
{
	enum err err;
	struct keying_config config = {
		.initiator = ep->config.initiator,
		.suite = ep->config.suite,
		.identity = ep->config.identity,
		.session_pair = ep->pair_ready ? &ep->pair : NULL,
		.aes = ep->config.aes,
		.code = ep->has_code ? &ep->code : NULL,
		.expected = ep->config.expected,
		.contacts = ep->config.contacts,
		.first_use = first_use,
		.payload = span_of(ep->payload, ep->payload_len),
		.random = ep->config.random,
	};
	struct keying *keying = keying_new(&config, &err);

	if (keying == NULL)
		return NULL;
	return handshake_new(keying, ep->config.initiator, (uint8_t)ep->config.suite->suite, id,
	                     route, now);
}

struct slot *knock_place(struct endpoint *ep, struct handshake *h, bool known, uint64_t now)
{
	struct source source = source_of_route(&h->route);
	struct slot *slot = place_for(ep, &source, known);

	if (slot == NULL) {
		handshake_free(h);
		return NULL;
	}
	slot->shake = h;
	slot->state = SLOT_SHAKING;
	slot->source = source;
	slot->direct = !route_is_forward(&h->route);
	slot->known = known;
	slot->since = now;
	memcpy(slot->id, h->id, CONNECTION_ID);
	return slot;
}

/* The key agreement does not go on. */
static void shaking_failed(struct endpoint *ep, struct slot *slot, enum err err, uint64_t now)
{
	if (ep->config.initiator)
		seek_failed(ep, slot, err, now);
	else if (keying_guessed(slot->shake->keying))
		count_guess(ep, slot, now);
	else
		slot_free(ep, slot);
}

/* Keys stand: the handshake becomes a session, and the program is asked. */
static void proved(struct endpoint *ep, struct slot *slot, uint64_t now)
{
	struct encryptor *keys = keying_take(slot->shake->keying);
	struct session_config config = {
		.initiator = ep->config.initiator,
		.suite = ep->config.suite,
		.identity = ep->config.identity,
		.aes = ep->config.aes,
		.no_relay = ep->config.no_relay,
		.relay_only = ep->config.relay_only,
		.silence_us = ep->config.silence_us,
		.random = ep->config.random,
	};
	bool other_mode =
	    keys->peer_payload_len < 1 || keys->peer_payload[0] != (uint8_t)ep->config.mode;

	slot->trust = keying_trust(slot->shake->keying);
	config.compare = slot->trust == TRUST_FIRST_USE;
	if (!ep->config.initiator) {
		knock_pair_spent(ep, slot);
		admission_spent(&ep->admission, &slot->source, now);
	}
	if (config.compare && !first_use_payload_fits(keys)) {
		encryptor_free(keys);
		shaking_failed(ep, slot, ERR_AUTH, now);
		return;
	}
	slot->session = session_new(&config, keys, &slot->shake->route, now);
	if (slot->session == NULL) {
		slot_free(ep, slot);
		return;
	}
	give_candidates(ep, slot->session);
	slot->state = SLOT_PROVED;
	slot->proved_at = now;
	if (other_mode) {
		session_close(slot->session, CLOSE_MODE,
		              span_text(ep->config.mode == MODE_PIPE ? "this side is a pipe"
		                                                     : "this side is a chat"));
		slot->state = SLOT_CLOSING;
		tell_failed(ep, NEWS_MODE, ERR_VERSION,
		            ep->config.mode == MODE_PIPE
		                ? "this side is a pipe, the other one a chat"
		                : "this side is a chat, the other one a pipe");
	}
}

/* ---- packets ---- */

static void shake(struct endpoint *ep, struct slot *slot, const struct route *from,
                  const struct fragment *f, uint64_t now)
{
	struct handshake *h = slot->shake;
	unsigned number = h->in_number;
	uint64_t asked_at = h->progress_at;
	bool again, shaking = slot->state == SLOT_SHAKING;

	if (shaking ? ep->config.initiator && !seek_may_go_on(ep, slot) : f->number + 2U != number)
		return;
	enum err err = handshake_fragment(h, from, f, &again, now);
	if (!shaking) {
		if (again && slot->session != NULL)
			session_ping(slot->session);
		return;
	}
	if (err != OK) {
		shaking_failed(ep, slot, err, now);
		return;
	}
	if (h->in_number == number)
		return;
	slot->refused_at = NEVER; /* something better has come */
	if (ep->config.initiator)
		seek_progress(ep, slot, now - asked_at, now);
	if (keying_ready(h->keying))
		proved(ep, slot, now);
}

static struct slot *slot_of_handshake(struct endpoint *ep, const uint8_t id[static CONNECTION_ID])
{
	for (unsigned i = 0; i < SLOTS; i++) {
		if (ep->slots[i].state != SLOT_FREE &&
		    memcmp(ep->slots[i].id, id, CONNECTION_ID) == 0)
			return &ep->slots[i];
	}
	return NULL;
}

/* Somebody wants to pair: is there a code for it? */
static bool code_admits(struct endpoint *ep, const struct route *from, const struct fragment *f,
                        const struct source *source, uint64_t now)
{
	bool speaks = answers_strangers(ep);

	if (ep->accepted >= 0 &&
	    ep->has_code) { /* nobody else is let in now: no arithmetic for it */
		refuse_packet(ep, from, f->id, REFUSE_BUSY);
		return false;
	}
	switch (admission_door(&ep->admission, source, now)) {
	case DOOR_OPEN: return true;
	case DOOR_RESTS: refuse_packet(ep, from, f->id, REFUSE_BUSY); break;
	case DOOR_CODE_DEAD:
		if (speaks || admission_died_lately(&ep->admission, now))
			refuse_packet(ep, from, f->id, REFUSE_CODE_DEAD);
		break;
	case DOOR_NO_CODE:
		if (speaks)
			refuse_packet(ep, from, f->id, REFUSE_KEY);
		break;
	}
	return false;
}

/* A first message of a version and suite that are ours, whole. What does not verify leaves nothing behind; a place is taken by what
 * does. What costs us public-key arithmetic is rationed; who knows a contact's psk has a ration of its own, as the public key of the host
 * is enough to know it, and its message is taken once. */
static void first_message(struct endpoint *ep, const struct route *from, const struct fragment *f,
                          uint64_t now)
{
	struct source source = source_of_route(from);
	bool pairing = keying_is_pairing(f->bytes), again;

	if (admission_seen(&ep->admission, f->bytes) ||
	    (pairing && !code_admits(ep, from, f, &source, now)))
		return;
	bool may = admission_may(&ep->admission, &source, now);
	if (pairing ? !may
	            : !admission_may_known(&ep->admission, &source, now) ||
	                  admission_waits(&ep->admission, &source, now))
		return;
	struct handshake *h = knock_agreement(ep, f->id, from, ep->config.first_use && may, now);
	if (h == NULL)
		return;
	enum err err = handshake_fragment(h, from, f, &again, now);
	bool known = err == OK && keying_claim(h->keying) == TRUST_CONTACT;
	if (pairing || (err == OK && !known))
		admission_take(&ep->admission, &source, now);
	else if (known)
		admission_take_known(&ep->admission, &source, now);
	if (err != OK) {
		handshake_free(h);
		if (answers_strangers(ep) && may && !pairing)
			refuse_packet(ep, from, f->id, REFUSE_KEY);
		return;
	}
	struct slot *slot = knock_place(ep, h, known, now);
	if (slot == NULL)
		return;
	slot->pairing = pairing;
	if (known)
		admission_remember(&ep->admission, f->bytes);
	communicator_vouch(ep->communicator, from, known);
	if (keying_ready(h->keying))
		proved(ep, slot, now);
}

/* Somebody new. */
static void received_stranger(struct endpoint *ep, const struct route *from,
                              const struct fragment *f, uint64_t now)
{
	if (f->version != PROTOCOL_VERSION || f->suite != (uint8_t)ep->config.suite->suite) {
		if (answers_strangers(ep))
			refuse_packet(ep, from, f->id,
			              f->version != PROTOCOL_VERSION ? REFUSE_VERSION
			                                             : REFUSE_SUITE);
	} else if (f->number == 0 && fragment_is_whole(f)) {
		first_message(ep, from, f, now);
	}
}

void knock_handshake(struct endpoint *ep, const struct route *from, struct span packet,
                     bool proved_address, uint64_t now)
{
	struct fragment f;

	/* A session begins where its handshake came from, so that must be where somebody receives: whoever reads along could else
	 * repeat a packet under another's address. */
	if (!proved_address || fragment_read(packet, &f) != OK)
		return;
	struct slot *slot = slot_of_handshake(ep, f.id);
	if (slot != NULL && slot->shake != NULL && f.version == PROTOCOL_VERSION)
		shake(ep, slot, from, &f, now);
	else if (slot == NULL && !ep->config.initiator)
		received_stranger(ep, from, &f, now);
}

void knock_refusal(struct endpoint *ep, struct span packet, uint64_t now)
{
	struct reader r = reader_of(packet);
	uint8_t id[CONNECTION_ID];

	read_u8(&r);
	uint8_t version = read_u8(&r), suite = read_u8(&r);
	read_bytes(&r, id, sizeof id);
	uint8_t reason = read_u8(&r);
	struct slot *slot = slot_of_handshake(ep, id);
	if (r.bad || !ep->config.initiator || slot == NULL || slot->state != SLOT_SHAKING ||
	    slot->refused_at != NEVER)
		return;
	slot->refused = (enum refuse_reason)reason;
	slot->refused_version = version;
	slot->refused_suite = suite;
	slot->refused_at = now;
}

uint64_t knock_deadline(const struct endpoint *ep, const struct slot *slot)
{
	if (ep->config.initiator)
		return seek_slot_deadline(ep, slot);
	return slot->shake->progress_at + LIMIT_HANDSHAKE_US;
}

void knock_timer(struct endpoint *ep, struct slot *slot, uint64_t now)
{
	if (now < knock_deadline(ep, slot))
		return;
	if (ep->config.initiator)
		seek_timer(ep, slot, now);
	else
		slot_free(ep, slot);
}
