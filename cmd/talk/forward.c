#include "cmd/talk/forward.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/hush.h"
#include "base/min_max.h"
#include "base/split.h"
#include "base/text.h"
#include "cmd/report.h"
#include "cmd/talk/passage.h"
#include "os/descriptor.h"
#include "os/interfaces.h"
#include "os/port.h"
#include "os/socket.h"

#define REST_US (100 * MS) /* for want of descriptors or memory */

enum {
	LISTENERS = 8,
	PASSAGES = LIMIT_PEERS * LIMIT_OPEN, /* a few of a peer's more than it may have wait */
	ACCEPTS_AT_ONCE = 8
};

struct listener {
	int fd;
	struct asked asked;
	const char *path; /* in the file system; NULL */
	bool found;
};

struct forward {
	const struct plan *plan;
	struct terminal_io *io;
	struct poller *poller;
	struct listener listeners[LISTENERS];
	unsigned listening;
	uint64_t rest_until;
	uint64_t gives_way_at;  /* all places are taken, and a program waits; else NEVER */
	struct resolve resolve; /* for all that are LOOKING */
	bool looks;
	struct hush unreachable; /* any program, and any page in a browser, can connect */
	unsigned used;           /* the places from here on are free */
	struct passage *at[PASSAGES];
};

/* ---- opening ---- */

static int cannot_listen(const char *where)
{
	int error = errno;
	enum err err = socket_why(error);
	return report_error(EXIT_LOCAL, "can't listen on %s: %s. %s", where, strerror(error),
	                    report_listen_hint(err));
}

static bool add(struct forward *f, int fd, const char *path)
{
	char text[ADDR_TEXT];
	struct addr at = { .port = 0 };
	struct event e = { .kind = EVENT_LISTENING };
	if (fd < 0)
		return false;
	f->listeners[f->listening++] = (struct listener){ .fd = fd, .path = path };
	if (path == NULL)
		at = socket_address(fd);
	interfaces_format(&at, text);
	e.text = span_text(path ? path : text);
	(void)terminal_io_show(f->io, &e);
	return true;
}

/* A port alone is one of this host, for this host. */
static int listen_here(struct forward *f, const char *where, uint16_t port)
{
	struct addr four = addr_v4(127, 0, 0, 1, port), six = { .ip = { [15] = 1 }, .port = port };
	if (!add(f, port_listen(&four), NULL))
		return cannot_listen(where);
	if (!add(f, port_listen(&six), NULL) && socket_why(errno) == ERR_BUSY)
		return cannot_listen(where);
	return 0;
}

static int listen_at(struct forward *f, const char *where)
{
	struct span text = span_text(where);
	struct addr at;
	uint64_t port;
	if (f->listening + 2 > LISTENERS)
		return report_error(EXIT_USAGE, "--listen was given too many times");
	if (where[0] == '/' || where[0] == '.') {
		bool ours = port_folder_is_ours(where);
		return ours && add(f, port_listen_path(where), where)
		           ? 0
		           : report_listen_path(where, ours);
	}
	(void)split_prefix(&text, "localhost:");
	if (text_read_u64(text, UINT16_MAX, &port) && port > 0)
		return listen_here(f, where, (uint16_t)port);
	if (interfaces_parse(span_text(where), 0, &at))
		return report_error(
		    EXIT_USAGE,
		    "'%s' isn't an address to listen on. Write a port, ADDRESS:PORT with "
		    "an address of this host, or the /path of a socket.%s",
		    where, report_port_hint(where));
	return add(f, port_listen(&at), NULL) ? 0 : cannot_listen(where);
}

int forward_open(const struct plan *plan, struct terminal_io *io, struct forward **f)
{
	int code = 0;
	if (!plan_forwards(plan))
		return 0;
	*f = calloc(1, sizeof **f);
	if (*f)
		(*f)->poller = poller_new();
	if (*f == NULL || (*f)->poller == NULL)
		return report_no_room();
	(*f)->plan = plan;
	(*f)->io = io;
	(*f)->gives_way_at = NEVER;
	for (size_t i = 0; !plan->serving && !code && i < plan->options->listen.count; i++)
		code = listen_at(*f, plan->options->listen.at[i]);
	return code;
}

void forward_close(struct forward *f)
{
	if (f == NULL)
		return;
	for (unsigned i = 0; i < f->used; i++)
		passage_free(f->at[i]);
	for (unsigned i = 0; i < f->listening; i++) {
		descriptor_close(f->listeners[i].fd);
		if (f->listeners[i].path)
			port_unlisten_path(f->listeners[i].path);
	}
	if (f->looks)
		resolve_end(&f->resolve);
	poller_free(f->poller);
	free(f);
}

/* ---- connections come and go ---- */

/* False: there is no place, or no memory for it. */
static bool place(struct forward *f, struct passage *p)
{
	unsigned i = 0;
	while (i < f->used && f->at[i] != NULL)
		i++;
	if (p == NULL || i == PASSAGES) {
		passage_free(p);
		return false;
	}
	f->at[i] = p;
	f->used = (unsigned)max_of(f->used, i + 1);
	return true;
}

/* What became of it: a line with --verbose; and at any rate that the port is out of reach. */
static void tell(struct forward *f, const struct passage *p, const char *peer, uint64_t now)
{
	uint64_t unsaid = 0;
	bool unreachable = p->broken && p->code == RESET_UNREACHABLE;
	char said[256], from[ADDR_TEXT] = "";
	struct text t = text_of(said, sizeof said);
	struct event e = { .kind = unreachable ? EVENT_ERROR : EVENT_NOTICE, .conv = p->conv };
	if (!f->plan->options->verbose &&
	    (!unreachable || f->plan->serving || !hush_may(&f->unreachable, now, &unsaid)))
		return;
	if (addr_is_set(&p->from))
		interfaces_format(&p->from, from);
	if (unreachable && !f->plan->serving)
		text_add_format(&t, "%s can't reach the port that it forwards", peer);
	else if (unreachable)
		text_add_format(&t, "can't reach %s for %s", f->plan->options->to, peer);
	else
		text_add_format(&t, "connection%s%s %s %s %s: %ju bytes sent, %ju received",
		                from[0] ? " from " : "", from, f->plan->serving ? "of" : "to", peer,
		                p->broken ? "broken off" : "closed", p->sent, p->received);
	if (unsaid > 0)
		text_add_format(&t, " (%ju more since this was last said)", unsaid);
	e.err = unreachable ? ERR_UNREACHABLE : OK;
	e.text = text_span(&t);
	(void)terminal_io_show(f->io, &e);
}

static void remove_at(struct forward *f, unsigned i)
{
	passage_free(f->at[i]);
	f->at[i] = NULL;
	while (f->used > 0 && f->at[f->used - 1] == NULL)
		f->used--;
}

/* A peer's pipe was made. */
static bool has_pipe(const struct forward *f, uint64_t conv)
{
	for (unsigned i = 0; i < f->used; i++)
		if (f->at[i] != NULL && f->at[i]->conv == conv)
			return true;
	return false;
}

/* What this peer asks for. */
static void hear(struct forward *f, const struct dialogue *d)
{
	uint64_t conv = d->talk->number;
	struct chat *pipe = d->peer.pipe ? d->chat : NULL;
	if (pipe && !has_pipe(f, conv) && !place(f, passage_asked(conv, 0, pipe)))
		chat_fail(pipe, ERR_LOCAL, "no room for another connection");
	for (unsigned opened; session_opened(d->session, &opened);)
		if (pipe || !f->plan->serving)
			session_reset(d->session, opened, RESET_UNKNOWN);
		else if (!place(f, passage_asked(conv, opened, NULL)))
			session_reset(d->session, opened, RESET_FULL);
}

/* How many more have a stream, or will have the next. */
static unsigned places_left(const struct forward *f)
{
	unsigned count = 0;
	for (unsigned n = 0; n < f->used; n++)
		count += f->at[n] != NULL;
	return count < LIMIT_OPEN ? LIMIT_OPEN - count : 0;
}

/* How many more may come now. */
static unsigned wanted(const struct forward *f, const struct company *c, uint64_t now)
{
	int i = 0;
	const struct dialogue *d = company_talking(c, &i);
	enum err err;
	struct span words;
	if (d == NULL || session_over(d->session, &err, &words) || now < f->rest_until)
		return 0;
	return places_left(f);
}

/* Whoever comes while no peer is here waits in the system's queue. */
static void take_in(struct forward *f, const struct company *c, uint64_t now)
{
	struct addr from;
	bool tired = false;
	unsigned room = wanted(f, c, now);
	for (unsigned i = 0; i < f->listening; i++) {
		struct listener *l = &f->listeners[i];
		bool tried = l->found && room > 0;
		for (int n = 0; tried && room > 0 && n < ACCEPTS_AT_ONCE; n++) {
			int fd = port_accept(l->fd, &from, &tired);
			if (fd < 0)
				break;
			int first = 0;
			uint64_t conv = company_talking(c, &first)->talk->number;
			room -= place(f, passage_accepted(conv, fd, &from));
		}
		l->found &= !tried; /* whoever is left is found again */
		if (tired)
			f->rest_until = now + REST_US;
		short events = !l->found && !tired ? POLLIN : 0;
		(void)poller_ask(f->poller, l->fd, events, &l->asked, PASSAGES + i);
	}
}

/* All places are taken and a program waits: of those that may give way, the oldest does. */
static void make_room(struct forward *f, const struct company *c, uint64_t now)
{
	bool waits = false;
	struct passage *first = NULL;
	f->gives_way_at = NEVER;
	for (unsigned i = 0; i < f->listening; i++)
		waits |= f->listeners[i].found;
	for (unsigned i = 0; waits && i < f->used && places_left(f) == 0; i++) {
		struct passage *p = f->at[i];
		if (p != NULL && passage_lapses(p) < f->gives_way_at) {
			first = p;
			f->gives_way_at = passage_lapses(p);
		}
	}
	struct dialogue *d = first ? company_of(c, first->conv) : NULL;
	if (d != NULL && now >= f->gives_way_at && !session_away(d->session))
		passage_break_off(first, d->session);
}

/* ---- in each turn ---- */

/* A pipe that is over stays, so that it is not made again, until its conversation is over; which
 * tells of both. */
static void step(struct forward *f, const struct company *c, unsigned i, uint64_t now)
{
	struct passage *p = f->at[i];
	struct dialogue *d = company_of(c, p->conv);
	if (d != NULL)
		passage_step(p, d->session, now);
	bool over = p->state == PASSAGE_OVER && p->chat == NULL;
	if (d != NULL && over)
		tell(f, p, d->peer.name, now);
	if (d == NULL || over)
		remove_at(f, i);
	else
		(void)poller_ask(f->poller, p->fd, passage_events(p), &p->asked, i);
}

/* Each connection asks anew where the port is; those that wait for the answer share it. */
static void look_up(struct forward *f, const struct company *c, uint64_t now)
{
	struct addr at[LIMIT_PEER_ADDRS];
	size_t count = 0;
	bool any = false;
	for (unsigned i = 0; i < f->used; i++)
		any |= f->at[i] != NULL && f->at[i]->state == PASSAGE_LOOKING;
	if (!any && !f->looks)
		return;
	enum err err = f->looks ? resolve_take(&f->resolve, at, &count, now)
	                        : resolve_here(&f->resolve, span_text(f->plan->to_host),
	                                       f->plan->to_port, at, &count, now);
	f->looks = err == ERR_FULL;
	if (f->looks)
		return;
	resolve_end(&f->resolve);
	for (unsigned i = 0; i < f->used; i++) {
		struct dialogue *d = f->at[i] ? company_of(c, f->at[i]->conv) : NULL;
		if (d == NULL || f->at[i]->state != PASSAGE_LOOKING)
			continue;
		passage_dial(f->at[i], d->session, at, err ? 0 : count, now);
		step(f, c, i, now);
	}
}

size_t forward_watch(const struct forward *f, struct watch out[static FORWARD_WATCHES])
{
	if (f == NULL)
		return 0;
	out[0] = poller_lasting(poller_fd(f->poller), true);
	if (!f->looks)
		return 1;
	resolve_watch(&f->resolve, out + 1);
	return FORWARD_WATCHES;
}

static void collect(struct forward *f)
{
	uint32_t who;
	short events;
	poller_wait(f->poller, 0, NULL, 0);
	while (poller_take(f->poller, &who, &events))
		if (who >= PASSAGES)
			f->listeners[who - PASSAGES].found = true;
		else if (f->at[who] != NULL)
			passage_found(f->at[who], events);
}

void forward_turn(struct forward *f, const struct company *c,
                  const struct watch watches[static FORWARD_WATCHES], uint64_t now)
{
	struct dialogue *d;
	if (f == NULL)
		return;
	if (now >= f->rest_until)
		f->rest_until = 0;
	if (watches[0].readable)
		collect(f);
	for (int i = 0; (d = company_talking(c, &i)) != NULL;)
		hear(f, d);
	take_in(f, c, now);
	make_room(f, c, now);
	for (unsigned i = 0; i < f->used; i++)
		if (f->at[i] != NULL)
			step(f, c, i, now);
	look_up(f, c, now);
}

uint64_t forward_deadline(const struct forward *f)
{
	if (f == NULL)
		return NEVER;
	uint64_t at = f->looks ? min_of(f->gives_way_at, f->resolve.deadline) : f->gives_way_at;
	if (f->rest_until != 0)
		at = min_of(at, f->rest_until);
	for (unsigned i = 0; i < f->used; i++)
		at = min_of(at, f->at[i] != NULL ? f->at[i]->deadline : NEVER);
	return at;
}
