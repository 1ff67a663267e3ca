/* rendezvous: see rendezvous.h and docs/PROTOCOL.md section 8.
 *
 *   HELLO    cookie of its address, nothing kept                    -> COOKIE
 *   JOIN     cookie good? rate? the member, new or again; its pairs -> WAIT, INTROs
 *   FORWARD  the pair, the sender is one of it? allowance?          -> the same bytes to the other one
 *
 * One input has at most one answer, or one packet to hand on; INTROs come out of the pair table when they are due. So the
 * queue is one message long, and a forwarded packet is copied once: from where it was read to where it is sent from. */
#include "transport/rendezvous.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "transport/members.h"
#include "transport/pairs.h"

enum { JOIN_RATE = 5, JOIN_BURST = 64, /* members made or moved, a second and at once, for one IPv4 host or IPv6 /64 */
       JOIN_BUCKETS = 16384,
       NO_PAIR_RATE = 1, NO_PAIR_BUCKETS = 1024, /* ERROR 4 for one address */
       EXPIRE_BATCH = 64, /* that many are forgotten in one call, so that a mass end stalls nobody */
       DAY_S = 86400 };

#define MEMBER_US (90 * SECOND)

struct rendezvous {
	struct rendezvous_config config;
	uint64_t started_at;
	struct rendezvous_counts counts;

	struct cookie_jar jar;
	uint8_t peer_key[SIPHASH_KEY]; /* makes INTRO's peer ids of tags */
	struct members members;
	struct pairs pairs;
	struct bucket_table joins, no_pairs;

	/* What the last input asks to be sent: bytes of ours, or the packet itself. */
	struct route to;
	struct span packet;  /* borrowed from the caller */
	struct writer answer;
	uint8_t answer_bytes[COOKIE_LEN];
};

struct rendezvous *rendezvous_new(const struct rendezvous_config *config, uint64_t now)
{
	uint8_t joins_key[SIPHASH_KEY], no_pairs_key[SIPHASH_KEY];
	struct rendezvous *s = calloc(1, sizeof *s);
	if (!s)
		return NULL;
	s->config = *config;
	s->started_at = now;
	s->answer = writer_of(s->answer_bytes, sizeof s->answer_bytes);
	random_fill(config->random, s->jar.key, sizeof s->jar.key);
	random_fill(config->random, s->peer_key, sizeof s->peer_key);
	random_fill(config->random, joins_key, sizeof joins_key);
	random_fill(config->random, no_pairs_key, sizeof no_pairs_key);

	bool memory = members_init(&s->members, config->members_max, config->random) && pairs_init(&s->pairs, config->pairs_max) &&
	              bucket_table_init(&s->joins, JOIN_BUCKETS, joins_key) &&
	              bucket_table_init(&s->no_pairs, NO_PAIR_BUCKETS, no_pairs_key);
	if (!memory) {
		rendezvous_free(s);
		return NULL;
	}
	return s;
}

void rendezvous_free(struct rendezvous *s)
{
	if (!s)
		return;
	members_free(&s->members);
	pairs_free(&s->pairs);
	bucket_table_free(&s->joins);
	bucket_table_free(&s->no_pairs);
	bytes_wipe(s, sizeof *s);
	free(s);
}

/* A route as it is kept and sent to: nothing of a single packet in it. */
static struct route plain(const struct route *route)
{
	struct route kept = *route;
	kept.ttl = 0;
	kept.pair = 0;
	return kept;
}

static struct writer *answer_to(struct rendezvous *s, const struct route *to)
{
	s->to = plain(to);
	return &s->answer;
}

static void refuse(struct rendezvous *s, const struct route *from, uint8_t code, const uint8_t about[static 8])
{
	struct error error = { .code = code };
	memcpy(error.about, about, sizeof error.about);
	error_write(answer_to(s, from), &error);
	s->counts.refused++;
}

static void drop(struct rendezvous *s)
{
	s->counts.dropped++;
}

/* Pairs and members end together: a pair needs both. */

static void end_pair(struct rendezvous *s, uint32_t pair)
{
	for (unsigned side = 0; side < PAIR_SIDES; side++) {
		struct member *member = &s->members.at[s->pairs.at[pair].members[side]];
		for (size_t i = 0; i < ROOM_ROLE_MAX; i++)
			if (member->pairs[i] == pair)
				member->pairs[i] = 0;
	}
	pairs_remove(&s->pairs, pair);
}

static void end_member(struct rendezvous *s, uint32_t slot)
{
	for (size_t i = 0; i < ROOM_ROLE_MAX; i++)
		if (s->members.at[slot].pairs[i])
			end_pair(s, s->members.at[slot].pairs[i]);
	members_remove(&s->members, slot);
}

static void expire(struct rendezvous *s, uint64_t now)
{
	uint32_t slot;
	for (int i = 0; i < EXPIRE_BATCH && (slot = pairs_idle(&s->pairs, now)) != 0; i++)
		end_pair(s, slot);
	for (int i = 0; i < EXPIRE_BATCH && (slot = members_oldest(&s->members)) != 0; i++) {
		if (now - s->members.at[slot].joined_at < MEMBER_US)
			break;
		end_member(s, slot);
	}
}

void rendezvous_link_down(struct rendezvous *s, uint16_t link)
{
	uint32_t slot;
	while ((slot = members_first_on(&s->members, link)) != 0)
		end_member(s, slot);
}

static void set_day(const struct rendezvous *s, uint64_t now, struct cookie *cookie)
{
	uint64_t wall_s = s->config.wall_s + (now - s->started_at) / SECOND;
	cookie->day = (uint32_t)(wall_s / DAY_S);
	cookie->day_ends_s = (uint32_t)(DAY_S - wall_s % DAY_S);
	if (s->config.wall_s == 0) {
		cookie->day = 0;
		cookie->day_ends_s = UINT32_MAX;
	}
}

static void take_hello(struct rendezvous *s, const struct route *from, struct span wire, uint64_t now)
{
	struct hello hello;
	struct cookie cookie = { .observed = from->remote, .relay_kbit = s->config.relay_kbit };
	if (hello_read(wire, &hello) != OK) {
		drop(s);
		return;
	}
	s->counts.hellos++;
	memcpy(cookie.nonce, hello.nonce, NONCE_BYTES);
	cookie_make(&s->jar, &from->remote, now, cookie.cookie);
	set_day(s, now, &cookie);
	cookie_write(answer_to(s, from), &cookie);
}

static bool have_pair(const struct rendezvous *s, uint32_t a, uint32_t b)
{
	for (size_t i = 0; i < ROOM_ROLE_MAX; i++) {
		uint32_t pair = s->members.at[a].pairs[i];
		if (pair && (s->pairs.at[pair].members[0] == b || s->pairs.at[pair].members[1] == b))
			return true;
	}
	return false;
}

static void remember_pair(struct member *member, uint32_t pair)
{
	size_t i = 0;
	while (i < ROOM_ROLE_MAX && member->pairs[i])
		i++;
	assert(i < ROOM_ROLE_MAX);
	member->pairs[i] = pair;
}

/* Introduces a member to everybody of the other role it has no pair with. Returns how many of the other role are there.
 * When the pair table is full the next JOIN tries again. Nobody is introduced to itself. */
static uint8_t introduce(struct rendezvous *s, uint32_t slot, uint64_t now)
{
	uint32_t room[LIMIT_ROOM_MEMBERS];
	struct member *own = &s->members.at[slot];
	size_t count = members_of_room(&s->members, own->token, room);
	uint8_t others = 0;

	for (size_t i = 0; i < count; i++) {
		struct member *other = &s->members.at[room[i]];
		if (other->responder == own->responder || route_same(&other->route, &own->route))
			continue;
		others++;
		if (have_pair(s, slot, room[i]))
			continue;
		uint32_t initiator = own->responder ? room[i] : slot, responder = own->responder ? slot : room[i];
		uint32_t pair = pairs_add(&s->pairs, initiator, responder, s->config.random, now);
		if (!pair)
			break;
		remember_pair(own, pair);
		remember_pair(other, pair);
	}
	return others;
}

/* A new address: the others learn it. */
static void move(struct rendezvous *s, uint32_t slot, const struct route *to, uint64_t now)
{
	struct route route = plain(to);
	members_move(&s->members, slot, &route);
	for (size_t i = 0; i < ROOM_ROLE_MAX; i++)
		if (s->members.at[slot].pairs[i])
			pairs_introduce(&s->pairs, s->members.at[slot].pairs[i], now);
}

static bool room_has_place(const struct rendezvous *s, const uint8_t token[static ROOM_TOKEN], bool responder)
{
	uint32_t room[LIMIT_ROOM_MEMBERS];
	size_t count = members_of_room(&s->members, token, room), same = 0;
	for (size_t i = 0; i < count; i++)
		same += s->members.at[room[i]].responder == responder;
	return count < LIMIT_ROOM_MEMBERS && same < ROOM_ROLE_MAX;
}

/* 0: refused, with the answer written. */
static uint32_t add_member(struct rendezvous *s, const struct route *from, const struct join *join, uint64_t now)
{
	struct member who = { .route = plain(from), .joined_at = now, .responder = join->responder, .numbered = join->nameplate };
	memcpy(who.tag, join->tag, TAG_BYTES);
	memcpy(who.token, join->token, ROOM_TOKEN);
	if (join->nameplate)
		members_free_nameplate(&s->members, s->config.random, who.token);

	uint32_t slot = room_has_place(s, who.token, who.responder) ? members_add(&s->members, &who) : 0;
	if (!slot)
		refuse(s, from, SIGNALING_FULL, join->tag);
	return slot;
}

static void answer_wait(struct rendezvous *s, uint32_t slot, uint8_t others)
{
	const struct member *member = &s->members.at[slot];
	struct wait wait = { .nameplate = members_nameplate(member->token), .refresh_s = LIMIT_REFRESH_US / SECOND, .others = others };
	memcpy(wait.tag, member->tag, TAG_BYTES);
	memcpy(wait.token, member->token, ROOM_TOKEN);
	wait_write(answer_to(s, &member->route), &wait);
}

static void take_join(struct rendezvous *s, const struct route *from, struct span wire, uint64_t now)
{
	struct join join;
	if (join_read(wire, &join) != OK) {
		drop(s);
		return;
	}
	if (!cookie_good(&s->jar, &from->remote, now, join.cookie)) {
		refuse(s, from, SIGNALING_BAD_COOKIE, join.tag);
		return;
	}

	uint32_t slot = join.nameplate ? members_find_numbered(&s->members, join.tag) :
	                                 members_find(&s->members, join.token, join.tag);
	if (slot ? s->members.at[slot].responder != join.responder : join.leave) {
		drop(s);
		return;
	}
	s->counts.joins++;
	if (join.leave) {
		end_member(s, slot);
		return;
	}

	/* Keeping one's place is free; a new member and a move cost, since others hear of them. */
	bool again = slot && route_same(&s->members.at[slot].route, from);
	if (!again && !bucket_take(bucket_of_prefix(&s->joins, &from->remote), 1, JOIN_RATE, JOIN_BURST, now)) {
		refuse(s, from, SIGNALING_RATE, join.tag);
		return;
	}
	if (!slot) {
		slot = add_member(s, from, &join, now);
		if (!slot)
			return;
	} else {
		members_refresh(&s->members, slot, now);
		if (!again)
			move(s, slot, from, now);
		s->members.at[slot].route.local = from->local;
	}
	answer_wait(s, slot, introduce(s, slot, now));
}

static void take_forward(struct rendezvous *s, const struct route *from, struct span wire, uint64_t now)
{
	if (wire.len < FORWARD_LEN || wire.len > LIMIT_WIRE) {
		drop(s);
		return;
	}
	uint32_t slot = pairs_find(&s->pairs, load_be64(wire.at + 1));
	const struct pair *pair = &s->pairs.at[slot];
	unsigned side = 0;
	while (slot && side < PAIR_SIDES && !route_same(&s->members.at[pair->members[side]].route, from))
		side++;
	if (!slot || side == PAIR_SIDES) {
		if (wire.len >= ERROR_LEN && bucket_take(bucket_of_address(&s->no_pairs, &from->remote), 1, NO_PAIR_RATE, 1, now))
			refuse(s, from, SIGNALING_NO_PAIR, wire.at + 1);
		else
			drop(s);
		return;
	}

	pairs_acknowledge(&s->pairs, slot, side, now);
	if (wire.len == FORWARD_LEN)
		return;
	if (!pairs_carry(&s->pairs, slot, wire.len, s->config.relay_kbit, now)) {
		drop(s);
		return;
	}
	s->to = s->members.at[pair->members[!side]].route;
	s->packet = wire;
	s->counts.forwarded++;
	s->counts.forwarded_bytes += wire.len;
}

void rendezvous_input(struct rendezvous *s, const struct route *from, struct span wire, uint64_t now)
{
	assert(from->kind == ROUTE_UDP || from->kind == ROUTE_TCP);
	s->counts.packets++;
	s->answer.len = 0;
	s->packet.len = 0;
	expire(s, now);

	switch (wire.len > 0 ? wire.at[0] : 0) {
	case MESSAGE_HELLO:
		take_hello(s, from, wire, now);
		break;
	case MESSAGE_JOIN:
		take_join(s, from, wire, now);
		break;
	case MESSAGE_FORWARD:
		take_forward(s, from, wire, now);
		break;
	default:
		drop(s);
	}
}

/* Addresses are told only in rooms that strangers cannot guess, and those of TCP connections are of no use to anybody. */
static void write_intro(const struct rendezvous *s, const struct pair *pair, unsigned side, struct writer *w)
{
	const struct member *own = &s->members.at[pair->members[side]], *peer = &s->members.at[pair->members[!side]];
	struct intro intro = { .pair = pair->id, .responder = own->responder };
	uint8_t who[ROOM_TOKEN + TAG_BYTES];

	memcpy(intro.own_tag, own->tag, TAG_BYTES);
	memcpy(who, peer->token, ROOM_TOKEN);
	memcpy(who + ROOM_TOKEN, peer->tag, TAG_BYTES);
	store_be64(intro.peer_id, siphash(s->peer_key, span_of(who, sizeof who)));
	if (!members_nameplate(peer->token) && peer->route.kind == ROUTE_UDP)
		intro.peer = peer->route.remote;
	intro_write(w, &intro);
}

size_t rendezvous_output(struct rendezvous *s, struct route *to, uint8_t *wire, size_t cap, uint64_t now)
{
	assert(cap >= LIMIT_WIRE);
	struct span ready = s->packet.len > 0 ? s->packet : written(&s->answer);
	if (ready.len > 0) {
		memmove(wire, ready.at, ready.len); /* the caller may read and write in one buffer */
		*to = s->to;
		s->answer.len = 0;
		s->packet.len = 0;
		return ready.len;
	}

	unsigned side;
	expire(s, now);
	uint32_t slot = pairs_next_intro(&s->pairs, &side, now);
	if (!slot)
		return 0;
	struct writer w = writer_of(wire, cap);
	write_intro(s, &s->pairs.at[slot], side, &w);
	*to = s->members.at[s->pairs.at[slot].members[side]].route;
	s->counts.intros++;
	return w.len;
}

uint64_t rendezvous_deadline(const struct rendezvous *s)
{
	uint32_t oldest = members_oldest(&s->members);
	uint64_t members = oldest ? s->members.at[oldest].joined_at + MEMBER_US : NEVER, pairs = pairs_deadline(&s->pairs);
	return members < pairs ? members : pairs;
}

struct rendezvous_counts rendezvous_counts(const struct rendezvous *s)
{
	struct rendezvous_counts counts = s->counts;
	counts.members = s->members.count;
	counts.pairs = s->pairs.count;
	return counts;
}
