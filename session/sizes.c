#include "session/sizes.h"

#include "base/min_max.h"
#include "wire/packet.h"

/* A packet has no more than this part of the window: acknowledgments keep coming. */
enum { WINDOW_PARTS = 8 };

/* The first round trips seem long where the acknowledgments were in packets that died. */
#define PATIENCE_MAX_US (400 * MS)

enum { IPV4_HEADER = 20, IPV6_HEADER = 40, UDP_HEADER = 8 };

void sizes_init(struct sizes *s, struct paths *paths, bool large)
{
	*s = (struct sizes){ .paths = paths, .large = large };
}

static bool is_stream(const struct sizes *s, int path)
{
	return s->paths->recovery->flows[path].kind == FLOW_STREAM;
}

/* What the link and the peer take, and the window and the pace: on a slow path, a line that is said
 * meanwhile would wait for a large packet. */
static size_t most(const struct sizes *s, int path)
{
	size_t large = s->paths->at[path].route.kind->large;
	const struct congestion *c = &s->paths->recovery->flows[path].congestion;

	if (!s->large || large == 0)
		return LIMIT_PACKET;
	if (is_stream(s, path))
		return large;
	uint64_t share = min_of(c->cwnd / WINDOW_PARTS, pacer_train(&c->pacer));
	return min_of(large, (size_t)max_of(share, LIMIT_PACKET));
}

size_t sizes_room(const struct sizes *s, int path)
{
	size_t size = most(s, path);

	if (!is_stream(s, path))
		size = mtu_fit(&s->paths->at[path].mtu, size);
	return min_of(paths_room(s->paths, path), size);
}

void sizes_want(struct sizes *s, int path)
{
	mtu_want(&s->paths->at[path].mtu);
}

/* How long an answer may take; one that is later still counts. */
static uint64_t patience(const struct sizes *s)
{
	return min_of(rtt_pto(paths_rtt(s->paths)), PATIENCE_MAX_US);
}

/* Sizes are tested where the data goes; what others carry is seen when they do. */
static bool is_tested(const struct sizes *s)
{
	return s->paths->data >= 0 && !is_stream(s, s->paths->data) &&
	       paths_room(s->paths, s->paths->data) > 0;
}

int sizes_test(struct sizes *s, struct writer *w, size_t *size, uint64_t now)
{
	if (!is_tested(s))
		return -1;
	*size = mtu_test(&s->paths->at[s->paths->data].mtu, most(s, s->paths->data), patience(s),
	                 s->paths->random, w, now);
	return *size > 0 ? s->paths->data : -1;
}

bool sizes_response(struct sizes *s, const uint8_t bytes[static CHALLENGE_LEN])
{
	for (unsigned i = 0; i < LIMIT_PATHS; i++) {
		if (mtu_response(&s->paths->at[i].mtu, bytes))
			return true;
	}
	return false;
}

void sizes_told(struct sizes *s, const struct link_event *event)
{
	size_t headers = (addr_is_v4(&event->remote) ? IPV4_HEADER : IPV6_HEADER) + UDP_HEADER;

	for (int i = 0; i < LIMIT_PATHS; i++) {
		const struct route *at = &s->paths->at[i].route;
		size_t before = headers + (route_is_forward(at) ? FORWARD_HEADER : 0);

		if (at->link == event->link && addr_equal(&at->remote, &event->remote) &&
		    event->size > before)
			mtu_told(&s->paths->at[i].mtu, event->size - before);
	}
}

void sizes_timer(struct sizes *s, uint64_t now)
{
	if (!is_tested(s))
		return;
	struct recovery *r = s->paths->recovery;
	unsigned path = (unsigned)s->paths->data;
	struct mtu *m = &s->paths->at[path].mtu;
	mtu_timeouts(m, r->flows[path].pto_count);
	if (!mtu_timer(m, most(s, (int)path), patience(s), now))
		return;
	/* they stay in flight: how long they are unanswered says whether the path works at all */
	sent_hand_back(&r->sent, path, SIZE_MAX);
	recovery_ask(r, path);
}

uint64_t sizes_deadline(const struct sizes *s)
{
	int path = s->paths->data;

	return is_tested(s) ? mtu_deadline(&s->paths->at[path].mtu, most(s, path), patience(s))
	                    : NEVER;
}
