#include "cmd/talk/contact_rooms.h"

#include <string.h>

#include "base/min_max.h"
#include "base/text.h"
#include "crypto/mutual.h"

enum { NAMES = 6 /* of contacts in a line */ };

void contact_rooms_init(struct contact_rooms *r)
{
	r->dates = dates_none();
}

void contact_rooms_set_day(struct contact_rooms *r, struct dates_day server, uint64_t own_unix_s,
                           uint64_t now, struct decisions *out)
{
	if (dates_set(&r->dates, server, own_unix_s, now))
		phrase_of(
		    decision_show(out, EVENT_NOTICE), OK,
		    dates_good(&r->dates)
			? "the signaling server's date is wrong; this host's is used to find "
			  "contacts"
			: "neither this host nor the signaling server knows the date: contacts "
			  "who know it can't be found. Set this host's clock.");
}

bool contact_rooms_secret(const struct identity *own, const struct contact *c,
                          uint8_t secret[static 32])
{
	if (c->key.type == KEY_X25519)
		return mutual_secret(own, &c->key, secret) == OK;
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

/* The tokens of the rooms of all contacts that are wanted. Returns how many. */
static size_t tokens_of(struct contact_rooms *r, const struct plan *plan,
                        const struct identity *own, const struct contact *one, uint64_t now,
                        uint8_t (*tokens)[TOKEN_LEN])
{
	const struct book *book = plan->book;
	uint8_t secret[32];
	uint32_t day[DATES_AT_ONCE];
	size_t count = 0, days_count = dates_now(&r->dates, now, day);

	for (size_t i = one ? 1 : book->count; i-- > 0;) {
		const struct contact *c = one ? one : &book->contacts[i];
		if (c->key.type != own->public.type || (!one && !plan_wants(plan, c)) ||
		    !contact_rooms_secret(own, c, secret))
			continue;
		for (size_t d = 0; d < days_count; d++)
			mutual_token(secret, day[d], tokens[count++]);
	}
	bytes_wipe(secret, sizeof secret);
	return count;
}

void contact_rooms_update(struct contact_rooms *r, const struct plan *plan,
                          const struct identity *own, const struct contact *one, uint64_t now)
{
	UNSET uint8_t wanted[CONTACT_ROOMS][TOKEN_LEN];
	if (!r->dates.known || (!one && !plan->contacts))
		return;
	size_t count = tokens_of(r, plan, own, one, now, wanted);

	r->left_count = r->taken = 0;
	for (size_t i = 0; i < r->count; i++)
		if (!is_in((const uint8_t(*)[TOKEN_LEN])wanted, count, r->tokens[i]))
			memcpy(r->left[r->left_count++], r->tokens[i], TOKEN_LEN);
	memcpy(r->tokens, wanted, count * TOKEN_LEN);
	r->count = count;
}

bool contact_rooms_take(struct contact_rooms *r, uint8_t token[static TOKEN_LEN], bool *join)
{
	if (r->taken == r->left_count + r->count)
		return false;
	size_t i = r->taken++;
	*join = i >= r->left_count;
	memcpy(token, *join ? r->tokens[i - r->left_count] : r->left[i], TOKEN_LEN);
	return true;
}

bool contact_rooms_show(const struct plan *plan, const struct identity *own, struct decisions *out)
{
	const struct book *book = plan->book;
	char names[PHRASE_TEXT];
	struct text t = text_of(names, sizeof names);
	size_t wanted = 0;
	if (!plan->contacts)
		return false;
	for (size_t i = 0; i < book->count; i++) {
		const struct contact *c = &book->contacts[i];
		if (plan_wants(plan, c) && c->key.type == own->public.type && wanted++ < NAMES)
			text_add_format(&t, "%s%s", wanted > 1 ? ", " : "", c->name);
	}
	text_add(&t, wanted > NAMES ? " and others" : "");
	if (wanted > 0)
		phrase_of(decision_show(out, EVENT_WAITING), OK, "%s", names);
	return wanted > 0;
}
