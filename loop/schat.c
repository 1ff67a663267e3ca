/* schat: the ready loop of include/schat.h: a core, sockets, the clock, and a wait. */
#include "include/schat.h"

#include <netdb.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "base/text.h"
#include "lib/schat_core.h"
#include "loop/hosts.h"
#include "loop/traffic.h"
#include "os/clock.h"
#include "os/descriptor.h"
#include "os/entropy.h"
#include "os/interfaces.h"
#include "os/socket.h"

#define ROOM_US  (10 * SECOND) /* a peer that reads nothing for so long is not waited for */
#define LEAVE_US (500 * MS)    /* for the last words, which mostly take a round trip */
enum { TURNS_AT_ONCE = 64, LINKS = 2 * LIMIT_LINKS + LIMIT_SERVER_LINKS + LIMIT_SPARES };

struct schat {
	struct schat_core *core;
	struct schat_interactor interactor;
	struct net *net;
	struct hosts hosts;
	struct schat_event event; /* taken last */
	bool held;                /* ... and not given to the program yet */
	bool took;                /* the last take gave one: the next confirms it */
	bool more;                /* packets wait, so the next turn is due */
	bool showing;             /* in interactor.show */
	bool ended;               /* ENDED was taken */
	uint64_t connected;       /* conversations that were not waited for */
	char why[256];
	uint8_t room[TRAFFIC_ROOM];
};

_Noreturn void base_panic(const char *file, int line)
{
	char buffer[256];
	struct text t = text_of(buffer, sizeof buffer);
	text_add_format(&t, "libschat: internal error at %s:%u of version " SCHAT_VERSION "\n",
	                file, (unsigned)line);
	(void)!write(2, buffer, t.len);
	abort();
}

bool schat_entropy(uint8_t *to)
{
	return entropy_fill(to, 48);
}

/* ---- to begin ---- */

/* Names are looked up here, by the C library; numbers were read before. */
static enum err look_up(struct schat *s)
{
	struct addrinfo hints = { .ai_socktype = SOCK_DGRAM }, *list;
	struct schat_addr at[LIMIT_PEER_ADDRS];
	size_t count = 0;
	uint16_t port;
	const char *host = schat_core_host(s->core, &port);
	if (host == NULL)
		return OK;
	if (getaddrinfo(host, NULL, &hints, &list) != 0)
		return ERR_UNREACHABLE;
	for (struct addrinfo *a = list; a && count < LIMIT_PEER_ADDRS; a = a->ai_next) {
		struct addr addr = socket_addr_read(a->ai_addr);
		at[count] = (struct schat_addr){ .port = port, .scope = addr.scope };
		memcpy(at[count].ip, addr.ip, sizeof addr.ip);
		count += addr_is_unicast(&addr);
	}
	freeaddrinfo(list);
	schat_link_addresses(s->core, at, count, clock_us());
	return count > 0 ? OK : ERR_UNREACHABLE;
}

struct schat *schat_chat(const struct schat_connection *connection,
                         const struct schat_encryption *encryption,
                         const struct schat_interactor *interactor, enum schat_error *error)
{
	struct schat *s = calloc(1, sizeof *s);
	*error = SCHAT_ERR_FULL;
	if (s == NULL)
		return NULL;
	s->more = true;
	hosts_init(&s->hosts);
	if (interactor)
		s->interactor = *interactor;
	s->net = net_new(LINKS);
	if (s->net)
		s->core =
		    schat_core_new(connection, encryption, s->interactor.asks && s->interactor.show,
		                   schat_entropy, clock_us(), error);
	if (s->core)
		schat_core_clock(s->core, clock_unix_ms() * 1000, clock_us());
	if (s->core)
		*error = (enum schat_error)look_up(s);
	if (s->core && *error == SCHAT_OK)
		return s;
	schat_free(s);
	return NULL;
}

void schat_free(struct schat *s)
{
	if (s == NULL)
		return;
	schat_core_free(s->core);
	net_free(s->net);
	hosts_end(&s->hosts);
	bytes_wipe(s, sizeof *s);
	free(s);
}

/* ---- events ---- */

/* The next event. With show it is shown. */
static bool take(struct schat *s)
{
	if (!s->held) {
		s->more |= s->took;
		s->took = schat_core_take(s->core, &s->event, clock_us());
		if (!s->took)
			return false;
	}
	s->held = false;
	s->more = true;
	s->connected += s->event.kind == SCHAT_CONNECTED;
	if (s->event.kind == SCHAT_ENDED) {
		s->ended = true;
		text_copy(s->why, sizeof s->why, s->event.text);
	}
	if (s->interactor.show) {
		s->showing = true;
		s->interactor.show(s->interactor.context, &s->event);
		s->showing = false;
	}
	return true;
}

/* ---- the loop ---- */

static void look_at_hosts(struct schat *s, uint64_t now)
{
	struct endpoint *ep = schat_core_endpoint(s->core);
	struct addr router = { .port = 0 }, own = router;
	enum hosts_news news = hosts_look(&s->hosts, now);
	if (news == HOSTS_FIRST || news == HOSTS_MOVED)
		endpoint_hosts(ep, s->hosts.at, s->hosts.count);
	if (news == HOSTS_MOVED || news == HOSTS_SHAKEN)
		endpoint_refresh(ep, now);
	if (news == HOSTS_SAME)
		return;
	if (!interfaces_router(&router, &own))
		router = own = (struct addr){ .port = 0 };
	communicator_router(endpoint_communicator(ep), &router, &own, now);
}

/* Waits until then at the latest, and carries what comes and goes. */
static uint64_t step(struct schat *s, uint64_t until)
{
	struct endpoint *ep = schat_core_endpoint(s->core);
	struct watch w = poller_lasting(s->hosts.fd, true);
	uint64_t at = min_of(endpoint_deadline(ep), s->hosts.look_at);
	uint64_t now = net_wait(s->net, s->more ? 0 : min_of(until, at), &w, 1);
	if (w.readable)
		hosts_heard(&s->hosts, now);
	look_at_hosts(s, now);
	traffic_read(s->net, ep, now);
	schat_core_timer(s->core, now);
	s->more = traffic_write(s->net, ep, s->room, now);
	return now;
}

static uint64_t until_of(int timeout_ms)
{
	return timeout_ms < 0 ? NEVER : clock_us() + (uint64_t)timeout_ms * MS;
}

int schat_fd(const struct schat *s)
{
	return net_fd(s->net);
}

int schat_timeout(const struct schat *s)
{
	uint64_t at = min_of(schat_core_deadline(s->core), s->hosts.look_at), now = clock_us();
	at = net_ask(s->net, s->more ? 0 : at);
	return at <= now ? 0 : (int)min_of((at - now + MS - 1) / MS, 3600 * 1000);
}

void schat_turn(struct schat *s)
{
	for (int i = 0; i < TURNS_AT_ONCE && (i == 0 || schat_timeout(s) == 0); i++) {
		(void)step(s, 0);
		while (s->interactor.show && take(s))
			;
	}
}

/* ---- what a program does ---- */

/* Before somebody is connected, and of no use without show. */
static bool is_prelude(enum schat_event_kind kind)
{
	return kind == SCHAT_LISTENING || kind == SCHAT_CODE || kind == SCHAT_GUESS ||
	       kind == SCHAT_NOTICE || kind == SCHAT_CODE_ENDED;
}

enum schat_error schat_wait_for_connection(struct schat *s, int timeout_ms)
{
	uint64_t until = until_of(timeout_ms), now = 0;
	while (s->connected == 0) {
		while (s->connected == 0 && take(s)) {
			if (s->ended)
				return s->event.error ? s->event.error : SCHAT_ERR_CUT;
			s->held = !s->interactor.show && s->event.kind != SCHAT_CONNECTED &&
			          !is_prelude(s->event.kind);
			if (s->held)
				return SCHAT_ERR_STATE;
		}
		if (s->connected > 0)
			break;
		if (now >= until)
			return SCHAT_ERR_TIMEOUT;
		now = step(s, until);
	}
	s->connected--;
	return SCHAT_OK;
}

enum schat_error schat_say(struct schat *s, unsigned peer, const char *text)
{
	size_t len = strlen(text);
	uint64_t until = clock_us() + ROOM_US, now = 0;
	enum schat_error error = schat_core_say(s->core, peer, text, len);
	while (error == SCHAT_ERR_FULL && !s->showing && now < until) {
		now = step(s, until);
		error = schat_core_say(s->core, peer, text, len);
	}
	s->more = true;
	if (!s->showing && error == SCHAT_OK)
		(void)step(s, 0);
	return error;
}

size_t schat_write(struct schat *s, const void *bytes, size_t len)
{
	size_t taken = schat_core_write(s->core, bytes, len);
	s->more = true;
	if (!s->showing && taken > 0)
		(void)step(s, 0);
	return taken;
}

const struct schat_event *schat_hear(struct schat *s, int timeout_ms)
{
	uint64_t until = until_of(timeout_ms), now = 0;
	while (!take(s)) {
		if (s->ended)
			return &s->event;
		if (now >= until)
			return NULL;
		now = step(s, until);
	}
	s->connected -= s->event.kind == SCHAT_CONNECTED;
	if (s->event.kind == SCHAT_OVER)
		(void)step(s, 0); /* the peer may still need our last words */
	return &s->event;
}

void schat_leave(struct schat *s, unsigned peer)
{
	schat_core_leave(s->core, peer);
	s->more = true;
}

void schat_accept(struct schat *s)
{
	schat_core_accept(s->core, clock_us());
	s->more = true;
}

void schat_refuse(struct schat *s)
{
	schat_core_refuse(s->core);
	s->more = true;
}

enum schat_error schat_new_code(struct schat *s, const char *code)
{
	s->more = true;
	return schat_core_new_code(s->core, code, clock_us());
}

const char *schat_why(const struct schat *s)
{
	return s->why;
}

/* ---- to end ---- */

/* What peers still say is shown. Without show it is read until a text, or bytes, which stay
 * unconfirmed. */
static void drop_events(struct schat *s)
{
	while (!s->held && take(s))
		s->held = !s->interactor.show &&
		          (s->event.kind == SCHAT_TEXT || s->event.kind == SCHAT_BYTES);
}

enum schat_error schat_end(struct schat *s, int timeout_ms)
{
	uint64_t until = until_of(timeout_ms), now = clock_us();
	schat_core_leave(s->core, 0);
	drop_events(s);
	while (now < until && schat_core_peers(s->core) > 0 &&
	       !(s->held && schat_core_unconfirmed(s->core) == 0)) {
		now = step(s, until);
		drop_events(s);
	}
	bool good = schat_core_unconfirmed(s->core) == 0;
	if (schat_core_peers(s->core) > 0)
		schat_core_break_off(s->core, "the program has ended");
	until = now + LEAVE_US;
	do
		now = step(s, until);
	while (now < until && !(schat_core_settled(s->core) && !s->more && !net_busy(s->net)));
	schat_core_finish(s->core);
	(void)step(s, 0);
	return good ? SCHAT_OK : SCHAT_ERR_CUT;
}
