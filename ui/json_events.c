#include "ui/json_events.h"

#include <string.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/min_max.h"
#include "base/text.h"

struct kind {
	const char *name;
	bool within; /* it belongs to a conversation */
	bool border; /* messages count from 1 again after it */
};

/* Events without a name are not for programs: EVENT_UNSENT, since each message was answered by an
 * error, and EVENT_BYTES. A switch without a default, so that none is forgotten. */
static struct kind kind_of(const struct event *e)
{
	switch (e->kind) {
	case EVENT_NOTICE: return (struct kind){ .name = "notice" };
	case EVENT_LISTENING: return (struct kind){ .name = "listening" };
	case EVENT_CODE: return (struct kind){ .name = "code" };
	case EVENT_WAITING: return (struct kind){ .name = "waiting" };
	case EVENT_GUESS: return (struct kind){ .name = "guess" };
	case EVENT_CONNECTED:
		return (struct kind){ .name = "connected", .within = true, .border = true };
	case EVENT_PATH: return (struct kind){ .name = "path", .within = true };
	case EVENT_AWAY: return (struct kind){ .name = "away", .within = true };
	case EVENT_BACK: return (struct kind){ .name = "back", .within = true };
	case EVENT_WHO: return (struct kind){ .name = "who", .within = true };
	case EVENT_ERROR: return (struct kind){ .name = "error" };
	case EVENT_OVER: return (struct kind){ .name = "over", .within = true, .border = true };
	case EVENT_CLOSED: return (struct kind){ .name = "closed", .border = true };
	case EVENT_TEXT: return (struct kind){ .name = "msg", .within = true };
	case EVENT_SENT: return (struct kind){ .name = "sent", .within = true };
	case EVENT_DELIVERED: return (struct kind){ .name = "receipt", .within = true };
	case EVENT_PEER_LEFT: return (struct kind){ .name = "peer-left", .within = true };
	case EVENT_UNSENT:
	case EVENT_BYTES: break;
	}
	return (struct kind){ .name = NULL };
}

static void end_event(const struct json_events *j, struct writer *w)
{
	if (j->insecure) {
		json_write_true(w, "insecure");
		json_write_text(w, "warning", span_text("NOT ENCRYPTED"));
	}
	json_write_end(w);
}

void json_events_error(const struct json_events *j, enum err err, const char *text, struct span id,
                       uint64_t conv, struct writer *w)
{
	json_write_begin(w, "error");
	json_write_text(w, "err", span_text(err_name(err)));
	json_write_text(w, "text", span_text(text));
	if (id.len > 0)
		json_write_text(w, "id", id);
	if (conv > 0)
		json_write_number(w, "conv", conv);
	end_event(j, w);
}

/* ---- ids ---- */

static struct span id_at(const struct json_events *j, size_t i)
{
	return span_of(j->ids[i].at, j->ids[i].len);
}

bool json_events_full(const struct json_events *j)
{
	return j->ids_count == JSON_EVENTS_IDS;
}

void json_events_taken(struct json_events *j, struct span id)
{
	assert(!json_events_full(j) && id.len <= JSON_EVENTS_ID);
	if (id.len > 0)
		memcpy(j->ids[j->ids_count].at, id.at, id.len);
	j->ids[j->ids_count++].len = id.len;
}

/* The id that the program gave the oldest message without a number. */
static void add_id(struct json_events *j, struct writer *w)
{
	if (j->ids_count == 0)
		return;
	if (j->ids[0].len > 0)
		json_write_text(w, "id", id_at(j, 0));
	memmove(j->ids, j->ids + 1, --j->ids_count * sizeof j->ids[0]);
}

/* Answers the messages that were taken and will never get a number. */
static void write_unsent(struct json_events *j, struct writer *w)
{
	for (size_t i = 0; i < j->ids_count; i++)
		json_events_error(j, ERR_STATE, "not sent", id_at(j, i), 0, w);
	j->ids_count = 0;
}

/* ---- fields ---- */

static void add_text(struct writer *w, const char *name, struct span text, size_t max)
{
	if (text.len > 0)
		json_write_text(w, name, span_of(text.at, min_of(text.len, max)));
}

static void add_field(struct writer *w, const char *name, const char *text)
{
	if (text != NULL)
		add_text(w, name, span_text(text), JSON_EVENTS_FIELD);
}

static void add_peer(struct json_events *j, struct writer *w, const struct event *e)
{
	text_copy(j->peer, sizeof j->peer, e->peer != NULL ? e->peer : "");
	add_field(w, "peer", e->peer);
	add_field(w, "fp", e->fingerprint);
	add_field(w, "suite", e->suite);
	add_field(w, "words", e->words);
}

static void add_path(struct writer *w, const struct event *e)
{
	add_field(w, "path", e->path);
	if (e->rtt_us > 0)
		json_write_thousandths(w, "ms", e->rtt_us);
}

static void add_fields(struct json_events *j, struct writer *w, const struct event *e)
{
	switch (e->kind) {
	case EVENT_CODE: add_field(w, "code", e->code); break;
	case EVENT_GUESS: json_write_number(w, "n", e->number); break;
	case EVENT_CONNECTED:
	case EVENT_WHO:
		j->insecure = e->insecure;
		add_peer(j, w, e);
		add_text(w, "hint", e->hint, JSON_EVENTS_HINT);
		add_path(w, e);
		return;
	case EVENT_PATH: add_path(w, e); break;
	case EVENT_ERROR: add_field(w, "err", err_name(e->err)); break;
	case EVENT_OVER:
		add_field(w, "peer", j->peer);
		/* fall through */
	case EVENT_CLOSED:
		add_field(w, "err", err_name(e->err));
		json_write_number(w, "exit", (uint64_t)(e->exit_code > 0 ? e->exit_code : 0));
		break;
	case EVENT_SENT:
		add_id(j, w);
		json_write_number(w, "n", e->number);
		break;
	case EVENT_TEXT:
		add_field(w, "peer", j->peer);
		json_write_number(w, "n", e->number);
		if (e->more)
			json_write_true(w, "more");
		json_write_text(w, "text", e->text);
		return;
	case EVENT_DELIVERED: json_write_number(w, "n", e->number); return;
	case EVENT_AWAY:
	case EVENT_BACK:
	case EVENT_PEER_LEFT: add_field(w, "peer", j->peer); break;
	default: break;
	}
	add_text(w, "text", e->text, LIMIT_TEXT);
	add_text(w, "hint", e->hint, JSON_EVENTS_HINT);
}

/* ---- events ---- */

size_t json_events_room(const struct json_events *j, const struct event *e)
{
	size_t text = min_of(e->text.len, LIMIT_TEXT);
	size_t unsent = kind_of(e).border ? j->ids_count * 1024 : 0;
	return JSON_EVENTS_ROOM + JSON_TEXT_ROOM(text + JSON_EVENTS_HINT) + unsent;
}

void json_events_write(struct json_events *j, const struct event *e, struct writer *w)
{
	struct kind kind = kind_of(e);
	if (kind.name == NULL || j->closed)
		return;
	if (kind.border)
		write_unsent(j, w);
	if (e->kind == EVENT_CONNECTED)
		j->conv = e->conv;
	json_write_begin(w, kind.name);
	json_write_number(w, "ts", e->unix_s);
	if (kind.within && j->conv > 0)
		json_write_number(w, "conv", j->conv);
	add_fields(j, w, e);
	end_event(j, w);
	j->closed = e->kind == EVENT_CLOSED;
	if (e->kind == EVENT_OVER)
		j->conv = 0;
}
