#include "cmd/talk/web.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "base/min_max.h"
#include "cmd/report.h"
#include "cmd/seed.h"
#include "cmd/talk/guest.h"
#include "os/clock.h"
#include "os/descriptor.h"
#include "os/port.h"
#include "os/socket.h"

#define TO_GIVE (10 * SECOND) /* until an upload begins */
#define REST_US (100 * MS)    /* for want of descriptors or memory */

enum {
	GUESTS = 16,
	PORTS = 16, /* that are tried until one is free in both families */
	LISTENER = GUEST_ENDS * GUESTS
};

struct web {
	struct guest_of of;
	struct poller *poller;
	int listeners[2]; /* -1: none */
	struct asked asked[2];
	uint64_t rests_until; /* nobody is let in; NEVER: whoever comes is */
	struct guest *guests[GUESTS];
};

/* ---- opening ---- */

/* True: one port is ours in both families, or in IPv4 where there is no IPv6. */
static bool listen_at(struct web *w)
{
	struct addr v4 = addr_v4(127, 0, 0, 1, 0), v6 = { .ip = { [15] = 1 } };
	w->listeners[0] = port_listen(&v4);
	if (w->listeners[0] < 0)
		return false;
	w->of.place.port = socket_address(w->listeners[0]).port;
	v6.port = w->of.place.port;
	w->listeners[1] = port_listen(&v6);
	if (w->listeners[1] >= 0 || errno != EADDRINUSE)
		return true;
	descriptor_close(w->listeners[0]);
	w->listeners[0] = -1;
	return false;
}

static void draw_token(char token[static HTTP_TOKEN + 1])
{
	uint8_t random[HTTP_TOKEN / 2];
	random_fill(seed_random(), random, sizeof random);
	for (size_t i = 0; i < HTTP_TOKEN; i++)
		token[i] = text_hex_digit(random[i / 2] >> (i % 2 ? 0 : 4));
	token[HTTP_TOKEN] = 0;
	bytes_wipe(random, sizeof random);
}

int web_open(struct audience *a, struct web **web)
{
	struct web *w = *web = calloc(1, sizeof *w);
	if (w == NULL)
		return report_no_room();
	w->of.audience = a;
	w->listeners[0] = w->listeners[1] = -1;
	w->rests_until = NEVER;
	w->poller = poller_new();
	if (w->poller == NULL || !page_load(&w->of.page))
		return report_no_room();
	for (int tries = 1; !listen_at(w); tries++)
		if (tries == PORTS) {
			bool full = socket_why(errno) == ERR_FULL;
			return report_error(EXIT_LOCAL, "can't listen on 127.0.0.1: %s%s%s",
			                    strerror(errno), full ? ". " : "",
			                    full ? report_listen_hint(ERR_FULL) : "");
		}
	draw_token(w->of.place.token);
	report_say("open this address in a browser on this computer. Anyone who has it can read "
	           "and write your messages:");
	return report_out("http://127.0.0.1:%u/#%s\n", (unsigned)w->of.place.port,
	                  w->of.place.token);
}

/* ---- guests ---- */

static void see_off(struct web *w, unsigned i)
{
	guest_free(w->guests[i]);
	w->guests[i] = NULL;
}

/* All places are taken: of those who have not asked yet, the one goes that was here first. */
static void make_room(struct web *w)
{
	unsigned first = GUESTS;
	for (unsigned i = 0; i < GUESTS; i++) {
		const struct guest *g = w->guests[i];
		if (g == NULL)
			return;
		if (g->state != SAYS && g->state != HEARS &&
		    (first == GUESTS || g->until < w->guests[first]->until))
			first = i;
	}
	if (first < GUESTS)
		see_off(w, first);
}

static void come_in(struct web *w, int listener, uint64_t now)
{
	struct addr from;
	bool tired;
	unsigned i = 0;
	int fd = port_accept(listener, &from, &tired);
	if (tired)
		w->rests_until = now + REST_US;
	if (fd < 0)
		return;
	make_room(w);
	while (i < GUESTS && w->guests[i] != NULL)
		i++;
	struct guest *g = i < GUESTS ? guest_new(fd, now) : NULL;
	if (g == NULL)
		descriptor_close(fd);
	else
		w->guests[i] = g;
}

/* ---- uploads ---- */

bool web_await(struct web *w, unsigned transfer, struct upload *u)
{
	for (unsigned i = 0; i < GUEST_UPLOADS; i++)
		if (w->of.awaited[i].upload == NULL) {
			w->of.awaited[i] = (struct awaited){ u, transfer, clock_us() + TO_GIVE };
			return true;
		}
	upload_leave(u, UPLOAD_GIVES);
	return false;
}

/* Nobody has begun to send these. */
static void give_up(struct web *w, uint64_t now)
{
	for (unsigned i = 0; i < GUEST_UPLOADS; i++) {
		struct awaited *a = &w->of.awaited[i];
		if (a->upload == NULL || now < a->until)
			continue;
		upload_leave(a->upload, UPLOAD_GIVES);
		a->upload = NULL;
	}
}

/* ---- in each turn ---- */

int web_watch(struct web *w)
{
	for (unsigned i = 0; i < 2; i++)
		if (w->listeners[i] >= 0)
			(void)poller_ask(w->poller, w->listeners[i],
			                 w->rests_until == NEVER ? POLLIN : 0, &w->asked[i],
			                 LISTENER + i);
	for (unsigned i = 0; i < GUESTS; i++)
		if (w->guests[i] != NULL)
			guest_ask(w->guests[i], w->poller, GUEST_ENDS * i);
	return poller_fd(w->poller);
}

uint64_t web_deadline(const struct web *w)
{
	uint64_t at = w->rests_until;
	for (unsigned i = 0; i < GUESTS; i++)
		if (w->guests[i] != NULL)
			at = min_of(at, guest_deadline(w->guests[i]));
	for (unsigned i = 0; i < GUEST_UPLOADS; i++)
		if (w->of.awaited[i].upload != NULL)
			at = min_of(at, w->of.awaited[i].until);
	return at;
}

void web_turn(struct web *w, uint64_t now)
{
	uint32_t who;
	short events;
	if (now >= w->rests_until)
		w->rests_until = NEVER;
	give_up(w, now);
	poller_wait(w->poller, 0, NULL, 0);
	while (poller_take(w->poller, &who, &events))
		if (who >= LISTENER)
			come_in(w, w->listeners[who - LISTENER], now);
	for (unsigned i = 0; i < GUESTS; i++) {
		if (w->guests[i] == NULL)
			continue;
		guest_serve(w->guests[i], &w->of, now);
		if (w->guests[i]->gone)
			see_off(w, i);
	}
}

static bool busy(const struct web *w)
{
	for (unsigned i = 0; i < GUESTS; i++)
		if (w->guests[i] != NULL && w->guests[i]->state != ASKS)
			return true;
	return false;
}

void web_close(struct web *w)
{
	if (w == NULL)
		return;
	w->of.audience = NULL;
	uint64_t now = clock_us(), until = now + SECOND;
	for (; w->poller && busy(w) && now < until; now = clock_us()) {
		web_turn(w, now);
		(void)descriptor_readable(web_watch(w), 100);
	}
	for (unsigned i = 0; i < GUESTS; i++)
		if (w->guests[i] != NULL)
			see_off(w, i);
	give_up(w, NEVER);
	descriptor_close(w->listeners[0]);
	descriptor_close(w->listeners[1]);
	poller_free(w->poller);
	bytes_wipe(w, sizeof *w);
	free(w);
}
