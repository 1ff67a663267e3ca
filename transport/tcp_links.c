#include "transport/tcp_links.h"

#include <string.h>

#include "base/assert.h"
#include "base/source.h"
#include "transport/sockets.h"

enum {
	/* links without an authenticated peer that a responder keeps at once */
	TCP_LINKS_STRANGERS = 16,
	/* links with one, where there are as many places as may be: strangers keep theirs */
	TCP_LINKS_HELD = LIMIT_LINKS - TCP_LINKS_STRANGERS
};

#define TCP_LINKS_GRACE_US (10 * SECOND) /* docs/PROTOCOL.md 2.2: until the session holds a link */
#define TCP_LINKS_MUTE_US  (20 * SECOND) /* 2.2-9: an initiator waits so much longer */
#define CONNECT_US         (10 * SECOND) /* an attempt that hangs */

void tcp_links_init(struct tcp_links *t, struct tcp_links_link *at, size_t max, bool responder,
                    uint16_t first, uint16_t numbers)
{
	assert(max > TCP_LINKS_STRANGERS && max <= LIMIT_LINKS && numbers > max);
	*t = (struct tcp_links){ .at = at, .max = max, .responder = responder };
	t->first = first;
	t->numbers = numbers;
}

/* ---- places ---- */

static struct tcp_links_link *link_of(struct tcp_links *t, uint16_t number)
{
	for (size_t i = 0; i < t->used; i++)
		if (connection_has(&t->at[i].connection, number))
			return &t->at[i];
	return NULL;
}

static struct tcp_links_link *link_up(struct tcp_links *t, uint16_t number)
{
	struct tcp_links_link *l = link_of(t, number);

	return l != NULL && connection_up(&l->connection) ? l : NULL;
}

static bool held_up(const struct tcp_links_link *l)
{
	return connection_up(&l->connection) && l->standing == STANDING_HELD;
}

static bool stranger_up(const struct tcp_links_link *l)
{
	return connection_up(&l->connection) && l->standing != STANDING_HELD;
}

/* A free place; NULL: none. What it has had room for lies there until it is written over: clearing
 * it would take memory for bytes that may never come. */
static struct tcp_links_link *place(struct tcp_links *t)
{
	struct tcp_links_link *l = t->at;

	while (l < t->at + t->used && (!connection_none(&l->connection) || l->reported))
		l++;
	if (l == t->at + t->max)
		return NULL;
	t->used += l == t->at + t->used;
	l->standing = STANDING_UNUSED;
	l->reported = false;
	return l;
}

size_t tcp_links_count(const struct tcp_links *t)
{
	size_t count = 0;

	for (size_t i = 0; i < t->used; i++)
		count +=
		    connection_pending(&t->at[i].connection) || connection_up(&t->at[i].connection);
	return count;
}

bool tcp_links_up(struct tcp_links *t, uint16_t link)
{
	return link_up(t, link) != NULL;
}

bool tcp_links_has(struct tcp_links *t, uint16_t link)
{
	return link_of(t, link) != NULL;
}

bool tcp_links_to(const struct tcp_links *t, const struct addr *remote, struct route *route)
{
	for (const struct tcp_links_link *l = t->at; l < t->at + t->used; l++) {
		struct route way = connection_route(&l->connection);
		bool alive = connection_pending(&l->connection) || connection_up(&l->connection);

		if (!alive || way.link >= LINK_ACCEPTED_FIRST || !addr_equal(&way.remote, remote))
			continue;
		*route = way;
		return true;
	}
	return false;
}

/* ---- connecting ---- */

/* No link has it, nor had one lately. */
static uint16_t fresh_number(struct tcp_links *t)
{
	uint16_t number;

	do
		number = (uint16_t)(t->first + t->attempts++ % t->numbers);
	while (link_of(t, number) != NULL);
	return number;
}

struct connection *tcp_links_connect(struct tcp_links *t, const struct addr *remote, uint64_t now)
{
	struct tcp_links_link *l = place(t);

	if (l == NULL)
		return NULL;
	connection_open(&l->connection, fresh_number(t), remote);
	l->until = now + CONNECT_US;
	return &l->connection;
}

static void begin(struct tcp_links_link *l, uint64_t now)
{
	l->since = now;
	l->until = now + TCP_LINKS_GRACE_US;
}

static void connected(struct tcp_links *t, struct tcp_links_link *l, uint64_t now)
{
	begin(l, now);
	for (size_t i = 0; i < t->used && !t->responder; i++)
		if (connection_pending(&t->at[i].connection))
			connection_close(&t->at[i].connection);
}

/* ---- accepting ---- */

/* Who has to go when one more comes: source_loser's choice, so that no host keeps others out,
 * however many connections it opens. NULL: there is room. */
static struct tcp_links_link *stranger_to_end(struct tcp_links *t, const struct addr *newcomer)
{
	struct place places[LIMIT_LINKS] = { { .known = false } };
	struct source source = source_of_addr(newcomer);
	size_t strangers = 0;

	for (size_t i = 0; i < t->used; i++) {
		struct tcp_links_link *l = &t->at[i];
		struct route route = connection_route(&l->connection);

		if (!stranger_up(l))
			continue;
		strangers++;
		places[i] = (struct place){ .source = source_of_addr(&route.remote),
			                    .known = l->standing >= STANDING_KNOWN,
			                    .spoke = l->standing >= STANDING_VERIFIED,
			                    .since = l->since };
	}
	bool room = strangers < TCP_LINKS_STRANGERS && place(t) != NULL;
	int loser = room ? -1 : source_loser(places, t->used, &source);
	return loser < 0 ? NULL : &t->at[loser];
}

static void refuse(struct tcp_links *t, uint16_t number)
{
	if (t->refused_count < LIMIT_LINKS)
		t->refused[t->refused_count++] = number;
}

static void accept_link(struct tcp_links *t, const struct link_event *event, uint64_t now)
{
	struct tcp_links_link *l = stranger_to_end(t, &event->remote);

	if (l != NULL && l->reported) {
		connection_close(&l->connection);
	} else if (l != NULL) { /* its place is free at once */
		refuse(t, connection_route(&l->connection).link);
		connection_drop(&l->connection);
	}
	l = place(t);
	if (l == NULL) {
		refuse(t, event->link);
		return;
	}
	connection_accept(&l->connection, event);
	begin(l, now);
}

/* ---- events, requests, packets ---- */

enum tcp_links_change tcp_links_link(struct tcp_links *t, const struct link_event *event,
                                     uint64_t now)
{
	struct tcp_links_link *l = link_of(t, event->link);

	if (event->state == LINK_ACCEPTED)
		accept_link(t, event, now);
	if (event->state == LINK_ACCEPTED || l == NULL)
		return TCP_LINKS_NOTHING;
	bool attempt = connection_pending(&l->connection);
	switch (connection_link(&l->connection, event)) {
	case CONNECTION_UP: connected(t, l, now); return TCP_LINKS_UP;
	case CONNECTION_DOWN: return attempt ? TCP_LINKS_FAILED : TCP_LINKS_DOWN;
	default: return TCP_LINKS_NOTHING;
	}
}

bool tcp_links_request(struct tcp_links *t, struct link_request *request)
{
	for (size_t i = 0; i < t->used; i++)
		if (connection_request(&t->at[i].connection, request))
			return true;
	if (t->refused_count == 0)
		return false;
	*request =
	    (struct link_request){ .link = t->refused[--t->refused_count], .kind = LINK_TCP };
	return true;
}

bool tcp_links_read(struct tcp_links *t, uint16_t link, struct span *in, struct span *packet,
                    struct route *route, bool *ended)
{
	struct tcp_links_link *l = link_up(t, link);
	bool bad = false;

	*ended = false;
	if (l == NULL)
		return false;
	while (connection_read(&l->connection, in, packet, &bad)) {
		if (!packet_is_session(*packet))
			continue;
		l->reported = true;
		*route = connection_route(&l->connection);
		return true;
	}
	if (bad)
		connection_close(&l->connection);
	*ended = bad;
	return false;
}

/* ---- time ---- */

/* When the link has to have come to something; NEVER. The initiator, too, gives up one whose peer
 * says nothing it can read: its stream may be out of step, and the next one begins anew. */
static uint64_t ends_at(const struct tcp_links *t, const struct tcp_links_link *l)
{
	if (stranger_up(l))
		return l->until + (t->responder ? 0 : TCP_LINKS_MUTE_US);
	return connection_pending(&l->connection) ? l->until : NEVER;
}

enum tcp_links_change tcp_links_timer(struct tcp_links *t, uint64_t now)
{
	enum tcp_links_change change = TCP_LINKS_NOTHING;

	for (struct tcp_links_link *l = t->at; l < t->at + t->used; l++) {
		if (ends_at(t, l) > now)
			continue;
		if (change != TCP_LINKS_FAILED)
			change =
			    connection_pending(&l->connection) ? TCP_LINKS_FAILED : TCP_LINKS_DOWN;
		connection_close(&l->connection);
	}
	return change;
}

uint64_t tcp_links_deadline(const struct tcp_links *t)
{
	uint64_t at = NEVER;

	for (size_t i = 0; i < t->used; i++)
		at = min_of(at, ends_at(t, &t->at[i]));
	return at;
}

bool tcp_links_young(const struct tcp_links *t, uint64_t now)
{
	for (const struct tcp_links_link *l = t->at; l < t->at + t->used; l++) {
		if (connection_pending(&l->connection) || (stranger_up(l) && now < l->until))
			return true;
	}
	return false;
}

/* ---- what the session wishes and hears ---- */

/* The initiator's older links have had their day. */
static bool hold(struct tcp_links *t, struct tcp_links_link *l)
{
	size_t held = 0;

	for (const struct tcp_links_link *other = t->at; other < t->at + t->used; other++)
		held += held_up(other);
	if (t->responder)
		return held_up(l) || held < t->max - TCP_LINKS_STRANGERS;
	for (struct tcp_links_link *old = t->at; old < t->at + t->used; old++)
		if (connection_up(&old->connection) && old->since < l->since)
			connection_close(&old->connection);
	return true;
}

bool tcp_links_regard(struct tcp_links *t, const struct route *route,
                      enum communicator_standing standing)
{
	struct tcp_links_link *l = link_up(t, route->link);

	if (l == NULL || (standing == STANDING_HELD && l->standing != STANDING_HELD && !hold(t, l)))
		return false;
	if (standing <= STANDING_UNUSED) {
		l->reported = false; /* it is the session that ends it */
		connection_close(&l->connection);
	} else if (l->standing < standing) {
		l->standing = standing;
	}
	return true;
}

bool tcp_links_held(const struct tcp_links *t, unsigned index, struct route *route)
{
	for (const struct tcp_links_link *l = t->at; l < t->at + t->used; l++) {
		if (!held_up(l) || index-- > 0)
			continue;
		*route = connection_route(&l->connection);
		return true;
	}
	return false;
}

static bool report(struct tcp_links_link *l, bool up, struct communicator_event *event)
{
	l->reported = up;
	*event = (struct communicator_event){ .kind = up ? COMMUNICATOR_UP : COMMUNICATOR_DOWN,
		                              .route = connection_route(&l->connection) };
	return true;
}

/* The end of a link comes before the beginning of another. */
bool tcp_links_report(struct tcp_links *t, struct communicator_event *event)
{
	for (size_t i = 0; i < t->used; i++)
		if (t->at[i].reported && !connection_up(&t->at[i].connection))
			return report(&t->at[i], false, event);
	for (struct tcp_links_link *l = t->at; l < t->at + t->used; l++) {
		if (connection_up(&l->connection) && !l->reported &&
		    connection_route(&l->connection).link < LINK_ACCEPTED_FIRST)
			return report(l, true, event);
		if (l->reported && connection_report(&l->connection, event))
			return true;
	}
	return false;
}
