/* knock: who may begin a handshake with us, what strangers are told, which guesses of the code are counted, and how keys become a
 * session. docs/PROTOCOL.md sections 3 and 4. */
#include <string.h>

#include "session/slot.h"

#define SECOND_ROUTE_US (3 * SECOND / 2)

static void refuse_packet(struct endpoint *ep, const struct route *route, const uint8_t id[static HANDSHAKE_ID], enum refuse_reason reason)
{
	if (ep->refusals_count == REFUSALS)
		return;
	struct refusal *r = &ep->refusals[ep->refusals_count++];
	struct writer w = writer_of(r->packet, sizeof r->packet);

	r->route = *route;
	write_u8(&w, REFUSE_TYPE);
	write_u8(&w, PROTOCOL_VERSION);
	write_u8(&w, (uint8_t)ep->config.suite->suite);
	write_span(&w, span_of(id, HANDSHAKE_ID));
	write_u8(&w, (uint8_t)reason);
}

static bool answers_strangers(const struct endpoint *ep)
{
	return !ep->config.initiator && (ep->has_code || ep->config.first_use);
}

static void count_guess(struct endpoint *ep, const struct slot *slot, bool refuse)
{
	ep->guesses++;
	tell(ep, ENDPOINT_GUESS)->number = ep->guesses;
	if (refuse)
		refuse_packet(ep, &slot->shake->route, slot->shake->id, ep->guesses >= LIMIT_CODE_GUESSES ? REFUSE_CODE_DEAD : REFUSE_CODE);
	if (ep->guesses >= LIMIT_CODE_GUESSES)
		endpoint_code(ep, NULL);
}

/* A handshake that came to nothing. */
static void abandon(struct endpoint *ep, struct slot *slot)
{
	if (slot->guess_counted && keying_guessing(slot->shake->keying))
		count_guess(ep, slot, false);
	slot_free(slot);
}

/* A free slot while fewer than LIMIT_HALF_OPEN are shaking hands; else that of the one longest without progress. */
static int place_for_stranger(struct endpoint *ep)
{
	unsigned shaking_count = 0;
	int place = -1, oldest = -1;

	for (int i = 0; i < SLOTS; i++) {
		struct slot *slot = &ep->slots[i];

		if (slot->state == SLOT_FREE)
			place = i;
		if (slot->state != SLOT_SHAKING)
			continue;
		shaking_count++;
		if (oldest < 0 || slot->shake->progress_at < ep->slots[oldest].shake->progress_at)
			oldest = i;
	}
	if (place >= 0 && shaking_count < LIMIT_HALF_OPEN)
		return place;
	if (oldest >= 0)
		abandon(ep, &ep->slots[oldest]);
	return oldest;
}

/* NULL: we have nothing to trust by, or no place. */
static struct slot *new_handshake(struct endpoint *ep, const uint8_t id[static HANDSHAKE_ID], const struct route *route, uint64_t now)
{
	enum err err;
	struct keying_config config = {
		.initiator = ep->config.initiator, .suite = ep->config.suite, .identity = ep->config.identity,
		.session_pair = ep->pair_ready ? &ep->pair : NULL, .aes = ep->config.aes,
		.code = ep->has_code ? &ep->code : NULL, .expected = ep->config.expected, .contacts = ep->config.contacts,
		.first_use = ep->config.first_use || ep->looking, .payload = span_of(ep->payload, ep->payload_len), .random = ep->config.random,
	};
	struct keying *keying = keying_new(&config, &err);

	if (keying == NULL)
		return NULL;
	int place = place_for_stranger(ep);
	if (place < 0) {
		keying_free(keying);
		return NULL;
	}
	struct slot *slot = &ep->slots[place];
	slot->shake = handshake_new(keying, ep->config.initiator, (uint8_t)ep->config.suite->suite, id, route, now);
	if (slot->shake == NULL)
		return NULL;
	slot->state = SLOT_SHAKING;
	memcpy(slot->id, id, HANDSHAKE_ID);
	return slot;
}

static bool shaking(const struct endpoint *ep)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		if (ep->slots[i].state == SLOT_SHAKING || ep->slots[i].state == SLOT_PROVED)
			return true;
	}
	return false;
}

/* Most second routes lead to the same responder: they wait, so that it does not take us for two. */
void knock_start(struct endpoint *ep, const struct route *route, uint64_t now)
{
	uint8_t id[HANDSHAKE_ID];

	random_fill(ep->config.random, id, sizeof id);
	bool first = !shaking(ep);
	struct slot *slot = new_handshake(ep, id, route, now);
	if (slot == NULL)
		return;
	if (handshake_start(slot->shake, now) != OK)
		slot_free(slot);
	else if (!first)
		handshake_wait(slot->shake, now + SECOND_ROUTE_US);
}

/* The key agreement does not go on. */
static void shaking_failed(struct endpoint *ep, struct slot *slot, enum err err)
{
	const struct encryptor *e = keying_peek(slot->shake->keying);

	if (keying_guessed(slot->shake->keying))
		count_guess(ep, slot, !ep->config.initiator);
	else if (!ep->config.initiator && slot->shake->in_number == 2 && answers_strangers(ep))
		refuse_packet(ep, &slot->shake->route, slot->shake->id, REFUSE_KEY);
	else if (err == ERR_TRUST && e != NULL)
		tell(ep, ENDPOINT_CHANGED)->key = e->peer;
	else if (ep->config.initiator)
		tell_failed(ep, ERR_AUTH, "the other side's handshake does not verify");
	slot_free(slot);
}

/* Keys stand: the handshake becomes a session, and the program is asked. */
static void proved(struct endpoint *ep, struct slot *slot, uint64_t now)
{
	struct encryptor *keys = keying_take(slot->shake->keying);
	struct session_config config = {
		.initiator = ep->config.initiator, .suite = ep->config.suite, .identity = ep->config.identity, .aes = ep->config.aes,
		.no_relay = ep->config.no_relay, .relay_only = ep->config.relay_only, .silence_us = ep->config.silence_us,
		.random = ep->config.random,
	};
	bool other_mode = keys->peer_payload_len < 1 || keys->peer_payload[0] != (uint8_t)ep->config.mode;

	slot->trust = keying_trust(slot->shake->keying);
	config.compare = slot->trust == TRUST_FIRST_USE;
	if (config.compare && !first_use_payload_fits(keys)) {
		encryptor_free(keys);
		if (ep->config.initiator)
			tell_failed(ep, ERR_AUTH, "the other side's handshake does not verify");
		slot_free(slot);
		return;
	}
	slot->session = session_new(&config, keys, &slot->shake->route, now);
	if (slot->session == NULL) {
		slot_free(slot);
		return;
	}
	give_candidates(ep, slot->session);
	slot->state = SLOT_PROVED;
	if (other_mode) {
		session_close(slot->session, CLOSE_MODE, span_text(ep->config.mode == MODE_PIPE ? "this side is a pipe" : "this side is a chat"));
		slot->state = SLOT_CLOSING;
		tell_failed(ep, ERR_VERSION, ep->config.mode == MODE_PIPE ? "this side is a pipe, the other one a chat"
		                                                          : "this side is a chat, the other one a pipe");
	}
}

/* This handshake gets answers: others that have none yet need not go on, for they may lead to the same responder. */
static void hold_others(struct endpoint *ep, const struct slot *slot, uint64_t now)
{
	for (unsigned i = 0; i < SLOTS; i++) {
		struct slot *other = &ep->slots[i];

		if (other != slot && other->state == SLOT_SHAKING && other->shake->out_number == 0)
			handshake_wait(other->shake, now + LIMIT_HANDSHAKE_US);
	}
}

static void shake(struct endpoint *ep, struct slot *slot, const struct route *from, const struct fragment *f, uint64_t now)
{
	bool again;
	enum err err = handshake_fragment(slot->shake, from, f, &again, now);

	if (slot->state != SLOT_SHAKING) {
		if (again && slot->session != NULL)
			session_ping(slot->session);
		return;
	}
	if (err != OK) {
		shaking_failed(ep, slot, err);
		return;
	}
	if (!slot->guess_counted && keying_guessing(slot->shake->keying)) {
		slot->guess_counted = true;
		ep->answered++;
	}
	if (ep->config.initiator)
		hold_others(ep, slot, now);
	if (keying_ready(slot->shake->keying))
		proved(ep, slot, now);
}

static struct slot *slot_of_handshake(struct endpoint *ep, const uint8_t id[static HANDSHAKE_ID])
{
	for (unsigned i = 0; i < SLOTS; i++) {
		if (ep->slots[i].state != SLOT_FREE && memcmp(ep->slots[i].id, id, HANDSHAKE_ID) == 0)
			return &ep->slots[i];
	}
	return NULL;
}

/* A first message from somebody new. */
static void received_stranger(struct endpoint *ep, const struct route *from, const struct fragment *f, uint64_t now)
{
	if (f->version != PROTOCOL_VERSION || f->suite != (uint8_t)ep->config.suite->suite) {
		if (answers_strangers(ep))
			refuse_packet(ep, from, f->id, f->version != PROTOCOL_VERSION ? REFUSE_VERSION : REFUSE_SUITE);
		return;
	}
	if (f->number != 0 || f->offset != 0)
		return;
	if (keying_is_pairing(f->bytes) && (!ep->has_code || ep->answered >= LIMIT_CODE_GUESSES)) {
		if (answers_strangers(ep))
			refuse_packet(ep, from, f->id, REFUSE_KEY);
		return;
	}
	struct slot *slot = new_handshake(ep, f->id, from, now);
	if (slot != NULL)
		shake(ep, slot, from, f, now);
}

void knock_handshake(struct endpoint *ep, const struct route *from, struct span packet, bool proved_address, uint64_t now)
{
	struct fragment f;

	if (fragment_read(packet, &f) != OK)
		return;
	struct slot *slot = slot_of_handshake(ep, f.id);
	if (slot != NULL && slot->shake != NULL && f.version == PROTOCOL_VERSION)
		shake(ep, slot, from, &f, now);
	else if (slot == NULL && !ep->config.initiator && proved_address)
		received_stranger(ep, from, &f, now);
}

void knock_refusal(struct endpoint *ep, struct span packet, uint64_t now)
{
	struct reader r = reader_of(packet);
	uint8_t id[HANDSHAKE_ID];

	read_u8(&r);
	uint8_t version = read_u8(&r), suite = read_u8(&r);
	read_bytes(&r, id, sizeof id);
	uint8_t reason = read_u8(&r);
	struct slot *slot = slot_of_handshake(ep, id);
	if (r.bad || !ep->config.initiator || slot == NULL || slot->state != SLOT_SHAKING || slot->refused_at != NEVER)
		return;
	slot->refused = (enum refuse_reason)reason;
	slot->refused_version = version;
	slot->refused_suite = suite;
	slot->refused_at = now;
}

void knock_timer(struct endpoint *ep, struct slot *slot, uint64_t now)
{
	bool refused = slot->refused_at != NEVER && now >= slot->refused_at + REFUSE_BELIEVED_US;

	if (refused && slot->refused == REFUSE_KEY && ep->config.expected != NULL && !ep->looking) {
		struct route route = slot->shake->route;

		ep->looking = true;
		slot_free(slot);
		knock_start(ep, &route, now);
	} else if (refused) {
		struct endpoint_event *e = tell(ep, ENDPOINT_REFUSED);

		e->reason = slot->refused;
		e->their_suite = slot->refused_suite;
		e->their_version = slot->refused_version;
		slot_free(slot);
	} else if (now >= slot->shake->progress_at + LIMIT_HANDSHAKE_US) { /* also of keys the responder never confirmed */
		struct route route = slot->shake->route;
		bool first = slot->shake->out_number == 0;

		if (ep->config.initiator && first) {
			slot->shake->progress_at = now; /* nobody has answered at all: asking on costs nothing */
			return;
		}
		abandon(ep, slot);
		if (ep->config.initiator)
			knock_start(ep, &route, now);
	}
}
