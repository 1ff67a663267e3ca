/* schat check: what this network allows, and which peers can be reached directly from it. Sends the
 * questions of transport/survey.h over real sockets, for three seconds at most. */
#include "base/min_max.h"
#include "cmd/findings.h"
#include "cmd/help.h"
#include "cmd/report.h"
#include "cmd/seed.h"
#include "cmd/talk/directory.h"
#include "os/clock.h"
#include "os/interfaces.h"
#include "os/nat64.h"
#include "os/nat64_search.h"
#include "os/signals.h"
#include "transport/survey.h"

enum {
	LINKS = 64,
	WATCH_SIGNALS = 0,
	WATCH_NAT64,
	WATCH_DIRECTORY,
	WATCHES = WATCH_DIRECTORY + DIRECTORY_WATCHES
};

#define ENDS_US  (2700 * MS)
#define NAMES_US (1500 * MS) /* a server whose name takes longer is left out, if there are others */

struct check {
	struct net *net;
	struct plan plan;
	struct directory directory;
	struct survey survey;
	uint64_t begun_at;
	bool found[DIRECTORY_PLACES];
	bool here; /* one is on this host */
};

static int read_servers(struct check *c, struct options *o)
{
	bool fits = true;
	c->plan.options = o;
	c->plan.target.class = communicator_class_that_meets();
	for (size_t i = 0; i < o->arguments_count; i++)
		fits &= plan_add_servers(&c->plan, o->arguments[i]);
	if (o->arguments_count == 0 && o->signal)
		fits = plan_add_servers(&c->plan, o->signal);
	if (!fits)
		return help_usage_error(o, "the list of servers is too long");
	if (c->plan.servers[0] == 0)
		return help_usage_error(o, "no signaling server given. Name one: schat check HOST");
	return 0;
}

static void look_up(struct check *c, uint64_t now)
{
	struct directory *d = &c->directory;
	enum directory_news news;
	while ((news = directory_step(d, now)) != DIRECTORY_NOTHING) {
		if (news != DIRECTORY_FOUND)
			continue; /* directory_why */
		survey_server(&c->survey, &d->place, d->at, d->at_count, now);
		c->found[d->place.number] = true;
		c->here |= addr_is_loopback(&d->at[0]);
	}
	if (nat64_search_turn(now))
		survey_again(&c->survey, now);
}

static void send_all(struct check *c)
{
	uint8_t wire[SURVEY_WIRE];
	struct link_request request;
	struct route to;
	size_t len;
	while (survey_request(&c->survey, &request))
		net_request(c->net, &request);
	while ((len = survey_output(&c->survey, &to, wire)) > 0) {
		(void)net_write(c->net, &to, span_of(wire, len));
		net_flush(c->net); /* the order is part of the question */
	}
}

static void turn(struct check *c, uint64_t now)
{
	struct link_event event;
	struct route from;
	struct span bytes;
	look_up(c, now);
	while (net_event(c->net, &event))
		survey_link(&c->survey, &event, now);
	while (net_read(c->net, &from, &bytes))
		survey_input(&c->survey, &from, bytes, now);
	survey_timer(&c->survey, now);
	send_all(c);
}

/* Every server has an address, or has failed to get one. */
static bool knows_all(const struct check *c, uint64_t now)
{
	bool any = false, open = false;
	for (unsigned i = 0; i < c->directory.count; i++) {
		any |= c->found[i];
		open |= !c->found[i] && directory_why(&c->directory, i) == NULL;
	}
	return !open || (any && now >= c->begun_at + NAMES_US);
}

static bool is_done(const struct check *c, uint64_t now)
{
	return now >= c->begun_at + ENDS_US || (knows_all(c, now) && survey_done(&c->survey, now));
}

/* 0, or the exit status after a signal. */
static int measure(struct check *c)
{
	struct addr own[SURVEY_OWN], router, router_own;
	struct watch w[WATCHES];
	uint64_t now = c->begun_at;
	int code = 0;
	survey_init(&c->survey, own, interfaces_list_all(own, SURVEY_OWN), seed_random(),
	            now + ENDS_US);
	if (interfaces_router(&router, &router_own))
		survey_router(&c->survey, &router, &router_own, now);
	nat64_search_begin(now);
	turn(c, now);
	while (code == 0 && !is_done(c, now)) {
		uint64_t at =
		    min_of(survey_deadline(&c->survey), directory_deadline(&c->directory));
		at = min_of(at, min_of(nat64_search_deadline(), now + 200 * MS));
		size_t watches =
		    WATCH_DIRECTORY + directory_watch(&c->directory, w + WATCH_DIRECTORY);
		w[WATCH_SIGNALS] = poller_lasting(signals_fd(), true);
		nat64_search_watch(&w[WATCH_NAT64]);
		now = net_wait(c->net, at, w, watches);
		turn(c, now);
		code = signals_ending(signals_take());
	}
	survey_finish(&c->survey);
	send_all(c);
	return code;
}

/* Why a server has no address; NULL: it has. */
static const char *why_not_found(const struct check *c, unsigned server)
{
	const char *why = directory_why(&c->directory, server);
	return c->found[server] ? NULL : why ? why : "the name servers don't answer";
}

static int tell_failure(const struct check *c, const struct outlook_facts *f,
                        const struct findings_server *servers_at)
{
	const char *servers = c->directory.servers, *why = why_not_found(c, 0);
	const struct findings_server *mute = NULL;
	for (unsigned i = 1; i < c->directory.count; i++)
		why = c->found[i] ? NULL : why;
	for (unsigned i = 0; i < c->directory.count; i++)
		mute = servers_at[i].mute ? &servers_at[i] : mute;
	if (!f->has[OUTLOOK_V4] && !f->has[OUTLOOK_V6] && !c->here)
		return report_error(EXIT_UNREACHABLE,
		                    "can't reach %s: this host isn't connected to any network",
		                    servers);
	if (why)
		return report_error(EXIT_UNREACHABLE, "can't find %s: %s", servers, why);
	if (mute && mute->keyed)
		return report_error(
		    EXIT_UNREACHABLE,
		    "%s takes connections but doesn't answer. If it was started with "
		    "--access, this key is wrong or has expired.",
		    mute->name);
	if (mute)
		return report_error(
		    EXIT_UNREACHABLE,
		    "%s takes connections but doesn't answer. If it was started with "
		    "--access, give its key: schat check %s/KEY",
		    mute->name, mute->name);
	return report_error(EXIT_UNREACHABLE,
	                    "can't reach %s: no answer over UDP or TCP. Is the "
	                    "server running, and does this network let anything through?",
	                    servers);
}

static int tell(struct check *c)
{
	static char names[DIRECTORY_PLACES][LIMIT_HOST], out[FINDINGS_TEXT];
	struct findings_server servers[DIRECTORY_PLACES];
	struct text t = text_of(out, sizeof out);
	struct outlook_facts facts;
	size_t count = c->directory.count;
	survey_facts(&c->survey, clock_unix_ms(), clock_us(), &facts);
	facts.nat64 = nat64_on();
	for (unsigned i = 0; i < count; i++) {
		directory_text(&c->directory, i, names[i]);
		servers[i].name = names[i];
		servers[i].why = why_not_found(c, i);
		servers[i].mute = survey_mute(&c->survey, i);
		servers[i].keyed = directory_keyed(&c->directory, i);
		for (unsigned way = 0; way < OUTLOOK_WAYS; way++)
			servers[i].answers[way] = survey_answer(&c->survey, i, way);
	}
	bool connected = outlook_connected(&facts);
	if (c->plan.options->json)
		findings_json(&facts, servers, count, &t);
	else if (connected)
		findings_text(&facts, servers, count, &t);
	int code = report_out("%s", out);
	return code || connected ? code : tell_failure(c, &facts, servers);
}

static int run(struct options *o)
{
	static struct check c;
	c.begun_at = clock_us();
	int code = read_servers(&c, o);
	if (code)
		return code;
	c.net = net_new(LINKS);
	if (c.net == NULL || !signals_start())
		code = report_no_room();
	if (!code)
		code = directory_init(&c.directory, &c.plan, c.begun_at);
	if (!code)
		code = measure(&c);
	if (!code)
		code = tell(&c);
	nat64_search_end();
	directory_end(&c.directory);
	net_free(c.net);
	return code;
}

const struct subcommand check_subcommand = {
	.name = "check",
	.bit = FOR_CHECK,
	.settings = true,
	.arguments = DIRECTORY_PLACES,
	.takes = "up to eight servers",
	.calls = CALLS_CHILDREN | CALLS_NETWORK,
	.run = run,
};
