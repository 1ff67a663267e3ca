#include "cmd/talk/directory.h"

#include <string.h>

#include "base/min_max.h"
#include "base/text.h"
#include "cmd/report.h"

/* A server that has answered may be starting again; whoever has its code finds it there. */
#define GRACE_US (10 * SECOND)
/* connect stays so long where nobody waits, and twice as long in each of the next rounds */
#define ABSENT_US (5 * SECOND)
#define THERE_US  (20 * SECOND) /* ... where somebody waits and does not answer */
#define PAUSE_US  (30 * SECOND) /* between two attempts, at most; they begin with a second */

static const struct directory_place *place_of(const struct directory *d)
{
	return &d->places[d->place];
}

static uint64_t pause_after(unsigned attempts)
{
	return min_of(SECOND << min_of(attempts, 5), PAUSE_US);
}

/* ---- places ---- */

static void add_place(struct directory *d, const char *host, uint16_t port)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->places[i].port == port && strcmp(d->places[i].host, host) == 0)
			return;
	if (d->count == DIRECTORY_PLACES)
		return;
	struct directory_place *p = &d->places[d->count++];
	text_copy(p->host, sizeof p->host, host);
	p->port = port;
}

static int add_servers(struct directory *d, const char *list)
{
	struct span rest = span_text(list);
	char name[LIMIT_HOST];
	uint16_t port;
	while (target_next_server(&rest, name, &port)) {
		if (port == 0)
			return report_error(
			    EXIT_USAGE,
			    "'%s' isn't a valid signaling server. Write it as HOST or HOST:PORT.",
			    name);
		add_place(d, name, port);
	}
	if (d->count > 0)
		return 0;
	return report_error(EXIT_USAGE, "the list of signaling servers is empty");
}

static void go_to(struct directory *d, size_t place, uint64_t now)
{
	d->place = place;
	d->at_count = 0;
	d->answered = d->silent = false;
	d->leave_at = NEVER;
	d->look_at = now;
	if (d->meets)
		target_server_text(place_of(d)->host, place_of(d)->port, d->server);
}

static int check_name(const char *host)
{
	enum err err = resolve_check(span_text(host));
	return err ? report_no_host(host, err) : 0;
}

int directory_init(struct directory *d, const struct plan *plan, uint64_t now)
{
	const struct target *t = &plan->target;
	int code = 0;
	memset(d, 0, sizeof *d);
	d->serving = plan->serving;
	d->meets = t->class->meets;
	d->look_at = d->leave_at = NEVER;
	if (d->meets)
		code = add_servers(d, plan->servers);
	else if (!plan->serving && !t->class->by_name)
		add_place(d, t->host, t->port);
	for (size_t i = 0; i < d->count && !code; i++)
		code = check_name(d->places[i].host);
	if (d->count > 0)
		go_to(d, 0, now);
	return code;
}

void directory_end(struct directory *d)
{
	resolve_end(&d->resolve);
}

/* ---- nobody answers ---- */

/* True: another server is tried at once. */
static bool failed(struct directory *d, const char *why, uint64_t now)
{
	d->why = why;
	d->failures++;
	d->look_at = now + pause_after(++d->looks);
	if (d->count < 2)
		return false;
	bool fresh = d->failures < d->count && !d->answered;
	d->leave_at = min_of(
	    d->leave_at, fresh ? now : now + (d->answered ? GRACE_US : pause_after(d->failures)));
	return fresh;
}

static void answered(struct directory *d, bool members, uint64_t now)
{
	bool seeks = !d->serving && d->count > 1 && !d->heard;
	uint64_t absent = ABSENT_US << min_of(d->count > 0 ? d->absences / d->count : 0, 3);
	d->answered = true;
	d->silent = false;
	d->failures = d->looks = 0;
	d->look_at = NEVER;
	d->leave_at = seeks ? now + max_of(absent, members ? THERE_US : 0) : NEVER;
}

static bool communicator_says(struct directory *d, const struct communicator_event *e, uint64_t now)
{
	switch (e->kind) {
	case COMMUNICATOR_SERVER: answered(d, false, now); return false;
	case COMMUNICATOR_WAITING: answered(d, e->number > 0, now); return false;
	case COMMUNICATOR_UP:
		if (!d->meets)
			answered(d, false, now);
		return false;
	case COMMUNICATOR_FAILED: break;
	default: return false;
	}
	if (e->ours || e->err == ERR_BUSY)
		return false;
	if (d->at_count == 0) /* of the place before */
		return true;
	bool next = failed(d, e->reason, now);
	if (!d->silent) /* it may have moved */
		d->look_at = now;
	d->silent = true;
	return next;
}

bool directory_event(struct directory *d, const struct endpoint_event *e, uint64_t now)
{
	bool was = d->heard;
	if (d->count == 0)
		return false;
	switch (e->kind) {
	case ENDPOINT_COMMUNICATOR: return communicator_says(d, &e->communicator, now);
	case ENDPOINT_READY:
	case ENDPOINT_BACK:
		d->heard = true;
		d->absences = 0;
		memset(d->left, 0, sizeof d->left);
		break;
	case ENDPOINT_AWAY:
	case ENDPOINT_OVER: d->heard = false; break;
	default: return false;
	}
	if (was != d->heard && d->answered && !d->silent)
		answered(d, false, now);
	return false;
}

/* ---- looking up ---- */

static bool same(const struct directory *d, const struct addr *at, size_t count)
{
	size_t common = 0;
	for (size_t i = 0; i < count; i++)
		for (size_t n = 0; n < d->at_count; n++)
			common += addr_equal(&at[i], &d->at[n]);
	return count == d->at_count && common == count;
}

static enum directory_news found(struct directory *d, const struct addr *at, size_t count,
                                 uint64_t now)
{
	d->look_at = NEVER;
	if (d->silent)
		d->look_at = now + pause_after(++d->looks);
	if (same(d, at, count))
		return DIRECTORY_NOTHING;
	memcpy(d->at, at, count * sizeof *at);
	d->at_count = count;
	return DIRECTORY_FOUND;
}

static enum directory_news not_found(struct directory *d, enum err err, uint64_t now)
{
	bool certain = err == ERR_UNREACHABLE || err == ERR_FORMAT;
	const char *why = certain              ? "there is no host of that name"
	                  : err == ERR_TIMEOUT ? "the name servers don't answer"
	                                       : "can't start a process that looks it up";
	bool known = d->at_count > 0;
	if (failed(d, why, now) || known) /* a passing failure does not unsay what is known */
		return DIRECTORY_NOTHING;
	d->failure = (struct communicator_event){ .kind = COMMUNICATOR_FAILED,
		                                  .err = certain ? ERR_FORMAT : ERR_TIMEOUT,
		                                  .reason = why };
	return DIRECTORY_FAILED;
}

static enum directory_news look(struct directory *d, uint64_t now)
{
	struct addr at[LIMIT_PEER_ADDRS];
	size_t count = 0;
	enum err err = d->looking ? resolve_take(&d->resolve, at, &count, now)
	                          : resolve_start(&d->resolve, span_text(place_of(d)->host),
	                                          place_of(d)->port, at, &count, now);
	d->looking = err == ERR_FULL;
	if (d->looking)
		return DIRECTORY_NOTHING;
	resolve_end(&d->resolve);
	return err ? not_found(d, err, now) : found(d, at, count, now);
}

static void go_on(struct directory *d, uint64_t now)
{
	resolve_end(&d->resolve);
	d->looking = false;
	d->absent = d->answered && !d->silent;
	d->absences += d->absent;
	d->news = d->left[d->place] != (d->absent ? DIRECTORY_ABSENT : DIRECTORY_SILENT);
	d->left[d->place] = d->absent ? DIRECTORY_ABSENT : DIRECTORY_SILENT;
	text_copy(d->before, sizeof d->before, d->server);
	go_to(d, (d->place + 1) % d->count, now);
}

enum directory_news directory_step(struct directory *d, uint64_t now)
{
	enum directory_news news = DIRECTORY_NOTHING;
	if (d->looking || d->look_at <= now)
		news = look(d, now);
	if (news != DIRECTORY_NOTHING || d->leave_at > now)
		return news;
	go_on(d, now);
	return DIRECTORY_NEXT;
}

void directory_watch(const struct directory *d, struct watch out[static RESOLVE_FAMILIES])
{
	for (size_t i = 0; i < RESOLVE_FAMILIES; i++)
		out[i] = (struct watch){ .fd = -1 };
	if (d->looking)
		resolve_watch(&d->resolve, out);
}

uint64_t directory_deadline(const struct directory *d)
{
	return min_of(d->leave_at, d->looking ? d->resolve.deadline : d->look_at);
}
