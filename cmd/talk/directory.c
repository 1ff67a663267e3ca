#include "cmd/talk/directory.h"

#include <string.h>

#include "base/min_max.h"
#include "base/text.h"
#include "cmd/report.h"
#include "os/interfaces.h"
#include "os/proxy.h"

#define ASK_US   SECOND        /* name servers that know no SRV records may say nothing */
#define PAUSE_US (30 * SECOND) /* between two looks, at most; they begin with a second */

static uint64_t pause_after(unsigned attempts)
{
	return min_of(SECOND << min_of(attempts, 5), PAUSE_US);
}

/* ---- places ---- */

/* given NULL: the place itself was. Returns it; NULL: there is no room, or it is there already. */
static struct directory_place *add_place(struct directory *d, const char *host, uint16_t port,
                                         const char *given, uint64_t now)
{
	struct directory_place *p = &d->places[d->count];
	if (d->count == DIRECTORY_PLACES)
		return NULL;
	bytes_clear(p, sizeof *p);
	p->port = port;
	p->look_at = now;
	text_copy(p->host, sizeof p->host, host);
	servers_name(p->host, port, p->name);
	for (size_t i = 0; i < d->count; i++)
		if (strcmp(d->places[i].name, p->name) == 0)
			return NULL;
	d->count++;
	if (given != NULL)
		text_copy(p->given, sizeof p->given, given);
	else
		target_server_text(host, port, p->given);
	return p;
}

/* The proxy looks up what goes through it. */
static bool is_domain(const char *host)
{
	struct addr numeric;
	return !proxy_covers(span_text(host)) &&
	       interfaces_parse(span_text(host), LIMIT_PORT, &numeric) != OK &&
	       strchr(host, '.') != NULL;
}

#define NO_SERVER                                                                                  \
	"'%s' isn't a valid signaling server. Write it as HOST or HOST:PORT, and if it wants a "   \
	"key as HOST:PORT/KEY.%s"

static int add_servers(struct directory *d, const char *list, uint64_t now)
{
	struct span rest = span_text(list);
	struct target_server s;
	while (target_next_server(&rest, &s)) {
		if (!s.keyed)
			return report_error(EXIT_USAGE, TARGET_NO_KEY, s.host);
		if (s.port == 0)
			return report_error(EXIT_USAGE, NO_SERVER, s.host,
			                    report_port_hint(s.host));
		struct directory_place *p = add_place(d, s.host, s.port, NULL, now);
		if (p != NULL)
			p->domain = !s.ported && is_domain(s.host);
	}
	if (d->count > 0)
		return 0;
	return report_error(EXIT_USAGE, "the list of signaling servers is empty");
}

/* "A", "A or B", "A, B or C", "A, B or 2 others" */
static void list_servers(struct directory *d)
{
	struct text t = text_of(d->servers, sizeof d->servers);
	for (size_t i = 0; i < d->count; i++) {
		bool last = i + 1 == d->count;
		text_add(&t, i == 0 ? "" : last || i == 2 ? " or " : ", ");
		if (i == 2 && !last) {
			text_add_format(&t, "%u others", (unsigned)(d->count - i));
			return;
		}
		text_add(&t, d->places[i].given);
	}
}

int directory_init(struct directory *d, const struct plan *plan, uint64_t now)
{
	const struct target *t = &plan->target;
	int code = 0;
	bytes_clear(d, sizeof *d);
	d->meets = t->class->meets;
	if (d->meets)
		code = add_servers(d, plan->servers, now);
	else if (!plan->serving && !t->class->by_name)
		(void)add_place(d, t->host, t->port, NULL, now);
	for (size_t i = 0; i < d->count && !code; i++) {
		d->places[i].key = servers_key(plan, d->places[i].name);
		enum err err = resolve_check(span_text(d->places[i].host));
		code = err ? report_no_host(d->places[i].host, err) : 0;
	}
	if (d->meets)
		list_servers(d);
	return code;
}

void directory_end(struct directory *d)
{
	for (size_t i = 0; i < d->count; i++) {
		srv_end(&d->places[i].srv);
		resolve_end(&d->places[i].resolve);
		bytes_wipe(&d->places[i].key, sizeof d->places[i].key);
	}
}

/* out: with the key of its place, unless that is too long to be read again. */
static void add_key(const struct directory *d, unsigned place, char out[static LIMIT_HOST])
{
	struct text t = { .at = out, .len = strlen(out), .cap = LIMIT_HOST };
	if (place < d->count && t.len + ACCESS_KEY_TEXT + 1 < LIMIT_HOST)
		access_key_add(&d->places[place].key, &t);
}

void directory_text(const struct directory *d, unsigned place, char out[static LIMIT_HOST])
{
	const struct directory_place *p = &d->places[place];
	out[0] = 0;
	if (place < d->count)
		target_server_text(p->host, p->port, out);
}

void directory_invites(const struct directory *d, unsigned place, char out[static LIMIT_HOST])
{
	directory_text(d, place, out);
	add_key(d, place, out);
}

void directory_given(const struct directory *d, unsigned place, char out[static LIMIT_HOST])
{
	text_copy(out, LIMIT_HOST, place < d->count ? d->places[place].given : "");
	add_key(d, place, out);
}

bool directory_keyed(const struct directory *d, unsigned place)
{
	return place < d->count && d->places[place].key.given;
}

const char *directory_why(const struct directory *d, unsigned place)
{
	return d->places[place].why;
}

bool directory_introduced(const struct directory *d, const char *text)
{
	char given[LIMIT_HOST];
	for (unsigned i = 0; i < d->count; i++) {
		directory_given(d, i, given);
		if (d->places[i].introduced && strcmp(given, text) == 0)
			return true;
	}
	return false;
}

/* ---- who answers ---- */

static bool all_silent(const struct directory *d)
{
	for (size_t i = 0; i < d->count; i++)
		if (!d->places[i].silent)
			return false;
	return true;
}

static bool any_answers(const struct directory *d)
{
	for (size_t i = 0; i < d->count; i++)
		if (d->places[i].answered && !d->places[i].silent)
			return true;
	return false;
}

static void answered(struct directory_place *p)
{
	p->answered = true;
	p->silent = p->untold = p->told = false;
	p->looks = 0;
	p->look_at = NEVER;
}

/* True: there are others. */
static bool fell_silent(struct directory *d, struct directory_place *p, const char *why)
{
	p->why = why;
	p->silent = true;
	p->untold |= !p->told;
	p->told = true;
	return !all_silent(d);
}

bool directory_event(struct directory *d, const struct endpoint_event *e, uint64_t now)
{
	const struct communicator_event *c = &e->communicator;
	for (size_t i = 0; i < d->count && e->kind == ENDPOINT_OVER; i++)
		d->places[i].introduced = false;
	if (e->kind != ENDPOINT_COMMUNICATOR || c->server >= d->count)
		return false;
	struct directory_place *p = &d->places[c->server];
	if (c->kind == COMMUNICATOR_SERVER || (c->kind == COMMUNICATOR_UP && !d->meets))
		answered(p);
	p->introduced |= c->kind == COMMUNICATOR_UP;
	if (c->kind != COMMUNICATOR_FAILED || c->ours || c->err == ERR_BUSY)
		return false;
	if (!p->silent) /* it may have moved */
		p->look_at = now;
	return fell_silent(d, p, c->reason);
}

/* ---- looking up ---- */

static bool same(const struct addr *a, size_t a_count, const struct addr *b, size_t b_count)
{
	size_t common = 0;
	for (size_t i = 0; i < a_count; i++)
		for (size_t n = 0; n < b_count; n++)
			common += addr_equal(&a[i], &b[n]);
	return a_count == b_count && common == a_count;
}

/* True: the list has this server already, under another name. */
static bool is_another(const struct directory *d, const struct directory_place *p,
                       const struct addr *at, size_t count)
{
	for (const struct directory_place *other = d->places; other < p; other++)
		if (same(other->at, other->at_count, at, count))
			return true;
	return false;
}

static enum directory_news found(struct directory *d, struct directory_place *p,
                                 const struct addr *at, size_t count, uint64_t now)
{
	p->look_at = p->silent ? now + pause_after(++p->looks) : NEVER;
	if (same(p->at, p->at_count, at, count) || is_another(d, p, at, count))
		return DIRECTORY_NOTHING;
	memcpy(p->at, at, count * sizeof *at);
	p->at_count = count;
	d->at = p->at;
	d->at_count = count;
	return DIRECTORY_FOUND;
}

static enum directory_news not_found(struct directory *d, struct directory_place *p, enum err err,
                                     uint64_t now)
{
	bool certain = err == ERR_UNREACHABLE || err == ERR_FORMAT;
	bool proxied = proxy_covers(span_text(p->host));
	const char *why = certain && proxied   ? "the proxy's host name doesn't exist"
	                  : certain            ? "no such host"
	                  : err == ERR_TIMEOUT ? "the name servers don't answer"
	                                       : "can't start a process to look it up";
	p->look_at = now + pause_after(++p->looks);
	if (p->at_count > 0 || fell_silent(d, p, why)) /* the old addresses stay */
		return DIRECTORY_NOTHING;
	d->failure = (struct communicator_event){ .kind = COMMUNICATOR_FAILED,
		                                  .err = certain ? ERR_FORMAT : ERR_TIMEOUT,
		                                  .reason = why };
	return DIRECTORY_FAILED;
}

/* The place of that server; NULL: there is none. */
static struct directory_place *place_of(struct directory *d, const struct srv_target *t)
{
	for (struct directory_place *p = d->places; p < d->places + d->count; p++)
		if (p->port == t->port && strcmp(p->host, t->host) == 0)
			return p;
	return NULL;
}

/* Takes the servers that the domain names: unless this place is one of them already, it becomes the
 * first that has no place yet; the others get places of their own. */
static void take_servers(struct directory *d, struct directory_place *p, uint64_t now)
{
	const struct srv *s = &p->srv;
	bool settled = false;
	for (size_t i = 0; i < s->count; i++)
		settled |= place_of(d, &s->at[i]) == p;
	for (const struct srv_target *t = s->at; t < s->at + s->count; t++) {
		struct directory_place *own = place_of(d, t);
		if (own == NULL && resolve_check(span_text(t->host)) != OK)
			continue;
		if (own == NULL && !settled) {
			own = p;
			p->port = t->port;
			text_copy(p->host, sizeof p->host, t->host);
			servers_name(p->host, p->port, p->name);
			resolve_end(&p->resolve);
			p->looking = false;
			settled = true;
		} else if (own == NULL) {
			own = add_place(d, t->host, t->port, p->given, now);
		}
		if (own == NULL)
			continue;
		own->priority = t->priority;
		own->key = own->key.given ? own->key : p->key;
	}
}

/* True: the servers of the domain are known, or there are none (RFC 2782: then it is a host). */
static bool knows_servers(struct directory *d, struct directory_place *p, uint64_t now)
{
	if (!p->domain || p->asked)
		return true;
	if (!p->asking) {
		p->ask_until = now + ASK_US;
		p->asking = srv_start(&p->srv, p->given) == OK;
	}
	enum err err = p->asking ? srv_take(&p->srv) : ERR_LOCAL;
	if (err == ERR_FULL && now < p->ask_until)
		return false;
	if (err == OK)
		take_servers(d, p, now);
	srv_end(&p->srv);
	p->asking = false;
	p->asked = true;
	return true;
}

static enum directory_news look(struct directory *d, struct directory_place *p, uint64_t now)
{
	struct addr at[LIMIT_PEER_ADDRS];
	size_t count = 0;
	/* the host is looked for beside its servers, but waits for them */
	bool known = knows_servers(d, p, now);
	enum err err =
	    p->looking ? resolve_take(&p->resolve, at, &count, now)
		       : resolve_start(&p->resolve, span_text(p->host), p->port, at, &count, now);
	p->looking = err == ERR_FULL || (p->looking && !known);
	if (p->looking || !known)
		return DIRECTORY_NOTHING;
	resolve_end(&p->resolve);
	p->asked = false;
	return err ? not_found(d, p, err, now) : found(d, p, at, count, now);
}

static enum directory_news step(struct directory *d, struct directory_place *p, uint64_t now)
{
	enum directory_news news = DIRECTORY_NOTHING;
	if (p->looking || p->asking || p->look_at <= now)
		news = look(d, p, now);
	if (news == DIRECTORY_NOTHING && p->untold && any_answers(d))
		news = DIRECTORY_SILENT;
	p->untold &= news != DIRECTORY_SILENT;
	d->why = p->why;
	d->place = (struct communicator_place){ .number = (uint8_t)(p - d->places),
		                                .priority = p->priority,
		                                .name = p->name,
		                                .key = p->key.given ? p->key.bytes : NULL };
	return news;
}

enum directory_news directory_step(struct directory *d, uint64_t now)
{
	enum directory_news news = DIRECTORY_NOTHING;
	for (size_t i = 0; i < d->count && news == DIRECTORY_NOTHING; i++)
		news = step(d, &d->places[i], now);
	return news;
}

size_t directory_watch(const struct directory *d, struct watch out[static DIRECTORY_WATCHES])
{
	size_t used = d->count * (RESOLVE_FAMILIES + 1);
	for (size_t i = 0; i < used; i++)
		out[i] = (struct watch){ .fd = -1 };
	for (size_t i = 0; i < d->count; i++) {
		const struct directory_place *p = &d->places[i];
		struct watch *own = out + i * (RESOLVE_FAMILIES + 1);
		if (p->looking)
			resolve_watch(&p->resolve, own);
		if (p->asking)
			own[RESOLVE_FAMILIES] =
			    (struct watch){ .fd = p->srv.child.fd, .read = true };
	}
	return used;
}

uint64_t directory_deadline(const struct directory *d)
{
	uint64_t at = NEVER;
	for (const struct directory_place *p = d->places; p < d->places + d->count; p++)
		at = min_of(at, p->asking    ? p->ask_until
		                : p->looking ? p->resolve.deadline
		                             : p->look_at);
	return at;
}
