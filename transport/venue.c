#include "transport/venue.h"

#include <string.h>

#include "base/assert.h"
#include "transport/sockets.h"

#define DAY_US (30 * SECOND) /* after midnight, as clocks differ; not all at once */

void venue_init(struct venue *v, unsigned index, bool responder, struct random *random,
                uint64_t now)
{
	v->day_at = NEVER;
	uplink_init(&v->uplink, index, random, &v->failure, now);
	membership_init(&v->membership, responder, random);
	introductions_init(&v->introductions, responder);
}

void venue_cross(struct venue *v)
{
	membership_cross(&v->membership);
}

void venue_hide(struct venue *v)
{
	membership_hide(&v->membership);
}

/* Tells the others what has become of the uplink. */
static void follow_uplink(struct venue *v, uint64_t now)
{
	enum uplink_news news = uplink_take(&v->uplink);
	struct route way;

	if (news == UPLINK_NOTHING)
		return;
	if (news == UPLINK_NEW || news == UPLINK_SAME)
		carrier_because(&v->failure, NULL);
	if (news == UPLINK_NEW)
		introductions_rest(&v->introductions);
	if (news == UPLINK_CUT)
		introductions_forget(&v->introductions);
	bool any = uplink_way(&v->uplink, &way);
	if (any && !route_is_stream(&way)) /* a fresh socket makes no other paths */
		way.link = sockets_of(addr_is_v4(&way.remote));
	introductions_way(&v->introductions, any ? &way : NULL);
	membership_rejoin(&v->membership, news != UPLINK_SAME, now);
}

void venue_servers(struct venue *v, bool closed, const struct addr *servers, size_t count,
                   uint64_t now)
{
	membership_echoes(&v->membership, closed);
	uplink_servers(&v->uplink, servers, count, now);
	follow_uplink(v, now);
}

static bool answers(const struct venue *v)
{
	struct route way;

	return uplink_way(&v->uplink, &way);
}

/* ---- links ---- */

void venue_link(struct venue *v, const struct link_event *event, bool socket, uint64_t now)
{
	if (uplink_link(&v->uplink, event, now) && !socket)
		carrier_because(&v->failure, event->reason);
	follow_uplink(v, now);
}

bool venue_request(struct venue *v, struct link_request *request)
{
	return uplink_request(&v->uplink, request);
}

/* ---- what comes in ---- */

/* Each of these says whether the message answers a question of ours, or else is meant for us. */

static bool take_wait(struct venue *v, struct span wire, uint64_t now)
{
	struct wait m;

	if (!signaling_read_wait(wire, &m))
		return false;
	int room = membership_room_of_secret(&v->membership, m.secret);
	if (room < 0 || !membership_wait(&v->membership, room, &m,
	                                 introductions_has_room(&v->introductions, room), now))
		return false;
	introductions_room(&v->introductions, room, m.others == 0, m.keep_s > 0, now);
	return true;
}

static bool take_intro(struct venue *v, struct span wire, struct carrier_inbox *in, uint64_t now)
{
	struct intro m;

	if (!signaling_read_intro(wire, &m))
		return false;
	int room = membership_room_of_secret(&v->membership, m.own_secret);
	if (room < 0 || !introductions_intro(&v->introductions, room, &m, in, now))
		return false;
	membership_met(&v->membership, room);
	uplink_look(&v->uplink, now);
	return true;
}

static bool take_forward(struct venue *v, const struct route *from, struct span wire,
                         struct carrier_inbox *in, uint64_t now)
{
	enum introductions_forward forward =
	    introductions_forward(&v->introductions, &from->local, wire, in, now);

	if (forward == INTRODUCTIONS_MISSING)
		membership_rejoin(&v->membership, false, now);
	return forward == INTRODUCTIONS_HEARD;
}

static bool take_pair_error(struct venue *v, uint64_t pair, uint64_t now)
{
	int room;

	if (!introductions_error(&v->introductions, pair, &room))
		return false;
	if (room != INTRODUCTIONS_NO_ROOM)
		membership_rejoin_room(&v->membership, room, now);
	return true;
}

static bool take_error(struct venue *v, const struct route *from, struct span wire, uint64_t now)
{
	struct error m;

	_Static_assert(sizeof m.about == SECRET_BYTES, "an error is about a secret, or a pair");
	if (!signaling_read_error(wire, &m))
		return false;
	if (m.code == SIGNALING_NO_PAIR)
		return take_pair_error(v, load_be64(m.about), now);
	int room = membership_room_of_secret(&v->membership, m.about);
	if (room < 0)
		return false; /* who else knows the secret? */
	if (m.code == SIGNALING_GOES)
		uplink_goes(&v->uplink, now);
	if (m.code == SIGNALING_BAD_COOKIE && uplink_refused(&v->uplink, now))
		membership_rejoin(&v->membership, false, now);
	if ((m.code == SIGNALING_RATE || m.code == SIGNALING_FULL) &&
	    membership_refused(&v->membership, room, m.code == SIGNALING_FULL, now))
		carrier_fail(&v->failure, ERR_BUSY, &from->remote, false);
	return true;
}

/* A server that was lost may be back, long before the next HELLO: an old member hears of it.
 * Whoever repeats this makes no search later, only sooner. */
static bool take_return(struct venue *v, const struct route *from, struct span wire, uint64_t now)
{
	const struct channel_servers *servers = &v->uplink.servers;
	struct error m;
	bool ours = false;

	for (size_t i = 0; i < servers->count; i++)
		ours |= route_is_bare(from) && addr_equal(&from->remote, &servers->at[i]);
	return ours && signaling_read_error(wire, &m) && m.code == SIGNALING_GOES &&
	       take_error(v, from, wire, now);
}

static bool take_keep(struct venue *v, struct span wire)
{
	struct keep m;

	return signaling_read_keep(wire, &m) && membership_echo(&v->membership, &m);
}

static bool take_from_contact(struct venue *v, const struct route *from, struct span wire,
                              struct carrier_inbox *in, uint64_t now)
{
	switch (wire.at[0]) {
	case PACKET_WAIT: return take_wait(v, wire, now);
	case PACKET_INTRO: return take_intro(v, wire, in, now);
	case PACKET_ERROR: return take_error(v, from, wire, now);
	case PACKET_FORWARD: return take_forward(v, from, wire, in, now);
	case PACKET_KEEP: return take_keep(v, wire);
	default: return false;
	}
}

/* Rooms of contacts change with the day, which only COOKIE tells. */
static void see_day(struct venue *v, struct span cookie, uint64_t now)
{
	struct cookie m;

	if (signaling_read_cookie(cookie, &m) && m.day_ends_s != UINT32_MAX)
		v->day_at =
		    now + m.day_ends_s * SECOND + carrier_jitter(v->membership.random, DAY_US);
}

bool venue_message(struct venue *v, const struct route *from, struct span wire,
                   struct carrier_inbox *in, uint64_t now)
{
	struct route way;
	bool ours = false;

	if (wire.at[0] == PACKET_COOKIE) {
		ours = uplink_cookie(&v->uplink, from, wire, now);
		if (ours)
			see_day(v, wire, now);
	} else if (uplink_is_contact(&v->uplink, from) &&
	           (ours = take_from_contact(v, from, wire, in, now)))
		uplink_heard(&v->uplink);
	else if (wire.at[0] == PACKET_ERROR && !uplink_way(&v->uplink, &way))
		ours = take_return(v, from, wire, now);
	follow_uplink(v, now);
	return ours;
}

bool venue_read(struct venue *v, const struct route *from, struct span *in,
                struct carrier_inbox *inbox, uint64_t now)
{
	struct span message;
	bool any = uplink_read(&v->uplink, from->link, in, &message, now);

	if (any)
		(void)venue_message(v, from, message, inbox, now);
	follow_uplink(v, now);
	return any;
}

/* ---- what goes out ---- */

int venue_wrap(struct venue *v, struct route *route, uint8_t *buffer, size_t len, size_t *wire_len,
               uint64_t now)
{
	_Static_assert((int)FRAMING_HEADER + (int)FORWARD_HEADER <= (int)LIMIT_HEADROOM,
	               "FORWARD goes before a packet");
	int start = introductions_wrap(&v->introductions, route, buffer, now);

	if (start < 0 || !uplink_way(&v->uplink, route))
		return -1;
	*wire_len = FORWARD_HEADER + len;
	if (route_is_stream(route)) {
		start -= FRAMING_HEADER;
		framing_header(buffer + start, *wire_len);
		*wire_len += FRAMING_HEADER;
	}
	return start;
}

/* So long the contact's path may be unused. */
static uint64_t quiet_us(const struct venue *v)
{
	struct route way;
	uint64_t us = 0;

	if (uplink_way(&v->uplink, &way))
		us = v->uplink.quiet_us[addr_is_v4(&way.remote) ? 0 : 1];
	return us > 0 ? us : LIMIT_KEEPALIVE_US;
}

static bool say_join(struct venue *v, struct writer *w, uint64_t now)
{
	const uint8_t *cookie;
	bool fresh = uplink_fresh(&v->uplink, &cookie, now);
	enum membership_message said =
	    membership_output(&v->membership, cookie, fresh, quiet_us(v), w, now);

	if (said == MEMBERSHIP_JOINS)
		uplink_asked(&v->uplink, now);
	return said != MEMBERSHIP_NOTHING;
}

size_t venue_output(struct venue *v, struct route *route, uint8_t *wire, size_t cap, uint64_t now)
{
	struct writer w = writer_of(wire + FRAMING_HEADER, cap - FRAMING_HEADER);

	if (uplink_ready(&v->uplink) &&
	    (introductions_output(&v->introductions, &w, now) || say_join(v, &w, now)))
		uplink_way(&v->uplink, route);
	else if (v->finished || !uplink_output(&v->uplink, &w, route))
		return 0;
	if (route_is_stream(route)) {
		framing_header(wire, w.len);
		return FRAMING_HEADER + w.len;
	}
	memmove(wire, wire + FRAMING_HEADER, w.len);
	return w.len;
}

void venue_timer(struct venue *v, const uint64_t quiet_us[static 2], uint64_t now)
{
	if (v->finished)
		return;
	membership_timer(&v->membership, now);
	if (min_of(membership_deadline(&v->membership), v->day_at) <= now)
		uplink_freshen(&v->uplink, now);
	if (v->day_at <= now)
		v->day_at = NEVER;
	uplink_timer(&v->uplink, quiet_us, now);
	follow_uplink(v, now);
	introductions_timer(&v->introductions, now);
}

uint64_t venue_deadline(const struct venue *v)
{
	uint64_t at =
	    min_of(uplink_deadline(&v->uplink), introductions_deadline(&v->introductions));

	if (v->finished)
		return NEVER;
	/* no JOIN before there is a contact, or its cookie has come */
	bool joins = uplink_ready(&v->uplink) && !uplink_asking(&v->uplink);
	if (joins)
		at = min_of(at, v->day_at);
	if (uplink_ready(&v->uplink))
		at = min_of(at, membership_keep_at(&v->membership, quiet_us(v)));
	return joins ? min_of(at, membership_deadline(&v->membership)) : at;
}

/* ---- rooms and pairs ---- */

enum err venue_join(struct venue *v, const uint8_t *token, uint64_t now)
{
	return membership_join(&v->membership, token, now);
}

static bool left(struct venue *v, int room)
{
	if (room >= 0)
		introductions_leave(&v->introductions, room);
	return room >= 0;
}

void venue_leave(struct venue *v, const uint8_t token[static TOKEN_LEN])
{
	(void)left(v, membership_leave(&v->membership, token));
}

bool venue_leave_number(struct venue *v)
{
	return left(v, membership_leave_number(&v->membership));
}

void venue_finish(struct venue *v)
{
	introductions_forget(&v->introductions);
	membership_finish(&v->membership);
	v->finished = true;
}

void venue_refresh(struct venue *v, uint64_t now)
{
	uplink_refresh(&v->uplink, now);
}

void venue_regard(struct venue *v, const struct route *route, enum communicator_standing standing)
{
	introductions_regard(&v->introductions, route, standing);
}

bool venue_held(const struct venue *v, unsigned *index, struct route *route)
{
	return introductions_held(&v->introductions, index, route);
}

bool venue_report(struct venue *v, struct communicator_event *event)
{
	bool any = uplink_report(&v->uplink, event) || membership_report(&v->membership, event) ||
	           introductions_report(&v->introductions, event) ||
	           carrier_failed(&v->failure, event);

	if (any && event->kind == COMMUNICATOR_ATTESTED)
		event->token = v->membership.rooms[event->number].join.token;
	return any;
}

uint32_t venue_others(const struct venue *all, size_t count)
{
	uint32_t sum = 0;
	for (size_t i = 0; i < count; i++)
		sum += membership_others(&all[i].membership);
	return sum;
}

void venue_sum(const struct venue *all, size_t count, struct communicator_event *waiting)
{
	waiting->number = venue_others(all, count);
	waiting->silent = 0;
	for (size_t i = 0; i < count; i++)
		waiting->silent += membership_silent(&all[i].membership);
}

unsigned venue_answering(const struct venue *all, size_t count)
{
	unsigned bits = 0;

	for (size_t i = 0; i < count; i++)
		bits |= (unsigned)answers(&all[i]) << i;
	return bits;
}
