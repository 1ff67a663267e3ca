/* dialogue: see dialogue.h. */
#include "cmd/talk/dialogue.h"

#include <string.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "cmd/log.h"
#include "cmd/report.h"
#include "cmd/talk/notice.h"
#include "os/clock.h"
#include "os/terminal.h"

/* A pause after input that is for nobody, of which there may be no end. */
#define REST_US (10 * MS)

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
		                        .whole = terminal_io_whole(io) && !keep,
		                        .typed = terminal_is(0) };
	*d = (struct dialogue){ .plan = plan, .io = io, .peer = peer };
	d->chat = new_chat(plan);
	if (d->chat == NULL)
		return false;
	speech_init(&d->speech, terminal_io_ui(io), d->chat, &config);
	d->output = user_output_of(io, plan->options->pipe);
	return true;
}

void dialogue_end(struct dialogue *d)
{
	chat_free(d->chat);
}

/* ---- who is here, and how ---- */

static const char *path_text(const struct session_path *path)
{
	if (path->route.kind == NULL)
		return "";
	return path->lan ? "same network, direct udp" : path->route.kind->label;
}

static void show_peer(struct dialogue *d, enum event_kind kind, const struct session_path *path)
{
	struct phrase differ;
	phrase_words_differ(&differ, d->peer->saved ? d->peer->name : "");
	struct event e = { .kind = kind,
		           .conv = d->speech.number,
		           .peer = d->peer->name,
		           .fingerprint = d->peer->fingerprint,
		           .suite = d->plan->suite->name,
		           .path = path_text(path),
		           .rtt_us = path->rtt_us,
		           .words = d->peer->words,
		           .hint = span_text(d->peer->words[0] ? differ.text : ""),
		           .insecure = d->plan->suite->insecure };
	if (kind == EVENT_CONNECTED)
		log_line("connected to %s, %s, %s", d->peer->name, d->peer->fingerprint, e.path);
	(void)terminal_io_show(d->io, &e);
}

static void who(struct dialogue *d)
{
	struct session_path path = d->path; /* while no path carries data, the last that did */
	if (!d->talking) {
		notice_say(d->io, "nobody is connected yet");
		return;
	}
	(void)session_path(d->session, &path);
	show_peer(d, EVENT_WHO, &path);
}

void dialogue_command(struct dialogue *d, enum command_kind kind)
{
	if (kind == COMMAND_WHO)
		who(d);
}

void dialogue_begin(struct dialogue *d, struct session *session, const struct session_path *path)
{
	chat_attach(d->chat, session);
	speech_connected(&d->speech, d->peer->name);
	user_output_begin(&d->output);
	d->talking = true;
	d->session = session;
	d->path = *path;
	show_peer(d, EVENT_CONNECTED, path);
	dialogue_settle(d);
	if (d->path.no_chat)
		notice_say(d->io, "looking for a direct path; nothing is sent until there is one");
}

void dialogue_event(struct dialogue *d, const struct endpoint_event *e)
{
	bool path = e->kind == ENDPOINT_PATH, away = e->kind == ENDPOINT_AWAY;
	struct event shown = { .kind = path ? EVENT_PATH : away ? EVENT_AWAY : EVENT_BACK };
	if (path) {
		bool same = strcmp(path_text(&d->path), path_text(&e->path)) == 0;
		d->path = e->path;
		if (same && !d->plan->options->verbose)
			return;
		shown.path = path_text(&e->path);
		shown.rtt_us = e->path.rtt_us;
	}
	log_line("%s%s%s", d->peer->name,
	         path   ? ": now "
	         : away ? " is away"
	                : " is back",
	         path ? shown.path : "");
	(void)terminal_io_show(d->io, &shown);
}

bool dialogue_talking(const struct dialogue *d)
{
	return d->talking;
}

/* ---- it is over ---- */

/* The chat is done with this session. */
static void leave_session(struct dialogue *d, struct phrase_over *facts,
                          struct endings_result result)
{
	const struct terminal_io_failure *failure = terminal_io_failure(d->io);
	struct phrase p;
	bool failed = user_output_failed(&d->output);
	facts->peer = d->peer->name;
	facts->pipe = d->plan->options->pipe;
	facts->unconfirmed = chat_unconfirmed(d->chat);
	phrase_over(&p, facts);
	struct event e = { .kind = EVENT_OVER,
		           .conv = d->speech.number,
		           .text = span_text(p.text),
		           .err = result.err,
		           .exit_code = result.status };
	notice_log(e.text);
	if (failed && result.status == EXIT_LOCAL && terminal_io_only_data(d->io))
		report_error(result.status, "standard output failed: %s", failure->out_why);
	user_output_end(&d->output, d->chat);
	if (!(failed && failure->out == ERR_CUT))
		(void)terminal_io_show(d->io, &e);
	chat_detach(d->chat);
	d->talking = false;
}

/* What was typed so far was meant for whoever leaves. */
static void end_speech(struct dialogue *d)
{
	terminal_io_read_typed(d->io, speech_now(&d->speech), clock_us());
	speech_over(&d->speech, d->chat);
}

bool dialogue_over(struct dialogue *d, struct endings_result *result, bool *next)
{
	struct phrase_over over = { .left_early = d->speech.left_early };
	const struct terminal_io_failure *failure = terminal_io_failure(d->io);
	if (!d->talking || terminal_io_crowded(d->io) ||
	    !chat_over(d->chat, &over.err, &over.words))
		return false;
	bool in_failed = d->input_failed, out_failed = user_output_failed(&d->output);
	struct endings_facts facts = {
		.err = over.err,
		.input_failed = in_failed,
		.output_failed = out_failed,
		.output_deserted = failure->out == ERR_CUT,
		.unsaid = speech_missed(&d->speech),
	};
	*result = endings_of(&facts);
	*next = d->plan->serving && d->plan->options->keep && !d->user_left && !in_failed &&
	        !out_failed;
	over.next = *next;
	over.failed_stream = out_failed ? "standard output" : in_failed ? "standard input" : NULL;
	over.failed_why = out_failed ? failure->out_why : failure->in_why;
	leave_session(d, &over, *result);
	if (*next) {
		chat_free(d->chat);
		d->chat = new_chat(d->plan);
		assert(d->chat);
	}
	end_speech(d);
	return true;
}

void dialogue_replaced(struct dialogue *d)
{
	struct phrase_over over = { .err = ERR_EXISTS, .anew = true };
	leave_session(d, &over, (struct endings_result){ ERR_EXISTS, EXIT_CUT });
	end_speech(d);
}

void dialogue_abandon(struct dialogue *d, int status)
{
	struct phrase_over over = { .err = ERR_CUT, .by_us = true };
	leave_session(d, &over, (struct endings_result){ ERR_CUT, status });
	speech_over(&d->speech, d->chat);
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
	if (terminal_io_read(d->io, watches, conv, now) && conv == CONV_NOBODY &&
	    !terminal_io_is_terminal(d->io))
		d->rest_until = now + REST_US;
	if (!terminal_io_failure(d->io)->in || d->input_failed)
		return false;
	d->input_failed = true;
	if (d->talking)
		chat_fail(d->chat, ERR_LOCAL, "its input failed");
	return !d->talking;
}

bool dialogue_take(struct dialogue *d, struct command *command, bool *any)
{
	return speech_take(&d->speech, command, any);
}

static void show_unsent(struct dialogue *d, struct event *e)
{
	if (!terminal_io_show(d->io, e))
		return;
	notice_log(e->text);
	speech_reported(&d->speech, e);
}

/* Waits while more of it comes, so that one sentence tells of all, but not for ever. */
static void report_unsent(struct dialogue *d, uint64_t now)
{
	char sentence[SPEECH_SENTENCE];
	struct event e;
	bool more =
	    !d->speech.blocked && terminal_io_ready(d->io) && now < d->unsent_reported_at + SECOND;
	if (d->speech.unsent == 0 || more)
		return;
	d->unsent_reported_at = now;
	if (speech_unsent(&d->speech, false, &e, sentence))
		show_unsent(d, &e);
}

void dialogue_said(struct dialogue *d, bool any)
{
	uint64_t now = clock_us();
	report_unsent(d, now);
	if (d->talking && any)
		user_output_confirm(&d->output, d->chat); /* a receipt travels with what we say */
	speech_step(&d->speech, d->speech.peer_left && terminal_io_ready(d->io), now);
}

void dialogue_leave(struct dialogue *d)
{
	d->user_left = true;
	speech_leave(&d->speech);
}

void dialogue_settle(struct dialogue *d)
{
	uint64_t now = clock_us();
	if (!d->talking || !d->speech.settling)
		return;
	bool said = terminal_io_flush(d->io);
	if (speech_settles(&d->speech, said, now))
		terminal_io_read_typed(d->io, speech_now(&d->speech), now);
	speech_settle(&d->speech, said, terminal_io_ready(d->io), now);
}

void dialogue_unsent(struct dialogue *d)
{
	char sentence[SPEECH_SENTENCE];
	struct event e;
	for (int end = 0; end <= 1; end++)
		if (speech_unsent(&d->speech, end, &e, sentence))
			show_unsent(d, &e);
}

/* ---- what the peer says ---- */

bool dialogue_show(struct dialogue *d)
{
	bool peer_left;
	if (!d->talking)
		return false;
	bool any =
	    user_output_step(&d->output, d->chat, d->speech.peer_left || chat_finished(d->chat),
	                     &peer_left, clock_us());
	if (peer_left)
		speech_peer_left(&d->speech, clock_us());
	return any;
}

uint64_t dialogue_deadline(const struct dialogue *d, uint64_t now)
{
	uint64_t at = now < d->rest_until ? d->rest_until : NEVER;
	if (!d->talking)
		return at;
	return min_of(at, min_of(user_output_deadline(&d->output), speech_deadline(&d->speech)));
}
