/* story: see story.h. */
#include "story.h"

#include <string.h>

#include "base/limits.h"
#include "endpoint/handshake.h"
#include "session/frame.h"
#include "session/session_net.h"
#include "tap.h"
#include "wire/signaling.h"

/* ---- what begins where in a stream ---- */

enum { NODES = 4, STREAMS = 3, PIECES = 64, PIECE_HEADER = 3 };

/* A control message or a chat record: both begin with a type and a length. */
struct piece {
	uint64_t offset;
	const char *name;
};

static struct stream {
	uint64_t read;        /* bytes seen, in order */
	uint64_t piece_begin; /* of the newest piece */
	uint64_t piece_end;   /* read up to there: another begins */
	uint8_t header[PIECE_HEADER];
	struct piece pieces[PIECES]; /* a ring */
	unsigned count;
} streams[NODES][STREAMS];

static const char *name_of(unsigned stream, const uint8_t header[static PIECE_HEADER])
{
	static const char *const control[] = { "?",     "CANDIDATES", "REKEY", "COMMIT",
		                               "NONCE", "REVEAL",     "SEARCH" };
	static const char *const record[] = { "?",   "TEXT",      "RECEIPT", "WRITTEN",
		                              "BYE", "TEXT PART", "?" };
	uint8_t type = header[stream == 0 ? 0 : 2];
	if (type > 6)
		type = 0;
	return stream == 0 ? control[type] : record[type];
}

static size_t length_of(unsigned stream, const uint8_t header[static PIECE_HEADER])
{
	return stream == 0 ? PIECE_HEADER + (size_t)load_be16(header + 1)
	                   : 2 + (size_t)load_be16(header);
}

static void read_byte(struct stream *s, unsigned stream, uint8_t byte)
{
	if (s->read == s->piece_end)
		s->piece_begin = s->read;
	uint64_t at = s->read++ - s->piece_begin;
	if (at >= PIECE_HEADER)
		return;
	s->header[at] = byte;
	s->piece_end = s->read + 1;
	if (at + 1 < PIECE_HEADER)
		return;
	s->piece_end = s->piece_begin + length_of(stream, s->header);
	s->pieces[s->count++ % PIECES] =
	    (struct piece){ .offset = s->piece_begin, .name = name_of(stream, s->header) };
}

static void tell_stream(struct text *t, int node, const struct frame *f)
{
	unsigned stream = f->stream;
	uint64_t from = f->as.stream.offset, to = from + f->as.stream.bytes.len;
	text_add(t, "STREAM ");
	text_add_u64(t, stream);
	text_add(t, " ");
	text_add_u64(t, from);
	text_add(t, "..");
	text_add_u64(t, to);
	text_add(t, f->as.stream.end ? " END" : "");
	if (stream >= 2) /* a pipe's bytes are nothing but bytes */
		return;

	struct stream *s = &streams[node][stream];
	for (uint64_t at = from; at < to; at++) {
		if (at == s->read)
			read_byte(s, stream, f->as.stream.bytes.at[at - from]);
	}
	for (unsigned i = s->count > PIECES ? s->count - PIECES : 0; i < s->count; i++) {
		const struct piece *p = &s->pieces[i % PIECES];
		if (p->offset >= from && p->offset < to) {
			text_add(t, " ");
			text_add(t, p->name);
		}
	}
}

/* ---- frames ---- */

static void tell_ack(struct text *t, const struct frame *f)
{
	text_add(t, "ACK ");
	for (size_t i = f->as.ack.count; i-- > 0;) {
		text_add_u64(t, f->as.ack.ranges[i].from);
		if (f->as.ack.ranges[i].to > f->as.ack.ranges[i].from + 1) {
			text_add(t, "..");
			text_add_u64(t, f->as.ack.ranges[i].to - 1);
		}
		text_add(t, i > 0 ? " " : "");
	}
}

static void tell_frame(struct text *t, int node, const struct frame *f)
{
	switch (f->type) {
	case FRAME_PADDING: text_add(t, "padding"); break;
	case FRAME_PING: text_add(t, "PING"); break;
	case FRAME_ACK: tell_ack(t, f); break;
	case FRAME_STREAM:
	case FRAME_STREAM_END: tell_stream(t, node, f); break;
	case FRAME_MAX_DATA:
		text_add(t, "MAX DATA ");
		text_add_u64(t, f->stream);
		text_add(t, " ");
		text_add_u64(t, f->as.limit);
		break;
	case FRAME_PATH_CHALLENGE: text_add(t, "PATH CHALLENGE"); break;
	case FRAME_PATH_RESPONSE: text_add(t, "PATH RESPONSE"); break;
	case FRAME_RESET:
		text_add(t, "RESET ");
		text_add_u64(t, f->stream);
		text_add(t, " ");
		text_add_u64(t, f->as.reset);
		break;
	case FRAME_CLOSE:
		text_add(t, "CLOSE ");
		text_add_u64(t, f->as.close.code);
		break;
	}
}

/* ---- packets ---- */

/* The newest SEALED packets that were told, by their headers: a forwarded one is told again. */
static struct told {
	uint8_t header[SEALED_HEADER];
	char text[200];
} told[64];
static unsigned told_count;

static void tell_sealed(struct text *t, int node, struct span packet)
{
	struct span header = span_of(packet.at, SEALED_HEADER);
	for (size_t i = 0; i < sizeof told / sizeof *told; i++) {
		if (span_equal(header, span_of(told[i].header, SEALED_HEADER))) {
			text_add(t, told[i].text);
			return;
		}
	}
	struct told *new = &told[told_count++ % (sizeof told / sizeof *told)];
	struct text line = text_of(new->text, sizeof new->text);
	memcpy(new->header, packet.at, SEALED_HEADER);
	text_add(&line, "SEALED ");
	text_add_u64(&line, load_be64(packet.at + 9));
	struct span sealed = tap_sealed(header);
	if (sealed.at == NULL) /* pseudo seals nothing */
		sealed = span_of(packet.at + SEALED_HEADER, packet.len - SEALED_OVERHEAD);
	struct reader r = reader_of(sealed);
	struct frame f;
	const char *between = ": ";
	while (frame_read(&r, &f)) {
		text_add(&line, between);
		tell_frame(&line, node, &f);
		between = ", ";
	}
	text_add(t, new->text);
}

static void tell_handshake(struct text *t, struct span packet)
{
	struct fragment f;
	text_add(t, "HANDSHAKE ");
	if (handshake_read(packet, &f) != OK)
		return;
	text_add_u64(t, f.number);
	if (f.bytes.len == f.total)
		return;
	text_add(t, ": bytes ");
	text_add_u64(t, f.offset);
	text_add(t, "..");
	text_add_u64(t, f.offset + f.bytes.len);
	text_add(t, " of ");
	text_add_u64(t, f.total);
}

static void tell_cookie(struct text *t, struct span wire)
{
	struct cookie m;
	char observed[ADDR_TEXT];
	text_add(t, "COOKIE");
	if (!signaling_read_cookie(wire, &m))
		return;
	addr_format(&m.observed, observed);
	text_add(t, ": you are ");
	text_add(t, observed);
}

static void tell_join(struct text *t, struct span wire)
{
	struct join m;
	text_add(t, "JOIN");
	if (!signaling_read_join(wire, &m))
		return;
	text_add(t, m.responder ? ": as responder" : ": as initiator");
	text_add(t, m.nameplate ? ", asks for a nameplate" : "");
	text_add(t, m.leave ? ", leaves" : "");
}

static void tell_wait(struct text *t, struct span wire)
{
	struct wait m;
	text_add(t, "WAIT");
	if (!signaling_read_wait(wire, &m))
		return;
	text_add(t, ": others here ");
	text_add_u64(t, m.others);
}

static void tell_intro(struct text *t, struct span wire)
{
	struct intro m;
	text_add(t, "INTRO");
	if (signaling_read_intro(wire, &m))
		text_add(t, m.responder ? ": an initiator is here" : ": a responder is here");
}

static void tell_error(struct text *t, struct span wire)
{
	struct error m;
	text_add(t, "ERROR");
	if (signaling_read_error(wire, &m)) {
		text_add(t, " ");
		text_add_u64(t, m.code);
	}
}

static void tell_inside(struct text *t, int node, struct span wire, size_t header)
{
	if (wire.len > header)
		story_packet(t, node, span_of(wire.at + header, wire.len - header));
	else
		text_add(t, "FORWARD: empty");
}

void story_packet(struct text *t, int node, struct span wire)
{
	if (wire.len >= SEALED_OVERHEAD && packet_is_session(wire) && wire.at[0] >= PACKET_SEALED) {
		tell_sealed(t, node, wire);
		return;
	}
	switch (wire.len > 0 ? wire.at[0] : 0) {
	case PACKET_HELLO: text_add(t, "HELLO"); break;
	case PACKET_KEEP: text_add(t, "KEEP"); break;
	case PACKET_COOKIE: tell_cookie(t, wire); break;
	case PACKET_JOIN: tell_join(t, wire); break;
	case PACKET_WAIT: tell_wait(t, wire); break;
	case PACKET_INTRO: tell_intro(t, wire); break;
	case PACKET_ERROR: tell_error(t, wire); break;
	case PACKET_OPEN: tell_inside(t, node, wire, OPEN_HEADER); break;
	case PACKET_FORWARD: tell_inside(t, node, wire, FORWARD_HEADER); break;
	case PACKET_HANDSHAKE: tell_handshake(t, wire); break;
	case PACKET_REFUSE:
		text_add(t, "REFUSE ");
		text_add_u64(t, wire.len >= REFUSE_LEN ? wire.at[REFUSE_LEN - 1] : 0);
		break;
	default: text_add(t, "?");
	}
}

void story_begin(void)
{
	memset(streams, 0, sizeof streams);
	memset(told, 0, sizeof told);
	told_count = 0;
}
