#include "loop/hosts.h"

#include <string.h>
#include <unistd.h>

#include "base/min_max.h"
#include "os/clock.h"
#include "os/interfaces.h"
#include "os/network.h"

#define LOOK_US     (20 * SECOND) /* in case nothing tells of changes */
#define DEBOUNCE_US (100 * MS)    /* one change is told in many messages */
#define LATE_US     (60 * SECOND) /* a look that is so late means that the program was stopped */
#define ASLEEP_US   (2 * SECOND)  /* a sleep that counts */

void hosts_init(struct hosts *h)
{
	*h = (struct hosts){ .fd = network_open(), .slept_us = clock_slept_us() };
}

void hosts_end(struct hosts *h)
{
	if (h->fd > 0)
		close(h->fd);
	h->fd = -1;
}

static bool has(const struct hosts *h, const struct addr *addr)
{
	for (size_t i = 0; i < h->count; i++)
		if (addr_equal(&h->at[i], addr))
			return true;
	return false;
}

/* True: the list differs from the last one. Only the first, the best, has to be at its place. */
static bool take(struct hosts *h, const struct addr *at, size_t count)
{
	bool changed = count != h->count || (count > 0 && !addr_equal(&at[0], &h->at[0]));
	for (size_t i = 0; i < count && !changed; i++)
		changed = !has(h, &at[i]);
	memcpy(h->at, at, count * sizeof *at);
	h->count = count;
	return changed;
}

void hosts_heard(struct hosts *h, uint64_t now)
{
	if (network_news(h->fd, &h->shaken))
		h->look_at = min_of(h->look_at, now + DEBOUNCE_US);
}

/* A host that sleeps does not hear what changes meanwhile, and mappings of NATs end. */
static void look_at_the_clock(struct hosts *h, uint64_t now)
{
	if (now < h->asleep_at)
		return;
	h->asleep_at = now + SECOND;
	uint64_t slept_us = clock_slept_us();
	if (slept_us > h->slept_us + ASLEEP_US) {
		h->shaken = true;
		h->look_at = min_of(h->look_at, now);
	}
	h->slept_us = slept_us;
}

enum hosts_news hosts_look(struct hosts *h, uint64_t now)
{
	UNSET struct addr at[LIMIT_CANDIDATES];
	look_at_the_clock(h, now);
	if (now < h->look_at)
		return HOSTS_SAME;
	bool first = h->look_at == 0, late = !first && now >= h->look_at + LATE_US,
	     shaken = h->shaken || late;
	h->look_at = now + LOOK_US;
	h->shaken = false;
	bool moved = take(h, at, interfaces_list(at, LIMIT_CANDIDATES));
	if (first)
		return HOSTS_FIRST;
	return moved ? HOSTS_MOVED : shaken ? HOSTS_SHAKEN : HOSTS_SAME;
}
