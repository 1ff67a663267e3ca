#include "session/mtu.h"

#include <string.h>

#include "base/limits.h"
#include "base/min_max.h"

/* What usual paths leave: one of 576 bytes and one of 1100; tunnels; Ethernet, by IPv6 with and
 * without a FORWARD before the packet; large frames; loopback. */
static const uint16_t sizes[] = { MTU_MIN, 1052, LIMIT_PACKET, 1360,
	                          1440,    1452, 8943,         LIMIT_PACKET_MAX };
enum { START = 2, TOP = sizeof sizes / sizeof sizes[0] - 1 };

/* Between two searches that find nothing: doubles, up to PMTU_RAISE_TIMER of RFC 8899. */
#define SEARCH_US     SECOND
#define SEARCH_MAX_US (600 * SECOND)

static unsigned place(const struct mtu *m)
{
	return (unsigned)(START + m->step);
}

/* The largest of the sizes that is no more than size. */
static unsigned place_of(size_t size)
{
	unsigned i = TOP;

	while (i > 0 && sizes[i] > size)
		i--;
	return i;
}

size_t mtu_size(const struct mtu *m)
{
	return sizes[place(m)];
}

size_t mtu_fit(const struct mtu *m, size_t most)
{
	unsigned i = place_of(most);

	return sizes[i < place(m) ? i : place(m)];
}

size_t mtu_below(size_t size)
{
	unsigned i = place_of(size);

	return sizes[i > 0 ? i - 1 : 0];
}

/* Has the present size to be shown? */
static bool unsure(const struct mtu *m)
{
	return m->doubted || (m->wanted && !m->proved && place(m) > 0);
}

/* The size under test; 0: none. */
static size_t target(const struct mtu *m, size_t max)
{
	unsigned next = place(m) + 1;

	if (unsure(m))
		return mtu_size(m);
	return m->wanted && next <= TOP && sizes[next] <= max ? sizes[next] : 0;
}

static void settle(struct mtu *m, unsigned to)
{
	m->step = (int8_t)((int)to - START);
	m->tests = 0;
	m->tested_at = 0;
	m->rests_until = 0;
}

void mtu_proved(struct mtu *m, size_t size)
{
	if (size != mtu_size(m))
		m->searches = 0;
	if (size > m->told)
		m->told = 0; /* which was wrong */
	settle(m, place_of(size));
	m->doubted = false;
	m->proved = true;
}

void mtu_want(struct mtu *m)
{
	m->wanted = true;
}

static void doubt(struct mtu *m)
{
	if (m->doubted || place(m) == 0)
		return;
	m->doubted = true;
	m->tests = 0;
	m->tested_at = 0;
}

void mtu_timeouts(struct mtu *m, unsigned timeouts)
{
	if (timeouts > m->timeouts)
		doubt(m);
	if (timeouts == 0 && m->timeouts > 0 && m->step < 0 && !m->doubted)
		m->rests_until = 0; /* perhaps nothing at all had passed */
	m->timeouts = timeouts;
}

void mtu_told(struct mtu *m, size_t size)
{
	m->told = (uint16_t)max_of(size, MTU_MIN);
	if (m->told < mtu_size(m))
		doubt(m);
}

/* ---- tests ---- */

static uint64_t due_at(const struct mtu *m, uint64_t wait)
{
	return m->tested_at != 0 ? m->tested_at + wait : unsure(m) ? 0 : m->rests_until;
}

/* Two tests condemn the present size: data that went unanswered counts too. */
static bool spent(const struct mtu *m, size_t size)
{
	return m->tests >= (m->told != 0 && size > m->told ? 1 : MTU_TESTS - unsure(m));
}

size_t mtu_test(struct mtu *m, size_t max, uint64_t wait, struct random *random, struct writer *w,
                uint64_t now)
{
	size_t size = target(m, max);

	if (size == 0 || now < due_at(m, wait) || spent(m, size))
		return 0;
	m->tests++;
	m->tested_at = now;
	memmove(m->sent + 1, m->sent, sizeof m->sent - sizeof m->sent[0]);
	m->sent[0].size = (uint16_t)size;
	random_fill(random, m->sent[0].bytes, CHALLENGE_LEN);
	frame_write_challenge(w, m->sent[0].bytes);
	return size;
}

bool mtu_response(struct mtu *m, const uint8_t bytes[static CHALLENGE_LEN])
{
	for (unsigned i = 0; i < MTU_CHALLENGES; i++) {
		size_t size = m->sent[i].size;

		if (size == 0 || !bytes_equal(m->sent[i].bytes, bytes, CHALLENGE_LEN))
			continue;
		m->sent[i].size = 0;
		if (size >= mtu_size(m))
			mtu_proved(m, size);
		return true;
	}
	return false;
}

bool mtu_timer(struct mtu *m, size_t max, uint64_t wait, uint64_t now)
{
	size_t size = target(m, max);

	if (size == 0 || now < due_at(m, wait) || !spent(m, size))
		return false;
	if (unsure(m)) { /* the one below has to be shown as well, but for the lowest */
		settle(m, place(m) - 1);
		m->doubted = place(m) > 0;
		m->searches = 0;
		return true;
	}
	m->tests = 0;
	m->tested_at = 0;
	m->wanted = false;
	m->told = 0;
	m->rests_until = now + min_of(SEARCH_US << min_of(m->searches++, 10), SEARCH_MAX_US);
	return false;
}

uint64_t mtu_deadline(const struct mtu *m, size_t max, uint64_t wait)
{
	return target(m, max) != 0 ? due_at(m, wait) : NEVER;
}
