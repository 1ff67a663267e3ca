#include "cmd/talk/dialogue.h"

#include <stdlib.h>
#include <string.h>

#include "base/min_max.h"
#include "chat/posting.h"
#include "cmd/report.h"
#include "cmd/talk/acquaintance.h"
#include "cmd/talk/deserted.h"
#include "cmd/talk/inbox.h"
#include "os/clock.h"
#include "session/session_net.h"

#define FRESH_US   (50 * MS) /* who was heard so lately is there */
#define CONFIRM_US (5 * MS)  /* a receipt waits for an answer to travel with */

struct dialogue *dialogue_new(const struct plan *plan, struct terminal_io *io,
                              struct postbox *postbox, unsigned number,
                              const struct meeting_peer *peer)
{
	struct dialogue *d = calloc(1, sizeof *d);
	struct chat *chat = chat_new(peer->pipe ? MODE_PIPE : plan_mode(plan));
	if (d == NULL || chat == NULL) {
		chat_free(chat);
		free(d);
		return NULL;
	}
	*d = (struct dialogue){ .plan = plan,
		                .io = io,
		                .post.all = postbox,
		                .number = number,
		                .peer = *peer,
		                .chat = chat,
		                .errands = { .postbox = postbox },
		                .path_since = NEVER,
		                .confirm_at = NEVER };
	d->repeats = (struct repeats){ .all = postbox, .peer = &d->peer };
	return d;
}

void dialogue_free(struct dialogue *d)
{
	if (d == NULL)
		return;
	chat_free(d->chat);
	bytes_wipe(d, sizeof *d);
	free(d);
}

struct event dialogue_event_of(const struct dialogue *d, enum event_kind kind)
{
	return (struct event){ .kind = kind, .conv = d->talk->number, .peer = d->peer.name };
}

/* ---- who is here, and how ---- */

static struct outbox *outbox_of(const struct dialogue *d)
{
	bool kept = d->peer.saved && d->post.all->used;
	return kept ? postbox_of(d->post.all, d->peer.fingerprint, d->peer.name) : NULL;
}

/* What our user says goes through the peer's outbox from now on, if it has one and nothing is on
 * its way past it. Another program may have it until then. */
static void find_outbox(struct dialogue *d, struct speech *speech)
{
	if (d->post.outbox != NULL || d->talk->saying || chat_unconfirmed(d->chat) > 0)
		return;
	d->post.outbox = outbox_of(d);
	speech_outbox(speech, d->talk, d->post.outbox);
}

void dialogue_begin(struct dialogue *d, struct speech *speech, uint64_t again,
                    struct session *session, const struct session_path *path)
{
	chat_attach(d->chat, session);
	d->talk = speech_connected(speech, d->chat, d->peer.name, outbox_of(d), again);
	d->post.outbox = NULL;
	find_outbox(d, speech);
	if (d->plan->options->inbox && d->peer.saved)
		(void)inbox_begin(d->plan->options->inbox, d->peer.name,
		                  postbox_of(d->post.all, d->peer.fingerprint, d->peer.name));
	d->output_before_us = d->io->written;
	d->talking = true;
	d->session = session;
	d->path = *path;
	errands_begin(&d->errands, d->plan, d->io, &d->peer, session, d->talk->number);
	struct event e = dialogue_event_of(d, EVENT_CONNECTED);
	e.again = again;
	acquaintance_here(d->plan, d->io, &d->peer, path, &e);
	if (!d->path.no_chat)
		return;
	struct event notice = dialogue_event_of(d, EVENT_NOTICE);
	notice.text = span_text("looking for a direct path; nothing is sent until there is one");
	(void)terminal_io_show(d->io, &notice);
}

static void show_path(struct dialogue *d)
{
	struct event e = dialogue_event_of(d, EVENT_PATH);
	e.path = acquaintance_path(&d->path);
	e.rtt_us = d->path.rtt_us;
	d->path_since = NEVER;
	(void)terminal_io_show(d->io, &e);
}

/* Where a path was lost, another is news when the peer was heard since: it may have died, too. */
static void new_path(struct dialogue *d, const struct session_path *path)
{
	uint64_t heard_at = session_heard_at(d->session);
	bool same = strcmp(acquaintance_path(&d->path), acquaintance_path(path)) == 0;
	d->path = *path;
	if (same && !d->plan->options->verbose)
		return;
	d->path_since = heard_at;
	if (clock_us() < heard_at + FRESH_US && !d->talk->away)
		show_path(d);
	else
		session_ping(d->session);
}

void dialogue_event(struct dialogue *d, const struct endpoint_event *e)
{
	bool away = e->kind == ENDPOINT_AWAY;
	struct event shown = dialogue_event_of(d, away ? EVENT_AWAY : EVENT_BACK);
	if (e->kind == ENDPOINT_PATH) {
		new_path(d, &e->path);
		return;
	}
	speech_away(d->talk, away);
	(void)terminal_io_show(d->io, &shown);
}

/* ---- what waits, or may come twice ---- */

static uint64_t said(const struct dialogue *d)
{
	return d->talk->said + d->tally.passed;
}

static void confirmed(struct dialogue *d)
{
	if (outbox_confirmed(d->post.outbox, said(d) - chat_unconfirmed(d->chat)))
		postbox_delivered(d->post.all, d->post.outbox);
}

/* What waited goes to the peer. */
static void post(struct dialogue *d, struct speech *speech)
{
	find_outbox(d, speech);
	if (d->post.outbox == NULL)
		return;
	confirmed(d);
	struct outbox_line line; /* a file in its place is the errands' */
	while (!d->talk->away && !tally_full(&d->tally, said(d) + 1) &&
	       outbox_next(d->post.outbox, errands_have_room(&d->errands), &line) && !line.file &&
	       posting_next(d->chat, d->post.outbox))
		tally_pass(&d->tally, said(d) + 1, line.fresh && !d->io->ui->class->addressed);
}

/* A text is shown that has this number. */
static void note_shown(struct dialogue *d)
{
	d->shown = d->held.number;
	repeats_show(&d->repeats, &d->held.mark);
}

/* True: a text has come that was shown before. */
static bool was_shown(struct dialogue *d)
{
	if (d->held.kind != EVENT_TEXT || !repeats_known(&d->repeats, &d->held.mark))
		return false;
	d->shown = d->held.number;
	d->held.kind = EVENT_SENT; /* nothing to be shown */
	d->holding = false;
	return true;
}

/* --inbox: a message of a contact goes into a file. It is confirmed when it is whole. */
static bool put_away(struct dialogue *d)
{
	const struct options *o = d->plan->options;
	const struct outbox_mark mark = d->held.mark;
	if (d->held.kind != EVENT_TEXT || o->inbox == NULL || !d->peer.saved)
		return false;
	uint64_t quota = options_number(o->quota, 1000) * 1000000;
	enum err err = inbox_add(o->inbox, d->peer.name, &mark, d->held.text, d->held.more, quota);
	if (!err && !d->held.more) {
		note_shown(d);
		repeats_note(&d->repeats, true);
		err = inbox_done(o->inbox, d->peer.name, &mark);
	}
	if (err && !d->output_failed) {
		d->output_failed = true;
		report_error(EXIT_LOCAL, "can't write to %s: %s", o->inbox,
		             err == ERR_FULL ? "--quota is used up; raise it" : file_why());
		chat_fail(d->chat, ERR_LOCAL, "its inbox failed");
	}
	d->held.kind = EVENT_SENT; /* nothing to be shown */
	d->holding = false;
	return true;
}

/* ---- it is over ---- */

void dialogue_break_off(struct dialogue *d)
{
	d->broken_off = true;
	chat_fail(d->chat, ERR_CUT, PHRASE_BROKEN_OFF);
}

/* The next event of the chat. */
static bool take(struct dialogue *d)
{
	if (!d->holding && !chat_take(d->chat, &d->held))
		return false;
	d->held.conv = d->talk->number;
	d->held.peer = d->peer.name;
	return true;
}

/* What the chat has taken of our user's words is shown with its number. */
static void show_sent(struct dialogue *d)
{
	while (take(d)) {
		d->holding = false;
		if (d->held.kind != EVENT_SENT)
			break;
		(void)terminal_io_show(d->io, &d->held);
	}
	d->confirm_at = NEVER;
}

/* What is left of our words waits for the next conversation. */
static void end_postbox(struct dialogue *d)
{
	repeats_note(&d->repeats, false);
	if (d->post.outbox == NULL)
		return;
	confirmed(d);
	outbox_again(d->post.outbox);
	postbox_write(d->post.all);
}

void dialogue_end(struct dialogue *d, struct phrase_over *facts, struct endings_result result)
{
	struct phrase p;
	facts->peer = d->peer.name;
	facts->pipe = d->plan->options->pipe || plan_forwards(d->plan);
	facts->person = d->io->person;
	facts->unconfirmed = d->post.outbox ? 0 : chat_unconfirmed(d->chat);
	phrase_over(&p, facts);
	struct event e = phrase_event(&p, EVENT_OVER);
	e.conv = d->talk->number;
	e.peer = d->peer.name;
	e.number = chat_unconfirmed(d->chat);
	e.err = result.err;
	e.exit_code = result.status;
	if (d->output_failed && result.status == EXIT_LOCAL && d->io->ui->class->only_data)
		report_error(result.status, "standard output failed: %s", d->io->out_why);
	show_sent(d);
	errands_end(&d->errands);
	if (d->output_failed && d->io->out_failed == ERR_CUT)
		terminal_io_log(&e);
	else
		(void)terminal_io_show(d->io, &e);
	end_postbox(d);
	chat_detach(d->chat);
	d->talking = false;
}

/* ---- what the peer says ---- */

void dialogue_confirm(struct dialogue *d)
{
	if (d->confirm_at == NEVER)
		return;
	d->confirm_at = NEVER;
	terminal_io_check(d->io);
	if (!d->io->out_failed)
		chat_shown(d->chat, d->written);
}

/* Something was written that the peer does not know of. */
static bool has_news(const struct dialogue *d, bool all)
{
	return d->plan->options->pipe ? d->io->written - d->output_before_us > d->written
	                              : all && d->written < d->shown;
}

static bool write_out(struct dialogue *d, uint64_t now)
{
	bool all = terminal_io_flush(d->io), news = has_news(d, all && terminal_io_hears(d->io));
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
		repeats_note(&d->repeats, false);
		d->confirm_at = min_of(d->confirm_at, now + CONFIRM_US);
	}
	return all;
}

bool dialogue_show_begin(struct dialogue *d, struct speech *speech, uint64_t now)
{
	if (!d->talking)
		return false;
	if (d->path_since != NEVER && session_heard_at(d->session) > d->path_since)
		show_path(d);
	if (d->talk->peer_left || chat_finished(d->chat) || now >= d->confirm_at)
		dialogue_confirm(d);
	d->busy = !plan_forwards(d->plan) && errands_turn(&d->errands, d->post.outbox, now);
	if (outcome_is_reached(&d->errands))
		(void)speech_hang_up(d->talk);
	chat_step(d->chat);
	deserted_limit(d->plan, d->chat, d->session, now);
	post(d, speech);
	return write_out(d, now);
}

/* While a text waits until some program reads it, all are told what became of ours. */
static void show_ours(struct dialogue *d)
{
	struct event e;
	while (d->io->audience && chat_take_ours(d->chat, &e)) {
		e.conv = d->talk->number;
		e.peer = d->peer.name;
		if (tally_is_news(&d->tally, &e))
			(void)terminal_io_show(d->io, &e);
	}
}

bool dialogue_show_next(struct dialogue *d, struct speech *speech, uint64_t now)
{
	bool fresh = !d->holding;
	show_ours(d);
	if (!take(d))
		return false;
	if (was_shown(d) || put_away(d))
		return true;
	bool waits = d->held.kind == EVENT_TEXT && repeats_wait(&d->repeats, &d->held.mark);
	/* a person is told at the end of the conversation, which is near */
	bool left = d->held.kind == EVENT_PEER_LEFT,
	     shown = !waits && (plan_forwards(d->plan) || (left && d->io->person) ||
	                        (fresh && !tally_is_news(&d->tally, &d->held)) ||
	                        terminal_io_try(d->io, &d->held));
	d->holding = !shown && d->held.kind != EVENT_BYTES; /* which come again */
	if (!shown)
		return false;
	if (d->held.kind == EVENT_TEXT)
		note_shown(d);
	if (left)
		speech_peer_left(speech, d->talk, now);
	return true;
}

bool dialogue_show_end(struct dialogue *d, uint64_t now)
{
	(void)write_out(d, now);
	return d->holding || d->plan->options->pipe || d->talk->peer_left || chat_finished(d->chat);
}

bool dialogue_pass(struct dialogue *d, struct span text)
{
	uint64_t number = said(d) + 1;
	bool before = d->post.outbox && outbox_unsaid(d->post.outbox);
	if (before || d->talk->saying || tally_full(&d->tally, number) ||
	    chat_text(d->chat, text, false) != OK)
		return false;
	tally_pass(&d->tally, number, false);
	return true;
}

uint64_t dialogue_deadline(const struct dialogue *d)
{
	uint64_t at = min_of(d->confirm_at, errands_deadline(&d->errands));
	return !d->talking ? NEVER : d->busy ? 0 : at;
}
