/* packet: what a SEALED packet says is carried out, and the next one is composed. docs/PROTOCOL.md 6.1, 6.4, 6.5. */
#include <string.h>

#include "base/assert.h"
#include "session/core.h"

/* ---- incoming ---- */

static enum err close_error(uint8_t code)
{
	switch (code) {
	case CLOSE_DONE: return OK;
	case CLOSE_UNREACHABLE: return ERR_UNREACHABLE;
	case CLOSE_TRUST: return ERR_TRUST;
	case CLOSE_MODE: return ERR_VERSION;
	case CLOSE_LOCAL: return ERR_LOCAL;
	case CLOSE_BUSY: return ERR_BUSY;
	case CLOSE_REPLACED: return ERR_EXISTS;
	default: return ERR_CUT;
	}
}

/* The first CLOSE is answered with one of the same code; an answer needs none. */
static void received_close(struct session *s, uint8_t code, struct span text)
{
	if (!s->closing) {
		s->closing = true;
		s->close_due = true;
		s->close_code = code;
		session_end(s, close_error(code), text);
	} else {
		s->close_due = false;
		session_closed(s);
	}
}

/* Frames that do not say that their sender uses the path: probes, and acknowledgments, which go where the packets came from. */
static bool probing_frame(enum frame_type type)
{
	return type == FRAME_PADDING || type == FRAME_ACK || type == FRAME_PATH_CHALLENGE ||
	       type == FRAME_PATH_RESPONSE;
}

/* One frame of an authentic packet. *eliciting: it asks for an acknowledgment. False: the packet counts as never received. */
static bool received_frame(struct session *s, const struct frame *f, int path, bool padded,
                           uint64_t now)
{
	enum err err = OK;

	switch (f->type) {
	case FRAME_PADDING:
	case FRAME_PING: break;
	case FRAME_ACK: err = recovery_acked(s->recovery, f, s->next_number, now); break;
	case FRAME_STREAM:
	case FRAME_STREAM_END:
		err = stream_insert(&s->receive[f->as.stream.stream], f->as.stream.offset,
		                    f->as.stream.bytes, f->as.stream.end);
		if (err == ERR_FULL)
			return false;
		break;
	case FRAME_MAX_DATA:
		stream_limit(&s->send[f->as.max_data.stream], f->as.max_data.limit);
		break;
	case FRAME_PATH_CHALLENGE:
		if (path >= 0)
			path_challenged(s, (unsigned)path, f->as.path.bytes, padded);
		break;
	case FRAME_PATH_RESPONSE: path_response(s, f->as.path.bytes, now); break;
	case FRAME_CLOSE: received_close(s, f->as.close.code, f->as.close.text); break;
	}
	if (err != OK)
		session_protocol_error(s, "malformed frame");
	return true;
}

/* path: -1 where there is no room for one more address. What a packet from there says counts all the same; it is not answered there. */
static void received_frames(struct session *s, struct span text, uint64_t number, int path,
                            size_t packet_len, uint64_t now)
{
	struct reader r = reader_of(text);
	struct frame f;
	bool eliciting = false, probing = true, count = true, acked = false;

	if (text.len == 0)
		session_protocol_error(s, "packet without frames");
	while (!s->over && frame_read(&r, &f)) {
		if (f.type == FRAME_ACK && acked)
			continue; /* the first one says all; to look through what is in flight again and again would cost too much */
		acked |= f.type == FRAME_ACK;
		eliciting |=
		    f.type != FRAME_PADDING && f.type != FRAME_ACK && f.type != FRAME_CLOSE;
		probing &= probing_frame(f.type);
		count &= received_frame(s, &f, path, packet_len >= LIMIT_PACKET, now);
	}
	if (r.bad)
		session_protocol_error(s, "malformed frame");
	if (path >= 0)
		path_heard(s, (unsigned)path, number, probing, packet_len, now);
	if (!count)
		return;
	if (eliciting && path >= 0)
		s->ack_path = path;
	acks_received(&s->acks, number, eliciting, now);
}

/* What acknowledgments, timers and stopped paths decided about frames of ours. */
void packet_settle(struct session *s)
{
	struct sent_frame f;
	bool lost;

	while (recovery_take(s->recovery, &f, &lost)) {
		switch (f.kind) {
		case SENT_STREAM:
			if (lost)
				stream_lost(&s->send[f.stream], f.offset, f.len, f.end);
			else
				stream_acked(&s->send[f.stream], f.offset, f.len, f.end);
			break;
		case SENT_MAX_DATA:
			if (lost)
				s->receive[f.stream].limit_due = true;
			break;
		case SENT_ACK:
			if (!lost)
				acks_forget_below(&s->acks, f.offset);
			break;
		default: break;
		}
	}
}

enum err session_input(struct session *s, const struct route *from, uint8_t *packet, size_t len,
                       uint64_t now)
{
	if (len < SEALED_OVERHEAD || len > LIMIT_PACKET)
		return ERR_FORMAT;
	unsigned phase = packet[0] & (PHASES - 1);
	uint64_t number = load_be64(packet + 9);
	struct encryptor *keys = s->keys[phase];

	if (keys == NULL || number >= UINT64_C(1) << 62)
		return ERR_AUTH;
	enum err err = keys->class->open(keys, number, span_of(packet, SEALED_HEADER),
	                                 packet + SEALED_HEADER, len - SEALED_HEADER);
	if (err != OK)
		return err;
	rekey_opened(s, phase, now);

	int path = path_find(s, from);
	if (path < 0)
		path = path_add(s, from, PATH_PROVE, now);
	s->heard_at = now;
	s->away = false;
	if (s->closing && !s->over)
		s->close_due = true;
	received_frames(s, span_of(packet + SEALED_HEADER, len - SEALED_OVERHEAD), number, path,
	                len, now);
	if (!s->over)
		control_receive(s, now);
	path_select(s, now);
	packet_settle(s);
	return OK;
}

/* ---- outgoing ---- */

enum { CLOSE_HEADER = 4 };  /* bytes of CLOSE before its text, at most */
enum { ACK_ROOM_MIN = 32 }; /* bytes in which an ACK of one range always fits */

/* A packet under construction: its frames, and what recovery shall remember of them. */
struct draft {
	struct writer w;
	struct sent_frame frames[SENT_FRAMES_MAX];
	size_t count;
	bool eliciting;
};

static void note(struct draft *d, enum sent_kind kind, uint8_t stream, uint64_t offset, size_t len,
                 bool end_here)
{
	assert(d->count < SENT_FRAMES_MAX);
	d->frames[d->count++] = (struct sent_frame){ .kind = (uint8_t)kind,
		                                     .stream = stream,
		                                     .end = end_here,
		                                     .offset = offset,
		                                     .len = (uint32_t)len };
}

static struct draft draft_in(uint8_t *packet)
{
	struct draft d = { .w = writer_of(packet + SEALED_HEADER, LIMIT_PACKET - SEALED_OVERHEAD) };

	return d;
}

/* Seals the draft into packet. tracked: recovery watches over it (not so for probes of paths that may lead nowhere). */
static size_t finish_packet(struct session *s, unsigned path, uint8_t *packet, struct draft *d,
                            bool pad, bool tracked, uint64_t now)
{
	struct path *p = &s->paths[path];
	uint64_t number = s->next_number++;
	struct encryptor *keys = session_keys(s);

	assert(!d->w.full);
	if (pad)
		write_zeroes(&d->w, writer_room(&d->w));
	packet[0] = (uint8_t)(PACKET_SEALED | s->phase);
	memcpy(packet + 1, s->peer_ids[p->id], CONNECTION_ID);
	store_be64(packet + 9, number);
	keys->class->seal(keys, number, span_of(packet, SEALED_HEADER), packet + SEALED_HEADER,
	                  d->w.len);

	size_t len = SEALED_OVERHEAD + d->w.len;
	p->bytes_out += len;
	recovery_sent(s->recovery, number, path, len, d->eliciting && tracked, d->frames, d->count,
	              now);
	if (d->eliciting && tracked) {
		if (s->asked_at == 0)
			s->asked_at = now;
		s->eliciting_sent_at = now;
	}
	return len;
}

static void draft_ack(struct session *s, struct draft *d, uint64_t now)
{
	if (!acks_waiting(&s->acks))
		return;
	uint64_t largest = acks_largest(&s->acks);
	if (acks_write(&s->acks, &d->w, now))
		note(d, SENT_ACK, 0, largest, 0, false);
}

/* Control flows always; chat and pipe once the peer is accepted and where their path may carry them. */
static bool stream_may_flow(const struct session *s, unsigned stream, unsigned path)
{
	return stream == STREAM_CONTROL || (s->accepted && path_carries_chat(s, (int)path));
}

bool packet_stream_due(const struct session *s, unsigned path)
{
	for (unsigned i = 0; i < LIMIT_STREAMS; i++) {
		if (s->receive[i].limit_due)
			return true;
		if (stream_may_flow(s, i, path) && stream_piece_due(&s->send[i]))
			return true;
	}
	return false;
}

static void draft_streams(struct session *s, struct draft *d, unsigned path)
{
	for (unsigned i = 0; i < LIMIT_STREAMS && d->count < SENT_FRAMES_MAX; i++) {
		if (s->receive[i].limit_due && writer_room(&d->w) >= 16) {
			frame_write_max_data(&d->w, (uint8_t)i, stream_limit_take(&s->receive[i]));
			note(d, SENT_MAX_DATA, (uint8_t)i, 0, 0, false);
			d->eliciting = true;
		}
	}
	for (unsigned i = 0; i < LIMIT_STREAMS; i++) {
		while (stream_may_flow(s, i, path) && d->count < SENT_FRAMES_MAX) {
			size_t room = frame_stream_room(writer_room(&d->w), s->send[i].end);
			uint64_t offset;
			struct span piece;
			bool end_here;

			if (room == 0 ||
			    !stream_next_piece(&s->send[i], room, &offset, &piece, &end_here))
				break;
			bool fits = frame_write_stream(&d->w, (uint8_t)i, offset, piece, end_here);
			assert(fits);
			note(d, SENT_STREAM, (uint8_t)i, offset, piece.len, end_here);
			d->eliciting = true;
		}
	}
}

/* Where a CLOSE can go now; -1: nowhere, and it is not waited for. */
int packet_close_path(const struct session *s)
{
	int path = s->data_path >= 0 ? s->data_path : s->ack_path;
	bool fits = path >= 0 && path_room(s, (unsigned)path) >=
	                             SEALED_OVERHEAD + CLOSE_HEADER + s->close_text_len;

	return fits && !s->paths[path].stuffed ? path : -1;
}

static size_t output_close(struct session *s, struct route *to, uint8_t *packet, uint64_t now)
{
	int path = packet_close_path(s);

	if (!s->close_due || path < 0)
		return 0;
	struct draft d = draft_in(packet);
	frame_write_close(&d.w, s->close_code, span_of(s->close_text, s->close_text_len));
	s->close_due = false;
	s->close_again_at = now + session_pto(s);
	*to = s->paths[path].route;
	return finish_packet(s, (unsigned)path, packet, &d, false, false, now);
}

static size_t output_probe(struct session *s, struct route *to, uint8_t *packet, uint64_t now)
{
	struct draft d = draft_in(packet);
	unsigned path;
	bool pad;

	if (!path_probe(s, &path, &d.w, &pad, now))
		return 0;
	d.eliciting = true;
	*to = s->paths[path].route;
	return finish_packet(s, path, packet, &d, pad, false, now);
}

/* Acknowledgments go where the packets came from: that path is known to work towards us, and its return most likely too. */
static int ack_path(const struct session *s)
{
	bool there = s->ack_path >= 0 &&
	             path_room(s, (unsigned)s->ack_path) >= SEALED_OVERHEAD + ACK_ROOM_MIN;
	int path = there ? s->ack_path : s->data_path;

	return path >= 0 && !s->paths[path].stuffed ? path : -1;
}

uint64_t packet_ack_deadline(const struct session *s)
{
	return ack_path(s) >= 0 ? s->acks.due : NEVER;
}

static size_t output_acks(struct session *s, struct route *to, uint8_t *packet, uint64_t now)
{
	int path = ack_path(s);

	if (path < 0 || !acks_due(&s->acks, now))
		return 0;
	struct draft d = draft_in(packet);
	d.w.cap = path_room(s, (unsigned)path) - SEALED_OVERHEAD;
	draft_ack(s, &d, now);
	if (d.count == 0)
		return 0;
	*to = s->paths[path].route;
	return finish_packet(s, (unsigned)path, packet, &d, false, false, now);
}

static size_t output_data(struct session *s, struct route *to, uint8_t *packet, uint64_t now)
{
	if (s->data_path < 0 || s->paths[s->data_path].stuffed)
		return 0;
	unsigned path = (unsigned)s->data_path;
	struct flow *flow = recovery_flow(s->recovery, path);
	bool due = packet_stream_due(s, path);

	if (!due && !s->ping_due && flow->probes_due == 0) {
		recovery_limited(s->recovery, path, false);
		return 0;
	}
	if (!recovery_room(s->recovery, s->next_number) ||
	    !recovery_may_send(s->recovery, path, LIMIT_PACKET, now)) {
		recovery_limited(s->recovery, path, true);
		return 0;
	}
	struct draft d = draft_in(packet);
	if (s->ack_path < 0 || s->ack_path == (int)path)
		draft_ack(s, &d, now);
	draft_streams(s, &d, path);
	if (!d.eliciting) {
		frame_write_ping(&d.w);
		d.eliciting = true;
	}
	s->ping_due = false;
	*to = s->paths[path].route;
	return finish_packet(s, path, packet, &d, false, true, now);
}

size_t packet_output(struct session *s, struct route *to, uint8_t *packet, uint64_t now)
{
	size_t len;

	if (s->over || s->closing)
		return output_close(s, to, packet, now);
	if ((len = output_probe(s, to, packet, now)) > 0)
		return len;
	if ((len = output_data(s, to, packet, now)) > 0)
		return len;
	return output_acks(s, to, packet, now);
}
