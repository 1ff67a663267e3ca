/* rooms: see rooms.h. */
#include "cmd/rooms.h"

#include <string.h>

enum {
	DAY_S = 86400,
	NEIGHBOUR_S = 3600
}; /* within an hour of midnight the other day counts too */

void rooms_day(struct rooms *r, uint32_t day, uint32_t day_ends_s, uint64_t now)
{
	r->known = true;
	r->day = day;
	r->day_ends_at = day_ends_s == UINT32_MAX ? NEVER : now + day_ends_s * SECOND;
	r->next_at = NEVER; /* until rooms_update */
}

/* The days whose rooms are to be waited in, and when that changes. */
static size_t days(struct rooms *r, uint64_t now, uint32_t out[static 3])
{
	size_t count = 0;
	while (r->day_ends_at != NEVER && now >= r->day_ends_at) {
		r->day++;
		r->day_ends_at += DAY_S * SECOND;
	}
	bool unknown = r->day_ends_at == NEVER;
	uint64_t left = unknown ? 0 : r->day_ends_at - now;
	bool early = !unknown && left > (DAY_S - NEIGHBOUR_S) * SECOND,
	     late = !unknown && left <= NEIGHBOUR_S * SECOND;
	out[count++] = r->day;
	if ((early || unknown) && r->day > 0)
		out[count++] = r->day - 1;
	if (late || unknown)
		out[count++] = r->day + 1;
	r->next_at = unknown ? NEVER
			     : r->day_ends_at - (early	? (DAY_S - NEIGHBOUR_S) * SECOND
						 : late ? 0
							: NEIGHBOUR_S * SECOND);
	return count;
}

bool rooms_secret(const struct identity *own, const struct contact *c, uint8_t secret[static 32])
{
	if (c->key.type == KEY_X25519)
		return contact_pair_secret(own, &c->key, secret) == OK;
	if (c->has_pair)
		memcpy(secret, c->pair, 32);
	return c->has_pair;
}

static bool is_in(const uint8_t (*list)[TOKEN_LEN], size_t count, const uint8_t *token)
{
	for (size_t i = 0; i < count; i++)
		if (bytes_equal(list[i], token, TOKEN_LEN))
			return true;
	return false;
}

void rooms_update(struct rooms *r, const struct rooms_filter *f, struct endpoint *endpoint,
		  size_t places, uint64_t now)
{
	uint8_t wanted[LIMIT_ROOMS][TOKEN_LEN], secret[32];
	uint32_t day[3];
	size_t count = 0, days_count = days(r, now, day);

	if (places > LIMIT_ROOMS)
		places = LIMIT_ROOMS;
	r->waiting = r->left_out = 0;
	for (size_t i = f->book->count;
	     i-- > 0;) { /* the newest first, should there not be room for all */
		const struct contact *c = &f->book->contacts[i];
		if (c->key.type != f->own->public.type || !f->wanted(c, f->argument) ||
		    !rooms_secret(f->own, c, secret))
			continue;
		bool fits = count + days_count <= places;
		r->waiting += fits;
		r->left_out += !fits;
		for (size_t d = 0; fits && d < days_count; d++)
			contact_token(secret, day[d], wanted[count++]);
	}
	bytes_wipe(secret, sizeof secret);

	for (size_t i = 0; i < r->count; i++)
		if (!is_in((const uint8_t(*)[TOKEN_LEN])wanted, count, r->tokens[i]))
			endpoint_leave(endpoint, r->tokens[i]);
	for (size_t i = 0; i < count; i++)
		(void)endpoint_join(endpoint, wanted[i], now);
	memcpy(r->tokens, wanted, sizeof wanted);
	r->count = count;
}
