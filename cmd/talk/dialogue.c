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
	d->input = user_input_of(io, &d->speech);
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

static void show_peer(struct dialogue *d, enum event_kind kind)
{
	struct phrase differ;
	phrase_words_differ(&differ, d->peer->saved ? d->peer->name : "");
	struct event e = { .kind = kind,
		           .conv = speech_number(&d->speech),
		           .peer = d->peer->name,
		           .fingerprint = d->peer->fingerprint,
		           .suite = d->plan->suite->name,
		           .path = path_text(&d->path),
		           .rtt_us = d->path.rtt_us,
		           .words = d->peer->words,
		           .hint = span_text(d->peer->words[0] ? differ.text : ""),
		           .insecure = d->plan->suite->insecure };
	if (kind == EVENT_CONNECTED)
		log_line("connected to ", d->peer->name, ", ", d->peer->fingerprint, ", ", e.path,
		         NULL);
	(void)terminal_io_show(d->io, &e);
}

void dialogue_who(struct dialogue *d)
{
	if (d->talking)
		show_peer(d, EVENT_WHO);
	else
		notice_say(d->io, "nobody is here yet");
}

void dialogue_begin(struct dialogue *d, struct session *session, const struct session_path *path)
{
	chat_attach(d->chat, session);
	speech_connected(&d->speech, d->peer->name);
	user_output_begin(&d->output);
	d->talking = true;
	d->path = *path;
	show_peer(d, EVENT_CONNECTED);
	dialogue_settle(d);
	if (d->path.no_chat)
		notice_say(d->io, "looking for a direct path; nothing you say is sent before there "
		                  "is one");
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
	log_line(d->peer->name,
	         path   ? ": now "
	         : away ? " is away"
	                : " is back",
	         path ? shown.path : "", NULL);
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
	const char *why;
	struct phrase p;
	bool failed = user_output_failed(&d->output);
	enum err err = terminal_io_output_error(d->io, &why);
	facts->peer = d->peer->name;
	facts->pipe = d->plan->options->pipe;
	facts->unconfirmed = chat_unconfirmed(d->chat);
	phrase_over(&p, facts);
	struct event e = { .kind = EVENT_OVER,
		           .conv = speech_number(&d->speech),
		           .text = span_text(p.text),
		           .err = result.err,
		           .exit_code = result.status };
	notice_log(e.text);
	if (failed && result.status == EXIT_LOCAL && terminal_io_only_data(d->io))
		report_error(result.status, "standard output failed: ", why, ".", NULL);
	user_output_end(&d->output, d->chat);
	if (!(failed && err == ERR_CUT))
		(void)terminal_io_show(d->io, &e);
	chat_detach(d->chat);
	d->talking = false;
}

bool dialogue_over(struct dialogue *d, struct endings_result *result, bool *next)
{
	struct phrase_over over = { .left_early = speech_left_early(&d->speech) };
	const char *out_why, *in_why;
	if (!d->talking || terminal_io_crowded(d->io) ||
	    !chat_over(d->chat, &over.err, &over.words))
		return false;
	bool in_failed = user_input_failed(&d->input), out_failed = user_output_failed(&d->output);
	enum err out_err = terminal_io_output_error(d->io, &out_why);
	(void)terminal_io_input_error(d->io, &in_why);
	struct endings_facts facts = {
		.err = over.err,
		.input_failed = in_failed,
		.output_failed = out_failed,
		.output_deserted = out_err == ERR_CUT,
		.unsaid = speech_missed(&d->speech),
	};
	*result = endings_of(&facts);
	*next = d->plan->serving && d->plan->options->keep && !d->user_left && !in_failed &&
	        !out_failed;
	over.next = *next;
	over.failed_stream = out_failed ? "standard output" : in_failed ? "standard input" : NULL;
	over.failed_why = out_failed ? out_why : in_why;
	leave_session(d, &over, *result);
	if (*next) {
		chat_free(d->chat);
		d->chat = new_chat(d->plan);
		assert(d->chat);
	}
	user_input_drain(&d->input, clock_us());
	speech_over(&d->speech, d->chat);
	return true;
}

void dialogue_replaced(struct dialogue *d)
{
	struct phrase_over over = { .err = ERR_EXISTS, .anew = true };
	leave_session(d, &over, (struct endings_result){ ERR_EXISTS, EXIT_CUT });
	user_input_drain(&d->input, clock_us());
	speech_over(&d->speech, d->chat);
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
	if (user_input_rests(&d->input, now))
		return false;
	return !d->plan->options->pipe || speech_refuses(&d->speech) ||
	       (d->talking && chat_bytes_room(d->chat) > 0);
}

bool dialogue_read(struct dialogue *d, const struct watch watches[static TERMINAL_IO_WATCHES],
                   uint64_t now)
{
	bool failed = user_input_read(&d->input, watches, now);
	if (failed && d->talking)
		chat_fail(d->chat, ERR_LOCAL, "its input failed");
	return failed && !d->talking;
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

void dialogue_said(struct dialogue *d, bool any)
{
	char sentence[SPEECH_SENTENCE];
	struct event e;
	uint64_t now = clock_us();
	if (user_input_unsent(&d->input, &e, sentence, now))
		show_unsent(d, &e);
	if (d->talking && any)
		user_output_confirm(&d->output, d->chat); /* a receipt travels with what we say */
	(void)speech_step(&d->speech, speech_peer_leaves(&d->speech) && terminal_io_ready(d->io),
	                  now);
}

void dialogue_leave(struct dialogue *d)
{
	d->user_left = true;
	speech_leave(&d->speech);
}

void dialogue_settle(struct dialogue *d)
{
	if (d->talking)
		user_input_settle(&d->input, clock_us());
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
	bool any = user_output_step(&d->output, d->chat,
	                            speech_peer_leaves(&d->speech) || chat_finished(d->chat),
	                            &peer_left, clock_us());
	if (peer_left)
		speech_peer_left(&d->speech, clock_us());
	return any;
}

uint64_t dialogue_deadline(const struct dialogue *d, uint64_t now)
{
	uint64_t at = user_input_deadline(&d->input, now);
	if (!d->talking)
		return at;
	return min_of(at, min_of(user_output_deadline(&d->output), speech_deadline(&d->speech)));
}
