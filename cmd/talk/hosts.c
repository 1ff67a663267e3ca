/* hosts: see hosts.h. */
#include "cmd/talk/hosts.h"

#include <string.h>

#include "endpoint/endpoint.h"
#include "os/interfaces.h"

#define LOOK_US   (20 * SECOND)
#define ASLEEP_US (60 * SECOND) /* so late a look means that the host slept */

static bool has(const struct hosts *h, const struct addr *addr)
{
	for (size_t i = 0; i < h->count; i++)
		if (addr_equal(&h->at[i], addr))
			return true;
	return false;
}

bool hosts_changed(struct hosts *h, const struct addr *at, size_t count)
{
	if (count > LIMIT_CANDIDATES)
		count = LIMIT_CANDIDATES;
	bool changed = count != h->count;
	for (size_t i = 0; i < count && !changed; i++)
		changed = !has(h, &at[i]);
	memcpy(h->at, at, count * sizeof *at);
	h->count = count;
	return changed;
}

void hosts_look(struct hosts *h, struct endpoint *endpoint, uint64_t now)
{
	struct addr at[LIMIT_CANDIDATES];
	if (now < h->look_at)
		return;
	bool first = h->look_at == 0, slept = !first && now >= h->look_at + ASLEEP_US;
	h->look_at = now + LOOK_US;
	bool changed = hosts_changed(h, at, interfaces_list(at, LIMIT_CANDIDATES));
	if (first || changed)
		endpoint_hosts(endpoint, h->at, h->count, now);
	if (!first && (changed || slept))
		endpoint_refresh(endpoint, now);
}
