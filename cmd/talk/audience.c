#include "cmd/talk/audience.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/min_max.h"
#include "cmd/report.h"
#include "cmd/talk/attached.h"
#include "os/clock.h"
#include "os/descriptor.h"
#include "os/port.h"

#define PAUSE_US (10 * SECOND) /* in the middle of a line, when others want to write */
#define REST_US  (100 * MS)    /* for want of descriptors or memory */

enum {
	PLACES = 32,
	LISTENER = PLACES,
	LINES_AT_ONCE = ATTACHED_TYPED /* of one that does not write: all that it may have typed */
};

struct audience {
	const char *path;
	struct poller *poller;
	int listener;
	struct asked asked;
	uint64_t rests_until; /* nobody is let in; NEVER: whoever comes is */
	struct attached *members[PLACES];
	int64_t first, last;      /* turns given out */
	struct attached *speaker; /* has begun a line, or wrote the last; NULL */
	bool within;              /* a line was begun */
	bool broken;              /* ... by one that is gone */
	uint64_t pause_until;     /* then it is taken for gone; NEVER: it writes, or nobody waits */
	bool hears;               /* somebody had got everything lately, also what peers say */
	uint64_t heard;           /* the last line that somebody has got */
	uint64_t run;             /* when we began, in milliseconds since 1970 */
	struct backlog backlog;
};

/* ---- opening ---- */

int audience_open(const char *path, struct audience **a)
{
	if (path && !port_folder_is_ours(path))
		return report_listen_path(path, false);
	*a = calloc(1, sizeof **a);
	struct poller *poller = *a ? poller_new() : NULL;
	if (poller == NULL)
		return report_no_room();
	(*a)->poller = poller;
	(*a)->pause_until = (*a)->rests_until = NEVER;
	(*a)->run = clock_unix_ms();
	(*a)->listener = path ? port_listen_path(path) : -1;
	if (path == NULL)
		return 0;
	if ((*a)->listener < 0)
		return report_listen_path(path, true);
	(*a)->path = path;
	report_say("programs can attach to %s", path);
	return 0;
}

/* ---- members ---- */

static void drop(struct audience *a, unsigned place)
{
	struct attached *m = a->members[place];
	if (a->speaker == m) {
		a->broken |= a->within;
		a->speaker = NULL;
		a->pause_until = NEVER;
	}
	attached_free(m);
	a->members[place] = NULL;
}

/* Who has the word: a line that was begun is brought to its end. NULL: nobody. */
static struct attached *speaker(const struct audience *a)
{
	struct attached *next = NULL;
	if (a->broken || (a->within && a->speaker != NULL))
		return a->speaker;
	for (unsigned i = 0; i < PLACES; i++) {
		struct attached *m = a->members[i];
		if (m != NULL && m->writes && (next == NULL || m->turn < next->turn))
			next = m;
	}
	return next;
}

/* ---- coming ---- */

/* All places are taken: one that has not asked for anything goes. False: there is none. */
static bool make_room(struct audience *a)
{
	for (unsigned i = 0; i < PLACES; i++)
		if (a->members[i] != NULL && !a->members[i]->attached) {
			drop(a, i);
			return true;
		}
	return false;
}

static void turn_away(int fd)
{
	static const char busy[] = "{\"v\":1,\"ev\":\"error\",\"err\":\"busy\",\"text\":\"too many "
				   "programs are attached\"}\n";
	size_t taken;
	(void)port_write(fd, span_text(busy), &taken);
	descriptor_close(fd);
}

/* NULL: there is no place for it. */
static struct attached *seat(struct audience *a, int fd)
{
	unsigned place = 0;
	while (place < PLACES && a->members[place] != NULL)
		place++;
	if (place == PLACES && make_room(a))
		for (place = 0; a->members[place] != NULL;)
			place++;
	return place < PLACES ? a->members[place] = attached_new(fd) : NULL;
}

static void come_in(struct audience *a, uint64_t now)
{
	struct addr from;
	bool tired;
	int fd = port_accept(a->listener, &from, &tired);
	if (tired)
		a->rests_until = now + REST_US;
	if (fd < 0)
		return;
	if (!port_is_ours(fd))
		descriptor_close(fd);
	else if (seat(a, fd) == NULL)
		turn_away(fd);
}

int audience_join(struct audience *a, bool writes)
{
	int fd[2];
	if (!port_pair(fd))
		return -1;
	struct attached *m = seat(a, fd[0]);
	if (m && writes)
		attached_give_turn(m, ++a->last);
	if (m)
		return fd[1];
	descriptor_close(fd[0]);
	descriptor_close(fd[1]);
	return -1;
}

/* True: there is an answer. */
static bool listen_to(struct audience *a, struct attached *m)
{
	bool any = attached_listen(m, &(struct attached_to){ &a->backlog, a->run, a->heard });
	if (m->asks)
		attached_give_turn(m, m->at_once ? --a->first : ++a->last);
	return any;
}

/* ---- what the one says that writes ---- */

bool audience_ready(const struct audience *a)
{
	const struct attached *m = speaker(a);
	return a->broken || (m != NULL && attached_ready(m));
}

/* Of the first that has the word and has not ended. */
enum err audience_read(struct audience *a, void *to, size_t cap, size_t *len)
{
	*len = 0;
	while (!a->broken) {
		struct attached *m = speaker(a);
		enum err err = m ? attached_read(m, to, cap, len) : ERR_FULL;
		if (err)
			return err;
		a->speaker = m;
		if (*len > 0) {
			a->pause_until = NEVER;
			a->within = ((const uint8_t *)to)[*len - 1] != '\n';
			return OK;
		}
		a->broken = a->within;
		a->speaker = NULL;
	}
	a->broken = a->within = false; /* what was begun is no command */
	*(uint8_t *)to = '\n';
	*len = 1;
	return OK;
}

/* ---- what all read ---- */

void audience_take(struct audience *a, struct interactor *ui, enum event_kind kind, uint64_t conv)
{
	int where;
	struct span bytes;
	while ((bytes = interactor_output(ui, &where)).len > 0) {
		const uint8_t *end = memchr(bytes.at, '\n', bytes.len);
		size_t len = end ? (size_t)(end - bytes.at) + 1 : bytes.len;
		bool last = len == bytes.len;
		backlog_add(&a->backlog, last ? kind : EVENT_NOTICE, conv, span_of(bytes.at, len));
		interactor_written(ui, len);
	}
}

bool audience_write(struct audience *a)
{
	bool all = a->hears = false;
	for (unsigned i = 0; i < PLACES; i++) {
		struct attached *m = a->members[i];
		if (m == NULL)
			continue;
		bool got, more = true;
		for (int n = 0; n < LINES_AT_ONCE && more; n++) {
			more = listen_to(a, m);
			got = attached_write(m, &a->backlog, m == speaker(a));
		}
		all |= got;
		a->hears |= got && !m->deaf;
		if (!m->deaf)
			a->heard = max_of(a->heard, m->got);
		if (m->gone)
			drop(a, i);
	}
	return all;
}

bool audience_hears(const struct audience *a)
{
	return a->hears;
}

/* ---- in each turn ---- */

int audience_watch(struct audience *a, bool want, uint64_t now)
{
	bool waits = false;
	struct attached *speaks = speaker(a);
	short comes = a->path && a->rests_until == NEVER ? POLLIN : 0;
	(void)poller_ask(a->poller, a->listener, comes, &a->asked, LISTENER);
	for (unsigned i = 0; i < PLACES; i++) {
		struct attached *m = a->members[i];
		if (m != NULL)
			attached_ask(m, a->poller, i, want && m == speaks);
		waits |= m != NULL && m->writes && m != speaks;
	}
	if (!want || !waits || !a->within || speaks == NULL || attached_ready(speaks))
		a->pause_until = NEVER;
	else if (a->pause_until == NEVER)
		a->pause_until = now + PAUSE_US;
	return poller_fd(a->poller);
}

uint64_t audience_deadline(const struct audience *a)
{
	return min_of(a->pause_until, a->rests_until);
}

/* Its rest must not be taken for a command when it comes: so it hears that it is cut off. */
static void drop_speaker(struct audience *a)
{
	unsigned place = 0;
	while (a->members[place] != a->speaker)
		place++;
	drop(a, place);
}

void audience_turn(struct audience *a, uint64_t now)
{
	uint32_t who;
	short events;
	if (now >= a->rests_until)
		a->rests_until = NEVER;
	poller_wait(a->poller, 0, NULL, 0);
	while (poller_take(a->poller, &who, &events)) {
		struct attached *m = who < PLACES ? a->members[who] : NULL;
		if (who == LISTENER)
			come_in(a, now);
		else if (m != NULL)
			attached_found(m, events, m == speaker(a));
	}
	if (now >= a->pause_until && a->speaker != NULL && !attached_ready(a->speaker))
		drop_speaker(a);
	(void)audience_write(a);
}

void audience_close(struct audience *a)
{
	if (a == NULL)
		return;
	uint64_t until = clock_us() + SECOND;
	for (unsigned i = 0; i < PLACES; i++) {
		struct attached *m = a->members[i];
		if (m == NULL)
			continue;
		(void)attached_write(m, &a->backlog, m->told);
		while (m->blocked && !m->gone && clock_us() < until) {
			attached_wait(m, 100);
			(void)attached_write(m, &a->backlog, m->told);
		}
		drop(a, i);
	}
	descriptor_close(a->listener);
	if (a->path)
		port_unlisten_path(a->path);
	backlog_wipe(&a->backlog);
	poller_free(a->poller);
	free(a);
}
