/* chat: see chat.h. docs/PROTOCOL.md section 7.
 *
 * The end, seen from one side (a pipe: "said" is stream 2, "confirmed" WRITTEN, "shown" written):
 *
 *   TALKING --our user leaves--> LEAVING
 *   LEAVING --everything of ours is said (a pipe: and confirmed)--> BYE
 *   BYE     --the peer's BYE too, all of ours confirmed, all of theirs shown, our confirmations
 *             arrived--> CLOSE 0
 *
 * After its BYE a side still shows and confirms what comes, so both may leave at once. */
#include "chat/chat.h"

#include <stdlib.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "base/utf8.h"
#include "chat/heard.h"
#include "chat/record.h"

enum { WRITTEN_STEP = 1 << 16 }; /* a WRITTEN record for every 64 KiB adds a thousandth */

struct chat {
	enum mode mode;
	struct session *session; /* borrowed; NULL: not attached */
	enum err failed; /* why we closed: ERR_FORMAT for the peer's nonsense, else chat_fail's */
	bool finished;   /* our user leaves */
	bool bye_said, bye_heard, bye_reported;
	bool end_confirmed;  /* a pipe: we sent the WRITTEN for the end of stream 2 */
	bool bytes_reported; /* a pipe: since the last step or chat_written */
	/* How many texts (of a pipe: bytes) our user has said, and the peer has confirmed; of texts
	 * also up to which this was reported. */
	uint64_t said, confirmed, said_reported, confirmed_reported;
	bool half; /* the last text goes on in the next */
	struct heard heard;
};

struct chat *chat_new(enum mode mode)
{
	struct chat *ch = calloc(1, sizeof *ch);
	if (ch != NULL)
		ch->mode = mode;
	return ch;
}

void chat_free(struct chat *ch)
{
	if (ch == NULL)
		return;
	bytes_wipe(ch, sizeof *ch);
	free(ch);
}

static bool is_pipe(const struct chat *ch)
{
	return ch->mode == MODE_PIPE;
}

void chat_attach(struct chat *ch, struct session *s)
{
	enum mode mode = ch->mode;
	bool finished = ch->finished;
	bytes_wipe(ch, sizeof *ch);
	ch->mode = mode;
	ch->finished = finished;
	ch->session = s;
	if (finished && is_pipe(ch))
		session_finish(s, STREAM_PIPE);
}

void chat_detach(struct chat *ch)
{
	ch->session = NULL;
}

/* ---- what our user says ---- */

static bool is_over(const struct chat *ch)
{
	enum err err;
	struct span text;
	return session_over(ch->session, &err, &text);
}

static bool can_speak(const struct chat *ch, enum mode mode)
{
	return ch->mode == mode && ch->session != NULL && !ch->finished && ch->failed == OK &&
	       !is_over(ch);
}

static bool has_room(const struct chat *ch, size_t record)
{
	return session_write_room(ch->session, STREAM_CHAT) >= record;
}

static void write_record(struct chat *ch, enum record_type type, uint64_t number, struct span text)
{
	UNSET uint8_t bytes[LIMIT_RECORD];
	struct record r = { .type = (uint8_t)type, .number = number, .text = text };
	size_t size = record_write(&r, bytes);
	size_t taken = session_write(ch->session, STREAM_CHAT, span_of(bytes, size));
	assert(taken == size);
	bytes_wipe(bytes, size);
}

enum err chat_text(struct chat *ch, struct span utf8, bool more)
{
	if (!can_speak(ch, MODE_CHAT))
		return ERR_STATE;
	if (utf8.len > LIMIT_TEXT || !utf8_valid(utf8))
		return ERR_FORMAT;
	if (!has_room(ch, LIMIT_RECORD))
		return ERR_FULL;
	ch->half = more;
	write_record(ch, more ? RECORD_TEXT_PART : RECORD_TEXT, ++ch->said, utf8);
	return OK;
}

bool chat_ready(const struct chat *ch)
{
	return can_speak(ch, MODE_CHAT) && has_room(ch, LIMIT_RECORD + RECORD_MIN);
}

uint64_t chat_line(struct chat *ch, const struct outbox_line *line)
{
	write_record(ch, RECORD_KEPT, line->mark.number,
	             span_of(line->mark.name, sizeof line->mark.name));
	enum err err = chat_text(ch, line->text, line->more);
	assert(err == OK);
	return ch->said;
}

size_t chat_bytes(struct chat *ch, struct span bytes)
{
	if (!can_speak(ch, MODE_PIPE))
		return 0;
	size_t taken = session_write(ch->session, STREAM_PIPE, bytes);
	ch->said += taken;
	return taken;
}

size_t chat_bytes_room(const struct chat *ch)
{
	return can_speak(ch, MODE_PIPE) ? session_write_room(ch->session, STREAM_PIPE) : 0;
}

void chat_finish(struct chat *ch)
{
	if (!ch->finished && ch->session != NULL && is_pipe(ch))
		session_finish(ch->session, STREAM_PIPE);
	ch->finished = true;
}

/* ---- what the peer says ---- */

void chat_shown(struct chat *ch, uint64_t number)
{
	assert(number <= ch->heard.count);
	heard_show(&ch->heard, number);
}

void chat_written(struct chat *ch, uint64_t count)
{
	uint64_t left = count - ch->heard.shown;
	if (ch->session == NULL)
		return;
	assert(count >= ch->heard.shown);
	ch->bytes_reported = false;
	while (left > 0) {
		size_t len = (size_t)min_of(session_read(ch->session, STREAM_PIPE).len, left);
		assert(len > 0);
		session_consume(ch->session, STREAM_PIPE, len);
		left -= len;
	}
	heard_show(&ch->heard, count);
}

void chat_fail(struct chat *ch, enum err err, const char *words)
{
	if (ch->session == NULL || ch->failed != OK)
		return;
	ch->failed = err;
	uint8_t code = err == ERR_UNREACHABLE ? CLOSE_UNREACHABLE : CLOSE_OTHER;
	session_close(ch->session, err == ERR_LOCAL ? CLOSE_LOCAL : code, span_text(words));
}

static void nonsense(struct chat *ch, const char *what)
{
	ch->failed = ERR_FORMAT;
	session_close(ch->session, CLOSE_PROTOCOL, span_text(what));
}

/* Whether a peer that has said count in all may leave. In a pipe every byte, both ways, has to be
 * written and confirmed first. */
static bool may_leave(const struct chat *ch, uint64_t count)
{
	if (!is_pipe(ch))
		return count == ch->heard.count && !ch->heard.more;
	return session_ended(ch->session, STREAM_PIPE) && count == ch->heard.shown &&
	       ch->finished && chat_unconfirmed(ch) == 0;
}

/* Does what a record says. Returns NULL, or what is wrong with it. */
static const char *take_record(struct chat *ch, const struct record *r)
{
	switch (r->type) {
	case RECORD_TEXT:
	case RECORD_TEXT_PART:
		if (ch->mode != MODE_CHAT || ch->bye_heard || !heard_text(&ch->heard, r))
			return "text out of order";
		return NULL;
	case RECORD_KEPT: return heard_kept(&ch->heard, r) ? NULL : "malformed record";
	case RECORD_RECEIPT:
	case RECORD_WRITTEN:
		if ((r->type == RECORD_WRITTEN) != is_pipe(ch) || r->number > ch->said)
			return "confirms what was not sent";
		ch->confirmed = max_of(ch->confirmed, r->number);
		break;
	case RECORD_BYE:
		if (ch->bye_heard || !may_leave(ch, r->number))
			return "leaves with something unsaid";
		ch->bye_heard = true;
		break;
	default: break; /* a later version's */
	}
	return NULL;
}

/* Reads what has arrived, up to a text, which has to be taken first; receipts also behind it. */
static void read_records(struct chat *ch)
{
	while (ch->failed == OK) {
		struct span more = session_read(ch->session, STREAM_CHAT), left = more;
		UNSET struct record r;
		enum err err = more.len > 0 ? heard_record(&ch->heard, &left, &r) : ERR_FULL;
		if (left.len < more.len) {
			session_consume(ch->session, STREAM_CHAT, more.len - left.len);
		} else if (err == ERR_FULL) {
			ch->confirmed = heard_ahead(&ch->heard, more, ch->confirmed, ch->said);
			return;
		}
		const char *wrong = err == OK ? take_record(ch, &r) : NULL;
		if (wrong != NULL || err == ERR_FORMAT)
			nonsense(ch, wrong != NULL ? wrong : "malformed record");
	}
}

/* ---- confirming, and the end ---- */

static bool all_shown(const struct chat *ch)
{
	if (is_pipe(ch))
		return session_ended(ch->session, STREAM_PIPE);
	return ch->heard.shown == ch->heard.count;
}

/* RECEIPT or WRITTEN, when one is due. */
static void confirm(struct chat *ch)
{
	uint64_t news = ch->heard.shown - ch->heard.confirmed;
	bool last = is_pipe(ch) && all_shown(ch) && !ch->end_confirmed;
	bool due = is_pipe(ch) ? last || news >= WRITTEN_STEP : news > 0;
	if (!due || !has_room(ch, RECORD_MIN))
		return;
	write_record(ch, is_pipe(ch) ? RECORD_WRITTEN : RECORD_RECEIPT, heard_confirm(&ch->heard),
	             span_of(NULL, 0));
	ch->end_confirmed = ch->end_confirmed || last;
}

/* BYE, when we have nothing more to say. */
static void take_leave(struct chat *ch)
{
	bool ready = ch->finished && !ch->bye_said && !ch->half;
	if (is_pipe(ch))
		ready = ready && ch->end_confirmed && chat_unconfirmed(ch) == 0 &&
		        session_flushed(ch->session, STREAM_PIPE);
	if (!ready || !has_room(ch, RECORD_MIN))
		return;
	write_record(ch, RECORD_BYE, ch->said, span_of(NULL, 0));
	ch->bye_said = true;
}

/* Both sides have everything. Only our last confirmation may not have arrived: that is no cut. */
static bool at_peace(const struct chat *ch)
{
	return ch->bye_said && ch->bye_heard && chat_unconfirmed(ch) == 0 && all_shown(ch) &&
	       ch->heard.confirmed == ch->heard.shown;
}

static void advance(struct chat *ch)
{
	if (ch->session == NULL || ch->failed != OK)
		return;
	read_records(ch);
	if (ch->failed == OK && session_ended(ch->session, STREAM_CHAT))
		nonsense(ch, "ends its records");
	if (ch->failed != OK || is_over(ch))
		return;
	confirm(ch);
	take_leave(ch);
	if (ch->bye_said && ch->bye_heard)
		session_farewell(ch->session, LIMIT_FAREWELL_US);
	if (at_peace(ch) && session_flushed(ch->session, STREAM_CHAT))
		session_close(ch->session, CLOSE_DONE, span_of(NULL, 0));
}

void chat_step(struct chat *ch)
{
	ch->bytes_reported = false;
	advance(ch);
}

/* ---- events ---- */

static struct span pipe_bytes(const struct chat *ch)
{
	return is_pipe(ch) ? session_read(ch->session, STREAM_PIPE) : span_of(NULL, 0);
}

static bool take_bytes(struct chat *ch, struct event *event)
{
	event->number = ch->heard.shown;
	event->text = pipe_bytes(ch);
	if (event->text.len == 0 || ch->bytes_reported)
		return false;
	ch->bytes_reported = true;
	return true;
}

bool chat_take_ours(struct chat *ch, struct event *event)
{
	bool sent = ch->said_reported < ch->said,
	     confirmed = ch->session != NULL && ch->confirmed_reported < ch->confirmed;
	if (is_pipe(ch) || (!sent && !confirmed))
		return false;
	*event = (struct event){ .kind = sent ? EVENT_SENT : EVENT_DELIVERED };
	event->number = sent ? ++ch->said_reported : (ch->confirmed_reported = ch->confirmed);
	return true;
}

bool chat_take(struct chat *ch, struct event *event)
{
	if (heard_take_back(&ch->heard))
		advance(ch);
	bool ours = chat_take_ours(ch, event);
	if (ours || ch->session == NULL)
		return ours;
	*event = (struct event){ .mark = ch->heard.mark };
	if (heard_take(&ch->heard, &event->number, &event->text, &event->more)) {
		event->kind = EVENT_TEXT;
	} else if (take_bytes(ch, event)) {
		event->kind = EVENT_BYTES;
	} else if (ch->bye_heard && !ch->bye_reported && ch->failed == OK) {
		ch->bye_reported = true;
		*event = (struct event){ .kind = EVENT_PEER_LEFT };
	} else {
		return false;
	}
	return true;
}

bool chat_finished(const struct chat *ch)
{
	return ch->finished;
}

bool chat_heard_all(const struct chat *ch)
{
	return is_pipe(ch) && ch->session != NULL && ch->failed == OK && all_shown(ch);
}

uint64_t chat_unconfirmed(const struct chat *ch)
{
	return ch->said - ch->confirmed;
}

/* Something of the peer's was not taken (in a pipe: not written), or is not reported. */
static bool events_wait(const struct chat *ch)
{
	bool news = ch->said_reported < ch->said || ch->confirmed_reported < ch->confirmed;
	return ch->heard.state == HEARD_READY || session_read(ch->session, STREAM_CHAT).len > 0 ||
	       pipe_bytes(ch).len > 0 || (news && !is_pipe(ch));
}

bool chat_over(const struct chat *ch, enum err *err, struct span *text)
{
	enum err why;
	struct span words;
	if (ch->session == NULL || !session_over(ch->session, &why, &words))
		return false;
	if (ch->failed != OK)
		why = ch->failed;
	else if (events_wait(ch))
		return false;
	else if (why == OK || why == ERR_CUT)
		why = at_peace(ch) ? OK : ERR_CUT;
	*err = why;
	*text = words;
	return true;
}
