#include "cmd/talk/tally.h"

enum { TALLY_BITS = 64 };

static uint64_t bit_of(uint64_t number)
{
	return UINT64_C(1) << number % TALLY_BITS;
}

bool tally_full(const struct tally *t, uint64_t number)
{
	return number >= t->sent + TALLY_BITS;
}

void tally_pass(struct tally *t, uint64_t number, bool news)
{
	t->passed++;
	t->mask |= news ? 0 : bit_of(number);
}

bool tally_is_news(struct tally *t, const struct event *e)
{
	bool news = true;
	if (e->kind == EVENT_SENT) {
		news = (t->mask & bit_of(e->number)) == 0;
		t->mask &= ~bit_of(e->number);
		t->sent = e->number;
		t->own_sent = news ? e->number : t->own_sent;
	} else if (e->kind == EVENT_DELIVERED) {
		news = t->own_sent > t->own_confirmed;
		t->own_confirmed = e->number;
	}
	return news;
}
