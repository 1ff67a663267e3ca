/* schat signal: the signaling server and forwarder (rendezvous/server.h) over real sockets. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/min_max.h"
#include "base/text.h"
#include "cmd/access_file.h"
#include "cmd/help.h"
#include "cmd/metrics.h"
#include "cmd/ports.h"
#include "cmd/pulse.h"
#include "cmd/report.h"
#include "cmd/roll_file.h"
#include "cmd/seed.h"
#include "cmd/settings.h"
#include "os/clock.h"
#include "os/descriptor.h"
#include "os/memory.h"
#include "os/net.h"
#include "os/privileges.h"
#include "os/signals.h"
#include "rendezvous/figures.h"

enum {
	SIGNAL_CALLERS = 1024, /* TCP connections at a time */
	/* our own sockets; descriptors for guests, files, and connections accepted at one time that
	 * wait for somebody to go */
	SIGNAL_SPARE = 192,
	SIGNAL_RELAY = 64 /* kbit/s a pair */
};

_Static_assert((int)PORTS_LINKS < (int)SIGNAL_SPARE, "our own sockets are among the spare ones");

#define SIGNAL_COUNTS_US (60 * SECOND) /* between lines of counters with -v */
#define SIGNAL_LOOKS_US  (100 * MS)    /* between looks whether those who are here need it still */
#define SIGNAL_METRICS   "/run/schat/metrics" /* where --stats asks */
#define RELAY_RULE       "--relay is in kbit/s, below 4000000"

struct service {
	const struct options *options;
	struct net *net;
	struct server *server;
	struct metrics metrics;
	struct pulse pulse;
	uint64_t began_s;
	uint64_t counts_at; /* when counters are printed; NEVER: only when asked for */
	int code;           /* it ends, with this exit status */
	int leaving;        /* ... or will, as soon as it can */
	uint64_t looks_at;
	struct ports ports;
	struct roll_file roll;
	struct access_file access;
};

static bool relay_good(const struct options *o)
{
	return options_number(o->relay, SIGNAL_RELAY) <= UINT32_MAX / 1000;
}

/* ---- serving ---- */

/* Tells who waited at a server that was killed. */
static void call_roll(struct service *s, uint64_t now)
{
	uint8_t wire[ERROR_LEN];
	struct route to;
	size_t len;
	roll_file_turn(&s->roll);
	while ((len = roll_file_output(&s->roll, &s->ports, &to, wire, now)) > 0)
		(void)net_write(s->net, &to, span_of(wire, len));
}

/* Sends what is due and ends connections that are to end. */
static void carry_out(struct service *s, uint64_t now)
{
	UNSET uint8_t buffer[SERVER_BUFFER];
	struct link_request request;
	struct route to;
	const uint8_t *wire;
	size_t len;
	while ((len = server_output(s->server, &to, buffer, &wire, now)) > 0)
		(void)net_write(s->net, &to, span_of(wire, len));
	while (server_request(s->server, &request))
		net_request(s->net, &request);
}

static void tell_counts(struct service *s)
{
	char line[512];
	struct text t = text_of(line, sizeof line);
	figures_line(s->server, true, &t);
	report_log("%s", line);
	report_say("%s", line);
}

static void answer_metrics(struct service *s)
{
	char text[FIGURES_METRICS];
	struct text t = text_of(text, sizeof text);
	figures_metrics(s->server, SCHAT_VERSION, s->began_s, &t);
	metrics_answer(&s->metrics, text_span(&t));
}

/* ---- signals ---- */

/* What can change while it runs; the rest waits for the next start. */
static bool takes_effect(const struct option *row)
{
	return strcmp(row->name, "relay") == 0 || strcmp(row->name, "log") == 0;
}

static void take_settings(struct service *s, const struct options *next)
{
	for (const struct option *row = options_table; row->name; row++)
		if (row->setting && row->commands & FOR_SIGNAL && !takes_effect(row) &&
		    settings_differ(s->options, next, row))
			report_error(0,
			             "the setting '%s' has changed. Restart the server for that.",
			             row->name);
	uint64_t relay = options_number(next->relay, SIGNAL_RELAY);
	server_set_relay(s->server, (uint32_t)relay);
	report_log_move(next->log);
	report_say("the settings were read again; relay limit %ju kbit/s per pair", relay);
	report_log("the settings were read again; relay limit %ju kbit/s per pair", relay);
}

static void read_settings_again(struct service *s)
{
	static struct options next;
	char why[REPORT_TROUBLE];
	struct text t = text_of(why, sizeof why);
	pulse_rereads();
	report_errors_to(&t);
	int code = settings_again(s->options, &next);
	report_errors_to(NULL);
	if (!code && !relay_good(&next)) {
		text_add(&t, RELAY_RULE);
		code = EXIT_USAGE;
	}
	report_log_reopen();
	if (!code)
		take_settings(s, &next);
	else {
		report_error(0, "the settings stay as they were: %s", why);
		report_log("the settings stay as they were: %s", why);
	}
	(void)access_file_read(&s->access, s->server);
	pulse_ready(&s->pulse, clock_us());
}

/* The first SIGTERM lets those go on who have just been introduced; whatever comes then ends it at
 * once. */
static void end_by(struct service *s, int number, int code)
{
	if (s->leaving || number != SIGTERM)
		s->code = code;
	s->leaving = code;
	server_leave(s->server);
	pulse_leaving();
}

static void signals(struct service *s)
{
	int number;
	while ((number = signals_take()) != 0) {
		int code = signals_ending(number);
		if (number == SIGUSR1)
			tell_counts(s);
		if (number == SIGHUP && !code)
			read_settings_again(s);
		if (code)
			end_by(s, number, code);
	}
}

/* ---- the loop ---- */

static void take_in(struct service *s, uint64_t now)
{
	struct link_event event;
	struct route from;
	struct span bytes;
	server_set_wall(s->server, clock_unix_s(), now);
	server_timer(s->server, now);
	while (net_event(s->net, &event)) {
		server_link(s->server, &event, now);
		carry_out(s, now);
	}
	while (net_read(s->net, &from, &bytes)) {
		server_input(s->server, &from, bytes, now);
		carry_out(s, now);
	}
	carry_out(s, now);
}

static void tell_log_trouble(void)
{
	char sentence[REPORT_TROUBLE];
	if (report_log_trouble(sentence))
		report_error(0, "%s", sentence);
}

static void tell_pulse(struct service *s, uint64_t now)
{
	char status[128];
	struct text t = text_of(status, sizeof status);
	figures_line(s->server, false, &t);
	pulse_turn(&s->pulse, status, now);
}

/* What is due by the clock. */
static void keep_time(struct service *s, uint64_t now)
{
	call_roll(s, now);
	if (now >= s->counts_at) {
		tell_counts(s);
		s->counts_at = now + SIGNAL_COUNTS_US;
	}
	if (now >= pulse_deadline(&s->pulse))
		tell_pulse(s, now);
	if (s->leaving && now >= s->looks_at) {
		if (server_settled(s->server, now))
			s->code = s->leaving;
		s->looks_at = now + SIGNAL_LOOKS_US;
	}
}

static uint64_t deadline_of(const struct service *s)
{
	uint64_t deadline = min_of(server_deadline(s->server), s->counts_at);
	deadline = min_of(deadline, roll_file_deadline(&s->roll));
	deadline = min_of(deadline, metrics_deadline(&s->metrics));
	deadline = min_of(deadline, pulse_deadline(&s->pulse));
	return s->leaving ? min_of(deadline, s->looks_at) : deadline;
}

static int serve(struct service *s)
{
	struct watch watches[METRICS_WATCHES + 1];
	struct watch *signal = &watches[METRICS_WATCHES];
	uint64_t now = clock_us();
	pulse_ready(&s->pulse, now);
	while (s->code == 0) {
		tell_log_trouble();
		*signal = poller_lasting(signals_fd(), true);
		metrics_watch(&s->metrics, watches, now);
		now = net_wait(s->net, deadline_of(s), watches, METRICS_WATCHES + 1);
		take_in(s, now);
		if (metrics_turn(&s->metrics, watches, now))
			answer_metrics(s);
		if (signal->readable)
			signals(s);
		keep_time(s, now);
	}
	server_finish(s->server); /* tells those who wait here */
	carry_out(s, clock_us());
	net_flush(s->net);
	return s->code;
}

static void say_where(const struct ports *ports, uint64_t relay_kbit, const struct access *access)
{
	char text[PORTS_MAX * ADDR_TEXT], relay[64], other[64];
	struct text t = text_of(relay, sizeof relay), where = text_of(text, sizeof text),
		    more = text_of(other, sizeof other);
	ports_text(ports, &where);
	if (ports->other)
		text_add_format(&more, " and on UDP port %u", ports->other);
	if (relay_kbit > 0)
		text_add_format(&t, "relay limit %ju kbit/s per pair", relay_kbit);
	else
		text_add(&t, "relaying handshakes only");
	if (access) {
		text_add(&t, "; ");
		access_file_count(access, &t);
	}
	report_say("listening on %s (UDP and TCP)%s; %s", text, other, relay);
	report_log("listening on %s%s; %s", text, other, relay);
}

/* A host with little memory gets a smaller table; what connections need is kept from it. There are
 * never more pairs than members, see rooms. */
static struct server *new_server(struct service *s, uint32_t relay_kbit)
{
	const struct ports *ports = &s->ports;
	size_t members = server_members(memory_limit());
	struct rendezvous_config config = { .members_max = members,
		                            .pairs_max = members,
		                            .relay_kbit = relay_kbit,
		                            .random = seed_random(),
		                            .wall_s = clock_unix_s(),
		                            .port = ports->at[0].port,
		                            .other_port = ports->other,
		                            .beside = ports->beside,
		                            .roll = &s->roll.roll,
		                            .access = s->access.keys };
	struct server *server;
	void *kept;
	unsigned callers = net_room(SIGNAL_CALLERS, SIGNAL_SPARE, &kept);
	while ((server = server_new(&config, callers, clock_us())) == NULL &&
	       config.members_max > SERVER_MEMBERS_MIN)
		config.members_max = config.pairs_max /= 4;
	free(kept);
	if (server != NULL)
		roll_file_open(&s->roll, ports, (uint32_t)config.members_max);
	return server;
}

/* Only now: the ports may be root's, and all else has to be opened again by whoever this is. */
static int become(const char *name)
{
	struct user user;
	enum err err = name ? privileges_user(name, &user) : OK;
	if (err == ERR_LOCAL)
		return report_file("read", "/etc/passwd");
	if (err == ERR_USAGE)
		return report_error(EXIT_USAGE, "--user %s is root. Name another user.", name);
	if (err)
		return report_error(EXIT_USAGE,
		                    "there is no user '%s' in /etc/passwd. Write UID:GID to do "
		                    "without.",
		                    name);
	if (name && privileges_drop(&user))
		return report_error(EXIT_LOCAL, "can't become the user %s: %s. Only root can.",
		                    name, strerror(errno));
	return 0;
}

static int open_all(struct service *s, uint64_t relay)
{
	const struct options *o = s->options;
	if (s->net == NULL || !signals_start())
		return report_no_room();
	int code = ports_open(&s->ports, s->net, &o->listen);
	if (!code)
		code = become(o->user);
	if (!code)
		code = report_log_open(o->log);
	if (!code && !access_file_read(&s->access, NULL))
		code = EXIT_USAGE;
	if (!code)
		code = metrics_open(&s->metrics, o->metrics);
	if (!code)
		code = pulse_open(&s->pulse, o->alive);
	/* after net_new, which may have got more descriptors for us */
	if (!code && descriptor_room() < 2)
		code = report_no_room();
	if (!code && (s->server = new_server(s, (uint32_t)relay)) == NULL)
		code = report_no_room();
	return code;
}

static int run(struct options *o)
{
	uint64_t relay = options_number(o->relay, SIGNAL_RELAY);
	if (o->arguments_count > o->stats)
		return help_usage_error(o, "signal takes options only");
	if (o->stats)
		return metrics_show(o->arguments_count ? o->arguments[0]
		                    : o->metrics       ? o->metrics
		                                       : SIGNAL_METRICS);
	if (!relay_good(o))
		return help_usage_error(o, RELAY_RULE);
	report_goes_on();

	struct service s = { .options = o,
		             .net = net_new(SIGNAL_CALLERS + SIGNAL_SPARE),
		             .began_s = clock_unix_s(),
		             .counts_at = o->verbose ? clock_us() + SIGNAL_COUNTS_US : NEVER,
		             .access.path = o->access };
	int code = open_all(&s, relay);
	if (!code) {
		say_where(&s.ports, relay, s.access.keys);
		code = serve(&s);
	}
	metrics_close(&s.metrics);
	roll_file_end(&s.roll);
	server_free(s.server);
	access_file_free(s.access.keys);
	net_free(s.net);
	report_log_close();
	return code;
}

const struct subcommand signal_subcommand = {
	.name = "signal",
	.bit = FOR_SIGNAL,
	.settings = true,
	.arguments = 1,
	.takes = "options only",
	.calls = CALLS_WRITES | CALLS_CHILDREN | CALLS_NETWORK | CALLS_MEMORY,
	.run = run,
};
