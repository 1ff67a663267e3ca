/* json: for programs. docs/JSON.md says what each line means. Everything is an event on UI_OUT, one
 * object a line; commands come the same way. A command that makes no sense is answered by an error
 * event and does nothing. -q changes nothing: all of it is data. A message names its conversation,
 * or is for the one in which the first byte of its line was read. */
#include <string.h>

#include "base/assert.h"
#include "base/text.h"
#include "ui/classes.h"
#include "ui/feed.h"
#include "ui/json_read.h"
#include "ui/json_write.h"
#include "ui/out.h"

enum {
	LINE = 6 * LIMIT_TEXT +
	       4096, /* bytes of a command: a text of escapes, and what is around it */
	ID = 64,     /* bytes of a program's name for its message */
	IDS = 64,    /* messages taken whose number is not yet known */
	FIELD = 512, /* bytes of a name, a path, ... that are written */
	HINT = 1024, /* ... of a hint */
	ROOM = 6 * 6 * FIELD + 2048 /* that an event needs besides its text and hint */
};

_Static_assert(ROOM + JSON_TEXT_ROOM(LIMIT_TEXT + HINT) + OUT_RESERVE <= OUT_SIZE, "any text fits");
_Static_assert(ROOM + JSON_TEXT_ROOM(1024 + HINT) + IDS * 1024 <= OUT_RESERVE, "an end always does");

struct json {
	struct interactor ui;
	struct out out;
	struct feed feed;
	uint8_t input[LINE];
	uint8_t scratch[LINE];
	bool skipping; /* the rest of a line that was too long */
	bool keep; /* there may be several conversations: messages have to name theirs */
	bool quit, quit_told, end_told;
	bool closed;   /* the last event was written */
	bool insecure; /* as EVENT_CONNECTED said */
	uint64_t conv; /* the conversation that goes on; 0: none */
	char peer[FIELD + 1];

	bool waiting;	      /* a message waits to be taken: */
	struct span text, id; /* in scratch */
	uint64_t text_conv;
	bool handed; /* taken unless told otherwise */
	struct {
		uint8_t at[ID];
		size_t len;
	} ids[IDS]; /* oldest first */
	size_t ids_count;
};

static struct json *json_of(const struct interactor *ui)
{
	assert(ui->class == &json_class);
	return (struct json *)(uintptr_t)ui;
}

static enum err json_init(struct interactor *ui, const struct interactor_config *config)
{
	struct json *j = json_of(ui);
	j->keep = config->keep;
	j->feed = feed_of(j->input, sizeof j->input);
	return OK;
}

/* ---- events ---- */

static const char *event_name(enum event_kind kind)
{
	switch (kind) {
	case EVENT_NOTICE: return "notice";
	case EVENT_LISTENING: return "listening";
	case EVENT_CODE: return "code";
	case EVENT_WAITING: return "waiting";
	case EVENT_GUESS: return "guess";
	case EVENT_CONNECTED: return "connected";
	case EVENT_PATH: return "path";
	case EVENT_AWAY: return "away";
	case EVENT_BACK: return "back";
	case EVENT_WHO: return "who";
	case EVENT_ERROR: return "error";
	case EVENT_OVER: return "over";
	case EVENT_CLOSED: return "closed";
	case EVENT_TEXT: return "msg";
	case EVENT_SENT: return "sent";
	case EVENT_DELIVERED: return "receipt";
	case EVENT_PEER_LEFT: return "peer-left";
	case EVENT_UNSENT: /* each was answered by an error */
	case EVENT_BYTES: break;
	}
	return NULL;
}

static const char *err_name(enum err err)
{
	static const char *const names[] = {
		"none", "format", "auth",    "replay",	"full",	  "state", "unreachable", "trust",
		"cut",	"local",  "version", "timeout", "exists", "busy",  "usage"
	};
	return (size_t)err < sizeof names / sizeof names[0] ? names[err] : "other";
}

static void end_event(const struct json *j, struct writer *w)
{
	if (j->insecure) {
		json_true(w, "insecure");
		json_string(w, "warning", "NOT ENCRYPTED");
	}
	json_end(w);
}

/* id, conv: of the command; empty, 0: none. */
static void say_wrong_in(struct json *j, enum err err, const char *text, struct span id,
			 uint64_t conv)
{
	struct writer w = out_begin(&j->out);
	json_begin(&w, "error");
	json_string(&w, "err", err_name(err));
	json_string(&w, "text", text);
	if (id.len > 0)
		json_text(&w, "id", id);
	if (conv > 0)
		json_number(&w, "conv", conv);
	end_event(j, &w);
	out_done(&j->out, UI_OUT, &w);
}

static void say_wrong(struct json *j, enum err err, const char *text, struct span id)
{
	say_wrong_in(j, err, text, id, 0);
}

static void add_field(struct writer *w, const char *name, const char *text)
{
	size_t len = text ? strlen(text) : 0;
	if (len > 0)
		json_text(w, name, span_of(text, len < FIELD ? len : FIELD));
}

static void add_peer(struct json *j, struct writer *w, const struct event *e)
{
	struct text name = text_of(j->peer, sizeof j->peer);
	text_add(&name, e->peer ? e->peer : "");
	add_field(w, "peer", e->peer);
	add_field(w, "fp", e->fingerprint);
	add_field(w, "suite", e->suite);
	add_field(w, "words", e->words);
}

static void add_path(struct writer *w, const struct event *e)
{
	add_field(w, "path", e->path);
	if (e->rtt_us > 0)
		json_thousandths(w, "ms", e->rtt_us);
}

static void add_text(struct writer *w, const char *name, struct span text, size_t max)
{
	if (text.len > 0)
		json_text(w, name, span_of(text.at, text.len < max ? text.len : max));
}

/* The id that the program gave the oldest message without a number. */
static void add_id(struct json *j, struct writer *w)
{
	if (j->ids_count == 0)
		return;
	add_text(w, "id", span_of(j->ids[0].at, j->ids[0].len), ID);
	j->ids_count--;
	memmove(j->ids, j->ids + 1, j->ids_count * sizeof j->ids[0]);
}

static void add_fields(struct json *j, struct writer *w, const struct event *e)
{
	switch (e->kind) {
	case EVENT_CODE: add_field(w, "code", e->code); break;
	case EVENT_GUESS: json_number(w, "n", e->number); break;
	case EVENT_CONNECTED:
	case EVENT_WHO:
		j->insecure = e->insecure;
		add_peer(j, w, e);
		add_path(w, e);
		return;
	case EVENT_PATH: add_path(w, e); break;
	case EVENT_ERROR: json_string(w, "err", err_name(e->err)); break;
	case EVENT_OVER:
		add_field(w, "peer", j->peer); /* and on with: */
		/* fall through */
	case EVENT_CLOSED:
		json_string(w, "err", err_name(e->err));
		json_number(w, "exit", (uint64_t)(e->exit_code > 0 ? e->exit_code : 0));
		break;
	case EVENT_SENT:
		add_id(j, w);
		json_number(w, "n", e->number);
		return; /* who sent it knows what it says */
	case EVENT_TEXT:
		add_field(w, "peer", j->peer);
		json_number(w, "n", e->number);
		if (e->more)
			json_true(w, "more");
		json_text(w, "text", e->text);
		return;
	case EVENT_DELIVERED: json_number(w, "n", e->number); return;
	case EVENT_AWAY:
	case EVENT_BACK:
	case EVENT_PEER_LEFT: add_field(w, "peer", j->peer); break;
	default: break;
	}
	add_text(w, "text", e->text, LIMIT_TEXT);
	add_text(w, "hint", e->hint, HINT);
}

/* Messages that were taken and will never have a number. */
static void say_unsent(struct json *j)
{
	for (size_t i = 0; i < j->ids_count; i++)
		say_wrong(j, ERR_STATE, "not sent", span_of(j->ids[i].at, j->ids[i].len));
	j->ids_count = 0;
}

/* Numbers of messages of one conversation are not for the next. */
static bool is_border(const struct event *e)
{
	return e->kind == EVENT_OVER || e->kind == EVENT_CLOSED || e->kind == EVENT_CONNECTED;
}

/* These belong to a conversation. */
static bool is_within(const struct event *e)
{
	switch (e->kind) {
	case EVENT_CONNECTED:
	case EVENT_PATH:
	case EVENT_AWAY:
	case EVENT_BACK:
	case EVENT_WHO:
	case EVENT_TEXT:
	case EVENT_SENT:
	case EVENT_DELIVERED:
	case EVENT_PEER_LEFT:
	case EVENT_OVER: return true;
	default: return false;
	}
}

/* These wait in the chat; others have nowhere to wait. */
static bool is_chats(const struct event *e)
{
	return e->kind >= EVENT_TEXT;
}

static size_t room_for(const struct json *j, const struct event *e)
{
	size_t text = e->text.len < LIMIT_TEXT ? e->text.len : LIMIT_TEXT;
	size_t unsent = is_border(e) ? j->ids_count * 1024 : 0;
	return ROOM + JSON_TEXT_ROOM(text + HINT) + unsent + (is_chats(e) ? OUT_RESERVE : 0);
}

static bool json_show(struct interactor *ui, const struct event *event, size_t *used)
{
	struct json *j = json_of(ui);
	const char *name = event_name(event->kind);
	*used = 0;
	if (!name || j->closed)
		return true;
	if (out_room(&j->out) < room_for(j, event))
		return false;
	if (is_border(event))
		say_unsent(j);
	if (event->kind == EVENT_CONNECTED)
		j->conv = event->conv;
	struct writer w = out_begin(&j->out);
	json_begin(&w, name);
	json_number(&w, "ts", event->unix_s);
	if (is_within(event) && j->conv > 0)
		json_number(&w, "conv", j->conv);
	add_fields(j, &w, event);
	end_event(j, &w);
	out_done(&j->out, UI_OUT, &w);
	j->closed = event->kind == EVENT_CLOSED;
	if (event->kind == EVENT_OVER)
		j->conv = 0;
	return true;
}

/* ---- commands ---- */

static size_t json_room(const struct interactor *ui)
{
	return feed_room(&json_of(ui)->feed);
}

static void json_input(struct interactor *ui, struct span keys, uint64_t conv, uint64_t now)
{
	(void)now;
	feed_add(&json_of(ui)->feed, keys, conv);
}

static void json_input_end(struct interactor *ui)
{
	json_of(ui)->feed.ended = true;
}

static void want_text(struct json *j, const struct json_field *text, struct span id,
		      const struct json_field *conv)
{
	if (j->quit) {
		say_wrong(j, ERR_STATE, "after quit", id);
	} else if (!text->given) {
		say_wrong(j, ERR_USAGE, "text is missing", id);
	} else if (text->text.len > LIMIT_TEXT) {
		say_wrong(j, ERR_USAGE, "text must have at most 16000 bytes", id);
	} else if (j->keep && !conv->given) {
		say_wrong(j, ERR_USAGE, "conv is missing: with --keep a message names its conversation",
			  id);
	} else {
		j->waiting = true;
		j->text = text->text;
		j->id = id;
		j->text_conv = conv->given ? conv->value : feed_conv(&j->feed);
	}
}

/* What a line wants: *command, or a text that waits, or an error event. */
static bool run(struct json *j, struct span line, struct command *command)
{
	struct json_field f[] = {
		{ .name = "cmd" }, { .name = "text" }, { .name = "id" }, { .name = "conv", .number = true }
	};
	struct writer scratch = writer_of(j->scratch, sizeof j->scratch);
	const char *wrong = json_read(line, f, 4, &scratch);
	struct span cmd = f[0].text, id = f[2].given ? f[2].text : span_of(NULL, 0);
	if (wrong) {
		say_wrong(j, ERR_USAGE, wrong, span_of(NULL, 0));
	} else if (id.len > ID) {
		say_wrong(j, ERR_USAGE, "id must have at most 64 bytes", span_of(NULL, 0));
	} else if (!f[0].given) {
		say_wrong(j, ERR_USAGE, "cmd is missing", id);
	} else if (span_is(cmd, "send")) {
		want_text(j, &f[1], id, &f[3]);
	} else if (span_is(cmd, "who")) {
		command->kind = COMMAND_WHO;
		return true;
	} else if (span_is(cmd, "quit")) {
		j->quit = true;
	} else {
		say_wrong(j, ERR_USAGE, "unknown cmd", id);
	}
	return false;
}

/* A line longer than any command: an error, and everything up to its end is skipped. */
static void skip_long_line(struct json *j)
{
	if (!j->skipping)
		say_wrong(j, ERR_USAGE, "the line is too long", span_of(NULL, 0));
	j->skipping = true;
	feed_use(&j->feed, feed_waiting(&j->feed).len);
}

static bool is_blank(struct span line)
{
	size_t i = 0;
	while (i < line.len && (line.at[i] == ' ' || line.at[i] == '\t'))
		i++;
	return i == line.len;
}

/* Runs lines until one wants something of the program. */
static bool next_command(struct json *j, struct command *command)
{
	struct span line;
	size_t used;
	while (!j->waiting && out_room(&j->out) >= ROOM) {
		if (!feed_line(&j->feed, &line, &used)) {
			if (feed_room(&j->feed) > 0 || j->feed.ended)
				break;
			skip_long_line(j);
			continue;
		}
		bool wants = !j->skipping && !is_blank(line) && run(j, line, command);
		j->skipping = false;
		feed_use(&j->feed, used);
		if (wants)
			return true;
	}
	return false;
}

static void keep_id(struct json *j)
{
	assert(j->ids_count < IDS);
	if (j->id.len > 0)
		memcpy(j->ids[j->ids_count].at, j->id.at, j->id.len);
	j->ids[j->ids_count++].len = j->id.len;
}

static void drop_text(struct json *j)
{
	bytes_wipe(j->scratch, sizeof j->scratch);
	j->text = j->id = span_of(NULL, 0);
	j->waiting = false;
}

static void json_answer(struct interactor *ui, enum answer answer, size_t len)
{
	struct json *j = json_of(ui);
	(void)len;
	if (j->handed && answer == ANSWER_TAKEN)
		keep_id(j);
	else if (j->handed && answer != ANSWER_LATER)
		say_wrong_in(j, ERR_STATE,
			     answer == ANSWER_OVER ? "not sent: that conversation is over"
						   : "not sent: there is no such conversation now",
			     j->id, j->text_conv);
	if (j->handed && answer != ANSWER_LATER)
		drop_text(j);
	j->handed = false;
}

static uint64_t json_unsent(const struct interactor *ui)
{
	(void)ui;
	return 0; /* what has neither a number nor an error by EVENT_CLOSED was not sent */
}

/* No more messages than ids have room: the rest waits for their numbers. */
static bool json_take(struct interactor *ui, struct command *command)
{
	struct json *j = json_of(ui);
	json_answer(ui, ANSWER_TAKEN, 0);
	*command = (struct command){ 0 };
	if (next_command(j, command))
		return true;
	if (j->waiting) {
		j->handed = j->ids_count < IDS && out_room(&j->out) >= ROOM;
		*command = (struct command){ .kind = COMMAND_TEXT,
					     .conv = j->text_conv,
					     .text = j->text,
					     .id = j->id };
		return j->handed;
	}
	if (j->quit && !j->quit_told) {
		command->kind = COMMAND_QUIT;
		j->quit_told = true;
		return true;
	}
	if (j->quit || j->end_told || !j->feed.ended || feed_waiting(&j->feed).len > 0)
		return false;
	command->kind = COMMAND_END;
	j->end_told = true;
	return true;
}

/* ---- the rest ---- */

static void json_leave(struct interactor *ui)
{
	(void)ui;
}

static uint64_t json_deadline(const struct interactor *ui)
{
	(void)ui;
	return NEVER;
}

static void json_tick(struct interactor *ui, uint64_t now)
{
	(void)ui;
	(void)now;
}

static void json_resize(struct interactor *ui, unsigned columns, unsigned rows)
{
	(void)ui;
	(void)columns;
	(void)rows;
}

static size_t json_output(struct interactor *ui, int *where, uint8_t *out, size_t cap)
{
	return out_take(&json_of(ui)->out, where, out, cap);
}

const struct interactor_class json_class = {
	.name = "json",
	.mode = MODE_CHAT,
	.size = sizeof(struct json),
	.init = json_init,
	.end = json_leave,
	.room = json_room,
	.input = json_input,
	.input_end = json_input_end,
	.deadline = json_deadline,
	.tick = json_tick,
	.take = json_take,
	.answer = json_answer,
	.unsent = json_unsent,
	.show = json_show,
	.resize = json_resize,
	.output = json_output,
};
