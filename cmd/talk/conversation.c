/* conversation: see conversation.h. The loop:
 *
 *   wait -> sockets -> endpoint -> keys -> chat; endpoint's and chat's events -> screen
 *        -> endpoint -> sockets */
#include "cmd/talk/conversation.h"

#include "base/min_max.h"
#include "cmd/key_file.h"
#include "cmd/report.h"
#include "cmd/seed.h"
#include "cmd/talk/acquaintance.h"
#include "cmd/talk/endings.h"
#include "cmd/talk/forward.h"
#include "cmd/talk/lookout.h"
#include "cmd/talk/opening.h"
#include "cmd/talk/outage.h"
#include "cmd/talk/reception.h"
#include "cmd/talk/requests.h"
#include "cmd/talk/session_key.h"
#include "endpoint/roster.h"
#include "loop/traffic.h"
#include "os/clock.h"
#include "os/signals.h"
#include "session/session_net.h"

enum {
	WATCH_SIGNALS = TERMINAL_IO_WATCHES,
	WATCH_CHILD,
	WATCH_LOOKOUT,
	WATCHES = WATCH_LOOKOUT + LOOKOUT_WATCHES + FORWARD_WATCHES,
	ROUNDS_AT_ONCE = 64
};

struct conversation {
	const struct plan *plan;
	struct net *net;
	struct endpoint *endpoint;
	unsigned over;  /* this peer's session is: its chat takes what is left before other news */
	unsigned asked; /* this one, whether it still is here */
	bool closed_shown, outage;   /* outage: no server answers, nor a peer */
	bool stirred;                /* more than words came since do_chores, */
	uint64_t look_at, chores_at; /* ... which is due then; 0: its parts are to be asked */
	struct endings endings;
	struct lookout lookout;
	struct identity identity;
	struct company company;
	struct forward *forward; /* NULL: nothing is forwarded */
	struct child key_maker;  /* serve with rsa: makes the pair of the next session */
	struct terminal_io io;
	struct meeting meeting;
	uint8_t room[TRAFFIC_ROOM]; /* for what goes out */
};

/* ---- the end ---- */

static void show_closed(struct conversation *c, struct endings_result r)
{
	struct event e = { .kind = EVENT_CLOSED, .err = r.err, .exit_code = r.status };
	c->closed_shown = c->closed_shown || terminal_io_show(&c->io, &e);
}

static void end_program(struct conversation *c, enum err err, int status)
{
	if (c->endings.begun)
		return;
	company_abandon(&c->company, status); /* in the middle of it */
	c->over = 0;
	endings_begin(&c->endings, err, status, clock_us());
	company_unsent(&c->company);
	show_closed(c, c->endings.result);
}

static void fail(struct conversation *c, const struct phrase *p)
{
	struct event e = phrase_event(p, EVENT_ERROR);
	if (c->endings.begun)
		return;
	(void)terminal_io_show(&c->io, &e);
	end_program(c, p->err, err_exit(p->err));
}

static void break_off(struct conversation *c, int status)
{
	if (endings_stop(&c->endings, status)) /* a second time */
		return;
	if (!c->io.terminal && !c->io.ui->class->only_data)
		terminal_io_drop_output(&c->io);
	end_program(c, OK, status);
	endings_hurry(&c->endings, clock_us());
}

static void failed(struct conversation *c, enum err err, const char *what, const char *why)
{
	struct phrase p;
	phrase_of(&p, err, "%s%s", what, why);
	fail(c, &p);
}

/* Standard output cannot be written, and nobody is here. */
static void output_failed(struct conversation *c)
{
	bool nobody = c->io.out_failed == ERR_CUT;
	if (!nobody)
		report_error(EXIT_LOCAL, "can't write to standard output: %s", c->io.out_why);
	end_program(c, ERR_LOCAL, nobody ? EXIT_PIPE : EXIT_LOCAL);
}

/* ---- decisions of meeting ---- */

static void show(struct conversation *c, const struct decision *d)
{
	struct event e = decision_event(d);
	acquaintance_waited(&c->meeting, &e);
	if (d->kind == DECISION_SHOW || c->plan->options->verbose)
		(void)terminal_io_show(&c->io, &e);
	else
		terminal_io_log(&e);
}

static void carry_out(struct conversation *c, const struct decision *d, uint64_t now)
{
	uint8_t token[TOKEN_LEN];
	switch (d->kind) {
	case DECISION_SHOW:
	case DECISION_DETAIL: show(c, d); break;
	case DECISION_FAIL: fail(c, &d->phrase); break;
	case DECISION_LINGER: endings_linger(&c->endings, clock_us()); break;
	case DECISION_LET_IN:
		reception_let_in(c->endpoint, &c->company, &c->meeting.peer, now);
		c->over = company_talks_with(&c->company, c->over) ? c->over : 0;
		break;
	case DECISION_REFUSE:
		endpoint_refuse(c->endpoint, d->close_code, span_text(d->words));
		break;
	case DECISION_NUMBER:
		communicator_nameplate_token(d->number, token);
		endpoint_leave(c->endpoint, token);
		if (meeting_code(&c->meeting))
			(void)endpoint_join(c->endpoint, (uint8_t[TOKEN_LEN]){ 0 }, now);
		break;
	case DECISION_ASK: c->asked = reception_ask(c->endpoint); break;
	case DECISION_CODE: endpoint_code(c->endpoint, meeting_code(&c->meeting)); break;
	}
}

static void carry_out_all(struct conversation *c, uint64_t now)
{
	const struct decision *d;
	uint8_t token[TOKEN_LEN];
	bool join;
	while ((d = decision_take(&c->meeting.decisions)) != NULL)
		carry_out(c, d, now);
	while (contact_rooms_take(&c->meeting.place.rooms, token, &join))
		if (join)
			(void)endpoint_join(c->endpoint, token, now);
		else
			endpoint_leave(c->endpoint, token);
}

/* ---- events of the endpoint ---- */

static enum meeting_state state_of(const struct conversation *c)
{
	return c->endings.begun ? MEETING_LEAVING : reception_state(c->endpoint, &c->company);
}

static void take_event(struct conversation *c, struct endpoint_event *e, uint64_t now)
{
	if (lookout_event(&c->lookout, e, now))
		return;
	switch (e->kind) {
	case ENDPOINT_READY:
		if (!c->endings.begun)
			company_begin(&c->company, e->peer, endpoint_session(c->endpoint, e->peer),
			              &e->path);
		break;
	case ENDPOINT_PATH:
	case ENDPOINT_AWAY:
	case ENDPOINT_BACK: company_event(&c->company, e); break;
	case ENDPOINT_OVER:
		c->over = company_talks_with(&c->company, e->peer) ? e->peer : 0;
		company_gone(&c->company, e->peer);
		break;
	default:
		meeting_event(&c->meeting, e, state_of(c), now);
		carry_out_all(c, now);
		break;
	}
	c->outage = outage_tell(&c->company, &c->meeting.place, c->outage);
	bytes_wipe(e->pair_secret, sizeof e->pair_secret);
}

static bool take_events(struct conversation *c, uint64_t now)
{
	UNSET struct endpoint_event e;
	bool any = false;
	while (c->over == 0 && endpoint_has_news(c->endpoint) && !terminal_io_crowded(&c->io) &&
	       endpoint_take(c->endpoint, &e)) {
		take_event(c, &e, now);
		any = true;
	}
	return any;
}

/* ---- our user ---- */

static void command(struct conversation *c, const struct command *wish)
{
	switch (wish->kind) {
	case COMMAND_QUIT:
		company_leave(&c->company);
		if (c->company.speech.open == 0)
			end_program(c, c->company.last.err, c->company.last.status);
		break;
	case COMMAND_STOP: break_off(c, EXIT_INT); break;
	case COMMAND_SUSPEND: terminal_io_suspend(&c->io); break;
	default:
		requests_answer(&c->company, &c->meeting, c->endpoint, wish);
		carry_out_all(c, clock_us());
		break;
	}
}

/* True: our user wanted more than to say something. */
static bool take_commands(struct conversation *c, uint64_t now)
{
	UNSET struct command wish;
	bool any = false;
	while (!c->endings.begun && company_take(&c->company, &wish, now)) {
		any = true;
		command(c, &wish);
	}
	return any;
}

static void take_signals(struct conversation *c)
{
	int number;
	while ((number = signals_take()) != 0) {
		if (signals_ending(number))
			break_off(c, signals_ending(number));
		else
			terminal_io_signal(&c->io, number);
	}
}

/* True: more has happened than was said and shown, so that there may be something to send. */
static bool converse(struct conversation *c, uint64_t now)
{
	bool more = true, any = false, next;
	for (int i = 0; i < ROUNDS_AT_ONCE && more; i++) {
		more = take_commands(c, now);
		more |= take_events(c, now);
		more |= company_show(&c->company, now);
		bool another = roster_find(endpoint_roster(c->endpoint), PEER_PROVED) != NULL;
		if (company_over(&c->company, another, meeting_invited(&c->meeting), &next)) {
			c->over = company_talks_with(&c->company, c->over) ? c->over : 0;
			more = true;
			if (!next)
				end_program(c, c->company.last.err, c->company.last.status);
			else if (c->company.last.err == ERR_BUSY)
				(void)meeting_place_busy(&c->meeting.place);
		}
		company_settle(&c->company);
		any |= more;
		c->stirred |= more;
	}
	if (c->company.speech.open == 0)
		(void)terminal_io_flush(&c->io);
	if (c->company.speech.open == 0 && !c->endings.begun && c->io.out_failed)
		output_failed(c);
	return any;
}

/* ---- the loop ---- */

static uint64_t deadline(struct conversation *c, uint64_t now)
{
	if (c->stirred || c->chores_at == 0)
		c->chores_at = min_of(lookout_deadline(&c->lookout), meeting_deadline(&c->meeting));
	uint64_t at = min_of(endings_deadline(&c->endings, now), c->chores_at);
	at = min_of(at, min_of(endpoint_deadline(c->endpoint), terminal_io_deadline(&c->io)));
	return min_of(at, min_of(company_deadline(&c->company, now), forward_deadline(c->forward)));
}

/* Hosts, servers, codes, rooms, and who knocks: most turns only carry words, and change none. */
static void do_chores(struct conversation *c, const struct watch *w, size_t watches, uint64_t now)
{
	bool told = c->company.speech.open == 0 || c->stirred || c->meeting.visitor.until > 0;
	if (!told && now < c->look_at && now < c->chores_at &&
	    !poller_found(w + WATCH_CHILD, watches - WATCH_CHILD))
		return;
	if (!c->endings.begun && !session_key_turn(&c->key_maker, c->endpoint))
		failed(c, ERR_STATE, "can't make the RSA key for the next session", "");
	lookout_turn(&c->lookout, w + WATCH_LOOKOUT, c->endpoint, &c->meeting, state_of(c), now);
	carry_out_all(c, now);
	const struct session *here = endpoint_session(c->endpoint, c->asked);
	meeting_timer(&c->meeting, state_of(c), here ? session_heard_at(here) : 0, now);
	carry_out_all(c, now);
	c->stirred = false;
	c->look_at = now + SECOND;
	c->chores_at = 0;
}

/* Our last words go before the forwarder is told that we leave: then it forwards nothing more. */
static void finish(struct conversation *c, bool more, uint64_t now)
{
	bool said = !more && endpoint_settled(c->endpoint) && !endpoint_session(c->endpoint, 0) &&
	            !net_busy(c->net);
	if (!endings_time(&c->endings, said, now))
		return;
	endpoint_finish(c->endpoint);
	(void)traffic_write(c->net, c->endpoint, c->room, now);
}

static void run(struct conversation *c)
{
	bool more = true; /* the communicator wants its sockets */
	for (uint64_t now = clock_us(); !c->endings.over;) {
		UNSET struct watch w[WATCHES];
		bool want = !c->endings.begun && company_wants_input(&c->company, now);
		terminal_io_watch(&c->io, want, now, w);
		w[WATCH_SIGNALS] = poller_lasting(signals_fd(), true);
		/* at the end nobody takes the key any more */
		w[WATCH_CHILD] = (struct watch){ .fd = c->key_maker.fd, .read = !c->endings.begun };
		size_t watches = WATCH_LOOKOUT + lookout_watch(&c->lookout, w + WATCH_LOOKOUT);
		const struct watch *forwards = w + watches;
		watches += forward_watch(c->forward, w + watches);
		now = net_wait(c->net, more ? 0 : deadline(c, now), w, watches);
		terminal_io_clock(&c->io);
		traffic_read(c->net, c->endpoint, now);
		if (w[WATCH_SIGNALS].readable)
			take_signals(c);
		do_chores(c, w, watches, now);
		if (company_read(&c->company, w, now))
			failed(c, ERR_LOCAL, "can't read standard input: ", c->io.in_why);
		bool invited = meeting_invited(&c->meeting) || state_of(c) != MEETING_FREE;
		if (company_gives_up(&c->company, invited, now))
			end_program(c, c->company.last.err, c->company.last.status);
		forward_turn(c->forward, &c->company, forwards, now);
		bool news = converse(c, now) && c->forward; /* of who comes and goes */
		endpoint_timer(c->endpoint, now);
		more = traffic_write(c->net, c->endpoint, c->room, now) || news;
		if (c->company.speech.open == 0 || endpoint_has_news(c->endpoint))
			more |= converse(c, now); /* links have come up, a session is over */
		finish(c, more, now);
	}
}

/* ---- all of it ---- */

static int open_all(struct conversation *c)
{
	const struct plan *plan = c->plan;
	const struct identity *own = plan->suite->key_type == KEY_NONE ? NULL : &c->identity;
	const char *whom = plan->serving ? NULL : plan->target.contact.name;
	int code = report_log_open(plan->options->log);
	if (!code && own) /* before signals_start: it may wait for a pipe */
		code = key_file_load(plan->suite->key_type, plan->options->identity, &c->identity);
	if (code)
		return code;
	c->net = net_new(2 * LIMIT_LINKS + LIMIT_SERVER_LINKS + LIMIT_SPARES);
	code = c->net && signals_start() ? opening_check(plan, own) : report_no_room();
	code = code ? code : lookout_init(&c->lookout, plan, clock_us());
	code = code ? code : terminal_io_open(&c->io, plan, whom);
	code = code ? code : forward_open(plan, &c->io, &c->forward);
	code = code ? code : opening_endpoint(plan, own, &c->io, &c->endpoint);
	if (code)
		return code;
	meeting_init(&c->meeting, plan, own, &c->lookout.directory, seed_random(), clock_us());
	company_init(&c->company, plan, &c->io);
	company_keep(&c->company, own);
	return 0;
}

int conversation_run(const struct plan *plan)
{
	static struct conversation c;
	c.plan = plan;
	c.key_maker.fd = -1;
	int code = open_all(&c);
	struct endings_result result = { err_of_exit(code), code };
	if (!code) {
		run(&c);
		result = c.endings.result;
	}
	if (c.io.ui)
		show_closed(&c, result);
	terminal_io_close(&c.io);
	forward_close(c.forward);
	company_end(&c.company);
	endpoint_free(c.endpoint);
	net_free(c.net);
	child_end(&c.key_maker);
	lookout_end(&c.lookout);
	bytes_wipe(&c.meeting, sizeof c.meeting);
	bytes_wipe(&c.identity, sizeof c.identity);
	report_log_close();
	return result.status;
}
