/* talk_end: how conversations end and the program does, and what is said about it. The words of
 * docs/JSON.md: EVENT_OVER for each conversation, EVENT_CLOSED once, as the last. See talk.h. */
#include <string.h>

#include "base/assert.h"
#include "cmd/report.h"
#include "cmd/talk/talk.h"
#include "os/clock.h"

enum { SENTENCE = 1024 };

#define BROKEN_OFF "broken off" /* the CLOSE of a program that ends in the middle */
#define GOODBYE_US (2 * SECOND) /* for CLOSE, LEAVE and what a stream link still holds */

/* --- what was not sent --- */

void talk_tell_unsent(struct talk *t, bool end)
{
	struct event e;
	char sentence[SPEECH_SENTENCE];
	if (!speech_unsent(&t->speech, end, &e, sentence) || !screen_show(&t->screen, &e))
		return;
	talk_log(e.text);
	speech_reported(&t->speech, &e);
}

/* --- a conversation --- */

static int exit_code_of(const struct talk *t, enum err err)
{
	if (t->output_failed)
		return t->screen.out_err == ERR_CUT ? EXIT_PIPE : EXIT_LOCAL;
	if (t->input_failed)
		return EXIT_LOCAL;
	if (!err && speech_missed(&t->speech))
		return EXIT_CUT;
	/* The peer's full disk, and its newer session, are not ours. */
	return err == ERR_LOCAL || err == ERR_EXISTS ? EXIT_CUT : err_exit(err);
}

static void add_unconfirmed(const struct talk *t, struct text *out)
{
	uint64_t count = chat_unconfirmed(t->chat);
	if (count == 0)
		return;
	text_add(out, ". Not confirmed: ");
	text_add_u64(out, count);
	text_add(out, t->o->pipe ? " bytes" : count == 1 ? " message" : " messages");
}

static void add_failure(struct text *out, const char *what, const char *why)
{
	text_add(out, what);
	text_add(out, " failed");
	text_add(out, why ? ": " : "");
	text_add(out, why ? why : "");
	text_add(out, "; the conversation was ended");
}

/* How it ended, for the user. */
static void describe_end(const struct talk *t, enum err err, struct span words, struct text *out)
{
	if (t->output_failed || t->input_failed) {
		add_failure(out, t->output_failed ? "standard output" : "standard input",
		            t->output_failed ? t->screen.out_why : t->screen.in_why);
		return;
	}
	if (!err && speech_left_early(&t->speech)) {
		text_add(out, t->peer_name);
		text_add(out, " left before the input ended");
		return;
	}
	if (err == ERR_BUSY) {
		text_add(out, t->peer_name);
		text_add(out, " is talking with someone else; try again later");
		return;
	}
	text_add(out, "the conversation with ");
	text_add(out, t->peer_name);
	text_add(out, err == OK            ? " is over"
	              : err == ERR_TRUST   ? " was refused"
	              : err == ERR_VERSION ? " was not possible"
	                                   : " was broken off");
	if (err == ERR_CUT && words.len == 0)
		text_add(out, ": nothing was heard for too long");
	if (err && span_is(words, BROKEN_OFF)) {
		text_add(out, " by the other side");
	} else if (err && words.len > 0) {
		text_add(out, "; the other side says: ");
		text_add_span(out, words);
	}
	if (err)
		add_unconfirmed(t, out);
}

/* What was taken has its number, also when the session failed. */
static void show_last_sent(struct talk *t)
{
	while (t->holding || chat_take(t->chat, &t->held)) {
		if (t->held.kind != EVENT_SENT)
			break;
		(void)screen_show(&t->screen, &t->held);
		t->holding = false;
	}
	t->holding = false;
}

/* The chat is done with this session. */
static void show_over(struct talk *t, enum err err, struct span text, int exit_code)
{
	struct event e = { .kind = EVENT_OVER,
		           .conv = speech_number(&t->speech),
		           .text = text,
		           .err = err,
		           .exit_code = exit_code };
	talk_log(text);
	if (t->output_failed && exit_code == EXIT_LOCAL && t->screen.ui->class->only_data)
		report_error(exit_code, "standard output failed: ", t->screen.out_why, ".", NULL);
	show_last_sent(t);
	if (!(t->output_failed && t->screen.out_err == ERR_CUT))
		(void)screen_show(&t->screen, &e);
	chat_detach(t->chat);
	t->talking = t->over = false;
	t->confirm_at = NEVER;
}

/* What was typed so far was meant for who leaves. */
static void end_speech(struct talk *t)
{
	screen_read_typed(&t->screen, speech_now(&t->speech), clock_us());
	speech_over(&t->speech, t->chat);
}

void talk_conversation_over(struct talk *t, enum err err, struct span words)
{
	char sentence[SENTENCE];
	struct text s = text_of(sentence, sizeof sentence);
	bool failed = t->output_failed || t->input_failed;
	bool next = t->serving && t->o->keep && !t->user_left && !failed;
	int code = exit_code_of(t, err);
	describe_end(t, err, words, &s);
	text_add(&s, next ? "; waiting for the next" : ".");
	if (failed)
		err = ERR_LOCAL;
	else if (!err && code)
		err = ERR_CUT;
	show_over(t, err, span_of(sentence, s.len), code);
	if (next) {
		chat_free(t->chat);
		t->chat = chat_new(t->o->pipe ? MODE_PIPE : MODE_CHAT);
		assert(t->chat);
	}
	end_speech(t);
	if (next)
		return;
	t->end_err = err;
	talk_end(t, code);
}

void talk_conversation_replaced(struct talk *t)
{
	char sentence[SENTENCE];
	struct text s = text_of(sentence, sizeof sentence);
	text_add(&s, t->peer_name);
	text_add(&s, " has started anew");
	add_unconfirmed(t, &s);
	show_over(t, ERR_EXISTS, span_of(sentence, s.len), EXIT_CUT);
	end_speech(t);
}

/* The program ends in the middle of it. */
static void abandon(struct talk *t, int exit_code)
{
	char sentence[SENTENCE];
	struct text s = text_of(sentence, sizeof sentence);
	struct session *session = endpoint_session(t->endpoint);
	if (session)
		session_close(session, CLOSE_OTHER, span_text(BROKEN_OFF));
	text_add(&s, "the conversation with ");
	text_add(&s, t->peer_name);
	text_add(&s, " was broken off");
	add_unconfirmed(t, &s);
	text_add(&s, ".");
	show_over(t, ERR_CUT, span_of(sentence, s.len), exit_code);
	speech_over(&t->speech, t->chat);
}

/* --- the program --- */

void talk_closed(struct talk *t)
{
	struct event e = { .kind = EVENT_CLOSED,
		           .err = t->end_err ? t->end_err : err_of_exit(t->exit_code),
		           .exit_code = t->exit_code };
	if (!t->closed_told)
		t->closed_told = screen_show(&t->screen, &e);
}

void talk_end(struct talk *t, int exit_code)
{
	if (t->finishing)
		return;
	if (t->talking)
		abandon(t, exit_code);
	t->finishing = true;
	t->exit_code = exit_code;
	t->finish_until = clock_us() + GOODBYE_US;
	talk_tell_unsent(t, false);
	talk_tell_unsent(t, true);
	talk_closed(t);
}

void talk_fail(struct talk *t, int exit_code, const char *text, const char *hint)
{
	if (t->finishing)
		return;
	talk_warn(t, err_of_exit(exit_code), text, hint);
	t->end_err = err_of_exit(exit_code);
	talk_end(t, exit_code);
}

void talk_fail_input(struct talk *t)
{
	char text[SENTENCE];
	struct text s = text_of(text, sizeof text);
	text_add(&s, "cannot read standard input: ");
	text_add(&s, t->screen.in_why ? t->screen.in_why : "it fails");
	talk_fail(t, EXIT_LOCAL, text, NULL);
}

void talk_fail_output(struct talk *t)
{
	bool nobody = t->screen.out_err == ERR_CUT;
	if (!nobody)
		report_error(EXIT_LOCAL, "cannot write to standard output: ", t->screen.out_why,
		             ".", NULL);
	t->end_err = ERR_LOCAL;
	talk_end(t, nobody ? EXIT_PIPE : EXIT_LOCAL);
}
