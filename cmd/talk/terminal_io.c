#include "cmd/talk/terminal_io.h"

#include <signal.h>
#include <string.h>

#include "base/min_max.h"
#include "base/text.h"
#include "cmd/report.h"
#include "cmd/talk/screen.h"
#include "cmd/talk/surroundings.h"
#include "os/clock.h"
#include "os/descriptor.h"
#include "os/process.h"
#include "os/terminal.h"
#include "ui/files.h"

#define LOOK_US (200 * MS) /* in the background: is this the foreground again? */

static uint8_t keys[65536]; /* what was read, until the interactor has it */

/* The input is a text that was given, for the first conversation. False: it is too long. */
static bool say(struct terminal_io *s, const char *text)
{
	size_t len = strlen(text);
	if (len >= interactor_room(s->ui))
		return false;
	interactor_input(s->ui, span_of(text, len), 1, 0);
	interactor_input(s->ui, span_text("\n"), 1, 0); /* which belongs not to it */
	interactor_input_end(s->ui);
	s->input_ended = true;
	return true;
}

int terminal_io_open(struct terminal_io *s, const struct plan *plan, const char *whom)
{
	const struct options *o = plan->options;
	bool forwards = plan_forwards(plan), says = o->command == FOR_SAY;
	bool terminal = terminal_is(0) && terminal_is(1) && !forwards && !says;
	const struct interactor_class *class;
	*s = (struct terminal_io){ .out_failed = OK, .kept = -1 };
	int code = screen_class(plan, terminal, &class);
	if (code)
		return code;
	s->screen = class == &files_class ? 2 : 1;
	if (class == &files_class)
		terminal = terminal_is(2);
	struct interactor_config config = surroundings_of(o, terminal && !o->pipe, s->screen);
	unsigned usual = o->relay_lines || forwards ? TERMINAL_IO_PEERS : class->peers;
	s->peers = whom || o->pipe ? 1 : (unsigned)options_number(o->max, usual);
	if (class == &files_class && !terminal)
		config.columns = 0; /* there is no row to write over */
	config.several = s->peers > 1;
	config.whom = whom;
	config.one = says;
	bool serves = screen_serves(plan);
	config.numbered = o->socket || serves;
	s->ui = interactor_new(class, &config);
	if (s->ui == NULL)
		return report_no_room();
	terminal_io_clock(s);
	if (config.numbered) {
		code = audience_open(o->socket, &s->audience);
		if (!code && serves)
			code = web_open(s->audience, &s->web);
		if (code)
			return code;
	}
	s->terminal = class->terminal;
	s->person =
	    terminal_is(0) && !forwards && !says && class->mode == MODE_CHAT && !class->addressed;
	if (s->terminal && !terminal_raw(0))
		return report_error(EXIT_LOCAL,
		                    "can't switch this terminal to single keys. Try --ui lines.");
	if (!config.dumb) /* bracketed paste is off again, as interactor_end has it */
		terminal_farewell(span_text("\x1b[?2004l\r\n"));
	/* a question is for a terminal alone */
	if (class == &files_class ? !terminal_is(0) : whom == NULL && o->pipe && terminal_is(0)) {
		s->input_ended = true;
		interactor_input_end(s->ui);
	}
	if (says && strcmp(o->arguments[1], "-") != 0 && !say(s, o->arguments[1]))
		return report_error(EXIT_USAGE,
		                    "that is too long for an argument. Give - instead of the text, "
		                    "and the text on standard input.");
	struct event hello = { .kind = EVENT_HELLO, .text = span_text(SCHAT_VERSION) };
	(void)terminal_io_show(s, &hello);
	return 0;
}

static int descriptor_of(const struct terminal_io *s)
{
	return s->where == UI_KEPT ? s->kept : s->where;
}

void terminal_io_close(struct terminal_io *s)
{
	if (s->ui == NULL)
		return;
	interactor_end(s->ui);
	for (int i = 0; !terminal_io_flush(s) && s->audience == NULL && i < 10;
	     i++) /* a moment for a reader that is slow */
		(void)descriptor_writable(descriptor_of(s), 100);
	audience_close(s->audience);
	web_close(s->web);
	terminal_restore();
	interactor_free(s->ui);
	descriptor_close(s->kept);
	bytes_wipe(s, sizeof *s);
}

void terminal_io_end_output(struct terminal_io *s)
{
	if (!s->out_ended && !s->out_failed)
		descriptor_end(1);
	s->out_ended = true;
}

void terminal_io_drop_output(struct terminal_io *s)
{
	s->out_failed = ERR_CUT;
}

static void resized(struct terminal_io *s)
{
	struct terminal_size size = terminal_size(s->screen);
	interactor_resize(s->ui, size.columns, size.rows);
}

static void continued(struct terminal_io *s)
{
	if (!s->terminal)
		return;
	s->background = !terminal_raw_again(0);
	if (!s->background)
		resized(s);
}

/* A pipe is read only when much fits, since each small read would move what is buffered. */
static size_t room_of(const struct terminal_io *s)
{
	size_t room = interactor_room(s->ui);
	return s->ui->class->mode == MODE_PIPE && room < s->ui->class->waiting / 2 ? 0 : room;
}

void terminal_io_watch(const struct terminal_io *s, bool want_input, uint64_t now,
                       struct watch watches[static TERMINAL_IO_WATCHES])
{
	bool want =
	    want_input && !s->input_ended && !s->in_failed && !s->background && room_of(s) > 0;
	watches[0] = s->audience ? poller_lasting(audience_watch(s->audience, want, now), true)
	                         : poller_lasting(0, want);
	watches[1] = s->web ? poller_lasting(web_watch(s->web), true)
	                    : (struct watch){ .fd = descriptor_of(s), .write = s->where != 0 };
}

void terminal_io_clock(struct terminal_io *s)
{
	uint32_t date, clock_s = clock_local(s->unix_ms = clock_unix_ms(), &date);
	interactor_clock(s->ui, s->unix_ms, date, clock_s);
}

uint64_t terminal_io_deadline(const struct terminal_io *s)
{
	uint64_t at = interactor_deadline(s->ui);
	if (s->audience && audience_ready(s->audience) && room_of(s) > 0)
		return 0;
	if (s->audience)
		at = min_of(at, audience_deadline(s->audience));
	if (s->web)
		return min_of(at, web_deadline(s->web));
	return s->background ? min_of(at, clock_us() + LOOK_US) : at;
}

/* What can be read at once. False: nothing, the end, or an error. */
static bool read_some(struct terminal_io *s, uint64_t conv, uint64_t now)
{
	size_t room = room_of(s), len;
	if (room == 0)
		return false;
	size_t cap = min_of(room, sizeof keys);
	uint8_t *place = interactor_place(s->ui), *at = place ? place : keys;
	enum err err = s->audience ? audience_read(s->audience, at, cap, &len)
	                           : descriptor_read(0, at, cap, &len);
	if (err == ERR_FULL)
		return false;
	if (err) {
		s->in_failed = err;
		s->in_why = descriptor_why();
		return false;
	}
	if (len == 0) {
		s->input_ended = true;
		interactor_input_end(s->ui);
		return false;
	}
	interactor_input(s->ui, span_of(at, len), conv, now);
	if (at == keys)
		bytes_wipe(keys, len);
	return true;
}

bool terminal_io_read(struct terminal_io *s, const struct watch watches[static TERMINAL_IO_WATCHES],
                      uint64_t conv, uint64_t now)
{
	bool any = false;
	interactor_timer(s->ui, now);
	if (s->background)
		continued(s);
	if (!watches[0].readable && s->audience == NULL)
		return false;
	if (s->web && (watches[1].readable || now >= web_deadline(s->web)))
		web_turn(s->web, now);
	if (s->audience && (watches[0].readable || now >= audience_deadline(s->audience)))
		audience_turn(s->audience, now);
	while (read_some(s, conv, now)) {
		any = true;
		if (s->audience == NULL && (!s->ui->class->only_data || !descriptor_readable(0, 0)))
			break;
	}
	return any;
}

void terminal_io_read_typed(struct terminal_io *s, uint64_t conv, uint64_t now)
{
	size_t room = interactor_room(s->ui);
	if (s->terminal || s->audience || s->input_ended || s->in_failed || room == 0)
		return;
	size_t len = terminal_typed(0, keys, min_of(room, sizeof keys));
	interactor_input(s->ui, span_of(keys, len), conv, now);
	bytes_wipe(keys, len);
}

bool terminal_io_ready(const struct terminal_io *s)
{
	if (s->audience)
		return audience_ready(s->audience);
	return !s->input_ended && !s->in_failed && descriptor_readable(0, 0);
}

void terminal_io_check(struct terminal_io *s)
{
	if (!s->out_failed && !s->out_ended && !s->audience && descriptor_deserted(1))
		s->out_failed = ERR_CUT;
}

bool terminal_io_try(struct terminal_io *s, struct event *event)
{
	event->unix_ms = s->unix_ms;
	event->clock_s = clock_local(s->unix_ms, &event->date);
	if (s->audience == NULL)
		return interactor_show(s->ui, event);
	audience_take(s->audience, s->ui, EVENT_NOTICE, CONV_NOBODY);
	if (event->kind == EVENT_TEXT) {
		(void)audience_write(s->audience);
		if (!audience_hears(s->audience))
			return false; /* it waits where it is until somebody gets it */
	}
	bool shown = interactor_show(s->ui, event);
	audience_take(s->audience, s->ui, event->kind, event->conv);
	return shown;
}

static void log_sentence(const char *before, struct span s)
{
	char line[1024]; /* what is longer is cut */
	struct text t = text_of(line, sizeof line);
	if (s.len == 0)
		return;
	text_add(&t, before);
	text_add_span(&t, s);
	report_log("%s", line);
}

void terminal_io_log(const struct event *e)
{
	switch (e->kind) {
	case EVENT_LISTENING: log_sentence("listening on ", e->text); break;
	case EVENT_CONNECTED:
		report_log("connected to %s, %s, %s", e->peer, e->fingerprint, e->path);
		break;
	case EVENT_PATH: report_log("%s: now %s", e->peer, e->path); break;
	case EVENT_AWAY: report_log("%s is away", e->peer); break;
	case EVENT_BACK: report_log("%s is back", e->peer); break;
	case EVENT_NOTICE:
	case EVENT_GUESS:
	case EVENT_ERROR:
	case EVENT_UNSENT:
	case EVENT_OFFER:
	case EVENT_ITEM:
	case EVENT_TRANSFER:
	case EVENT_OVER: log_sentence("", e->text); break;
	default: break;
	}
}

static void tell_log_trouble(struct terminal_io *s)
{
	char sentence[REPORT_TROUBLE];
	bool kept = s->kept_failed;
	s->kept_failed = false;
	if (!kept && !report_log_trouble(sentence))
		return;
	if (kept)
		text_copy(sentence, sizeof sentence,
		          "what is said can't be written to the file any more; the log is off");
	struct event e = { .kind = EVENT_ERROR, .err = ERR_LOCAL, .text = span_text(sentence) };
	(void)terminal_io_try(s, &e);
}

bool terminal_io_show(struct terminal_io *s, struct event *event)
{
	bool shown = terminal_io_try(s, event);
	if (!shown) {
		(void)terminal_io_flush(s);
		shown = terminal_io_try(s, event);
	}
	if (shown || event->kind != EVENT_UNSENT) /* which comes again until it is shown */
		terminal_io_log(event);
	tell_log_trouble(s);
	return shown;
}

bool terminal_io_crowded(struct terminal_io *s)
{
	if (interactor_crowded(s->ui))
		(void)terminal_io_flush(s);
	return interactor_crowded(s->ui);
}

/* How many of the bytes are done with. Output that can't be written is dropped: on standard error
 * it is only talk, and a failure of standard output is remembered. */
static size_t write_some(struct terminal_io *s, struct span bytes)
{
	size_t taken;
	bool out = s->where == UI_OUT, kept = s->where == UI_KEPT;
	if ((out && s->out_failed) || (kept && s->kept < 0))
		return bytes.len;
	enum err err = descriptor_write(descriptor_of(s), bytes, &taken);
	if (kept && err) {
		terminal_io_keep(s, -1);
		s->kept_failed = true;
	}
	if (out)
		s->written += taken;
	if (out && err) {
		s->out_failed = err;
		s->out_why = descriptor_why();
	}
	return err ? bytes.len : taken;
}

bool terminal_io_flush(struct terminal_io *s)
{
	struct span bytes;
	if (s->audience) {
		audience_take(s->audience, s->ui, EVENT_NOTICE, CONV_NOBODY);
		return audience_write(s->audience);
	}
	while ((bytes = interactor_output(s->ui, &s->where)).len > 0) {
		size_t len = write_some(s, bytes);
		interactor_written(s->ui, len);
		if (len < bytes.len)
			return false;
	}
	return true;
}

bool terminal_io_hears(const struct terminal_io *s)
{
	return s->audience == NULL || audience_hears(s->audience);
}

void terminal_io_keep(struct terminal_io *s, int fd)
{
	descriptor_close(s->kept);
	s->kept = fd;
	interactor_keep(s->ui, fd >= 0);
}

void terminal_io_suspend(struct terminal_io *s)
{
	if (!s->terminal)
		return;
	(void)terminal_io_flush(s);
	terminal_restore();
	process_suspend();
	continued(s);
}

void terminal_io_signal(struct terminal_io *s, int number)
{
	if (number == SIGWINCH)
		resized(s);
	else if (number == SIGCONT)
		continued(s);
	else if (number == SIGHUP)
		report_log_reopen();
	tell_log_trouble(s);
}
