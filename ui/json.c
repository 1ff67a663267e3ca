/* json: for programs. docs/JSON.md says what each line means. Everything is an event on UI_OUT, one
 * object a line; commands come the same way. A command that makes no sense is answered by an error
 * event and does nothing. -q changes nothing: all of it is data. */
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

_Static_assert(ROOM + JSON_TEXT_ROOM(LIMIT_TEXT + HINT) + IDS * 1024 <= OUT_SIZE, "any event fits");

struct json {
	struct interactor ui;
	struct out out;
	struct feed feed;
	uint8_t input[LINE];
	uint8_t scratch[LINE];
	bool skipping; /* the rest of a line that was too long */
	bool quit, quit_told;
	bool insecure; /* as EVENT_CONNECTED said */
	char peer[FIELD + 1];

	struct span text, id; /* the message that waits to be taken, in scratch; text empty: none */
	bool handed;	      /* taken unless told otherwise */
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
	(void)config;
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
	case EVENT_CLOSED: return "closed";
	case EVENT_TEXT: return "msg";
	case EVENT_SENT: return "sent";
	case EVENT_DELIVERED: return "receipt";
	case EVENT_PEER_LEFT: return "peer-left";
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

static void say_wrong(struct json *j, enum err err, const char *text, struct span id)
{
	struct writer w = out_begin(&j->out);
	json_begin(&w, "error");
	json_string(&w, "err", err_name(err));
	json_string(&w, "text", text);
	if (id.len > 0)
		json_text(&w, "id", id);
	end_event(j, &w);
	out_done(&j->out, UI_OUT, &w);
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
		break;
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
	return e->kind == EVENT_CLOSED || e->kind == EVENT_CONNECTED;
}

static size_t room_for(const struct json *j, const struct event *e)
{
	size_t text = e->text.len < LIMIT_TEXT ? e->text.len : LIMIT_TEXT;
	size_t unsent = is_border(e) ? j->ids_count * 1024 : 0;
	return ROOM + JSON_TEXT_ROOM(text + HINT) + unsent;
}

static bool json_show(struct interactor *ui, const struct event *event, size_t *used)
{
	struct json *j = json_of(ui);
	const char *name = event_name(event->kind);
	*used = 0;
	if (!name)
		return true;
	if (out_room(&j->out) < room_for(j, event))
		return false;
	if (is_border(event))
		say_unsent(j);
	struct writer w = out_begin(&j->out);
	json_begin(&w, name);
	json_number(&w, "ts", event->unix_s);
	add_fields(j, &w, event);
	end_event(j, &w);
	out_done(&j->out, UI_OUT, &w);
	return true;
}

/* ---- commands ---- */

static size_t json_room(const struct interactor *ui)
{
	return feed_room(&json_of(ui)->feed);
}

static void json_input(struct interactor *ui, struct span keys, uint64_t now)
{
	(void)now;
	feed_add(&json_of(ui)->feed, keys);
}

static void json_input_end(struct interactor *ui)
{
	json_of(ui)->feed.ended = true;
}

static void want_text(struct json *j, struct span text, struct span id)
{
	if (j->quit)
		say_wrong(j, ERR_STATE, "after quit", id);
	else if (text.len == 0 || text.len > LIMIT_TEXT)
		say_wrong(j, ERR_USAGE, "text must have 1 to 16000 bytes", id);
	else
		j->text = text;
	j->id = id;
}

/* What a line wants: *command, or a text that waits, or an error event. */
static bool run(struct json *j, struct span line, struct command *command)
{
	struct json_field f[] = { { .name = "cmd" }, { .name = "text" }, { .name = "id" } };
	struct writer scratch = writer_of(j->scratch, sizeof j->scratch);
	const char *wrong = json_read(line, f, 3, &scratch);
	struct span cmd = f[0].text, id = f[2].given ? f[2].text : span_of(NULL, 0);
	if (wrong) {
		say_wrong(j, ERR_USAGE, wrong, span_of(NULL, 0));
	} else if (id.len > ID) {
		say_wrong(j, ERR_USAGE, "id must have at most 64 bytes", span_of(NULL, 0));
	} else if (!f[0].given) {
		say_wrong(j, ERR_USAGE, "cmd is missing", id);
	} else if (span_is(cmd, "send")) {
		want_text(j, f[1].given ? f[1].text : span_of(NULL, 0), id);
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
	while (j->text.len == 0 && out_room(&j->out) >= ROOM) {
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

static void drop_text(struct json *j)
{
	assert(j->ids_count < IDS);
	if (j->id.len > 0)
		memcpy(j->ids[j->ids_count].at, j->id.at, j->id.len);
	j->ids[j->ids_count++].len = j->id.len;
	bytes_wipe(j->scratch, sizeof j->scratch);
	j->text = j->id = span_of(NULL, 0);
}

static void json_taken(struct interactor *ui, size_t len)
{
	struct json *j = json_of(ui);
	if (j->handed && len > 0)
		drop_text(j);
	j->handed = false;
}

/* No more messages than ids have room: the rest waits for their numbers. */
static bool json_take(struct interactor *ui, struct command *command)
{
	struct json *j = json_of(ui);
	json_taken(ui, j->text.len);
	*command = (struct command){ 0 };
	if (next_command(j, command))
		return true;
	if (j->text.len > 0) {
		j->handed = j->ids_count < IDS;
		*command = (struct command){ .kind = COMMAND_TEXT, .text = j->text, .id = j->id };
		return j->handed;
	}
	bool ended = j->feed.ended && feed_waiting(&j->feed).len == 0;
	if (j->quit_told || (!j->quit && !ended))
		return false;
	command->kind = COMMAND_QUIT;
	j->quit = j->quit_told = true;
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
	.taken = json_taken,
	.show = json_show,
	.resize = json_resize,
	.output = json_output,
};
