/* where: where to wait, or what to connect to, lib/where; of up to so many bytes, which is
 * more than a host may have. */
#include "lib/where.h"
#include "proofs/words/known.h"

static const struct communicator_class meets = { .scheme = "", .meets = true };
static const struct communicator_class tcp = { .scheme = "t:" };
static const struct communicator_class named = { .scheme = "n:", .by_name = true };
const struct communicator_class *const communicator_classes[] = { &meets, &tcp, &named, NULL };

/* A host is copied whole, since it was measured. */
void text_add_span(struct text *t, struct span s)
{
	if (s.len > t->cap - 1 - t->len)
		base_panic("text_add_span", 0);
	memcpy(t->at + t->len, s.at, s.len);
	t->len += s.len;
	t->at[t->len] = 0;
}

struct text text_of(char *at, size_t cap)
{
	at[0] = 0;
	return (struct text){ at, 0, cap, false };
}

static void read_all(size_t len)
{
	struct where w;
	if (where_read(any_bytes(len), any_bool(), &w) == OK && w.count > 2)
		base_panic("where_read", 0);
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
