#include "cmd/talk/hosts.h"

#include <string.h>

#include "os/interfaces.h"

#define LOOK_US   (20 * SECOND)
#define ASLEEP_US (60 * SECOND) /* a look that is so late means that the host slept */

static bool has(const struct hosts *h, const struct addr *addr)
{
	for (size_t i = 0; i < h->count; i++)
		if (addr_equal(&h->at[i], addr))
			return true;
	return false;
}

/* True: it is another list than before, in whatever order. */
static bool take(struct hosts *h, const struct addr *at, size_t count)
{
	bool changed = count != h->count;
	for (size_t i = 0; i < count && !changed; i++)
		changed = !has(h, &at[i]);
	memcpy(h->at, at, count * sizeof *at);
	h->count = count;
	return changed;
}

enum hosts_news hosts_look(struct hosts *h, uint64_t now)
{
	struct addr at[LIMIT_CANDIDATES];
	if (now < h->look_at)
		return HOSTS_SAME;
	bool first = h->look_at == 0, slept = !first && now >= h->look_at + ASLEEP_US;
	h->look_at = now + LOOK_US;
	bool moved = take(h, at, interfaces_list(at, LIMIT_CANDIDATES));
	if (first)
		return HOSTS_FIRST;
	return moved ? HOSTS_MOVED : slept ? HOSTS_WOKE_UP : HOSTS_SAME;
}
