/* chat: see chat.h. docs/PROTOCOL.md section 7.
 *
 * The end, seen from one side (a pipe: "said" is stream 2, "confirmed" is WRITTEN, "shown" is
 * written):
 *
 *   TALKING --our user leaves--> LEAVING --everything of ours is said (a pipe: and confirmed)--> BYE
 *       BYE --the peer's BYE too, all of ours confirmed, all of theirs shown, our confirmations
 *             arrived--> CLOSE 0
 *
 * After its BYE a side still shows and confirms what the peer says, so that both may leave at once
 * and each learn that all was shown. When only the arrival of our last confirmations is unknown and
 * the peer falls silent, all is well too: both have everything. */
#include "chat/chat.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "base/utf8.h"
#include "chat/record.h"

enum {
	SENT_SIZE = 2 * (LIMIT_TEXT + 2), /* own texts whose EVENT_SENT waits to be taken */
	WRITTEN_STEP = 1 << 16,           /* a WRITTEN record for each 64 KiB: a thousandth */
	CONFIRM_SIZE = 64                 /* bytes of a RECEIPT or WRITTEN record */
};

struct chat {
	enum mode mode;
	struct session *session; /* borrowed; NULL: not attached */
	enum err failed; /* why we closed: ERR_FORMAT the peer's nonsense, else chat_fail's */
	bool finished;   /* our user leaves */
	bool bye_said, bye_heard, bye_told; /* told: EVENT_PEER_LEFT */
	bool saying;                        /* our last text goes on in the next */

	/* ours */
	uint64_t said, confirmed; /* texts or bytes; the peer confirmed up to confirmed */
	uint64_t confirmed_told;
	uint8_t sent[SENT_SIZE]; /* length (2), text; for each EVENT_SENT that waits */
	size_t sent_start, sent_end;
	uint64_t sent_waiting;

	/* the peer's */
	uint64_t heard;               /* texts taken from stream 1 */
	uint64_t shown;               /* texts shown, or bytes of stream 2 written */
	uint64_t shown_told;          /* ... up to here by RECEIPT or WRITTEN */
	bool end_told;                /* WRITTEN for the end of stream 2 */
	uint8_t record[LIMIT_RECORD]; /* being assembled, or shown */
	size_t record_len;
	struct span text; /* of the record, when it is a TEXT or a part of one */
	bool text_more;   /* it goes on in the next */
	enum { TEXT_NONE, TEXT_READY, TEXT_TAKEN } text_state;
	bool bytes_told; /* since the last step or chat_written */
};

struct chat *chat_new(enum mode mode)
{
	struct chat *ch = calloc(1, sizeof *ch);
	if (ch)
		ch->mode = mode;
	return ch;
}

void chat_free(struct chat *ch)
{
	if (!ch)
		return;
	bytes_wipe(ch, sizeof *ch);
	free(ch);
}

void chat_attach(struct chat *ch, struct session *s)
{
	enum mode mode = ch->mode;
	bool finished = ch->finished;
	bytes_wipe(ch, sizeof *ch);
	ch->mode = mode;
	ch->finished = finished;
	ch->session = s;
	if (finished && mode == MODE_PIPE)
		session_finish(s, STREAM_PIPE);
}

void chat_detach(struct chat *ch)
{
	ch->session = NULL;
}

/* ---- ours ---- */

static bool is_over(const struct chat *ch, enum err *err, struct span *text)
{
	return session_over(ch->session, err, text);
}

static bool can_speak(const struct chat *ch)
{
	enum err err;
	struct span text;
	return ch->session && !ch->finished && ch->failed == OK && !is_over(ch, &err, &text);
}

static void write_record(struct chat *ch, const struct record *r)
{
	uint8_t bytes[LIMIT_RECORD];
	size_t size = record_write(r, bytes);
	size_t taken = session_write(ch->session, STREAM_CHAT, span_of(bytes, size));
	assert(taken == size);
	bytes_wipe(bytes, size);
}

enum err chat_text(struct chat *ch, struct span utf8, bool more)
{
	if (!can_speak(ch) || ch->mode != MODE_CHAT)
		return ERR_STATE;
	if (utf8.len > LIMIT_TEXT || !utf8_valid(utf8))
		return ERR_FORMAT;
	if (session_write_room(ch->session, STREAM_CHAT) < LIMIT_RECORD ||
	    SENT_SIZE - ch->sent_end < utf8.len + 2)
		return ERR_FULL;

	ch->said++;
	ch->saying = more;
	write_record(ch, &(struct record){ more ? RECORD_TEXT_PART : RECORD_TEXT, ch->said, utf8 });
	store_be16(ch->sent + ch->sent_end, (uint16_t)utf8.len);
	if (utf8.len > 0)
		memcpy(ch->sent + ch->sent_end + 2, utf8.at, utf8.len);
	ch->sent_end += 2 + utf8.len;
	ch->sent_waiting++;
	return OK;
}

size_t chat_bytes(struct chat *ch, struct span bytes)
{
	if (!can_speak(ch) || ch->mode != MODE_PIPE)
		return 0;
	size_t taken = session_write(ch->session, STREAM_PIPE, bytes);
	ch->said += taken;
	return taken;
}

size_t chat_bytes_room(const struct chat *ch)
{
	return can_speak(ch) && ch->mode == MODE_PIPE ? session_write_room(ch->session, STREAM_PIPE)
	                                              : 0;
}

void chat_finish(struct chat *ch)
{
	if (!ch->finished && ch->session && ch->mode == MODE_PIPE)
		session_finish(ch->session, STREAM_PIPE);
	ch->finished = true;
}

/* ---- the peer's ---- */

void chat_shown(struct chat *ch, uint64_t number)
{
	assert(number <= ch->heard);
	if (number > ch->shown)
		ch->shown = number;
}

void chat_written(struct chat *ch, uint64_t count)
{
	if (!ch->session)
		return;
	assert(count >= ch->shown);
	ch->bytes_told = false;
	while (ch->shown < count) {
		size_t len = session_read(ch->session, STREAM_PIPE).len;
		assert(len > 0);
		if (len > count - ch->shown)
			len = (size_t)(count - ch->shown);
		session_consume(ch->session, STREAM_PIPE, len);
		ch->shown += len;
	}
}

void chat_fail(struct chat *ch, enum err err, const char *words)
{
	if (!ch->session || ch->failed != OK)
		return;
	ch->failed = err;
	session_close(ch->session, CLOSE_LOCAL, span_text(words));
}

static void nonsense(struct chat *ch, const char *what)
{
	ch->failed = ERR_FORMAT;
	session_close(ch->session, CLOSE_PROTOCOL, span_text(what));
}

/* The peer has said count in all and leaves: a pipe only when every byte of both directions is
 * written and confirmed. */
static bool may_leave(const struct chat *ch, uint64_t count)
{
	if (ch->mode == MODE_CHAT)
		return count == ch->heard;
	return session_ended(ch->session, STREAM_PIPE) && count == ch->shown && ch->finished &&
	       ch->confirmed == ch->said;
}

/* What a whole record says. */
static void take_record(struct chat *ch)
{
	struct record r;
	if (record_read(span_of(ch->record, ch->record_len), &r) != OK) {
		nonsense(ch, "malformed record");
		return;
	}
	switch (r.type) {
	case RECORD_TEXT:
	case RECORD_TEXT_PART:
		if (ch->mode != MODE_CHAT || ch->bye_heard || r.number != ch->heard + 1) {
			nonsense(ch, "text out of order");
			return;
		}
		ch->heard++;
		ch->text = r.text;
		ch->text_more = r.type == RECORD_TEXT_PART;
		ch->text_state = TEXT_READY;
		return;
	case RECORD_RECEIPT:
	case RECORD_WRITTEN:
		if ((r.type == RECORD_RECEIPT) != (ch->mode == MODE_CHAT) || r.number > ch->said) {
			nonsense(ch, "confirms what was not sent");
			return;
		}
		if (r.number > ch->confirmed)
			ch->confirmed = r.number;
		break;
	case RECORD_BYE:
		if (ch->bye_heard || ch->text_more || !may_leave(ch, r.number)) {
			nonsense(ch, "leaves with something unsaid");
			return;
		}
		ch->bye_heard = true;
		break;
	default: /* a later version's */ break;
	}
	ch->record_len = 0;
}

/* Reads until the record is size bytes long; false: not yet all there. */
static bool read_to(struct chat *ch, size_t size)
{
	while (ch->record_len < size) {
		struct span more = session_read(ch->session, STREAM_CHAT);
		size_t len = more.len < size - ch->record_len ? more.len : size - ch->record_len;
		if (len == 0)
			return false;
		memcpy(ch->record + ch->record_len, more.at, len);
		ch->record_len += len;
		session_consume(ch->session, STREAM_CHAT, len);
	}
	return true;
}

/* Until a text waits to be taken: what is not taken stays with the session, and so, in the end,
 * with the peer. */
static void read_records(struct chat *ch)
{
	while (ch->failed == OK && ch->text_state == TEXT_NONE && read_to(ch, RECORD_LENGTH)) {
		size_t size = record_size(ch->record);
		if (size == 0)
			nonsense(ch, "malformed record");
		else if (!read_to(ch, size))
			return;
		else
			take_record(ch);
	}
}

/* ---- confirming, and the end ---- */

static bool all_shown(const struct chat *ch)
{
	return ch->mode == MODE_PIPE ? session_ended(ch->session, STREAM_PIPE)
	                             : ch->text_state != TEXT_READY && ch->shown == ch->heard;
}

/* RECEIPT or WRITTEN, when one is due. */
static void confirm(struct chat *ch)
{
	bool due = ch->shown > ch->shown_told;
	bool last = ch->mode == MODE_PIPE && all_shown(ch) && !ch->end_told;
	if (ch->mode == MODE_PIPE)
		due = last || ch->shown - ch->shown_told >= WRITTEN_STEP;
	if (!due || session_write_room(ch->session, STREAM_CHAT) < CONFIRM_SIZE)
		return;
	write_record(ch, &(struct record){ ch->mode == MODE_PIPE ? RECORD_WRITTEN : RECORD_RECEIPT,
	                                   ch->shown,
	                                   { 0 } });
	ch->shown_told = ch->shown;
	ch->end_told = ch->end_told || last;
}

/* BYE, when we have nothing more to say. */
static void take_leave(struct chat *ch)
{
	bool ready = ch->finished && !ch->bye_said && !ch->saying;
	if (ch->mode == MODE_PIPE)
		ready = ready && ch->end_told && ch->confirmed == ch->said &&
		        session_flushed(ch->session, STREAM_PIPE);
	if (!ready || session_write_room(ch->session, STREAM_CHAT) < CONFIRM_SIZE)
		return;
	write_record(ch, &(struct record){ RECORD_BYE, ch->said, { 0 } });
	ch->bye_said = true;
}

/* Both sides have everything of each other; whether our last confirmation has arrived is another
 * matter. */
static bool at_peace(const struct chat *ch)
{
	return ch->bye_said && ch->bye_heard && ch->confirmed == ch->said && all_shown(ch) &&
	       ch->shown_told == ch->shown;
}

static void advance(struct chat *ch)
{
	enum err err;
	struct span text;
	if (!ch->session || ch->failed != OK)
		return;
	read_records(ch);
	if (ch->failed == OK && session_ended(ch->session, STREAM_CHAT))
		nonsense(ch, "ends its records");
	if (ch->failed != OK || is_over(ch, &err, &text))
		return;
	confirm(ch);
	take_leave(ch);
	if (ch->bye_said && ch->bye_heard)
		session_farewell(ch->session);
	if (at_peace(ch) && session_flushed(ch->session, STREAM_CHAT))
		session_close(ch->session, CLOSE_DONE, span_of(NULL, 0));
}

void chat_step(struct chat *ch)
{
	ch->bytes_told = false;
	advance(ch);
}

/* ---- events ---- */

static void take_sent(struct chat *ch, struct event *event)
{
	size_t len = load_be16(ch->sent + ch->sent_start);
	event->kind = EVENT_SENT;
	event->number = ch->said - --ch->sent_waiting;
	event->text = span_of(ch->sent + ch->sent_start + 2, len);
	ch->sent_start += 2 + len;
}

/* What the last chat_take lent out is ours again. */
static void take_back(struct chat *ch)
{
	if (ch->text_state == TEXT_TAKEN) {
		ch->text_state = TEXT_NONE;
		ch->record_len = 0;
	}
	memmove(ch->sent, ch->sent + ch->sent_start, ch->sent_end - ch->sent_start);
	ch->sent_end -= ch->sent_start;
	ch->sent_start = 0;
}

static bool take_bytes(struct chat *ch, struct event *event)
{
	struct span bytes =
	    ch->mode == MODE_PIPE ? session_read(ch->session, STREAM_PIPE) : span_of(NULL, 0);
	if (bytes.len == 0 || ch->bytes_told)
		return false;
	event->kind = EVENT_BYTES;
	event->number = ch->shown;
	event->text = bytes;
	ch->bytes_told = true;
	return true;
}

bool chat_take(struct chat *ch, struct event *event)
{
	take_back(ch);
	advance(ch);
	*event = (struct event){ 0 };
	if (ch->sent_waiting > 0) {
		take_sent(ch, event);
		return true;
	}
	if (!ch->session)
		return false;
	if (ch->mode == MODE_CHAT && ch->confirmed > ch->confirmed_told) {
		event->kind = EVENT_DELIVERED;
		event->number = ch->confirmed_told = ch->confirmed;
		return true;
	}
	if (ch->text_state == TEXT_READY) {
		event->kind = EVENT_TEXT;
		event->number = ch->heard;
		event->text = ch->text;
		event->more = ch->text_more;
		ch->text_state = TEXT_TAKEN;
		return true;
	}
	if (take_bytes(ch, event))
		return true;
	if (ch->bye_heard && !ch->bye_told && ch->text_state == TEXT_NONE && ch->failed == OK) {
		event->kind = EVENT_PEER_LEFT;
		ch->bye_told = true;
		return true;
	}
	return false;
}

bool chat_finished(const struct chat *ch)
{
	return ch->finished;
}

uint64_t chat_unconfirmed(const struct chat *ch)
{
	return ch->said - ch->confirmed;
}

/* Whether something of the peer's is still to be taken (and a pipe's to be written), or something
 * to be told. */
static bool events_wait(const struct chat *ch)
{
	return ch->text_state == TEXT_READY || session_read(ch->session, STREAM_CHAT).len > 0 ||
	       ch->sent_waiting > 0 ||
	       (ch->mode == MODE_PIPE && session_read(ch->session, STREAM_PIPE).len > 0) ||
	       (ch->mode == MODE_CHAT && ch->confirmed != ch->confirmed_told);
}

bool chat_over(const struct chat *ch, enum err *err, struct span *text)
{
	enum err why;
	struct span words;
	if (!ch->session || !is_over(ch, &why, &words))
		return false;
	if (ch->failed == OK && events_wait(ch))
		return false;
	if (ch->failed != OK)
		why = ch->failed;
	else if (why == OK && !at_peace(ch))
		why = ERR_CUT;
	else if (why == ERR_CUT && at_peace(ch))
		why = OK;
	*err = why;
	*text = words;
	return true;
}
