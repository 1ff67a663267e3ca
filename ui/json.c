/* json: for programs. docs/JSON.md says what each line means. Everything is an event on UI_OUT, one
 * object a line; commands come the same way. A command that makes no sense is answered by an error
 * event and does nothing. -q changes nothing: all of it is data. A message names its conversation,
 * or is for the one in which the first byte of its line was read. */
#include <string.h>

#include "base/text.h"
#include "ui/json_inner.h"

static struct json *json_of(const struct interactor *ui)
{
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

static void end_event(const struct json *j, struct writer *w)
{
	if (j->insecure) {
		json_true(w, "insecure");
		json_string(w, "warning", "NOT ENCRYPTED");
	}
	json_end(w);
}

void json_say_wrong(struct json *j, enum err err, const char *text, struct span id, uint64_t conv)
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

static void add_field(struct writer *w, const char *name, const char *text)
{
	size_t len = text ? strlen(text) : 0;
	if (len > 0)
		json_text(w, name, span_of(text, len < JSON_FIELD ? len : JSON_FIELD));
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
	add_text(w, "id", span_of(j->ids[0].at, j->ids[0].len), JSON_ID);
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
		add_text(w, "hint", e->hint, JSON_HINT);
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
	add_text(w, "hint", e->hint, JSON_HINT);
}

/* Messages that were taken and will never have a number. */
static void say_unsent(struct json *j)
{
	for (size_t i = 0; i < j->ids_count; i++)
		json_say_wrong(j, ERR_STATE, "not sent", span_of(j->ids[i].at, j->ids[i].len), 0);
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
	return JSON_ROOM + JSON_TEXT_ROOM(text + JSON_HINT) + unsent +
	       (is_chats(e) ? OUT_RESERVE : 0);
}

static bool json_show(struct interactor *ui, const struct event *event, size_t *used)
{
	struct json *j = json_of(ui);
	(void)used;
	const char *name = event_name(event->kind);
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

static size_t json_output(struct interactor *ui, int *where, uint8_t *out, size_t cap)
{
	return out_take(&json_of(ui)->out, where, out, cap);
}

static bool json_crowded(const struct interactor *ui)
{
	return out_crowded(&json_of(ui)->out);
}

const struct interactor_class json_class = {
	.name = "json",
	.mode = MODE_CHAT,
	.only_data = true,
	.size = sizeof(struct json),
	.init = json_init,
	.room = json_input_room,
	.input = json_input,
	.input_end = json_input_end,
	.take = json_take,
	.answer = json_answer,
	.show = json_show,
	.crowded = json_crowded,
	.output = json_output,
};
