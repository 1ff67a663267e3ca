/* rendezvous: see rendezvous.h and docs/SIGNALING.md.
 *
 *   HELLO    cookie of its address, nothing kept                    -> COOKIE
 *   JOIN     cookie good? rate? the member, new or again; its pairs -> WAIT, INTROs
 *   FORWARD  the pair, one of its members? allowance?               -> the same bytes to the other
 *
 * One input has at most one answer, or one packet to hand on; INTROs come out of the pair table
 * when they are due. So the queue is one message long, and a forwarded packet is copied once: from
 * where it was read to where it is sent from. */
#include "rendezvous/rendezvous.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "rendezvous/rooms.h"
#include "wire/cookies.h"

enum {
	/* members made or moved by one host, and by its network: a second, and at once */
	JOIN_RATE = 5,
	JOIN_BURST = 64,
	NETWORK_JOIN_RATE = 16 * JOIN_RATE,
	NETWORK_JOIN_BURST = 16 * JOIN_BURST,
	JOIN_BUCKETS = 16384,
	/* what it costs both to try a nameplate's number in vain: one every 4 s, and four hosts of
	   a network at full speed */
	TRY_PRICE = 20,
	NETWORK_TRY_PRICE = 80,
	/* ERROR 4 to one address, a second */
	NO_PAIR_RATE = 1,
	NO_PAIR_BUCKETS = 16384,

	DAY_S = 86400
};

struct rendezvous {
	struct rendezvous_config config;
	uint64_t started_at;
	struct rendezvous_counts counts;

	struct cookies cookies;
	uint8_t
	    peer_key[SIPHASH_KEY], /* make INTRO's peer ids of secrets, its host ids of addresses */
	    host_key[SIPHASH_KEY];
	struct rooms rooms;
	struct bucket_table joins, network_joins, no_pairs;

	/* What the last input asks to be sent: bytes of ours, or the packet itself. */
	struct route to;
	struct span packet; /* borrowed from the caller */
	struct writer answer;
	uint8_t answer_bytes[COOKIE_LEN];
};

static bool init_bucket_table(struct bucket_table *t, uint32_t count, struct random *random)
{
	uint8_t key[SIPHASH_KEY];
	random_fill(random, key, sizeof key);
	return bucket_table_init(t, count, key);
}

struct rendezvous *rendezvous_new(const struct rendezvous_config *config, uint64_t now)
{
	struct rendezvous *s = calloc(1, sizeof *s);
	if (!s)
		return NULL;
	s->config = *config;
	s->started_at = now;
	s->answer = writer_of(s->answer_bytes, sizeof s->answer_bytes);
	cookies_init(&s->cookies, config->random);
	random_fill(config->random, s->peer_key, sizeof s->peer_key);
	random_fill(config->random, s->host_key, sizeof s->host_key);

	if (!rooms_init(&s->rooms, config->members_max, config->pairs_max, config->random))
		goto fail;
	if (!init_bucket_table(&s->joins, JOIN_BUCKETS, config->random))
		goto fail;
	if (!init_bucket_table(&s->network_joins, JOIN_BUCKETS, config->random))
		goto fail;
	if (!init_bucket_table(&s->no_pairs, NO_PAIR_BUCKETS, config->random))
		goto fail;
	return s;

fail:
	rendezvous_free(s);
	return NULL;
}

void rendezvous_free(struct rendezvous *s)
{
	if (!s)
		return;
	rooms_free(&s->rooms);
	bucket_table_free(&s->joins);
	bucket_table_free(&s->network_joins);
	bucket_table_free(&s->no_pairs);
	bytes_wipe(s, sizeof *s);
	free(s);
}

void rendezvous_link_down(struct rendezvous *s, uint16_t link)
{
	rooms_link_down(&s->rooms, link);
}

bool rendezvous_link_joined(const struct rendezvous *s, uint16_t link)
{
	return members_first_on(&s->rooms.members, link) != 0;
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

static void refuse(struct rendezvous *s, const struct route *from, uint8_t code,
                   const uint8_t about[static 8])
{
	struct error error = { .code = code };
	memcpy(error.about, about, sizeof error.about);
	signaling_write_error(answer_to(s, from), &error);
	s->counts.refused++;
}

static void drop(struct rendezvous *s)
{
	s->counts.dropped++;
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

static void take_hello(struct rendezvous *s, const struct route *from, struct span wire,
                       uint64_t now)
{
	struct hello hello;
	if (signaling_read_hello(wire, &hello) != OK) {
		drop(s);
		return;
	}
	s->counts.hellos++;

	struct cookie cookie = { .observed = from->remote, .relay_kbit = s->config.relay_kbit };
	memcpy(cookie.nonce, hello.nonce, NONCE_BYTES);
	cookies_make(&s->cookies, &from->remote, now, cookie.cookie);
	set_day(s, now, &cookie);
	signaling_write_cookie(answer_to(s, from), &cookie);
}

/* 0: refused, with the answer written. */
static uint32_t add_member(struct rendezvous *s, const struct route *from, const struct join *join,
                           uint64_t now)
{
	struct members *members = &s->rooms.members;
	struct member who = { .route = plain(from), .joined_at = now };
	who.responder = join->responder;
	who.numbered = join->nameplate;
	memcpy(who.secret, join->secret, SECRET_BYTES);
	memcpy(who.token, join->token, TOKEN_LEN);
	if (join->nameplate)
		members_free_nameplate(members, s->config.random, who.token);

	members_owner(members, &who);
	if (rooms_make_place(&s->rooms, &who, now))
		return members_add(members, &who);
	refuse(s, from, SIGNALING_FULL, join->secret);
	return 0;
}

static void answer_wait(struct rendezvous *s, uint32_t slot, uint8_t others)
{
	const struct member *member = &s->rooms.members.at[slot];
	struct wait wait = { .refresh_s = LIMIT_REFRESH_US / SECOND, .others = others };
	wait.nameplate = members_nameplate(member->token);
	memcpy(wait.secret, member->secret, SECRET_BYTES);
	memcpy(wait.token, member->token, TOKEN_LEN);
	signaling_write_wait(answer_to(s, &member->route), &wait);
}

/* Keeping one's place is free; a new member and a move count, since others hear of them. Who comes
 * with a nameplate's number may be trying numbers: he must have the price of a try, and gets it
 * back when he has found somebody; so it is no cheaper to be refused. A second responder is not
 * told whom he has found, but could wait there for whoever comes: he pays. */
static bool may_join(struct rendezvous *s, const struct route *from, uint32_t slot,
                     const struct join *join, uint64_t now)
{
	if (slot && route_same(&s->rooms.members.at[slot].route, from))
		return true;
	bool tries = !slot && !join->nameplate && members_nameplate(join->token);
	uint64_t price = tries ? TRY_PRICE : 1, network_price = tries ? NETWORK_TRY_PRICE : 1;
	struct bucket *host = bucket_of_host(&s->joins, &from->remote);
	struct bucket *network = bucket_of_network(&s->network_joins, &from->remote);
	if (!bucket_take(host, price, JOIN_RATE, JOIN_BURST, now))
		return false;
	if (!bucket_take(network, network_price, NETWORK_JOIN_RATE, NETWORK_JOIN_BURST, now)) {
		bucket_give(host, price);
		return false;
	}
	if (tries && !join->responder && rooms_have(&s->rooms, join->token, true)) {
		bucket_give(host, price - 1);
		bucket_give(network, network_price - 1);
	}
	return true;
}

static bool keep_member(struct rendezvous *s, uint32_t slot, const struct route *from, uint64_t now)
{
	struct member *member = &s->rooms.members.at[slot];
	struct route route = plain(from);
	if (!route_same(&member->route, &route)) {
		if (!members_may_move(&s->rooms.members, slot, &route.remote))
			return false;
		rooms_move(&s->rooms, slot, &route, now);
	}
	members_refresh(&s->rooms.members, slot, now);
	member->route.local = route.local;
	return true;
}

static uint32_t take_place(struct rendezvous *s, uint32_t slot, const struct route *from,
                           const struct join *join, uint64_t now)
{
	if (!may_join(s, from, slot, join, now)) {
		refuse(s, from, SIGNALING_RATE, join->secret);
		return 0;
	}
	if (!slot)
		return add_member(s, from, join, now);
	if (!keep_member(s, slot, from, now)) {
		refuse(s, from, SIGNALING_FULL, join->secret);
		return 0;
	}
	return slot;
}

static void take_join(struct rendezvous *s, const struct route *from, struct span wire,
                      uint64_t now)
{
	const struct members *members = &s->rooms.members;
	struct join join;
	if (signaling_read_join(wire, &join) != OK) {
		drop(s);
		return;
	}
	if (!cookies_good(&s->cookies, &from->remote, now, join.cookie)) {
		refuse(s, from, SIGNALING_BAD_COOKIE, join.secret);
		return;
	}

	uint32_t slot = join.nameplate ? members_find_numbered(members, join.secret)
	                               : members_find(members, join.token, join.secret);
	if (slot ? members->at[slot].responder != join.responder : join.leave) {
		drop(s);
		return;
	}
	s->counts.joins++;
	if (join.leave) {
		rooms_leave(&s->rooms, slot);
		return;
	}
	slot = take_place(s, slot, from, &join, now);
	if (slot)
		answer_wait(s, slot, rooms_introduce(&s->rooms, slot, now));
}

/* Which member of the pair sends from there; PAIR_SIDES: neither. */
static unsigned side_of(const struct rendezvous *s, const struct pair *pair,
                        const struct route *from)
{
	unsigned side = 0;
	while (side < PAIR_SIDES &&
	       !route_same(&s->rooms.members.at[pair->members[side]].route, from))
		side++;
	return side;
}

/* The answer is larger than the shortest of these, and a stranger may have sent them in another's
 * name. */
static void refuse_forward(struct rendezvous *s, const struct route *from, struct span wire,
                           uint64_t now)
{
	struct bucket *bucket = bucket_of_address(&s->no_pairs, &from->remote);
	if (wire.len >= ERROR_LEN && bucket_take(bucket, 1, NO_PAIR_RATE, 1, now))
		refuse(s, from, SIGNALING_NO_PAIR, wire.at + 1);
	else
		drop(s);
}

static void take_forward(struct rendezvous *s, const struct route *from, struct span wire,
                         uint64_t now)
{
	struct pairs *pairs = &s->rooms.pairs;
	if (wire.len < FORWARD_HEADER || wire.len > LIMIT_WIRE) {
		drop(s);
		return;
	}
	uint32_t slot = pairs_find(pairs, load_be64(wire.at + 1));
	const struct pair *pair = &pairs->at[slot];
	unsigned side = slot ? side_of(s, pair, from) : PAIR_SIDES;
	if (side == PAIR_SIDES) {
		refuse_forward(s, from, wire, now);
		return;
	}

	pairs_acknowledge(pairs, slot, side, now);
	if (wire.len == FORWARD_HEADER)
		return;
	pairs_said(pairs, slot, side, now);
	if (!pairs_carry(pairs, slot, wire.len, s->config.relay_kbit, now)) {
		drop(s);
		return;
	}
	s->to = s->rooms.members.at[pair->members[!side]].route;
	s->packet = wire;
	s->counts.forwarded++;
	s->counts.forwarded_bytes += wire.len;
}

void rendezvous_input(struct rendezvous *s, const struct route *from, struct span wire,
                      uint64_t now)
{
	assert(from->kind == ROUTE_UDP || from->kind == ROUTE_TCP);
	s->counts.packets++;
	s->answer.len = 0;
	s->packet.len = 0;
	rooms_expire(&s->rooms, now);

	switch (wire.len > 0 ? wire.at[0] : 0) {
	case PACKET_HELLO: take_hello(s, from, wire, now); break;
	case PACKET_JOIN: take_join(s, from, wire, now); break;
	case PACKET_FORWARD: take_forward(s, from, wire, now); break;
	default: drop(s);
	}
}

/* Of one room, so that nobody recognises a host in another; never 0. The whole of an IPv6 /48 is one, as
 * it has 65536 /64s, and a code of two words would have two guesses for each. */
static uint32_t host_id(const struct rendezvous *s, const struct member *who)
{
	uint8_t in[TOKEN_LEN + ADDR_PREFIX];
	memcpy(in, who->token, TOKEN_LEN);
	addr_site(&who->route.remote, in + TOKEN_LEN);
	uint32_t id = (uint32_t)siphash(s->host_key, span_of(in, sizeof in));
	return id ? id : 1;
}

/* Addresses are told only in rooms that strangers cannot guess, and those of TCP connections are of
 * no use to anybody. */
static void write_intro(const struct rendezvous *s, const struct pair *pair, unsigned side,
                        struct writer *w)
{
	const struct member *own = &s->rooms.members.at[pair->members[side]];
	const struct member *peer = &s->rooms.members.at[pair->members[!side]];
	struct intro intro = { .pair = pair->id,
		               .responder = own->responder,
		               .host = host_id(s, peer) };
	uint8_t who[TOKEN_LEN + SECRET_BYTES];

	memcpy(intro.own_secret, own->secret, SECRET_BYTES);
	memcpy(who, peer->token, TOKEN_LEN);
	memcpy(who + TOKEN_LEN, peer->secret, SECRET_BYTES);
	store_be64(intro.peer_id, siphash(s->peer_key, span_of(who, sizeof who)));
	if (!members_nameplate(peer->token) && peer->route.kind == ROUTE_UDP)
		intro.peer = peer->route.remote;
	signaling_write_intro(w, &intro);
}

size_t rendezvous_output(struct rendezvous *s, struct route *to, uint8_t *wire, size_t cap,
                         uint64_t now)
{
	assert(cap >= LIMIT_WIRE);
	struct span ready = s->packet.len > 0 ? s->packet : written(&s->answer);
	if (ready.len > 0) {
		memmove(wire, ready.at, ready.len); /* wire may be where it was read */
		*to = s->to;
		s->answer.len = 0;
		s->packet.len = 0;
		return ready.len;
	}

	unsigned side;
	rooms_expire(&s->rooms, now);
	uint32_t slot = pairs_next_intro(&s->rooms.pairs, &side, now);
	if (!slot)
		return 0;
	const struct pair *pair = &s->rooms.pairs.at[slot];
	struct writer w = writer_of(wire, cap);
	write_intro(s, pair, side, &w);
	*to = s->rooms.members.at[pair->members[side]].route;
	s->counts.intros++;
	return w.len;
}

uint64_t rendezvous_deadline(const struct rendezvous *s)
{
	return rooms_deadline(&s->rooms);
}

struct rendezvous_counts rendezvous_counts(const struct rendezvous *s)
{
	struct rendezvous_counts counts = s->counts;
	counts.members = s->rooms.members.count;
	counts.pairs = s->rooms.pairs.count;
	counts.pushed_out = s->rooms.pushed_out;
	return counts;
}
