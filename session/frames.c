#include "session/frames.h"

#include "base/assert.h"
#include "base/min_max.h"
#include "session/codes.h"

enum { ACK_ROOM_MIN = 32 }; /* bytes in which an ACK of one range always fits */
enum { COPIES_MAX = 8 };    /* packets of which each path gets a copy, when one has gone silent */

/* ---- incoming ---- */

static void make_no_sense(struct frames_parts *p, const char *text)
{
	closing_begin(&p->closing, CLOSE_PROTOCOL, span_text(text));
}

/* A packet counts as never received. Over TCP it does not come again, and all would wait for it. */
static void forgets(struct frames_parts *p, int path)
{
	if (p->accepted && path >= 0 && route_is_stream(&p->paths.at[path].route))
		closing_begin(&p->closing, CLOSE_LOCAL, span_text("out of memory"));
}

/* One frame. False: the packet counts as never received. */
static bool input_frame(struct frames_parts *p, const struct frames_packet *packet,
                        const struct frame *f, uint64_t now)
{
	enum err err = OK;

	if (f->type == FRAME_STREAM && f->stream != STREAM_CONTROL)
		liveness_said(&p->liveness, now);
	switch (f->type) {
	case FRAME_PADDING:
	case FRAME_PING: break;
	case FRAME_ACK: err = recovery_acked(p->recovery, f, now); break;
	case FRAME_STREAM:
	case FRAME_STREAM_END:
	case FRAME_MAX_DATA:
	case FRAME_RESET: err = streams_input(&p->streams, p->accepted, f); break;
	case FRAME_PATH_CHALLENGE:
		if (packet->path >= 0)
			proof_challenged(&p->paths.at[packet->path].proof, f->as.path.bytes,
			                 packet->len);
		break;
	case FRAME_PATH_RESPONSE:
		if (!sizes_response(&p->sizes, f->as.path.bytes))
			paths_response(&p->paths, f->as.path.bytes, now);
		break;
	case FRAME_CLOSE: closing_received(&p->closing, f->as.close.code, f->as.close.text); break;
	}
	if (err != OK && err != ERR_FULL)
		make_no_sense(p, "malformed frame");
	return err != ERR_FULL;
}

/* What a packet says counts even where there is no place for the address it came from; it is not
 * answered there. */
bool frames_input(struct frames_parts *p, const struct frames_packet *packet, uint64_t now)
{
	struct reader r = reader_of(packet->frames);
	UNSET struct frame f;
	bool eliciting = false, probing = true, count = true, acked = false,
	     decides = packet->path != p->paths.data;

	if (packet->frames.len == 0)
		make_no_sense(p, "packet without frames");
	while (!p->closing.over && frame_read(&r, &f)) {
		/* The first ACK says all; to look through what is in flight again and again would
		 * cost too much. */
		if (f.type == FRAME_ACK && acked)
			continue;
		acked |= f.type == FRAME_ACK;
		decides |= frame_is_probing(f.type) || f.type == FRAME_CLOSE;
		eliciting |= frame_is_eliciting(f.type);
		probing &= frame_is_probing(f.type);
		count &= input_frame(p, packet, &f, now);
	}
	if (r.bad)
		make_no_sense(p, "malformed frame");
	if (packet->path >= 0) {
		paths_heard(&p->paths, packet->path, packet->number, probing, packet->len, now);
		search_heard(&p->search, &p->paths.at[packet->path].route.remote, now);
	}
	if (!count) {
		forgets(p, packet->path);
		return decides || p->closing.begun;
	}
	if (eliciting && packet->path >= 0)
		paths_asked(&p->paths, packet->path, packet->number);
	acks_received(&p->acks, packet->number, eliciting && !probing, now);
	return decides || p->closing.begun;
}

/* How long the path of the data may be silent, and the peer be left alone. */
static void keep_awake(struct frames_parts *p)
{
	const struct paths *paths = &p->paths;
	int data = paths->data;

	if (data >= 0)
		liveness_keep(&p->liveness, keepalive_ask_us(&paths->keepalive, &paths->at[data]),
		              keepalive_awake(&paths->keepalive, &paths->at[data]),
		              paths->initiator);
}

void frames_timer(struct frames_parts *p, uint64_t now)
{
	if (now >= recovery_deadline(p->recovery))
		recovery_timer(p->recovery, now);
	keep_awake(p);
	sizes_timer(&p->sizes, now);
}

void frames_settle(struct frames_parts *p)
{
	struct sent_frame f;
	bool lost;

	while (sent_take(&p->recovery->sent, &f, &lost)) {
		if (f.kind != SENT_ACK)
			streams_settle(&p->streams, &f, lost);
		else if (!lost)
			acks_forget_below(&p->acks, f.offset);
	}
}

/* ---- outgoing ---- */

/* A packet under construction: where it goes, its frames, and what recovery remembers of them. */
struct draft {
	int path;
	bool watched; /* by recovery: it asks for an answer, and does not just probe a path */
	struct writer w;
	struct sent_frame frames[SENT_FRAMES_MAX];
	size_t count;
};

static void start(struct draft *d, int path, uint8_t *packet, size_t size)
{
	d->path = path;
	d->watched = false;
	d->count = 0;
	d->w = writer_of(packet + SEALED_HEADER, size - SEALED_OVERHEAD);
}

static size_t finish(struct frames_parts *p, const struct draft *d, uint8_t *packet, uint64_t now)
{
	struct path *at = &p->paths.at[d->path];
	uint64_t number;

	assert(!d->w.full);
	size_t len = keyring_seal(&p->keyring, packet, d->w.len, at->id, &number);
	path_sent(at, len, now);
	recovery_sent(p->recovery, number, (unsigned)d->path, len, d->watched, d->frames, d->count,
	              now);
	if (recovery_leaves_out(p->recovery, p->paths.random))
		keyring_leave_out(&p->keyring);
	if (d->watched)
		liveness_asked(&p->liveness, now);
	return len;
}

static void draft_ack(struct frames_parts *p, struct draft *d, uint64_t now)
{
	if (p->acks.due_at != NEVER && acks_write(&p->acks, &d->w, now))
		d->frames[d->count++] =
		    (struct sent_frame){ .kind = SENT_ACK, .offset = acks_largest(&p->acks) };
}

/* Where a CLOSE can go now. */
static int close_path(const struct frames_parts *p)
{
	int path = p->paths.data >= 0 ? p->paths.data : p->paths.asker;

	if (path < 0 || paths_room(&p->paths, path) < SEALED_OVERHEAD + closing_size(&p->closing))
		return -1;
	return path;
}

bool frames_close_can_leave(const struct frames_parts *p)
{
	return p->closing.begun && close_path(p) >= 0;
}

static bool draft_close(struct frames_parts *p, struct draft *d, uint8_t *packet, uint64_t now)
{
	start(d, close_path(p), packet, MTU_MIN);
	return d->path >= 0 &&
	       closing_write(&p->closing, &d->w, rtt_pto(paths_rtt(&p->paths)), now);
}

static bool draft_probe(struct frames_parts *p, struct draft *d, uint8_t *packet, uint64_t now)
{
	size_t pad;

	start(d, -1, packet, LIMIT_PACKET);
	d->path = paths_probe(&p->paths, &d->w, &pad, now);
	if (pad > 0)
		write_zeroes(&d->w, pad - SEALED_OVERHEAD - d->w.len);
	return d->path >= 0;
}

/* What does the path of the data carry? With PING it also says that we use the path, as data in its
 * place would. */
static bool draft_test(struct frames_parts *p, struct draft *d, uint8_t *packet, uint64_t now)
{
	size_t size;

	start(d, -1, packet, LIMIT_PACKET_MAX);
	d->path = sizes_test(&p->sizes, &d->w, &size, now);
	if (d->path < 0)
		return false;
	frame_write_ping(&d->w);
	write_zeroes(&d->w, size - SEALED_OVERHEAD - d->w.len);
	return true;
}

/* Toward a port that the peer may be behind: there is no path yet. */
static size_t output_search(struct frames_parts *p, struct route *to, uint8_t *packet, uint64_t now)
{
	UNSET struct draft d;
	uint8_t challenge[CHALLENGE_LEN];
	uint64_t number;

	if (!search_fire(&p->search, to, now))
		return 0;
	start(&d, -1, packet, LIMIT_PACKET);
	random_fill(p->paths.random, challenge, sizeof challenge);
	frame_write_challenge(&d.w, challenge);
	uint8_t id = path_unused_id(p->paths.at, &p->search_id);
	size_t len = keyring_seal(&p->keyring, packet, d.w.len, id, &number);
	recovery_sent(p->recovery, number, 0, len, false, NULL, 0, now);
	return len;
}

/* Acknowledgments go where the packets came from, as that works towards us; and until it is proved,
 * on the path of the data too: somebody faster may just repeat the peer's packets from there. */
static int ack_path(const struct frames_parts *p)
{
	int path = p->paths.asker;

	if (path < 0 || paths_room(&p->paths, path) < SEALED_OVERHEAD + ACK_ROOM_MIN)
		path = p->paths.data;
	return path >= 0 && paths_room(&p->paths, path) > 0 ? path : -1;
}

static bool draft_acks(struct frames_parts *p, struct draft *d, uint8_t *packet, uint64_t now)
{
	int path = now < p->acks.due_at ? -1 : ack_path(p), data = p->paths.data;

	if (path < 0)
		return false;
	start(d, path, packet, sizes_room(&p->sizes, path));
	draft_ack(p, d, now);
	if (data >= 0 && path != data && !path_valid(&p->paths.at[path])) {
		paths_asked(&p->paths, data, p->paths.asked);
		acks_again(&p->acks, now);
	}
	return d->count > 0;
}

static bool chat_flows(const struct frames_parts *p, int path)
{
	return p->accepted && paths_may_carry_chat(&p->paths, path);
}

/* Data, or a PING, on this path. size: bytes of the packet, at most. */
static bool draft_on(struct frames_parts *p, struct draft *d, int path, uint8_t *packet,
                     size_t size, uint64_t now)
{
	bool chat = chat_flows(p, path);

	start(d, path, packet, min_of(size, sizes_room(&p->sizes, path)));
	d->watched = true;
	if (ack_path(p) == path)
		draft_ack(p, d, now);
	size_t acks = d->count;
	streams_write_frames(&p->streams, chat, &d->w, d->frames, &d->count,
	                     rtt_of_way(&p->recovery->flows[path].rtt), now);
	if (d->count == acks)
		frame_write_ping(&d->w);
	else if (d->frames[d->count - 1].stream != STREAM_CONTROL)
		liveness_said(&p->liveness, now);
	if (streams_due(&p->streams, chat))
		sizes_want(&p->sizes, path);
	return true;
}

static bool draft_data(struct frames_parts *p, struct draft *d, uint8_t *packet, size_t size,
                       uint64_t now)
{
	int path = p->paths.data;

	if (path < 0 || paths_room(&p->paths, path) == 0)
		return false;
	bool due = streams_due(&p->streams, chat_flows(p, path)) || p->liveness.ping_due ||
	           p->recovery->flows[path].probes_due > 0;
	if (!due || !recovery_may_send(p->recovery, (unsigned)path, now)) {
		congestion_limited(&p->recovery->flows[path].congestion, due);
		return false;
	}
	return draft_on(p, d, path, packet, size, now);
}

/* Nobody knows which path works: what is unacknowledged goes over all the others too, and over the
 * path of the data last, since that repeats it from then on. */
static bool draft_copy(struct frames_parts *p, struct draft *d, uint8_t *packet, uint64_t now)
{
	int path = p->paths.doubt.copies != 0 ? paths_copy(&p->paths) : -1;

	if (path >= 0 && !p->copying) {
		p->copying = true;
		sent_hand_back(&p->recovery->sent, (unsigned)p->paths.data, COPIES_MAX);
		frames_settle(p);
	}
	for (; path >= 0; path = paths_copy(&p->paths)) {
		if (paths_room(&p->paths, path) > 0 &&
		    streams_due(&p->streams, chat_flows(p, path)) &&
		    recovery_may_send(p->recovery, (unsigned)path, now))
			return draft_on(p, d, path, packet, LIMIT_PACKET_MAX, now);
		sent_hand_back(&p->recovery->sent, (unsigned)path, SIZE_MAX);
		frames_settle(p);
		doubt_copied(&p->paths.doubt, path);
	}
	p->copying = false;
	return false;
}

/* Keeps our NAT awake; its receiver drops it. */
static size_t output_keep(struct frames_parts *p, struct route *to, uint8_t *packet, uint64_t now)
{
	int path;

	if (now < keepalive_wake_at(&p->paths.keepalive, p->paths.at, p->paths.end, &path))
		return 0;
	*to = p->paths.at[path].route;
	path_woken(&p->paths.at[path], now);
	packet[0] = PACKET_KEEP;
	return 1;
}

size_t frames_output(struct frames_parts *p, struct route *to, uint8_t *packet, uint64_t now)
{
	UNSET struct draft d;
	bool closing = p->closing.begun, data = false;

	p->train = -1;
	size_t len = closing ? 0 : output_search(p, to, packet, now);
	len = closing || len > 0 ? len : output_keep(p, to, packet, now);
	if (len > 0)
		return len;
	bool any = closing ? draft_close(p, &d, packet, now)
	                   : draft_probe(p, &d, packet, now) || draft_copy(p, &d, packet, now) ||
	                         draft_test(p, &d, packet, now) ||
	                         (data = draft_data(p, &d, packet, LIMIT_PACKET_MAX, now)) ||
	                         draft_acks(p, &d, packet, now);
	if (!any)
		return 0;
	if (data && writer_room(&d.w) < d.w.len)
		p->train = d.path;
	*to = p->paths.at[d.path].route;
	return finish(p, &d, packet, now);
}

size_t frames_more(struct frames_parts *p, uint8_t *packet, size_t size, uint64_t now)
{
	UNSET struct draft d;

	if (p->train < 0 || p->train != p->paths.data || p->closing.begun ||
	    !draft_data(p, &d, packet, size, now))
		return 0;
	return finish(p, &d, packet, now);
}

bool frames_idle(const struct frames_parts *p)
{
	const struct sent *sent = &p->recovery->sent;

	return p->paths.data < 0 ? sent->count == 0
	                         : sent->tracks[p->paths.data][SENT_FLYING].count == 0;
}

uint64_t frames_deadline(const struct frames_parts *p)
{
	uint64_t at = ack_path(p) >= 0 ? p->acks.due_at : NEVER;

	at = min_of(at, search_deadline(&p->search));
	int path = p->paths.data, woken;
	at = min_of(at, keepalive_wake_at(&p->paths.keepalive, p->paths.at, p->paths.end, &woken));
	at = min_of(at, min_of(recovery_deadline(p->recovery), sizes_deadline(&p->sizes)));
	if (path >= 0 && streams_due(&p->streams, chat_flows(p, path))) {
		uint64_t pace = recovery_pace_at(p->recovery, (unsigned)path);
		at = pace != 0 ? min_of(at, pace) : at;
	}
	return at;
}
