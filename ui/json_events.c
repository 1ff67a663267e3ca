#include "ui/json_events.h"

#include <string.h>

#include "base/assert.h"
#include "base/limits.h"
#include "base/min_max.h"
#include "base/text.h"
#include "base/utf8.h"
#include "ui/safe.h"

/* What an event has besides its text and hint. */
enum {
	WITHIN = 1, /* it belongs to a conversation */
	BORDER = 2, /* of a conversation: what was taken before gets no number any more */
	PEER = 4,   /* whose conversation it is */
	WHO = 8,    /* who that is, and how we know */
	CODE = 16,
	ID = 32,
	NUMBER = 64,
	ERROR = 128,
	EXIT = 256,
	PATH = 512,
	MESSAGE = 1024,  /* its text may be empty */
	NAMES = 2048,    /* contacts, by their names */
	CONTACTS = 4096, /* ... by all that is known of them */
	HELLO = 8192,    /* its text is a version */
	FILES = 16384,   /* a transfer of files */
	NAMED = 32768    /* perhaps whom it is for, who is not here */
};

/* Events without a name are not for programs: EVENT_UNSENT, since each message was answered by an
 * error; EVENT_FILE and EVENT_NAMES, which only the console asks for; and EVENT_BYTES. */
static const struct kind {
	char name[10];
	uint16_t has;
} kinds[] = {
	[EVENT_HELLO] = { "hello", HELLO },
	[EVENT_NOTICE] = { "notice", 0 },
	[EVENT_LISTENING] = { "listening", 0 },
	[EVENT_CODE] = { "code", CODE },
	[EVENT_WAITING] = { "waiting", NAMES },
	[EVENT_GUESS] = { "guess", NUMBER },
	[EVENT_CONNECTED] = { "connected", WITHIN | BORDER | WHO | PATH },
	[EVENT_PATH] = { "path", WITHIN | PEER | PATH },
	[EVENT_AWAY] = { "away", WITHIN | PEER },
	[EVENT_BACK] = { "back", WITHIN | PEER },
	[EVENT_WHO] = { "who", WITHIN | WHO | PATH },
	[EVENT_CONTACTS] = { "contacts", CONTACTS },
	[EVENT_ERROR] = { "error", ERROR },
	[EVENT_KEPT] = { "kept", NAMED | FILES },
	[EVENT_OFFER] = { "offer", WITHIN | PEER | FILES },
	[EVENT_PROGRESS] = { "progress", WITHIN | PEER | FILES },
	[EVENT_ITEM] = { "file", WITHIN | PEER | ERROR | FILES },
	[EVENT_TRANSFER] = { "transfer", WITHIN | PEER | ERROR | FILES },
	[EVENT_SAID] = { "said", WITHIN | NAMED | MESSAGE },
	[EVENT_OVER] = { "over", WITHIN | BORDER | PEER | ERROR | EXIT },
	[EVENT_CLOSED] = { "closed", BORDER | ERROR | EXIT },
	[EVENT_TEXT] = { "msg", WITHIN | PEER | NUMBER | MESSAGE },
	[EVENT_SENT] = { "sent", WITHIN | PEER | ID | NUMBER },
	[EVENT_DELIVERED] = { "receipt", WITHIN | PEER | NUMBER },
	[EVENT_PEER_LEFT] = { "peer-left", WITHIN | PEER },
	[EVENT_BYTES] = { "", 0 },
};

/* ---- values ---- */

static void put_unit(struct writer *w, uint32_t unit)
{
	write_text(w, "\\u");
	for (unsigned shift = 16; shift > 0; shift -= 4)
		write_u8(w, (uint8_t)text_hex_digit(unit >> (shift - 4)));
}

static void put_rune(struct writer *w, uint32_t rune)
{
	if (rune == '"' || rune == '\\') {
		write_u8(w, '\\');
		write_u8(w, (uint8_t)rune);
	} else if (rune == '\n' || rune == '\t') {
		write_text(w, rune == '\n' ? "\\n" : "\\t");
	} else if (!safe_hides(rune)) {
		utf8_write(w, rune);
	} else if (rune < 0x10000) {
		put_unit(w, rune);
	} else {
		put_unit(w, 0xd800 + ((rune - 0x10000) >> 10));
		put_unit(w, 0xdc00 + ((rune - 0x10000) & 0x3ff));
	}
}

void json_events_string(struct writer *w, struct span text)
{
	write_text(w, "\"");
	while (text.len > 0)
		put_rune(w, utf8_take(&text));
	write_text(w, "\"");
}

static void put_text(struct writer *w, const char *name, struct span text)
{
	text_write(w, ",\"%s\":", name);
	json_events_string(w, text);
}

static void put_number(struct writer *w, const char *name, uint64_t number)
{
	text_write(w, ",\"%s\":%ju", name, (uintmax_t)number);
}

/* The same for as long as there is this outbox. */
static void put_mark(struct writer *w, const struct outbox_mark *mark)
{
	text_write(w, ",\"line\":\"");
	for (size_t i = 0; i < 2 * sizeof mark->name; i++)
		write_u8(w, (uint8_t)text_hex_digit(mark->name[i / 2] >> (i % 2 ? 0 : 4)));
	text_write(w, "-%ju\"", (uintmax_t)mark->number);
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

void json_events_number(struct json_events *j)
{
	j->numbered = true;
}

void json_events_taken(struct json_events *j, struct span id, uint64_t conv)
{
	assert(!json_events_full(j) && id.len <= JSON_EVENTS_ID);
	if (id.len > 0)
		memcpy(j->ids[j->ids_count].at, id.at, id.len);
	j->ids[j->ids_count].conv = conv;
	j->ids[j->ids_count++].len = id.len;
}

/* The oldest message of conversation conv without a number; CONV 0: of any. */
static size_t find_id(const struct json_events *j, uint64_t conv)
{
	size_t i = 0;
	while (i < j->ids_count && conv != 0 && j->ids[i].conv != conv)
		i++;
	return i;
}

static void drop_id(struct json_events *j, size_t i)
{
	memmove(j->ids + i, j->ids + i + 1, (--j->ids_count - i) * sizeof j->ids[0]);
}

/* The id that the program gave it. */
static void add_id(struct json_events *j, struct writer *w, uint64_t conv)
{
	size_t i = find_id(j, conv);
	if (i == j->ids_count)
		return;
	if (j->ids[i].len > 0)
		put_text(w, "id", id_at(j, i));
	drop_id(j, i);
}

/* ---- fields ---- */

static void add_text(struct writer *w, const char *name, struct span text, size_t max)
{
	if (text.len > 0)
		put_text(w, name, span_of(text.at, min_of(text.len, max)));
}

static void add_field(struct writer *w, const char *name, const char *text)
{
	if (text != NULL)
		add_text(w, name, span_text(text), JSON_EVENTS_FIELD);
}

static void add_list(struct writer *w, const struct event *e, bool names)
{
	if (names && e->contacts_count == 0)
		return;
	write_text(w, names ? ",\"peers\":[" : ",\"contacts\":[");
	for (size_t i = 0; i < e->contacts_count; i++) {
		const struct event_contact *c = &e->contacts[i];
		write_text(w, i > 0 ? "," : "");
		write_text(w, names ? "" : "{\"peer\":");
		json_events_string(w, span_text(c->name));
		if (names)
			continue;
		add_field(w, "fp", c->fingerprint);
		add_field(w, "since", c->since);
		add_field(w, "verified", c->verified);
		write_text(w, "}");
	}
	write_text(w, "]");
}

/* What there is of an offer; or the one that a file event is about. */
static void add_items(struct writer *w, const struct event *e)
{
	const struct event_files *f = e->files;
	if (e->kind == EVENT_ITEM) {
		add_field(w, "dir", f->dir);
		add_text(w, "name", f->items->name, JSON_EVENTS_FIELD);
		return;
	}
	write_text(w, ",\"items\":[");
	for (unsigned i = 0; i < f->items_count; i++) {
		const struct event_file *item = &f->items[i];
		write_text(w, i > 0 ? ",{\"name\":" : "{\"name\":");
		json_events_string(w, item->name);
		if (item->bytes != NEVER)
			put_number(w, "bytes", item->bytes);
		if (item->folder)
			put_number(w, "files", item->files);
		write_text(w, "}");
	}
	write_text(w, "]");
	if (f->more > 0)
		put_number(w, "more", f->more);
}

static void add_files(struct writer *w, const struct event *e)
{
	const struct event_files *f = e->files;
	bool offer = e->kind == EVENT_OFFER;
	bool far = e->kind == EVENT_PROGRESS || e->kind == EVENT_TRANSFER;
	put_number(w, "transfer", f->number);
	put_text(w, "way", span_text(f->sends ? "out" : "in"));
	if (f->asks)
		write_text(w, ",\"asks\":true");
	if (f->waits && e->kind == EVENT_PROGRESS)
		write_text(w, ",\"waits\":true");
	if (f->items_count > 0)
		add_items(w, e);
	if (far) {
		put_number(w, "files", f->files);
		put_number(w, "bytes", f->bytes);
	}
	if (far || (offer && !f->sends)) {
		put_number(w, "of_files", f->all_files);
		put_number(w, "of_bytes", f->all_bytes);
	}
	if (e->kind == EVENT_PROGRESS && f->rate > 0) {
		put_number(w, "rate", f->rate);
		put_number(w, "left", f->left_s);
	}
}

/* Bytes that add_list and add_items need, at most. */
static size_t list_room(const struct event *e)
{
	size_t room = e->files != NULL ? 512 : 0;
	for (size_t i = 0; e->files != NULL && i < e->files->items_count; i++)
		room += 64 + JSON_TEXT_ROOM(e->files->items[i].name.len);
	for (size_t i = 0; i < e->contacts_count; i++) {
		const struct event_contact *c = &e->contacts[i];
		room += 64 + JSON_TEXT_ROOM(strlen(c->name) + strlen(c->fingerprint) +
		                            strlen(c->since) + strlen(c->verified));
	}
	return room;
}

static void add_who(struct json_events *j, struct writer *w, const struct event *e)
{
	j->insecure = e->insecure;
	text_copy(j->peer, sizeof j->peer, e->peer != NULL ? e->peer : "");
	add_field(w, "peer", e->peer);
	add_field(w, "fp", e->fingerprint);
	add_field(w, "verified", e->verified);
	add_field(w, "suite", e->suite);
	add_field(w, "words", e->words);
	if (e->again)
		write_text(w, ",\"again\":true");
}

/* An event that does not say so is of the latest conversation. */
static uint64_t conv_of(const struct json_events *j, const struct event *e)
{
	bool here = e->peer == NULL || !(kinds[e->kind].has & NAMED);
	here = here && (e->files == NULL || !e->files->waits);
	return e->conv == 0 && here && kinds[e->kind].has & WITHIN ? j->conv : e->conv;
}

static void add_fields(struct json_events *j, struct writer *w, const struct event *e, unsigned has)
{
	if (has & WHO)
		add_who(j, w, e);
	if (has & PEER)
		add_field(w, "peer", e->peer != NULL ? e->peer : j->peer);
	if (has & NAMED)
		add_field(w, "peer", e->peer);
	if (has & CODE)
		add_field(w, "code", e->code);
	if (has & ID)
		add_id(j, w, conv_of(j, e));
	add_text(w, "id", e->id, JSON_EVENTS_ID);
	if (has & NUMBER)
		put_number(w, "n", e->number);
	if (has & FILES && e->files != NULL)
		add_files(w, e);
	if (has & ERROR)
		add_field(w, "err", err_name(e->err));
	if (has & EXIT)
		put_number(w, "exit", (uint64_t)(e->exit_code > 0 ? e->exit_code : 0));
	if (e->kind == EVENT_OVER && e->number > 0)
		put_number(w, "unconfirmed", e->number);
	if (e->kind == EVENT_TEXT && e->mark.number > 0)
		put_mark(w, &e->mark);
	if (e->more)
		write_text(w, ",\"more\":true");
	if (has & (NAMES | CONTACTS))
		add_list(w, e, has & NAMES);
	if (has & MESSAGE)
		put_text(w, "text", e->text);
	else
		add_text(w, has & HELLO ? "version" : "text", e->text, LIMIT_TEXT);
	add_text(w, "hint", e->hint, JSON_EVENTS_HINT);
	if (has & PATH)
		add_field(w, "path", e->path);
	if (has & PATH && e->rtt_us > 0)
		text_write(w, ",\"ms\":%ju.%03u", (uintmax_t)(e->rtt_us / 1000),
		           (unsigned)(e->rtt_us % 1000));
}

/* ---- events ---- */

size_t json_events_room(const struct json_events *j, const struct event *e)
{
	size_t text = min_of(e->text.len, LIMIT_TEXT);
	assert(e->kind < sizeof kinds / sizeof *kinds);
	size_t unsent = kinds[e->kind].has & BORDER ? j->ids_count * 1024 : 0;
	return JSON_EVENTS_ROOM + JSON_TEXT_ROOM(text + JSON_EVENTS_HINT) + unsent + list_room(e);
}

static void write_event(struct json_events *j, const struct event *e, struct writer *w)
{
	const struct kind *kind = &kinds[e->kind];
	uint64_t conv = conv_of(j, e);
	write_text(w, "{\"v\":1");
	if (j->numbered)
		put_number(w, "seq", ++j->number);
	text_write(w, ",\"ev\":\"%s\",\"ts\":%ju.%03u", kind->name, (uintmax_t)(e->unix_ms / 1000),
	           (unsigned)(e->unix_ms % 1000));
	if (conv > 0)
		put_number(w, "conv", conv);
	add_fields(j, w, e, kind->has);
	if (j->insecure) {
		write_text(w, ",\"insecure\":true");
		put_text(w, "warning", span_text("NOT ENCRYPTED"));
	}
	write_text(w, "}\n");
}

/* Answers the messages of a conversation (0: of all) that were taken and will never get a
 * number. */
static void write_unsent(struct json_events *j, uint64_t conv, uint64_t unix_ms, struct writer *w)
{
	struct event e = { .kind = EVENT_ERROR,
		           .err = ERR_STATE,
		           .text = span_text("not sent"),
		           .unix_ms = unix_ms };
	for (size_t i; (i = find_id(j, conv)) < j->ids_count; drop_id(j, i)) {
		e.id = id_at(j, i);
		e.conv = j->ids[i].conv;
		write_event(j, &e, w);
	}
}

void json_events_write(struct json_events *j, const struct event *e, struct writer *w)
{
	unsigned has = kinds[e->kind].has;
	if (kinds[e->kind].name[0] == 0 || j->closed)
		return;
	if (has & BORDER)
		write_unsent(j, conv_of(j, e), e->unix_ms, w);
	if (e->kind == EVENT_CONNECTED)
		j->conv = e->conv;
	write_event(j, e, w);
	j->closed = e->kind == EVENT_CLOSED;
	if (e->kind == EVENT_OVER && j->conv == conv_of(j, e))
		j->conv = 0;
}
