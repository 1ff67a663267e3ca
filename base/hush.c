#include "base/hush.h"

bool hush_may(struct hush *h, uint64_t now, uint64_t *unsaid)
{
	*unsaid = 0;
	if (now < h->until) {
		h->unsaid++;
		return false;
	}
	*unsaid = h->unsaid;
	*h = (struct hush){ .until = now + HUSH_US };
	return true;
}

uint64_t hush_over(struct hush *h, uint64_t now)
{
	uint64_t unsaid = h->unsaid;
	if (unsaid == 0 || now < h->until)
		return 0;
	*h = (struct hush){ .until = now + HUSH_US };
	return unsaid;
}

uint64_t hush_deadline(const struct hush *h)
{
	return h->unsaid > 0 ? h->until : NEVER;
}
