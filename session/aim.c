#include "session/aim.h"

#include "base/min_max.h"

enum { ORDERED = 1 }; /* a bit of the flags */

bool aim_allowed(const struct addr *to, const struct aim_self *self)
{
	const struct addr *seen = &self->seen;

	for (size_t i = 0; i < self->hosts_count; i++)
		if (addr_same_ip(to, &self->hosts[i]) && !addr_is_loopback(to))
			return false;
	if (!addr_is_set(to) || addr_is_link_local(to))
		return false;
	if (addr_is_private(to))
		return addr_is_private(seen) || addr_is_loopback(seen);
	return !addr_is_loopback(to) || addr_is_loopback(seen);
}

static unsigned count(const struct aim_range *r)
{
	return (unsigned)(r->last - r->first) / r->step + 1;
}

static void add(struct aim *a, struct aim_range range)
{
	a->at[a->ranges++] = range;
	a->ports += count(&range);
	a->stride = 1;
}

void aim_add(struct aim *a, uint32_t first, uint32_t last, unsigned step)
{
	if (a->ranges < AIM_RANGES && first <= UINT16_MAX && step > 0)
		add(a, (struct aim_range){ (uint16_t)first, (uint16_t)min_of(last, UINT16_MAX),
		                           (uint16_t)step });
}

void aim_in_order(struct aim *a)
{
	a->ordered = true;
}

void aim_write(const struct aim *a, struct writer *w)
{
	write_u8(w, a->ordered ? ORDERED : 0);
	write_u8(w, (uint8_t)a->ranges);
	for (unsigned i = 0; i < a->ranges; i++) {
		write_be16(w, a->at[i].first);
		write_be16(w, a->at[i].last);
		write_be16(w, a->at[i].step);
	}
}

bool aim_read(struct aim *a, struct reader *r)
{
	*a = (struct aim){ .ordered = read_u8(r) & ORDERED };
	unsigned ranges = read_u8(r);

	if (ranges == 0 || ranges > AIM_RANGES)
		return false;
	while (a->ranges < ranges) {
		struct aim_range range = { .first = read_be16(r) };
		range.last = read_be16(r);
		range.step = read_be16(r);
		if (range.first < AIM_PORT_MIN || range.last < range.first || range.step == 0)
			return false;
		add(a, range);
	}
	return read_end(r);
}

static unsigned common_divisor(unsigned a, unsigned b)
{
	while (b != 0) {
		unsigned rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

/* Strides that share no divisor with the number of ports come to each of them once. */
void aim_shuffle(struct aim *a, struct random *random)
{
	if (a->ordered || a->ports < 3)
		return;
	a->offset = (unsigned)random_below(random, a->ports);
	do
		a->stride = 1 + (unsigned)random_below(random, a->ports - 1);
	while (common_divisor(a->stride, a->ports) != 1);
}

uint16_t aim_port(const struct aim *a, unsigned index)
{
	const struct aim_range *r = a->at;

	index = (unsigned)(((uint64_t)index * a->stride + a->offset) % a->ports);
	for (; index >= count(r); r++)
		index -= count(r);
	return (uint16_t)(r->first + index * r->step);
}
