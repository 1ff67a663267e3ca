#include "cmd/talk/attached.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/min_max.h"
#include "base/text.h"
#include "os/clock.h"
#include "os/descriptor.h"
#include "os/port.h"
#include "ui/json_read.h"

struct attached *attached_new(int fd)
{
	struct attached *m = calloc(1, sizeof *m);
	if (m != NULL)
		m->fd = fd;
	return m;
}

void attached_free(struct attached *m)
{
	if (m == NULL)
		return;
	poller_forget(&m->asked, m->fd);
	descriptor_close(m->fd);
	backlog_release(m->line);
	backlog_release(m->answer);
	bytes_wipe(m, sizeof *m);
	free(m);
}

/* POLLPRI never comes: but that it is gone is told only of what is waited for. */
void attached_ask(struct attached *m, struct poller *p, uint32_t who, bool hears)
{
	bool wanted = !m->ended && (m->writes ? hears : m->answer == NULL);
	short in = wanted ? POLLIN : m->hung ? 0 : POLLPRI;
	if (!poller_ask(p, m->fd, (short)(in | (m->blocked ? POLLOUT : 0)), &m->asked, who))
		m->gone = true;
}

void attached_found(struct attached *m, short events, bool speaks)
{
	m->readable |= (events & (POLLIN | POLLHUP)) != 0 && !m->ended;
	m->blocked &= (events & POLLOUT) == 0;
	m->hung |= (events & (POLLERR | POLLHUP)) != 0;
	/* whoever only waits to write, or has said everything, is not asked further */
	m->gone |= m->hung && (m->ended || !speaks);
}

/* ---- answers ---- */

/* A line for it alone. format: what stands behind its time. */
static void answer(struct attached *m, const char *kind, const char *name, uint64_t number,
                   const char *rest)
{
	char line[512];
	struct text t = text_of(line, sizeof line);
	uint64_t now = clock_unix_ms();
	text_add_format(&t, "{\"v\":1,\"ev\":\"%s\",\"ts\":%ju.%03u", kind, (uintmax_t)(now / 1000),
	                (unsigned)(now % 1000));
	if (name)
		text_add_format(&t, ",\"%s\":%ju", name, (uintmax_t)number);
	text_add_format(&t, "%s}\n", rest);
	m->answer = backlog_line_new(text_span(&t));
}

static void refuse(struct attached *m, const char *why)
{
	answer(m, "error", NULL, 0, why);
}

/* ---- what it says ---- */

static void attach(struct attached *m, const struct attached_to *to, const struct json_field *from,
                   const struct json_field *run, struct span write, bool answers)
{
	char rest[128];
	struct text t = text_of(rest, sizeof rest);
	uint64_t next = to->backlog->last + 1;
	if (m->attached && (from->given || run->given)) {
		refuse(m,
		       ",\"err\":\"usage\",\"text\":\"from and run come with the first attach\"");
		return;
	}
	if (!m->attached) {
		bool other = run->given && run->value != to->run;
		m->from = other ? 1 : from->given ? from->value : to->heard + 1;
		m->from = max_of(min_of(m->from, next), 1);
		m->got = m->from - 1;
	}
	m->deaf |= answers && !m->attached;
	m->asks = write.len > 0;
	m->at_once = span_is(write, "now");
	m->attached = true;
	text_add_format(&t, ",\"from\":%ju,\"next\":%ju", (uintmax_t)m->from, (uintmax_t)next);
	answer(m, "attached", "run", to->run, rest);
}

static void hear(struct attached *m, const struct attached_to *to, struct span line)
{
	enum { CMD, FROM, RUN, WRITE, READ, FIELDS };
	struct json_field f[FIELDS] = { [CMD] = { .name = "cmd" },
		                        [FROM] = { .name = "from", .number = true },
		                        [RUN] = { .name = "run", .number = true },
		                        [WRITE] = { .name = "write" },
		                        [READ] = { .name = "read" } };
	uint8_t scratch[ATTACHED_TYPED];
	struct writer w = writer_of(scratch, sizeof scratch);
	const char *why = json_read(line, f, FIELDS, &w);
	struct span write = f[WRITE].text;
	bool answers = span_is(f[READ].text, "answers"),
	     good = (write.len == 0 || span_is(write, "now") || span_is(write, "wait")) &&
	            (answers || f[READ].text.len == 0);
	if (why != NULL)
		refuse(m, ",\"err\":\"usage\",\"text\":\"not a command\"");
	else if (!span_is(f[CMD].text, "attach"))
		refuse(m, m->attached
		              ? ",\"err\":\"state\",\"text\":\"another program writes, or this one "
		                "did not ask to: send attach with write\""
		              : ",\"err\":\"state\",\"text\":\"the first command must be attach\"");
	else if (!good)
		refuse(m, ",\"err\":\"usage\",\"text\":\"write must be wait or now, and read "
		          "answers\"");
	else
		attach(m, to, &f[FROM], &f[RUN], write, answers);
}

/* Its lines, until it has asked to write: what follows is for the interactor. One answer at a time.
 */
static void hear_all(struct attached *m, const struct attached_to *to)
{
	while (!m->asks && !m->writes && m->answer == NULL) {
		const uint8_t *end = memchr(m->typed, '\n', m->typed_len);
		size_t used = end ? (size_t)(end - m->typed) + 1 : m->typed_len;
		if (end == NULL && m->typed_len < ATTACHED_TYPED)
			return;
		if (end == NULL && !m->skipping)
			refuse(m, ",\"err\":\"usage\",\"text\":\"the line is too long\"");
		else if (end != NULL && !m->skipping && used > 1)
			hear(m, to, span_of(m->typed, used - 1));
		m->skipping = end == NULL;
		m->typed_len -= used;
		memmove(m->typed, m->typed + used, m->typed_len);
	}
}

bool attached_listen(struct attached *m, const struct attached_to *to)
{
	size_t len = 0;
	hear_all(m, to);
	while (!m->asks && !m->writes && m->answer == NULL && m->readable) {
		enum err err = descriptor_read(m->fd, m->typed + m->typed_len,
		                               ATTACHED_TYPED - m->typed_len, &len);
		m->readable = err == OK && len > 0;
		m->ended |= !m->readable && err != ERR_FULL;
		m->gone |= m->ended && m->hung;
		m->typed_len += m->readable ? len : 0;
		hear_all(m, to);
	}
	return m->answer != NULL && !m->blocked;
}

void attached_give_turn(struct attached *m, int64_t turn)
{
	if (!m->writes)
		m->turn = turn;
	m->writes = true;
	m->asks = false;
}

bool attached_ready(const struct attached *m)
{
	return m->typed_len > 0 || m->readable;
}

enum err attached_read(struct attached *m, void *to, size_t cap, size_t *len)
{
	*len = min_of(m->typed_len, cap);
	memcpy(to, m->typed, *len);
	m->typed_len -= *len;
	memmove(m->typed, m->typed + *len, m->typed_len);
	if (*len > 0)
		return OK;
	enum err err = m->readable ? descriptor_read(m->fd, to, cap, len) : ERR_FULL;
	m->readable = err == OK && *len > 0;
	if (m->readable || err == ERR_FULL)
		return err;
	*len = 0;
	m->ended = true;
	m->writes = m->told = false;
	m->gone = m->hung;
	return OK;
}

/* ---- what is written to it ---- */

static struct backlog_line *take_answer(struct attached *m)
{
	struct backlog_line *line = m->answer;
	m->answer = NULL;
	return line;
}

/* The next line. NULL: it has got everything. */
static struct backlog_line *next_line(struct attached *m, const struct backlog *b, bool speaks)
{
	struct backlog_line *line;
	if (m->answer == NULL && m->attached && m->told != speaks) {
		m->told = speaks;
		answer(m, "writer", NULL, 0, speaks ? ",\"write\":true" : ",\"write\":false");
	}
	if (m->answer != NULL || !m->attached)
		return take_answer(m);
	line = backlog_held(b, m->held, m->from);
	if (line != NULL) {
		m->held = line->number;
		return backlog_use(line);
	}
	line = backlog_kept(b, m->got);
	while (m->deaf && line != NULL && line->number == m->got + 1 && line->kind == EVENT_TEXT)
		line = backlog_kept(b, ++m->got);
	if (line != NULL && line->number > m->got + 1) {
		answer(m, "lost", "n", line->number - m->got - 1, "");
		m->held = m->got; /* of those, what still holds comes now */
		m->from = line->number;
		m->got = line->number - 1;
		return take_answer(m);
	}
	return line != NULL ? backlog_use(line) : NULL;
}

bool attached_write(struct attached *m, const struct backlog *b, bool speaks)
{
	size_t taken;
	while (!m->blocked && !m->gone) {
		if (m->line == NULL)
			m->line = next_line(m, b, speaks);
		if (m->line == NULL)
			return m->attached && m->got == b->last;
		m->gone =
		    !port_write(m->fd, span_of(m->line->at + m->at, m->line->len - m->at), &taken);
		m->at += taken;
		m->blocked = m->at < m->line->len;
		if (m->blocked)
			break;
		m->got = max_of(m->got, m->line->number);
		backlog_release(m->line);
		m->line = NULL;
		m->at = 0;
	}
	return false;
}

void attached_wait(struct attached *m, int wait_ms)
{
	m->blocked = !descriptor_writable(m->fd, wait_ms);
}
