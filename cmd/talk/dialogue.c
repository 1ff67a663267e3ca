#include "cmd/talk/dialogue.h"

#include <string.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "cmd/report.h"
#include "cmd/talk/acquaintance.h"
#include "cmd/talk/phrase_over.h"
#include "os/clock.h"
#include "session/session_net.h"

#define REST_US    (10 * MS) /* a pause after input for nobody, of which there may be no end */
#define FRESH_US   (50 * MS) /* who was heard so lately is there */
#define CONFIRM_US (5 * MS)  /* a receipt waits for an answer to travel with */

static struct chat *new_chat(const struct plan *plan)
{
	return chat_new(plan->options->pipe ? MODE_PIPE : MODE_CHAT);
}

bool dialogue_init(struct dialogue *d, const struct plan *plan, struct terminal_io *io,
                   const struct meeting_peer *peer)
{
	bool keep = plan->options->keep;
	struct speech_config config = { .keep = keep,
		                        .serving = plan->serving,
		                        .same = plan_seeks_again(plan, io->person),
		                        .whole = io->ui->class->whole && !io->person && !keep,
		                        .typed = io->person };
	*d = (struct dialogue){
		.plan = plan, .io = io, .peer = peer, .confirm_at = NEVER, .gives_up_at = NEVER
	};
	d->chat = new_chat(plan);
	if (d->chat == NULL)
		return false;
	speech_init(&d->speech, io->ui, d->chat, &config);
	return true;
}

void dialogue_end(struct dialogue *d)
{
	chat_free(d->chat);
}

/* ---- who is here, and how ---- */

static void say(struct dialogue *d, const char *sentence)
{
	struct event e = { .kind = EVENT_NOTICE,
		           .conv = d->speech.number,
		           .text = span_text(sentence) };
	(void)terminal_io_show(d->io, &e);
}

void dialogue_begin(struct dialogue *d, struct session *session, const struct session_path *path)
{
	bool again = d->last[0] && strcmp(d->last, d->peer->fingerprint) == 0;
	chat_attach(d->chat, session);
	speech_connected(&d->speech, d->peer->name, again);
	memcpy(d->last, d->peer->fingerprint, sizeof d->last);
	d->gives_up_at = NEVER;
	d->holding = false;
	d->shown = d->written = 0;
	d->confirm_at = NEVER;
	d->output_before_us = d->io->written;
	d->talking = true;
	d->broken_off = false;
	d->session = session;
	d->path = *path;
	d->path_since = NEVER;
	struct event e = { .kind = EVENT_CONNECTED, .conv = d->speech.number, .again = again };
	acquaintance_here(d->plan, d->io, d->peer, path, &e);
	dialogue_settle(d);
	if (d->path.no_chat)
		say(d, "looking for a direct path; nothing is sent until there is one");
}

static void show_path(struct dialogue *d)
{
	struct event e = { .kind = EVENT_PATH, .peer = d->peer->name };
	e.path = acquaintance_path(&d->path);
	e.rtt_us = d->path.rtt_us;
	d->path_since = NEVER;
	(void)terminal_io_show(d->io, &e);
}

/* Where a path was lost, another one is news when the peer was heard since: it may have died, too.
 */
static void new_path(struct dialogue *d, const struct session_path *path)
{
	uint64_t heard_at = session_heard_at(d->session);
	bool same = strcmp(acquaintance_path(&d->path), acquaintance_path(path)) == 0;
	d->path = *path;
	if (same && !d->plan->options->verbose)
		return;
	d->path_since = heard_at;
	if (clock_us() < heard_at + FRESH_US && !d->speech.peer.away)
		show_path(d);
	else
		session_ping(d->session);
}

void dialogue_event(struct dialogue *d, const struct endpoint_event *e)
{
	bool away = e->kind == ENDPOINT_AWAY;
	struct event shown = { .kind = away ? EVENT_AWAY : EVENT_BACK, .peer = d->peer->name };
	if (e->kind == ENDPOINT_PATH) {
		new_path(d, &e->path);
		return;
	}
	speech_away(&d->speech, away);
	(void)terminal_io_show(d->io, &shown);
}

/* ---- it is over ---- */

/* What the chat has taken of our user's words is shown with its number. */
static void show_sent(struct dialogue *d)
{
	while (d->holding || chat_take(d->chat, &d->held)) {
		d->holding = false;
		if (d->held.kind != EVENT_SENT)
			break;
		(void)terminal_io_show(d->io, &d->held);
	}
	d->confirm_at = NEVER;
}

/* The chat is done with this session. */
static void leave_session(struct dialogue *d, struct phrase_over *facts,
                          struct endings_result result)
{
	struct phrase p;
	facts->peer = d->speech.peer.name;
	facts->pipe = d->plan->options->pipe;
	facts->person = d->io->person;
	facts->unconfirmed = chat_unconfirmed(d->chat);
	phrase_over(&p, facts);
	struct event e = phrase_event(&p, EVENT_OVER);
	e.conv = d->speech.number;
	e.number = facts->unconfirmed;
	e.err = result.err;
	e.exit_code = result.status;
	if (d->output_failed && result.status == EXIT_LOCAL && d->io->ui->class->only_data)
		report_error(result.status, "standard output failed: %s", d->io->out_why);
	show_sent(d);
	if (d->output_failed && d->io->out_failed == ERR_CUT)
		terminal_io_log(&e);
	else
		(void)terminal_io_show(d->io, &e);
	chat_detach(d->chat);
	d->talking = false;
}

/* What was typed so far was meant for whoever leaves. */
static void end_speech(struct dialogue *d, bool lost)
{
	terminal_io_read_typed(d->io, speech_now(&d->speech), clock_us());
	speech_over(&d->speech, d->chat, lost);
}

static enum endings_then then_of(const struct dialogue *d, const struct phrase_over *over)
{
	const struct options *o = d->plan->options;
	bool leaves = d->user_left || (d->speech.leaving && !o->pipe);
	struct endings_way way = { .goes_on = plan_goes_on(d->plan, d->io->person),
		                   .serving = d->plan->serving,
		                   .same = d->speech.config.same,
		                   .limited = o->timeout && !o->keep,
		                   .leaves = leaves || d->input_failed || d->output_failed };
	return endings_then(&way, over->anew ? ERR_CUT : over->err,
	                    over->err == ERR_CUT && over->words.len == 0);
}

bool dialogue_over(struct dialogue *d, bool another, struct endings_result *result, bool *next)
{
	enum err err;
	struct span words;
	if (!d->talking || terminal_io_crowded(d->io) || !chat_over(d->chat, &err, &words))
		return false;
	struct phrase_over over = { .err = err,
		                    .words = words,
		                    .left_early = d->speech.left_early,
		                    .by_us = d->broken_off };
	*result = endings_of(over.err, speech_missed(&d->speech), d->input_failed,
	                     d->output_failed ? d->io->out_failed : OK);
	over.anew = another && over.err == ERR_EXISTS && d->speech.config.same;
	over.then = then_of(d, &over);
	*next = over.then != THEN_ENDS;
	over.failed_stream = d->output_failed  ? "standard output"
	                     : d->input_failed ? "standard input"
	                                       : NULL;
	over.failed_why = d->output_failed ? d->io->out_why : d->io->in_why;
	leave_session(d, &over, *result);
	if (*next) {
		chat_free(d->chat);
		d->chat = new_chat(d->plan);
		assert(d->chat);
	}
	uint64_t patience = plan_timeout_us(d->plan, NEVER);
	if (over.then == THEN_SAME && !d->plan->options->keep && patience != NEVER)
		d->gives_up_at = clock_us() + patience;
	end_speech(d, over.err != OK);
	return true;
}

bool dialogue_gives_up(const struct dialogue *d, uint64_t now)
{
	return now >= d->gives_up_at;
}

void dialogue_replaced(struct dialogue *d)
{
	struct phrase_over over = { .err = ERR_EXISTS, .anew = true };
	if (!d->last[0] || strcmp(d->last, d->peer->fingerprint) != 0)
		over = (struct phrase_over){ .err = ERR_CUT, .newcomer = d->peer->name };
	leave_session(d, &over, (struct endings_result){ over.err, EXIT_CUT });
	end_speech(d, true);
}

void dialogue_abandon(struct dialogue *d, int status)
{
	struct phrase_over over = { .err = ERR_CUT, .by_us = true };
	leave_session(d, &over, (struct endings_result){ ERR_CUT, status });
	speech_over(&d->speech, d->chat, true);
}

/* ---- what our user says ---- */

bool dialogue_wants_input(const struct dialogue *d, uint64_t now)
{
	if (now < d->rest_until)
		return false;
	return !d->plan->options->pipe || speech_now(&d->speech) == CONV_NOBODY ||
	       (d->talking && chat_bytes_room(d->chat) > 0);
}

bool dialogue_read(struct dialogue *d, const struct watch watches[static TERMINAL_IO_WATCHES],
                   uint64_t now)
{
	uint64_t conv = speech_now(&d->speech);
	if (terminal_io_read(d->io, watches, conv, now) && conv == CONV_NOBODY && !d->io->terminal)
		d->rest_until = now + REST_US;
	if (!d->io->in_failed || d->input_failed)
		return false;
	d->input_failed = true;
	if (d->talking)
		chat_fail(d->chat, ERR_LOCAL, "its input failed");
	return !d->talking;
}

/* end: also what was never taken, for the program ends. */
static void show_unsent(struct dialogue *d, bool end)
{
	char sentence[SPEECH_SENTENCE];
	struct event e;
	if (speech_unsent(&d->speech, end, &e, sentence) && terminal_io_show(d->io, &e))
		speech_reported(&d->speech, &e);
}

/* Waits while more of it comes, so that one sentence tells of all, but not for ever. */
static void report_unsent(struct dialogue *d, uint64_t now)
{
	if (d->speech.unsent == 0 || (!d->speech.blocked && terminal_io_ready(d->io) &&
	                              now < d->unsent_reported_at + SECOND))
		return;
	d->unsent_reported_at = now;
	show_unsent(d, false);
}

/* Now is the last moment to see that somebody is there to read what is confirmed. */
static void confirm(struct dialogue *d)
{
	if (d->confirm_at == NEVER)
		return;
	d->confirm_at = NEVER;
	terminal_io_check(d->io);
	if (!d->io->out_failed)
		chat_shown(d->chat, d->written);
}

bool dialogue_take(struct dialogue *d, struct command *wish, bool *any, uint64_t now)
{
	if (speech_take(&d->speech, wish, &d->said))
		return true;
	report_unsent(d, now);
	if (d->talking && d->said)
		confirm(d); /* a receipt travels with what we say */
	speech_step(&d->speech, d->speech.peer_left && terminal_io_ready(d->io), now);
	*any |= d->said;
	d->said = false;
	return false;
}

void dialogue_leave(struct dialogue *d)
{
	d->user_left = true;
	speech_leave(&d->speech);
}

void dialogue_hang_up(struct dialogue *d)
{
	if (speech_hang_up(&d->speech))
		return;
	d->broken_off = true;
	chat_fail(d->chat, ERR_CUT, PHRASE_BROKEN_OFF);
}

void dialogue_settle(struct dialogue *d)
{
	if (!d->talking || !d->speech.settling)
		return;
	uint64_t now = clock_us();
	bool said = terminal_io_flush(d->io);
	if (speech_settles(&d->speech, said, now))
		terminal_io_read_typed(d->io, speech_now(&d->speech), now);
	speech_settle(&d->speech, said, terminal_io_ready(d->io), now);
}

void dialogue_unsent(struct dialogue *d)
{
	show_unsent(d, false);
	show_unsent(d, true);
}

/* ---- what the peer says ---- */

/* Something was written that the peer does not know of. */
static bool has_news(const struct dialogue *d, bool all)
{
	return d->plan->options->pipe ? d->io->written - d->output_before_us > d->written
	                              : all && d->written < d->shown;
}

/* Writes, and prepares to confirm to the peer what was written. True: everything is written. */
static bool write_out(struct dialogue *d, uint64_t now)
{
	bool all = terminal_io_flush(d->io), news = has_news(d, all);
	if (news && d->plan->options->pipe)
		terminal_io_check(d->io); /* what a chat has written is confirmed later */
	if (d->io->out_failed && !d->output_failed) {
		d->output_failed = true;
		chat_fail(d->chat, ERR_LOCAL, "its output failed");
	}
	if (d->output_failed)
		return all;
	if (d->plan->options->pipe) {
		d->written = d->io->written - d->output_before_us;
		chat_written(d->chat, d->written);
		if (chat_heard_all(d->chat) && !d->plan->options->keep)
			terminal_io_end_output(d->io);
	} else if (news) {
		d->written = d->shown;
		d->confirm_at = min_of(d->confirm_at, now + CONFIRM_US);
	}
	return all;
}

bool dialogue_show(struct dialogue *d, uint64_t now)
{
	bool any = false, peer_left = false;
	if (!d->talking)
		return false;
	if (d->path_since != NEVER && session_heard_at(d->session) > d->path_since)
		show_path(d);
	if (d->speech.peer_left || chat_finished(d->chat) || now >= d->confirm_at)
		confirm(d);
	for (unsigned opened; session_opened(d->session, &opened);) /* for nobody here */
		session_reset(d->session, opened, RESET_UNKNOWN);
	chat_step(d->chat);
	if (!write_out(d, now))
		return false;
	while (d->holding || chat_take(d->chat, &d->held)) {
		/* a person is told at the end of the conversation, which is near */
		bool left = d->held.kind == EVENT_PEER_LEFT,
		     shown = (left && d->io->person) || terminal_io_try(d->io, &d->held);
		d->holding = !shown && d->held.kind != EVENT_BYTES; /* which come again */
		if (!shown)
			break;
		if (d->held.kind == EVENT_TEXT)
			d->shown = d->held.number;
		peer_left |= left;
		any = true;
	}
	if (any)
		(void)write_out(d, now);
	if (peer_left)
		speech_peer_left(&d->speech, now);
	return any;
}

uint64_t dialogue_deadline(const struct dialogue *d, uint64_t now)
{
	uint64_t at = min_of(now < d->rest_until ? d->rest_until : NEVER, d->gives_up_at);
	if (!d->talking)
		return at;
	return min_of(at, min_of(d->confirm_at, speech_deadline(&d->speech)));
}
