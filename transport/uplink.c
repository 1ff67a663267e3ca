#include "transport/uplink.h"

#include <string.h>

#define WEB_PORT      443
#define RACE_US       (300 * MS)     /* docs/SIGNALING.md S8-2 */
#define LOYAL_US      (300 * MS)     /* in a search beside a contact only that counts for so long */
#define FAILED_US     (5 * SECOND)   /* a search this long is reported */
#define REFUSED_US    (3 * SECOND)   /* ... already, where TCP is refused everywhere */
#define SILENT_US     (6 * SECOND)   /* JOIN or HELLO at 0, 0.25, 0.75, 1.75, 3.75, 5.75 s */
#define COOKIE_US     (110 * SECOND) /* docs/SIGNALING.md S8-3 */
#define UDP_AGAIN_US  (300 * SECOND) /* from TCP, after UDP has fallen silent: S8-2 */
#define SETTLED_US    (10 * SECOND)  /* ... and after TCP was chosen: a peer may be met just now */
#define GOES_US       (100 * MS)     /* docs/SIGNALING.md S8-26: at least; a second at most */
#define GOES_AGAIN_US (5 * SECOND)   /* ... and so long after the one before */
#define BAD_COOKIE_US SECOND         /* docs/SIGNALING.md S8-8 */

/* ---- search and choice ---- */

/* How long a channel waits for those before it. */
static uint64_t patience(const struct uplink *u, size_t i)
{
	unsigned name;
	bool udp = !addr_is_name(&u->servers.at[0], &name);

	return i < UPLINK_UDP ? 0 : RACE_US * ((i - UPLINK_UDP) / u->servers.count + udp);
}

static void search(struct uplink *u, uint64_t now)
{
	u->searching = true;
	u->refusals = 0;
	u->search_at = now;
	u->choose_at = u->contact != NULL ? now + LOYAL_US : NEVER;
	u->fail_at = u->contact == NULL && u->servers.count > 0 ? now + FAILED_US : NEVER;
	for (size_t i = 0; i < u->channels_count; i++)
		channel_search(&u->channels[i], patience(u, i), now);
}

static void set_contact(struct uplink *u, struct channel *c, bool new, uint64_t now)
{
	struct channel *old = u->contact;

	u->contact = c;
	u->return_at = max_of(u->return_at, new && c->stream ? now + SETTLED_US : 0);
	u->searching = false;
	u->choose_at = u->fail_at = NEVER;
	u->server_changed |= new;
	uplink_heard(u);
	for (size_t i = UPLINK_UDP; i < u->channels_count; i++)
		if (&u->channels[i] == old && !c->stream)
			channel_leave(old, now);
		else if (&u->channels[i] != c)
			channel_retire(&u->channels[i]);
	for (size_t i = 0; i < UPLINK_UDP && new && c->stream; i++)
		channel_doubt(&u->channels[i], now);
	if (old != NULL && old != c && !old->stream)
		channel_keep(old, u->quiet_us, now);
	channel_rest(c);
	u->news = new ? UPLINK_NEW : UPLINK_SAME;
}

/* Who of those that have answered since the search began is the contact? */
static void choose(struct uplink *u, uint64_t now)
{
	struct channel *best = NULL;

	if (u->contact != NULL && channel_answered(u->contact, u->search_at)) {
		set_contact(u, u->contact, false, now);
		return;
	}
	for (struct channel *c = u->channels; c < u->channels + u->channels_count; c++)
		if (channel_answered(c, u->search_at) &&
		    (best == NULL || c->cookie_at < best->cookie_at))
			best = c;
	if (best != NULL && (u->contact == NULL || now >= u->search_at + LOYAL_US))
		set_contact(u, best, true, now);
}

static void lose_contact(struct uplink *u, bool cut, uint64_t now)
{
	u->return_at = cut ? u->return_at : now + UDP_AGAIN_US;
	u->contact = NULL;
	uplink_heard(u);
	u->news = cut ? UPLINK_CUT : UPLINK_LOST;
	search(u, now);
}

static void channel_lost(struct uplink *u, struct channel *c, uint64_t now)
{
	channel_down(c, u->searching, now);
	if (c == u->contact)
		lose_contact(u, c >= &u->channels[UPLINK_UDP], now);
}

/* ---- links ---- */

static void move(struct uplink *u, const struct addr *servers, size_t count)
{
	struct addr at[UPLINK_CHANNELS] = { { .port = 0 } };
	unsigned each = count > 0 && servers[0].port == LIMIT_PORT ? 2 : 1; /* connections */

	if (count > 0)
		memcpy(u->servers.at, servers, count * sizeof *servers);
	u->servers.count = count;
	u->channels_count = UPLINK_UDP + count * each;
	for (size_t i = 0; i < count; i++) {
		at[UPLINK_UDP + i] = at[UPLINK_UDP + count + i] = servers[i];
		at[UPLINK_UDP + count + i].port = WEB_PORT;
	}
	for (size_t i = 0; i < UPLINK_CHANNELS; i++) {
		struct channel *c = &u->channels[i];
		size_t link = i < UPLINK_UDP ? i + 1 : u->tcp + i;

		if (c->servers == NULL && i < u->channels_count)
			channel_init(c, &u->servers, (uint16_t)link,
			             i < UPLINK_UDP ? NULL : &at[i]);
		if (c->servers != NULL) /* else it has not been needed yet, and takes no memory */
			channel_move(c, &at[i]);
	}
}

void uplink_init(struct uplink *u, unsigned index, struct random *random,
                 struct carrier_failure *failure, uint64_t now)
{
	u->servers.random = random;
	u->failure = failure;
	u->silent_at = u->refused_at = NEVER;
	u->tcp = CHANNEL_TCP + index * UPLINK_LINKS;
	move(u, NULL, 0);
	search(u, now);
}

void uplink_servers(struct uplink *u, const struct addr *servers, size_t count, uint64_t now)
{
	move(u, servers, count);
	lose_contact(u, true, now);
}

static struct channel *channel_of(struct uplink *u, uint16_t link)
{
	for (size_t i = 0; i < u->channels_count; i++)
		if (channel_has(&u->channels[i], link))
			return &u->channels[i];
	return NULL;
}

/* The server at remote does not answer: what would be tried next there is tried now. */
static void hurry(struct uplink *u, const struct addr *remote, size_t next, uint64_t now)
{
	for (size_t i = 0; i < u->servers.count; i++)
		if (addr_equal(&u->servers.at[i], remote) && next + i < u->channels_count)
			channel_hurry(&u->channels[next + i], now);
}

/* While there is a contact that is no more than a rumor, but worth a question. */
static void rejected(struct uplink *u, const struct link_event *event, uint64_t now)
{
	struct route way;
	if (!u->searching && event->size == 0 && uplink_way(u, &way) && !route_is_stream(&way) &&
	    addr_equal(&way.remote, &event->remote))
		search(u, now);
	if (u->searching && event->size == 0)
		hurry(u, &event->remote, UPLINK_UDP, now);
}

/* c has come down by itself. */
static void failed(struct uplink *u, struct channel *c, uint64_t now)
{
	if (u->fail_at != NEVER && ++u->refusals == u->channels_count - UPLINK_UDP)
		u->fail_at = min_of(u->fail_at, u->search_at + REFUSED_US);
	if (c != u->contact)
		hurry(u, &c->server, UPLINK_UDP + u->servers.count, now);
	channel_lost(u, c, now);
}

bool uplink_link(struct uplink *u, const struct link_event *event, uint64_t now)
{
	struct channel *c = channel_of(u, event->link);

	if (c != NULL && event->state == LINK_REJECTED)
		rejected(u, event, now);
	else if (c != NULL && channel_link(c, event, now) == CONNECTION_DOWN)
		failed(u, c, now);
	return c != NULL;
}

bool uplink_request(struct uplink *u, struct link_request *request)
{
	for (size_t i = UPLINK_UDP; i < UPLINK_CHANNELS; i++)
		if (connection_request(&u->channels[i].connection, request))
			return true;
	return false;
}

bool uplink_read(struct uplink *u, uint16_t link, struct span *in, struct span *message,
                 uint64_t now)
{
	struct channel *c = channel_of(u, link);
	bool bad;

	if (c == NULL || !channel_is_up(c))
		return false;
	if (connection_read(&c->connection, in, message, &bad))
		return true;
	if (bad)
		channel_lost(u, c, now);
	return false;
}

/* ---- questions and answers ---- */

void uplink_heard(struct uplink *u)
{
	u->silent_at = NEVER;
}

void uplink_asked(struct uplink *u, uint64_t now)
{
	u->silent_at = min_of(u->silent_at, now + SILENT_US);
}

bool uplink_is_contact(const struct uplink *u, const struct route *from)
{
	struct route way;
	return uplink_way(u, &way) && channel_has(u->contact, from->link) &&
	       (route_is_stream(&way) || addr_equal(&way.remote, &from->remote));
}

bool uplink_cookie(struct uplink *u, const struct route *from, struct span wire, uint64_t now)
{
	struct channel *c = channel_of(u, from->link);
	struct cookie m;
	if (c == NULL || !channel_is_up(c) || !signaling_read_cookie(wire, &m))
		return false;
	channel_hears(c, &m);
	bool moved = c == u->contact && !uplink_is_contact(u, from);
	bool over = !c->stream && u->contact != NULL && u->contact->stream &&
	            (now >= u->return_at || !u->searching);
	if (now < (moved ? u->search_at + LOYAL_US : over ? u->return_at : 0))
		return false; /* another address of the server was faster: leaving gains nothing */
	if (!channel_input(c, from, &m, now))
		return false;
	u->news = channel_turned(c, from->link) && c == u->contact ? UPLINK_SAME : u->news;
	if (c != u->contact)
		channel_keep(c, u->quiet_us, now);
	if (moved || over)
		set_contact(u, c, true, now);
	if (u->searching)
		choose(u, now);
	if (c != u->contact)
		return true;
	uplink_heard(u);
	u->server_changed |= m.day != u->cookie.day || m.relay_kbit != u->cookie.relay_kbit;
	u->cookie = m;
	return true;
}

bool uplink_refused(struct uplink *u, uint64_t now)
{
	if (channel_has_cookie(u->contact, BAD_COOKIE_US, now) && u->refused_at != NEVER &&
	    now < u->refused_at + BAD_COOKIE_US)
		return false;
	u->refused_at = now;
	channel_forget_cookie(u->contact);
	return true;
}

void uplink_goes(struct uplink *u, uint64_t now)
{
	uint64_t soon = now + GOES_US + random_below(u->servers.random, SECOND - GOES_US);
	uint64_t at = max_of(soon, u->goes_until);
	if (at == soon)
		u->goes_until = at + GOES_AGAIN_US;
	if (u->contact != NULL)
		lose_contact(u, true, at);
	uplink_refresh(u, at);
}

bool uplink_way(const struct uplink *u, struct route *way)
{
	if (u->contact != NULL)
		*way = channel_route(u->contact);
	return u->contact != NULL;
}

bool uplink_ready(const struct uplink *u)
{
	return u->contact != NULL && channel_may_say(u->contact);
}

bool uplink_fresh(const struct uplink *u, const uint8_t **cookie, uint64_t now)
{
	*cookie = u->contact->cookie;
	return channel_has_cookie(u->contact, COOKIE_US, now);
}

bool uplink_asking(const struct uplink *u)
{
	return u->contact != NULL && u->contact->hello_at != NEVER;
}

void uplink_freshen(struct uplink *u, uint64_t now)
{
	const uint8_t *cookie;
	if (uplink_ready(u) && !uplink_fresh(u, &cookie, now) && !uplink_asking(u))
		channel_ask(u->contact, now);
}

void uplink_refresh(struct uplink *u, uint64_t now)
{
	if (!u->searching)
		search(u, now);
	u->search_at = min_of(u->search_at, now);
	for (size_t i = 0; i < u->channels_count; i++)
		channel_search_sooner(&u->channels[i], patience(u, i), now);
}

void uplink_look(struct uplink *u, uint64_t now)
{
	for (struct channel *c = u->channels; c < &u->channels[UPLINK_UDP]; c++)
		channel_look(c, now);
}

/* ---- time ---- */

void uplink_timer(struct uplink *u, const uint64_t quiet[static 2], uint64_t now)
{
	memcpy(u->quiet_us, quiet, sizeof u->quiet_us);
	if (u->choose_at <= now) {
		u->choose_at = NEVER;
		choose(u, now);
	}
	if (u->fail_at <= now) {
		u->fail_at = NEVER;
		carrier_fail(u->failure, ERR_UNREACHABLE, &u->servers.at[0], false);
	}
	if (u->silent_at <= now) {
		struct channel *c = u->contact;

		carrier_fail(u->failure, ERR_UNREACHABLE, &c->server, false);
		if (c->stream)
			channel_lost(u, c, now);
		else
			lose_contact(u, false, now);
		u->fail_at = NEVER; /* that was reported just now */
	}
	for (struct channel *c = u->channels; c < u->channels + u->channels_count; c++) {
		if (c != u->contact && channel_mute(c, now))
			channel_lost(u, c, now); /* accepted, but no answer */
		bool woken = !u->searching && c != u->contact && channel_wake(c, u->quiet_us, now);
		if (!woken && channel_timer(c, u->searching, now) && c == u->contact)
			uplink_asked(u, now);
	}
}

bool uplink_output(struct uplink *u, struct writer *w, struct route *to)
{
	for (size_t i = 0; i < u->channels_count; i++)
		if (channel_output(&u->channels[i], w, to))
			return true;
	return false;
}

uint64_t uplink_deadline(const struct uplink *u)
{
	uint64_t at = min_of(u->choose_at, min_of(u->fail_at, u->silent_at));

	for (size_t i = 0; i < u->channels_count; i++)
		at = min_of(at, channel_deadline(&u->channels[i]));
	return at;
}

/* ---- what has happened ---- */

enum uplink_news uplink_take(struct uplink *u)
{
	enum uplink_news news = u->news;

	u->news = UPLINK_NOTHING;
	return news;
}

bool uplink_report(struct uplink *u, struct communicator_event *event)
{
	for (size_t i = 0; i < u->channels_count; i++)
		if (channel_report(&u->channels[i], event))
			return true;
	if (channel_crossing(u->contact, &u->crossing, event))
		return true;
	if (!u->server_changed || u->contact == NULL)
		return false;
	u->server_changed = false;
	*event = (struct communicator_event){ .kind = COMMUNICATOR_SERVER,
		                              .addr = channel_route(u->contact).remote,
		                              .day = u->cookie.day,
		                              .relay_kbit = u->cookie.relay_kbit,
		                              .day_ends_s = u->cookie.day_ends_s };
	return true;
}
