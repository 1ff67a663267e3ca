/* address: see address.h. */
#include "ui/address.h"

#include "base/assert.h"

void address_begin(struct address *a)
{
	assert(!a->open);
	a->begun++;
	a->open = true;
	a->stale = a->begun > ADDRESS_FIRST;
}

void address_end(struct address *a)
{
	a->open = a->stale = false;
}

void address_settled(struct address *a)
{
	a->stale = false;
}

uint64_t address_begun(const struct address *a)
{
	return a->begun;
}

bool address_is_open(const struct address *a)
{
	return a->open;
}

bool address_is_stale(const struct address *a)
{
	return a->stale;
}

uint64_t address_now(const struct address *a)
{
	if (a->begun == 0)
		return ADDRESS_FIRST;
	return a->open && !a->stale ? a->begun : ADDRESS_NOBODY;
}

enum address_answer address_of(const struct address *a, uint64_t number)
{
	if (number == a->begun && a->open)
		return ADDRESS_HERE;
	if (number == ADDRESS_FIRST && a->begun == 0)
		return ADDRESS_WAITS;
	return number == ADDRESS_NOBODY || number > a->begun ? ADDRESS_NONE : ADDRESS_OVER;
}
