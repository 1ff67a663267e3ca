#include "os/memory.h"

#include <sys/sysinfo.h>

#include "base/min_max.h"
#include "base/split.h"
#include "base/text.h"
#include "os/file.h"

enum { TEXT = 4096 };

/* unified: of version 2, with one hierarchy for all that can be limited; else of version 1. */
static uint64_t limit_of(struct span group, bool unified)
{
	UNSET char path[FILE_PATH], text[32];
	uint64_t limit;
	size_t len;
	struct text t = text_of(path, sizeof path);
	text_add(&t, unified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory");
	text_add_span(&t, group);
	text_add(&t, unified ? "/memory.max" : "/memory.limit_in_bytes");
	if (file_read(path, FILE_PLAIN, text, sizeof text, &len) || len == 0 ||
	    !text_read_u64(span_of(text, len - 1), UINT64_MAX, &limit))
		return UINT64_MAX; /* no such file, or "max" */
	return limit;
}

static bool has_memory(struct span controllers)
{
	struct span one;
	while ((one = split_word_at(&controllers, ",")).len > 0)
		if (span_is(one, "memory"))
			return true;
	return false;
}

uint64_t memory_limit(void)
{
	UNSET struct sysinfo host;
	UNSET char text[TEXT];
	size_t len;
	uint64_t least = UINT64_MAX;
	struct span line, number, what, group;
	if (sysinfo(&host) == 0)
		least = (uint64_t)host.totalram * host.mem_unit;
	if (file_read("/proc/self/cgroup", FILE_PLAIN, text, sizeof text, &len))
		len = 0;
	struct span rest = span_of(text, len);
	while (split_line(&rest, &line)) {
		if (!split_at(line, ':', &number, &what) || !split_at(what, ':', &what, &group))
			continue;
		bool unified = what.len == 0;
		if (!unified && !has_memory(what))
			continue;
		/* The limits of all groups that a group is in hold. A container sees its own where
		 * others see the uppermost. */
		for (bool upmost = false; !upmost;) {
			upmost = group.len == 0;
			least = min_of(least, limit_of(group, unified));
			while (group.len > 0 && group.at[--group.len] != '/')
				;
		}
	}
	return least;
}
