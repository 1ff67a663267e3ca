/* rendezvous: see rendezvous.h and docs/SIGNALING.md.
 *
 *   HELLO    cookie of its address, nothing kept                    -> COOKIE
 *   JOIN     cookie good? rate? the member, new or again; its pairs -> WAIT, INTROs
 *   KEEP     these members, there? they stay, and their pairs       -> the same, or ERROR
 *   FORWARD  the pair, one of its members? allowance?               -> the same bytes to the other
 *
 * One input has at most one answer, or one packet to hand on; INTROs come out of the pair table
 * when they are due. So the queue is one message long, and a forwarded packet is copied once: from
 * where it was read to where it is sent from. */
#include "rendezvous/rendezvous.h"

#include <string.h>

#include "base/assert.h"
#include "wire/signaling.h"

enum { REFRESH_S = 20 /* between the JOINs of a waiting client */ };

bool rendezvous_init(struct rendezvous *s, const struct rendezvous_config *config, uint64_t now)
{
	wall_set(&s->wall, config->wall_s, now);
	s->port = config->port;
	s->other_port = config->other_port;
	s->beside = config->beside;
	s->answer = writer_of(s->answer_bytes, sizeof s->answer_bytes);
	cookies_init(&s->cookies, config->random);
	ids_init(&s->seen_as, config->random);
	rates_init(&s->rates, config->random);
	s->rooms.access = config->access;
	return rooms_init(&s->rooms, config->members_max, config->pairs_max, config->relay_kbit,
	                  config->roll, config->random);
}

void rendezvous_free(struct rendezvous *s)
{
	rooms_free(&s->rooms);
	bytes_wipe(s, sizeof *s);
}

void rendezvous_set_relay(struct rendezvous *s, uint32_t relay_kbit)
{
	rooms_set_relay(&s->rooms, relay_kbit);
}

void rendezvous_set_wall(struct rendezvous *s, uint64_t wall_s, uint64_t now)
{
	wall_set(&s->wall, wall_s, now);
}

void rendezvous_access(struct rendezvous *s, const struct access *access)
{
	rooms_access(&s->rooms, access, s->day);
}

void rendezvous_link_down(struct rendezvous *s, uint16_t link)
{
	rooms_link_down(&s->rooms, link);
}

bool rendezvous_link_joined(const struct rendezvous *s, uint16_t link)
{
	return s->rooms.members.by_link[link].first != 0;
}

/* A route as it is kept: without what belongs to a single packet. */
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

/* Whoever has not shown a cookie; a connection shows as much. False: too many are refused now. */
static bool refuse_stranger(struct rendezvous *s, const struct route *from, uint8_t code,
                            const uint8_t about[static 8], uint64_t now)
{
	bool answered = route_is_stream(from) || rates_stranger(&s->rates, now);
	if (answered)
		refuse(s, from, code, about);
	return answered;
}

/* The key of HELLO or JOIN, where keys are needed. False: it has none that counts, so whoever sent
 * it hears nothing. */
static bool may_ask(const struct rendezvous *s, struct span wire, unsigned *key, uint64_t now)
{
	const struct access *access = s->rooms.access;
	*key = access ? access_check(access, wire, wall_day(&s->wall, now)) : 0;
	return !access || *key;
}

/* As all that follow: false: it has no answer and no effect. */
static bool take_hello(struct rendezvous *s, const struct route *from, struct span wire,
                       uint64_t now)
{
	struct hello hello;
	unsigned key;
	if (!signaling_read_hello(wire, &hello) || !may_ask(s, wire, &key, now) ||
	    (!route_is_stream(from) && !rates_hello(&s->rates, &from->remote, now)))
		return false;
	s->counts.hellos++;
	struct route to = *from;
	if (addr_is_set(&hello.other) && route_is_bare(from) &&
	    addr_is_v4(&hello.other) == addr_is_v4(&from->remote) &&
	    cookies_good(&s->cookies, &hello.other, now, hello.cookie))
		to.remote = hello.other; /* all is as if it had come from there */
	struct cookie cookie = { .observed = to.remote,
		                 .relay_kbit =
		                     access_kbit(s->rooms.access, key, s->rooms.relay_kbit) };
	if (route_is_bare(from) && s->other_port)
		cookie.other_port = from->local.port == s->other_port ? s->port : s->other_port;
	memcpy(cookie.nonce, hello.nonce, NONCE_BYTES);
	cookies_make(&s->cookies, &to.remote, now, cookie.cookie);
	wall_tell(&s->wall, now, &cookie);
	if (hello.beside && cookie.other_port && s->beside && s->beside[from->link]) {
		to.link = s->beside[from->link];
		to.local.port = cookie.other_port;
	}
	signaling_write_cookie(answer_to(s, &to), &cookie);
	return true;
}

static void answer_wait(struct rendezvous *s, uint32_t slot, struct rooms_others who)
{
	const struct member *member = &s->rooms.members.at[slot];
	struct wait wait = { .refresh_s = REFRESH_S, .others = who.all, .silent = who.silent };
	wait.nameplate = members_nameplate(member->token);
	wait.keep_s = member->keeps ? ROOMS_KEEP_S : 0;
	memcpy(wait.secret, member->secret, SECRET_BYTES);
	memcpy(wait.token, member->token, TOKEN_LEN);
	struct route to = members_route(member);
	signaling_write_wait(answer_to(s, &to), &wait);
}

/* Keeping one's place is free; a new member and a move count, since others hear of them, and more
 * where the others may be strangers. Whoever comes with a nameplate's number may be trying numbers:
 * it must have the price of a try, and gets it back when it has found somebody; so being refused is
 * no cheaper. A second responder is not told whom it has found, but could wait there for whoever
 * comes: it pays. */
static bool may_join(struct rendezvous *s, const struct route *from, uint32_t slot,
                     const struct join *join, uint64_t now)
{
	if (slot && members_reached(&s->rooms.members.at[slot], from))
		return true;
	enum rates_join what = slot || join->nameplate ? RATES_NUMBER : RATES_TRY;
	if (!join->nameplate && !members_nameplate(join->token))
		what = RATES_ROOM;
	if (!rates_join(&s->rates, &from->remote, what, now))
		return false;
	if (what == RATES_TRY && !join->responder && rooms_have(&s->rooms, join->token, true))
		rates_found(&s->rates, &from->remote);
	return true;
}

/* The place of a new member, or of one that stays or moves; 0: there is none for it. */
static uint32_t take_place(struct rendezvous *s, uint32_t slot, const struct route *from,
                           const struct join *join, unsigned key, uint64_t now)
{
	/* a connection ends with its member, and needs no KEEP */
	bool keeps = join->keeps && !route_is_stream(from);
	struct member who = { .key = key & ACCESS_KEYS,
		              .responder = join->responder,
		              .numbered = join->nameplate,
		              .keeps = keeps,
		              .crosses = join->crosses,
		              .hides = join->hides };
	if (slot)
		return rooms_keep(&s->rooms, slot, from, keeps, now) ? slot : 0;
	members_reach(&who, from);
	memcpy(who.secret, join->secret, SECRET_BYTES);
	memcpy(who.token, join->token, TOKEN_LEN);
	return rooms_enter(&s->rooms, &who, now);
}

static bool take_join(struct rendezvous *s, const struct route *from, struct span wire,
                      uint64_t now)
{
	struct join join;
	unsigned key;
	if (!signaling_read_join(wire, &join) || !may_ask(s, wire, &key, now))
		return false;
	/* who goes may have kept its place for longer than its cookie is good */
	if (!cookies_good(&s->cookies, &from->remote, now, join.cookie) &&
	    !(join.leave && members_find_there(&s->rooms.members, join.secret, from)))
		return refuse_stranger(s, from, SIGNALING_BAD_COOKIE, join.secret, now);

	uint32_t slot = members_find_joining(&s->rooms.members, &join);
	if (slot ? s->rooms.members.at[slot].responder != join.responder : join.leave)
		return false;
	s->counts.joins++;
	if (join.leave)
		rooms_leave(&s->rooms, slot);
	else if (s->leaving && !slot)
		refuse(s, from, SIGNALING_GOES, join.secret);
	else if (!may_join(s, from, slot, &join, now))
		refuse(s, from, SIGNALING_RATE, join.secret);
	else if ((slot = take_place(s, slot, from, &join, key, now)) == 0)
		refuse(s, from, SIGNALING_FULL, join.secret);
	else
		answer_wait(s, slot, rooms_introduce(&s->rooms, slot, join.unmet, now));
	return true;
}

/* The answer is no longer than the question, and one for all. Where keys are needed it is for
 * members alone, as KEEP has none. */
static bool take_keep(struct rendezvous *s, const struct route *from, struct span wire,
                      uint64_t now)
{
	struct keep keep;
	if (!signaling_read_keep(wire, &keep))
		return false;
	const uint8_t *unknown = NULL;
	bool member = s->rooms.access == NULL;
	for (unsigned i = 0; i < keep.count; i++) {
		uint32_t slot = members_find_there(&s->rooms.members, keep.secrets[i], from);
		member |= slot != 0;
		if (slot && s->rooms.members.at[slot].keeps)
			rooms_touch(&s->rooms, slot, from, now);
		else
			unknown = keep.secrets[i];
	}
	if (!member)
		return false;
	if (unknown != NULL)
		return refuse_stranger(s, from, SIGNALING_BAD_COOKIE, unknown, now);
	if (keep.echo)
		signaling_write_keep(answer_to(s, from), &keep);
	return true;
}

/* ERROR is larger than the shortest of these, which may have been sent in another's name. */
static bool refuse_forward(struct rendezvous *s, const struct route *from, struct span wire,
                           uint64_t now)
{
	return wire.len >= ERROR_LEN && rates_no_pair(&s->rates, &from->remote, now) &&
	       refuse_stranger(s, from, SIGNALING_NO_PAIR, wire.at + 1, now);
}

static bool take_forward(struct rendezvous *s, const struct route *from, struct span wire,
                         uint64_t now)
{
	if (wire.len < FORWARD_HEADER || wire.len > LIMIT_WIRE)
		return false;
	switch (rooms_forward(&s->rooms, from, wire, &s->to, now)) {
	/* whoever knows a pair's id is no stranger */
	case ROOMS_NO_PAIR: return !s->rooms.access && refuse_forward(s, from, wire, now);
	case ROOMS_NOT_OURS: return refuse_forward(s, from, wire, now);
	case ROOMS_TOO_MUCH: return false;
	case ROOMS_EMPTY: break;
	case ROOMS_PASSES:
		if (route_is_stream(&s->to) && wire.len > FORWARD_STREAM_MAX)
			return false;
		s->packet = wire;
		s->counts.forwarded++;
		s->counts.forwarded_bytes += wire.len;
	}
	return true;
}

void rendezvous_input(struct rendezvous *s, const struct route *from, struct span wire,
                      uint64_t now)
{
	assert(from->kind == ROUTE_UDP || from->kind == ROUTE_TCP);
	bool taken = false;
	s->counts.packets++;
	s->datagrams += from->kind == ROUTE_UDP;
	s->answer.len = 0;
	s->packet.len = 0;
	switch (wire.len > 0 ? wire.at[0] : 0) {
	case PACKET_HELLO: taken = take_hello(s, from, wire, now); break;
	case PACKET_JOIN: taken = take_join(s, from, wire, now); break;
	case PACKET_KEEP: taken = take_keep(s, from, wire, now); break;
	case PACKET_FORWARD: taken = take_forward(s, from, wire, now); break;
	}
	s->counts.dropped += !taken;
}

/* Addresses are told only in rooms that strangers cannot guess, those of TCP connections only among
 * those who want that, and none of whoever hides. */
static void write_intro(const struct rendezvous *s, uint64_t pair, const struct member *own,
                        const struct member *peer, struct writer *w)
{
	struct intro intro = { .pair = pair,
		               .responder = own->responder,
		               .host = ids_host(&s->seen_as, peer->token, &peer->remote) };
	memcpy(intro.own_secret, own->secret, SECRET_BYTES);
	store_be64(intro.peer_id, ids_peer(&s->seen_as, peer->token, peer->secret));
	bool secret = !members_nameplate(peer->token) && !peer->hides;
	intro.stream = secret && peer->stream && own->stream && peer->crosses && own->crosses;
	if (intro.stream || (secret && !peer->stream))
		intro.peer = peer->remote;
	signaling_write_intro(w, &intro);
}

/* Twice to the member that has been here longest, who has left then. The end of a connection says
 * it by itself. */
static size_t write_farewell(struct rendezvous *s, struct route *to, uint8_t *wire, size_t cap)
{
	const struct members *members = &s->rooms.members;
	struct writer w = writer_of(wire, cap);
	uint32_t slot;
	while (((slot = members_oldest(members, false)) != 0 ||
	        (slot = members_oldest(members, true)) != 0) &&
	       members->at[slot].stream)
		rooms_leave(&s->rooms, slot);
	if (slot == 0)
		return 0;

	struct error error = { .code = SIGNALING_GOES };
	memcpy(error.about, members->at[slot].secret, SECRET_BYTES);
	*to = members_route(&members->at[slot]);
	signaling_write_error(&w, &error);
	if (s->said_once)
		rooms_leave(&s->rooms, slot);
	s->said_once = !s->said_once;
	return w.len;
}

void rendezvous_leave(struct rendezvous *s)
{
	s->leaving = true;
}

bool rendezvous_settled(const struct rendezvous *s, uint64_t now)
{
	return pairs_settled(&s->rooms.pairs, now);
}

void rendezvous_finish(struct rendezvous *s)
{
	s->finished = true;
}

void rendezvous_timer(struct rendezvous *s, uint64_t now)
{
	uint64_t day = wall_day(&s->wall, now);
	if (day != s->day && s->rooms.access)
		rooms_access(&s->rooms, s->rooms.access, day);
	s->day = day;
	rates_turn(&s->rates, s->datagrams);
	rooms_timer(&s->rooms, now);
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

	if (s->finished)
		return write_farewell(s, to, wire, cap);

	const struct member *own, *peer;
	uint64_t pair = rooms_next_intro(&s->rooms, &own, &peer, now);
	if (pair == 0)
		return 0;
	struct writer w = writer_of(wire, cap);
	write_intro(s, pair, own, peer, &w);
	*to = members_route(own);
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
	counts.members = s->rooms.members.places.count;
	counts.pairs = s->rooms.pairs.places.count;
	counts.pushed_out = s->rooms.pushed_out;
	return counts;
}
