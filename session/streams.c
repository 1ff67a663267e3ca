/* streams: see streams.h. Ids only go up: one below the next of its side that has no place is of a
 * stream that is over. */
#include "session/streams.h"

#include "base/assert.h"
#include "base/min_max.h"

enum { NOWHERE = STREAMS_PLACES };
enum { NOTICE_SIZE = 16 }; /* bytes that hold any RESET or MAX DATA */

/* ---- places ---- */

void streams_init(struct streams *s, bool initiator, bool opens, size_t memory)
{
	unsigned first = STREAM_OPENED + initiator; /* the responder's are odd */

	bytes_clear(s, sizeof *s);
	s->initiator = initiator;
	s->opens = opens;
	s->used = LIMIT_STREAMS;
	s->ours = 2 * STREAM_OPENED + 1 - first;
	s->theirs = s->told = first;
	s->budget.memory = memory;
	for (unsigned i = 0; i < LIMIT_STREAMS; i++) {
		size_t max =
		    i == STREAM_CONTROL ? (size_t)min_of(memory, LIMIT_STREAM_BUFFER) : memory;

		s->places[i] = (struct streams_place){ .id = i, .state = STREAMS_OPEN };
		stream_init(&s->at[i], max);
	}
}

void streams_free(struct streams *s)
{
	for (unsigned i = 0; i < s->used; i++)
		stream_free(&s->at[i]);
}

static unsigned find(const struct streams *s, uint32_t id)
{
	if (id < LIMIT_STREAMS)
		return id;
	for (unsigned i = LIMIT_STREAMS; i < s->used; i++)
		if (s->places[i].id == id)
			return i;
	return NOWHERE;
}

static bool is_ours(const struct streams *s, uint32_t id)
{
	return (id % 2 == 0) == s->initiator;
}

/* False: this side has as many as it may. */
static bool take_place(struct streams *s, uint32_t id)
{
	unsigned place = 0, left = LIMIT_OPEN + (is_ours(s, id) ? 0 : STREAMS_SPARE);

	for (unsigned i = STREAMS_PLACES; i-- > LIMIT_STREAMS;) {
		if (s->places[i].id == 0)
			place = i;
		else if (is_ours(s, s->places[i].id) == is_ours(s, id) && --left == 0)
			return false;
	}
	assert(place != 0); /* there are as many as both sides may have */
	s->places[place] = (struct streams_place){ .id = id, .state = STREAMS_OPEN };
	stream_init(&s->at[place], s->budget.memory);
	s->used = (unsigned)max_of(s->used, place + 1);
	return true;
}

static void give_up(struct streams *s, unsigned place)
{
	stream_free(&s->at[place]);
	s->places[place] = (struct streams_place){ .id = 0 };
	while (s->used > LIMIT_STREAMS && s->places[s->used - 1].id == 0)
		s->used--;
}

/* It carries nothing more, either way. */
static void stop(struct streams *s, unsigned place, enum streams_state state, uint8_t code)
{
	struct streams_place *p = &s->places[place];

	stream_free(&s->at[place]);
	p->state = (uint8_t)state;
	p->code = code;
	p->reset_due = state == STREAMS_RESETTING;
}

/* What was released goes when the peer has everything. */
static void settle(struct streams *s, unsigned place)
{
	if (s->places[place].state == STREAMS_RELEASED && stream_flushed(&s->at[place].send))
		give_up(s, place);
}

/* ---- the owners' side ---- */

unsigned streams_open(struct streams *s)
{
	uint32_t id = s->ours;

	if (!s->opens || id >= LIMIT_STREAM_IDS || !take_place(s, id))
		return 0;
	s->ours += 2;
	return id;
}

bool streams_opened(struct streams *s, unsigned *id)
{
	for (bool taken = false; !taken; s->told += 2) {
		if (s->told == s->theirs)
			return false;
		*id = s->told;
		taken = find(s, *id) != NOWHERE; /* else it was refused */
	}
	return true;
}

void streams_reset(struct streams *s, unsigned id, uint8_t code)
{
	unsigned i = find(s, id);

	assert(id >= STREAM_OPENED);
	if (i == NOWHERE || s->places[i].state == STREAMS_RESETTING)
		return;
	if (s->places[i].state == STREAMS_BROKEN)
		give_up(s, i);
	else
		stop(s, i, STREAMS_RESETTING, code);
}

void streams_release(struct streams *s, unsigned id)
{
	unsigned i = find(s, id);

	if (i == NOWHERE || s->places[i].state != STREAMS_OPEN || !s->at[i].send.finished ||
	    !stream_ended(&s->at[i].receive)) {
		streams_reset(s, id, RESET_BROKEN_OFF);
		return;
	}
	s->places[i].state = STREAMS_RELEASED;
	settle(s, i);
}

static unsigned owned(const struct streams *s, unsigned id)
{
	unsigned i = find(s, id);

	assert(i != NOWHERE);
	return i;
}

bool streams_is_reset(const struct streams *s, unsigned id, uint8_t *code)
{
	const struct streams_place *p = &s->places[owned(s, id)];

	*code = p->code;
	return p->state == STREAMS_BROKEN;
}

size_t streams_write_room(const struct streams *s, unsigned id)
{
	unsigned i = owned(s, id);
	const struct stream_send *send = &s->at[i].send;
	uint64_t held = stream_held(send), most = budget_sending(&s->budget, s->at, s->used, i);

	if (s->places[i].state != STREAMS_OPEN || held >= most)
		return 0;
	return (size_t)min_of(stream_write_room(send), most - held);
}

size_t streams_write(struct streams *s, unsigned id, struct span bytes)
{
	bytes.len = (size_t)min_of(bytes.len, streams_write_room(s, id));
	return bytes.len == 0 ? 0 : stream_write(&s->at[find(s, id)].send, bytes);
}

void streams_finish(struct streams *s, unsigned id)
{
	unsigned i = owned(s, id);

	if (s->places[i].state == STREAMS_OPEN)
		stream_finish(&s->at[i].send);
}

struct span streams_read(const struct streams *s, unsigned id)
{
	return stream_read(&s->at[owned(s, id)].receive);
}

void streams_consume(struct streams *s, unsigned id, size_t len)
{
	unsigned i = owned(s, id);

	if (s->places[i].state == STREAMS_OPEN) /* else it went with the rest */
		stream_consume(&s->at[i].receive, len);
}

bool streams_ended(const struct streams *s, unsigned id)
{
	unsigned i = owned(s, id);

	return s->places[i].state == STREAMS_OPEN && stream_ended(&s->at[i].receive);
}

bool streams_flushed(const struct streams *s, unsigned id)
{
	unsigned i = owned(s, id);

	return s->places[i].state == STREAMS_OPEN && stream_flushed(&s->at[i].send);
}

/* ---- frames that came ---- */

/* A place for it, or a refusal; what was opened before it, and comes later, has one too then. */
static enum err opened_by_peer(struct streams *s, bool accepted, uint32_t id)
{
	/* more than it may have open lie between */
	if (is_ours(s, id) || id - s->theirs >= 2 * LIMIT_OPEN)
		return ERR_FORMAT;
	/* An initiator's peer speaks as soon as it has accepted, and over TCP nothing comes twice.
	 * Responders have strangers. */
	bool stranger = !accepted && !s->initiator;
	for (; s->theirs <= id; s->theirs += 2)
		if (stranger ||
		    (!take_place(s, s->theirs) && !refusals_add(&s->refusals, s->theirs)))
			return ERR_FULL;
	return OK;
}

static void reset_by_peer(struct streams *s, unsigned place, uint8_t code)
{
	enum streams_state state = (enum streams_state)s->places[place].state;

	if (state == STREAMS_OPEN)
		stop(s, place, STREAMS_BROKEN, code);
	else if (state != STREAMS_BROKEN)
		give_up(s, place); /* nobody waits for it */
}

enum err streams_input(struct streams *s, bool accepted, const struct frame *f)
{
	uint32_t id = f->stream;
	enum err err = OK;

	if (id >= LIMIT_STREAMS || f->type == FRAME_RESET) {
		if (!s->opens || id < STREAM_OPENED)
			return ERR_FORMAT;
		if (id >= (is_ours(s, id) ? s->ours : s->theirs))
			err = opened_by_peer(s, accepted, id);
	}
	unsigned i = find(s, id);
	if (err == OK && i == NOWHERE && f->type == FRAME_RESET)
		refusals_settle(&s->refusals, id, false);
	if (err != OK || i == NOWHERE) /* it has no place, or is over */
		return err;
	if (f->type == FRAME_RESET)
		reset_by_peer(s, i, f->as.reset);
	else if (s->places[i].state > STREAMS_RELEASED)
		return OK;
	else if (f->type == FRAME_MAX_DATA)
		stream_limit(&s->at[i].send, f->as.limit);
	else
		return stream_insert(&s->at[i].receive, f->as.stream.offset, f->as.stream.bytes,
		                     f->as.stream.end);
	return OK;
}

/* ---- frames of ours ---- */

void streams_settle(struct streams *s, const struct sent_frame *f, bool lost)
{
	unsigned i = find(s, f->stream);

	if (i == NOWHERE && f->kind == SENT_RESET)
		refusals_settle(&s->refusals, f->stream, lost);
	if (i == NOWHERE)
		return;
	if (s->places[i].state <= STREAMS_RELEASED) {
		stream_settle(&s->at[i], f, lost);
		settle(s, i);
	} else if (f->kind == SENT_RESET && lost) {
		s->places[i].reset_due = true;
	} else if (f->kind == SENT_RESET) {
		give_up(s, i);
	}
}

static bool flows(unsigned place, bool chat)
{
	return place == STREAM_CONTROL || chat;
}

bool streams_due(const struct streams *s, bool chat)
{
	for (unsigned i = 0; i < s->used; i++) {
		if (s->at[i].receive.limit_due || s->places[i].reset_due ||
		    (flows(i, chat) && stream_piece_due(&s->at[i].send)))
			return true;
	}
	return refusals_due(&s->refusals);
}

static bool write_refusal(struct refusals *r, struct writer *w, struct sent_frame *noted)
{
	uint32_t id;

	if (writer_room(w) < NOTICE_SIZE || !refusals_next(r, &id))
		return false;
	*noted = (struct sent_frame){ .kind = SENT_RESET, .stream = id };
	frame_write_reset(w, id, RESET_FULL);
	return true;
}

/* RESET or MAX DATA. */
static bool write_notice(struct streams *s, unsigned place, struct writer *w,
                         struct sent_frame *noted, uint64_t round_trip, uint64_t now)
{
	struct streams_place *p = &s->places[place];

	if ((!p->reset_due && !s->at[place].receive.limit_due) || writer_room(w) < NOTICE_SIZE)
		return false;
	*noted = (struct sent_frame){ .kind = p->reset_due ? SENT_RESET : SENT_MAX_DATA,
		                      .stream = p->id };
	if (p->reset_due)
		frame_write_reset(w, p->id, p->code);
	else
		frame_write_max_data(
		    w, p->id, budget_limit(&s->budget, s->at, s->used, place, round_trip, now));
	p->reset_due = false;
	return true;
}

static bool write_piece(struct streams *s, unsigned place, struct writer *w,
                        struct sent_frame *noted)
{
	struct stream_send *from = &s->at[place].send;
	uint32_t id = s->places[place].id;
	uint64_t offset;
	struct span piece;
	bool end;

	if (!stream_piece_due(from))
		return false;
	size_t room = frame_stream_room(writer_room(w), id, from->end);
	if (room == 0 || !stream_next_piece(from, room, &offset, &piece, &end))
		return false;
	bool fits = frame_write_stream(w, id, offset, piece, end);
	assert(fits);
	*noted = (struct sent_frame){ .kind = SENT_STREAM,
		                      .stream = id,
		                      .end = end,
		                      .offset = offset,
		                      .len = (uint16_t)piece.len };
	return true;
}

void streams_write_frames(struct streams *s, bool chat, struct writer *w, struct sent_frame *frames,
                          size_t *count, uint64_t round_trip, uint64_t now)
{
	for (unsigned i = 0; i < s->used && *count < SENT_FRAMES_MAX; i++)
		*count += write_notice(s, i, w, &frames[*count], round_trip, now);
	while (*count < SENT_FRAMES_MAX && write_refusal(&s->refusals, w, &frames[*count]))
		++*count;
	for (unsigned i = STREAM_CONTROL; i <= STREAM_CHAT; i++) {
		bool again = s->at[i].send.lost.count > 0;
		while (flows(i, chat) && *count < SENT_FRAMES_MAX &&
		       write_piece(s, i, w, &frames[*count])) {
			++*count;
			/* a line that goes once more must not show by the length of its packet */
			if (again && i == STREAM_CHAT)
				break;
		}
	}
	/* until nothing fits of any, once around */
	for (unsigned idle = STREAM_PIPE; chat && idle < s->used && *count < SENT_FRAMES_MAX;) {
		unsigned i = s->turn < s->used && s->turn > STREAM_CHAT ? s->turn : STREAM_PIPE;

		s->turn = i + 1;
		if (write_piece(s, i, w, &frames[*count])) {
			++*count;
			idle = STREAM_PIPE;
		} else {
			idle++;
		}
	}
}
