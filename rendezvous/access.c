#include "rendezvous/access.h"

#include <string.h>

#include "base/access_key.h"
#include "base/split.h"

_Static_assert((int)ACCESS_KEY_BYTES == (int)STAMP_KEY, "a key is what stamps are made with");

enum { RELAY_MAX = UINT32_MAX / 1000 };

/* ---- the file ---- */

/* Days from 1970 to a date from then on (Hinnant, "days_from_civil"). */
static uint32_t day_of(uint64_t year, uint64_t month, uint64_t day)
{
	year -= month <= 2;
	uint64_t of_era = year % 400, of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
	return (uint32_t)(year / 400 * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
	                  719468);
}

/* YYYY-MM-DD. Not whether that month has that day. */
static bool read_day(struct span value, uint32_t *to)
{
	uint64_t year, month, day;
	if (value.len != 10 || value.at[4] != '-' || value.at[7] != '-' ||
	    !text_read_u64(span_of(value.at, 4), 9999, &year) || year < 1970 ||
	    !text_read_u64(span_of(value.at + 5, 2), 12, &month) || month == 0 ||
	    !text_read_u64(span_of(value.at + 8, 2), 31, &day) || day == 0)
		return false;
	*to = day_of(year, month, day);
	return true;
}

static bool read_number(struct span value, uint32_t min, uint32_t max, uint32_t *to)
{
	uint64_t number;
	if (!text_read_u64(value, max, &number) || number < min)
		return false;
	*to = (uint32_t)number;
	return true;
}

static bool read_limit(struct span word, struct access_entry *e)
{
	if (split_prefix(&word, "members="))
		return read_number(word, 1, UINT32_MAX - 1, &e->members);
	if (split_prefix(&word, "relay="))
		return read_number(word, 0, RELAY_MAX, &e->relay_kbit);
	return split_prefix(&word, "until=") && read_day(word, &e->last_day);
}

/* Where the id is, or would have to be put. */
static unsigned place_of(const struct access *a, const uint8_t id[static STAMP_ID])
{
	unsigned low = 1, high = a->count + 1;
	/*@ loop invariant 1 <= low <= high <= a->count + 1;
	    loop assigns low, high;
	    loop variant high - low; */
	while (low < high) {
		unsigned middle = (low + high) / 2;
		if (memcmp(a->at[middle].id, id, STAMP_ID) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* NULL, or what is wrong with the line. */
static const char *take_line(struct access *a, struct span line)
{
	struct access_entry e = a->at[0];
	struct access_key key;
	struct span name = split_word(&line), word = split_word(&line);
	if (name.len == 0 || name.at[0] == '#')
		return NULL;
	if (!access_key_read(word, &key))
		return "a line is NAME KEY; schat keygen -t access makes a key";
	memcpy(e.key, key.bytes, STAMP_KEY);
	bytes_wipe(&key, sizeof key);
	stamp_id(e.key, e.id);
	/*@ loop invariant is_span(&line);
	    loop assigns word, line, e.members, e.relay_kbit, e.last_day;
	    loop variant line.len; */
	while ((word = split_word(&line)).len > 0)
		if (!read_limit(word, &e))
			return "a limit is members=N, relay=KBIT or until=YYYY-MM-DD";
	if (access_find(a, e.id))
		return "another line has the same key";
	if (a->count == ACCESS_KEYS)
		return "there are too many keys";
	unsigned place = place_of(a, e.id);
	memmove(&a->at[place + 1], &a->at[place], (++a->count - place) * sizeof e);
	a->at[place] = e;
	bytes_wipe(&e, sizeof e);
	return NULL;
}

bool access_read(struct access *a, struct span text, const char *name, struct text *why)
{
	struct span line;
	const char *wrong = NULL;
	memset(a, 0, sizeof *a);
	a->at[0].members = a->at[0].relay_kbit = a->at[0].last_day = UINT32_MAX;
	/*@ loop invariant is_access(a) && is_span(&text) && is_string(why);
	    loop assigns number, line, text, wrong, *a, why->len, why->cut,
	      why->at[0 .. why->cap - 1];
	    loop variant text.len; */
	for (unsigned number = 1; !wrong && split_line(&text, &line); number++) {
		wrong = take_line(a, line);
		if (wrong)
			text_add_format(why, "%s:%u: %s", name, number, wrong);
	}
	if (!wrong && a->count == 0)
		text_add_format(why, "%s has no key in it", name);
	return a->count > 0 && !wrong;
}

/* ---- who has one ---- */

unsigned access_find(const struct access *a, const uint8_t id[static STAMP_ID])
{
	unsigned place = place_of(a, id);
	return place <= a->count && memcmp(a->at[place].id, id, STAMP_ID) == 0 ? place : 0;
}

unsigned access_check(const struct access *a, struct span message, uint64_t day)
{
	const uint8_t *id = stamp_of(message);
	unsigned key = id ? access_find(a, id) : 0;
	const struct access_entry *e = &a->at[key];
	return key && day <= e->last_day && stamp_good(message, e->key) ? key : 0;
}

unsigned access_again(const struct access *a, const struct access *old, unsigned key, uint64_t day)
{
	unsigned again = a && key ? access_find(a, old->at[key].id) : 0;
	return again && day <= a->at[again].last_day ? again : 0;
}

uint32_t access_kbit(const struct access *a, unsigned key, uint32_t usual)
{
	return a && a->at[key].relay_kbit != UINT32_MAX ? a->at[key].relay_kbit : usual;
}

uint32_t access_pair_kbit(const struct access *a, unsigned one, unsigned other, uint32_t usual)
{
	uint32_t kbit = access_kbit(a, one, usual), others = access_kbit(a, other, usual);
	return kbit < others ? kbit : others;
}

bool access_admits(const struct access *a, unsigned key, uint32_t members)
{
	return !a || members < a->at[key].members;
}
