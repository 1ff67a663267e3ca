#include "transport/channel.h"

#include <string.h>

#include "transport/sockets.h"

#define PATIENCE_US (5 * SECOND)  /* a TCP connection without COOKIE */
#define CONNECT_US  (10 * SECOND) /* ... that does not come up */

#define LEAVE_US (2 * SECOND) /* more than JOIN takes by another way */

/* Where a server has ended, it may be back soon: docs/SIGNALING.md S8-18. */
#define AGAIN_US     SECOND
#define AGAIN_FOR_US (120 * SECOND)

enum {
	HELLOS_OFTEN = 11, /* each 0.5 s, until 5 s have passed */
	HELLOS_FIRST = 13  /* ... each 2 s, until 9 s */
};

/* Of a socket that is not in use: HELLO below any NAT's 30 s; KEEPs between two; how old a COOKIE
 * may be that tells where it is seen. */
#define OBSERVE_US (25 * SECOND)
#define LOOK_US    (5 * SECOND)
#define UNSEEN_US  (3 * SECOND) /* six HELLOs */
enum { WAKES_MAX = 7 };

void channel_init(struct channel *c, const struct channel_servers *servers, uint16_t link,
                  const struct addr *server)
{
	c->servers = servers;
	c->stream = server != NULL;
	c->link = link;
	c->open_at = c->cookie_at = c->cut_at = c->hello_at = c->unseen_at = NEVER;
	c->observed_reported = true;
	if (server != NULL)
		c->server = *server;
}

/* ---- the link ---- */

static bool is_v4(const struct channel *c)
{
	return c->link != sockets_of(false);
}

bool channel_has(const struct channel *c, uint16_t link)
{
	if (c->stream)
		return connection_has(&c->connection, link);
	return link <= SOCKETS_FRESH && (link == sockets_of(false)) == !is_v4(c);
}

bool channel_turned(struct channel *c, uint16_t link)
{
	if (c->fresh == 0 || c->fresh != link)
		return false;
	c->link = link;
	c->fresh = 0;
	return true;
}

enum connection_change channel_link(struct channel *c, const struct link_event *event, uint64_t now)
{
	enum connection_change change = event->state == LINK_UP ? CONNECTION_UP : CONNECTION_DOWN;

	if (c->stream)
		change = connection_link(&c->connection, event);
	if (change != CONNECTION_UP)
		return change;
	bool waits = c->bound && c->cookie_at != NEVER && event->link != c->link;
	c->bound = !c->stream;
	if (c->bound)
		c->fresh = event->link;
	if (!waits) {
		c->cookie_at = NEVER;
		(void)channel_turned(c, c->fresh);
	}
	channel_ask(c, now);
	return change;
}

/* Before the next attempt to connect. */
static uint64_t reopen_pause(struct channel *c, uint64_t now)
{
	uint64_t pause = carrier_pause(c->servers->random, c->failures++);

	if (c->cut_at == NEVER || now >= c->cut_at + AGAIN_FOR_US)
		return pause;
	return carrier_jitter(c->servers->random, AGAIN_US);
}

void channel_down(struct channel *c, bool reopen, uint64_t now)
{
	if (c->cookie_at != NEVER)
		c->cut_at = now;
	connection_close(&c->connection);
	c->bound = c->wake_due = false;
	c->hello_at = c->cookie_at = c->open_at = NEVER;
	if (c->stream && reopen)
		c->open_at = now + reopen_pause(c, now);
}

bool channel_is_up(const struct channel *c)
{
	return c->bound || connection_up(&c->connection);
}

bool channel_may_say(const struct channel *c)
{
	return c->bound || connection_may_say(&c->connection);
}

struct route channel_route(const struct channel *c)
{
	if (c->stream)
		return connection_route(&c->connection);
	return (struct route){ .kind = ROUTE_UDP, .link = c->link, .remote = c->server };
}

void channel_retire(struct channel *c)
{
	connection_close(&c->connection);
	c->open_at = c->hello_at = c->cookie_at = c->cut_at = NEVER;
	c->failures = 0;
}

void channel_move(struct channel *c, const struct addr *server)
{
	channel_retire(c);
	c->wake_due = false;
	c->to_say = 0;
	c->server = c->stream ? *server : (struct addr){ .port = 0 };
}

void channel_leave(struct channel *c, uint64_t now)
{
	c->hellos = 1;
	c->hello_at = now + LEAVE_US;
}

bool channel_mute(const struct channel *c, uint64_t now)
{
	return (connection_up(&c->connection) && c->hellos > 0 && c->hello_at <= now) ||
	       (connection_pending(&c->connection) && c->open_at <= now);
}

/* ---- HELLO and COOKIE ---- */

void channel_ask(struct channel *c, uint64_t now)
{
	random_fill(c->servers->random, c->nonce, NONCE_BYTES);
	c->wakes = WAKES_MAX;
	c->hellos = 0;
	c->to_say = 0;
	c->hello_at = now;
}

void channel_rest(struct channel *c)
{
	c->hello_at = NEVER;
}

static bool unconnected(const struct channel *c)
{
	return c->stream && !connection_up(&c->connection) && !connection_pending(&c->connection);
}

void channel_search(struct channel *c, uint64_t after_us, uint64_t now)
{
	(void)channel_turned(c, c->fresh);
	channel_ask(c, now);
	if (unconnected(c)) {
		c->open_at = now + after_us;
		c->failures = 0;
	}
}

void channel_search_sooner(struct channel *c, uint64_t after_us, uint64_t now)
{
	if (!c->stream && c->hello_at > now) {
		c->hello_at = now;
		c->hellos = (unsigned)min_of(c->hellos, HELLOS_FIRST);
	}
	if (unconnected(c) && c->open_at != NEVER)
		c->open_at = min_of(c->open_at, now + after_us);
}

void channel_hurry(struct channel *c, uint64_t now)
{
	if (unconnected(c) && c->open_at != NEVER && c->failures == 0)
		c->open_at = min_of(c->open_at, now);
}

/* After the nth HELLO without COOKIE: docs/SIGNALING.md S8-1. */
static uint64_t hello_pause(struct random *random, unsigned n)
{
	if (n < 2)
		return (2 + n) * 100 * MS;
	if (n < HELLOS_OFTEN)
		return 500 * MS;
	return n < HELLOS_FIRST ? 2 * SECOND : carrier_pause(random, n - HELLOS_FIRST + 1);
}

static void begin_round(struct channel *c, bool all, uint64_t now)
{
	bool v4 = is_v4(c);
	unsigned name;

	all = all || !addr_is_set(&c->server);
	c->to_say = c->stream;
	for (size_t i = 0; i < c->servers->count && !c->stream; i++) {
		const struct addr *server = &c->servers->at[i];

		if (addr_is_name(server, &name))
			continue;
		if (all ? addr_is_v4(server) == v4 : addr_equal(server, &c->server))
			c->to_say |= 1U << i;
	}
	c->hello_at = now + (c->stream ? PATIENCE_US : hello_pause(c->servers->random, c->hellos));
	c->hellos++;
}

static void set_observed(struct channel *c, const struct addr *observed)
{
	c->unseen_at = NEVER;
	c->observed_reported &= addr_equal(&c->observed, observed);
	c->observed = *observed;
}

bool channel_timer(struct channel *c, bool all, uint64_t now)
{
	if (c->unseen_at <= now)
		set_observed(c, &(struct addr){ .port = 0 });
	if (connection_none(&c->connection) && c->open_at <= now) {
		connection_open(&c->connection, c->link, &c->server);
		c->open_at = now + CONNECT_US;
		c->link += CHANNEL_STEP;
		if (c->link >= LINK_SPARES_FIRST)
			c->link = CHANNEL_TCP + c->link % CHANNEL_STEP;
	}
	if (!channel_may_say(c) || c->hello_at > now)
		return false;
	begin_round(c, all, now);
	return true;
}

void channel_keep(struct channel *c, const uint64_t quiet_us[static 2], uint64_t now)
{
	uint64_t us = carrier_jitter(c->servers->random, OBSERVE_US),
		 quiet = quiet_us[is_v4(c) ? 0 : 1];

	c->hello_at = now + (quiet > 0 ? min_of(us, quiet) : us);
}

void channel_look(struct channel *c, uint64_t now)
{
	bool keeps = c->bound && c->hellos == 0 && c->cookie_at != NEVER && c->hello_at != NEVER;

	if (keeps && !channel_has_cookie(c, LOOK_US, now))
		channel_ask(c, now);
}

bool channel_wake(struct channel *c, const uint64_t quiet_us[static 2], uint64_t now)
{
	uint64_t quiet = quiet_us[is_v4(c) ? 0 : 1];

	if (!c->bound || c->hello_at > now || quiet == 0 || c->wakes >= WAKES_MAX)
		return false;
	c->wakes++;
	c->wake_due = true;
	c->hello_at = now + quiet;
	return true;
}

bool channel_output(struct channel *c, struct writer *w, struct route *to)
{
	struct hello hello = { .beside = false };
	size_t i = 0;

	if (c->wake_due) {
		c->wake_due = false;
		*to = channel_route(c);
		write_u8(w, PACKET_KEEP);
		return true;
	}
	if (c->to_say == 0 || !channel_may_say(c))
		return false;
	while ((c->to_say >> i & 1) == 0)
		i++;
	c->to_say &= c->to_say - 1;
	*to = channel_route(c);
	if (!c->stream)
		to->remote = c->servers->at[i];
	if (c->fresh != 0)
		to->link = c->fresh;
	memcpy(hello.nonce, c->nonce, NONCE_BYTES);
	signaling_write_hello(w, &hello, HELLO_LEN);
	return true;
}

bool channel_input(struct channel *c, const struct route *from, const struct cookie *m,
                   uint64_t now)
{
	bool known = c->stream;

	for (size_t i = 0; i < c->servers->count; i++)
		known = known || addr_equal(&c->servers->at[i], &from->remote);
	if (!c->stream && from->link != (c->fresh != 0 ? c->fresh : c->link))
		return false;
	if (!known || c->hellos == 0 || !bytes_equal(c->nonce, m->nonce, NONCE_BYTES))
		return false;
	memcpy(c->cookie, m->cookie, COOKIE_BYTES);
	c->cookie_at = now;
	c->hellos = 0;
	c->wakes = 0;
	c->to_say = 0;
	c->failures = 0;
	c->hello_at = NEVER;
	set_observed(c, &m->observed);
	if (!c->stream)
		c->server = from->remote;
	return true;
}

bool channel_has_cookie(const struct channel *c, uint64_t us, uint64_t now)
{
	return c->cookie_at != NEVER && now < c->cookie_at + us;
}

bool channel_answered(const struct channel *c, uint64_t since)
{
	return channel_is_up(c) && c->cookie_at != NEVER && c->cookie_at >= since;
}

void channel_forget_cookie(struct channel *c)
{
	c->cookie_at = NEVER;
}

void channel_doubt(struct channel *c, uint64_t now)
{
	if (addr_is_set(&c->observed))
		c->unseen_at = now + UNSEEN_US;
}

void channel_hears(struct channel *c, const struct cookie *m)
{
	if (bytes_equal(c->nonce, m->nonce, NONCE_BYTES))
		c->unseen_at = NEVER;
}

uint64_t channel_deadline(const struct channel *c)
{
	bool opens = connection_none(&c->connection) || connection_pending(&c->connection);

	return min_of(min_of(opens ? c->open_at : NEVER, c->unseen_at),
	              channel_may_say(c) ? c->hello_at : NEVER);
}

bool channel_report(struct channel *c, struct communicator_event *event)
{
	if (c->stream)
		return connection_report(&c->connection, event);
	if (!c->bound || c->observed_reported)
		return false;
	c->observed_reported = true;
	*event = (struct communicator_event){ .kind = COMMUNICATOR_OBSERVED,
		                              .addr = c->observed,
		                              .route = { .kind = ROUTE_UDP, .link = c->link } };
	return true;
}

/* Behind a proxy, or a translator (NAT64), the address is another's. */
bool channel_crossing(const struct channel *c, struct addr *told, struct communicator_event *event)
{
	struct route way = { .kind = ROUTE_TCP };
	struct addr seen = { .port = 0 };
	unsigned name;

	if (c != NULL && c->stream && !addr_is_name(&c->server, &name)) {
		way.local = channel_route(c).local;
		if (addr_is_v4(&way.local) == addr_is_v4(&c->observed))
			seen = c->observed;
	}
	if (addr_equal(&seen, told))
		return false;
	*told = seen;
	*event = (struct communicator_event){ .kind = COMMUNICATOR_OBSERVED,
		                              .addr = seen,
		                              .route = way };
	return true;
}
