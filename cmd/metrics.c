#include "cmd/metrics.h"

#include <errno.h>
#include <string.h>

#include "base/limits.h"
#include "base/min_max.h"
#include "base/split.h"
#include "cmd/report.h"
#include "os/clock.h"
#include "os/descriptor.h"
#include "os/port.h"

#define PATIENCE_US (5 * SECOND)
#define REST_US     SECOND

enum { READY = 2 }; /* ends of lines: that of the request's last, and an empty one */

static const char request[] = "GET /metrics HTTP/1.0\r\n\r\n", end_of_text[] = "# EOF\n";

int metrics_open(struct metrics *m, const char *path)
{
	*m = (struct metrics){ .path = path, .listener = -1 };
	if (path == NULL)
		return 0;
	m->listener = port_listen_path(path);
	if (m->listener >= 0)
		return 0;
	m->path = NULL;
	return report_listen_path(path, true);
}

static struct metrics_guest *free_place(struct metrics *m)
{
	for (unsigned i = 0; i < METRICS_GUESTS; i++)
		if (m->guests[i].fd == 0)
			return &m->guests[i];
	return NULL;
}

void metrics_watch(const struct metrics *m, struct watch *watches, uint64_t now)
{
	bool full = true;
	for (unsigned i = 0; i < METRICS_GUESTS; i++) {
		int fd = m->guests[i].fd;
		watches[i] = (struct watch){ .fd = fd ? fd : -1, .read = true };
		full &= fd != 0;
	}
	watches[METRICS_GUESTS] =
	    poller_lasting(m->path ? m->listener : -1, !full && now >= m->rests_until);
}

static void leave(struct metrics_guest *g)
{
	descriptor_close(g->fd);
	g->fd = 0;
}

static void accept_all(struct metrics *m, uint64_t now)
{
	struct metrics_guest *g;
	struct addr from;
	bool tired = false;
	while ((g = free_place(m)) != NULL) {
		int fd = port_accept(m->listener, &from, &tired);
		if (tired)
			m->rests_until = now + REST_US;
		if (fd < 0)
			return;
		*g = (struct metrics_guest){ .fd = fd, .until = now + PATIENCE_US };
	}
}

/* What is asked for does not matter: there is one answer. Where the request ends does. */
static void listen_to(struct metrics_guest *g)
{
	char some[512];
	size_t len;
	enum err err = descriptor_read(g->fd, some, sizeof some, &len);
	if (err && err != ERR_FULL)
		leave(g);
	if (err)
		return;
	for (size_t i = 0; i < len && g->blank < READY; i++)
		if (some[i] != '\r')
			g->blank = some[i] == '\n' ? g->blank + 1 : 0;
	if (len == 0)
		g->blank = READY;
}

bool metrics_turn(struct metrics *m, const struct watch *watches, uint64_t now)
{
	bool asked = false;
	for (unsigned i = 0; i < METRICS_GUESTS; i++) {
		struct metrics_guest *g = &m->guests[i];
		if (g->fd && now >= g->until) /* however much it has to say */
			leave(g);
		else if (g->fd && watches[i].readable)
			listen_to(g);
		asked |= g->fd && g->blank == READY;
	}
	if (now >= m->rests_until)
		m->rests_until = 0;
	if (watches[METRICS_GUESTS].readable)
		accept_all(m, now);
	return asked;
}

/* It is far shorter than what the system takes at once. */
void metrics_answer(struct metrics *m, struct span body)
{
	char head[256];
	size_t taken;
	struct text t = text_of(head, sizeof head);
	text_add_format(&t,
	                "HTTP/1.0 200 OK\r\n"
	                "Content-Type: application/openmetrics-text; version=1.0.0; "
	                "charset=utf-8\r\n"
	                "Content-Length: %ju\r\n"
	                "Connection: close\r\n\r\n",
	                (uintmax_t)body.len);
	for (unsigned i = 0; i < METRICS_GUESTS; i++) {
		struct metrics_guest *g = &m->guests[i];
		if (g->fd == 0 || g->blank < READY)
			continue;
		if (port_write(g->fd, text_span(&t), &taken))
			(void)port_write(g->fd, body, &taken);
		leave(g);
	}
}

uint64_t metrics_deadline(const struct metrics *m)
{
	uint64_t deadline = m->rests_until ? m->rests_until : NEVER;
	for (unsigned i = 0; i < METRICS_GUESTS; i++)
		if (m->guests[i].fd)
			deadline = min_of(deadline, m->guests[i].until);
	return deadline;
}

void metrics_close(struct metrics *m)
{
	if (m->path == NULL)
		return;
	for (unsigned i = 0; i < METRICS_GUESTS; i++)
		if (m->guests[i].fd)
			leave(&m->guests[i]);
	descriptor_close(m->listener);
	port_unlisten_path(m->path);
	m->path = NULL;
}

/* ---- asking ---- */

/* All that it says until it hangs up, in the time there is. */
static size_t read_all(int fd, char *to, size_t cap)
{
	uint64_t until = clock_us() + PATIENCE_US, now;
	size_t len = 0, n = 1;
	while (n > 0 && len < cap && (now = clock_us()) < until &&
	       descriptor_readable(fd, (int)((until - now) / MS) + 1)) {
		if (descriptor_read(fd, to + len, cap - len, &n))
			break;
		len += n;
	}
	return len;
}

/* "schat_signal_waiting 2" is "waiting 2"; what begins with # is for programs. */
static int print_line(struct span line)
{
	char text[256];
	struct text t = text_of(text, sizeof text);
	if (line.at[0] == '#')
		return EXIT_DONE;
	(void)split_prefix(&line, "schat_signal_");
	text_add_span(&t, line);
	return report_out("%s\n", text);
}

static int print(const char *path, const char *text)
{
	const char *body = strstr(text, "\r\n\r\n");
	if (body == NULL || strstr(body, end_of_text) == NULL)
		return report_error(EXIT_LOCAL,
		                    "what answers at %s isn't schat signal, or is too slow", path);
	int code = EXIT_DONE;
	body += 4;
	for (const char *end; !code && (end = strchr(body, '\n')) != NULL; body = end + 1)
		code = print_line(span_of(body, (size_t)(end - body)));
	return code;
}

int metrics_show(const char *path)
{
	static char answer[8192];
	size_t taken;
	int fd = port_connect_path(path);
	if (fd < 0)
		return report_error(EXIT_LOCAL,
		                    "can't ask the server at %s: %s. Is schat signal running, with "
		                    "--metrics %s?",
		                    path, strerror(errno), path);
	if (port_write(fd, span_text(request), &taken))
		answer[read_all(fd, answer, sizeof answer - 1)] = 0;
	descriptor_close(fd);
	return print(path, answer);
}
