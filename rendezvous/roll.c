#include "rendezvous/roll.h"

#include <string.h>

#include "base/siphash.h"

enum { CHECK_AT = ROLL_ENTRY - 4, BATCH = 20 };

#define MAGIC    UINT64_C(0x7363686174726f6c) /* "schatrol" */
#define LINKS_AT 8
#define ALIVE_AT 16
#define BATCH_US MS /* 20,000 a second */
#define AHEAD_S  60 /* by which clocks are set back, and no more */

static const uint8_t no_key[SIPHASH_KEY]; /* against accidents, not against whoever may write */

/* ---- writing ---- */

void roll_begin(struct roll *r, uint8_t *memory, uint64_t links, uint64_t wall_s)
{
	*r = (struct roll){ .memory = memory };
	store_be64(memory, MAGIC);
	store_be64(memory + LINKS_AT, links);
	roll_alive(r, wall_s);
}

void roll_enlarge(struct roll *r, uint32_t places)
{
	r->places = places;
}

void roll_alive(struct roll *r, uint64_t wall_s)
{
	if (r->memory != NULL)
		store_be64(r->memory + ALIVE_AT, wall_s);
}

static uint32_t check_of(const uint8_t *entry)
{
	return (uint32_t)siphash(no_key, span_of(entry, CHECK_AT)) | 1; /* an entry is not zeroes */
}

static uint8_t *entry_of(struct roll *r, uint32_t place)
{
	if (r == NULL || r->memory == NULL)
		return NULL;
	if (place > r->wanted)
		r->wanted = place;
	return place <= r->places ? r->memory + ROLL_HEADER + (size_t)ROLL_ENTRY * (place - 1)
	                          : NULL;
}

void roll_write(struct roll *r, uint32_t place, const uint8_t secret[static SECRET_BYTES],
                const struct route *at)
{
	uint8_t *entry = entry_of(r, place);
	if (entry == NULL || !route_is_bare(at) || at->remote.scope) {
		roll_erase(r, place);
		return;
	}
	struct writer w = writer_of(entry, ROLL_ENTRY);
	write_span(&w, span_of(secret, SECRET_BYTES));
	addr_write(&w, &at->remote);
	write_span(&w, span_of(at->local.ip, sizeof at->local.ip));
	write_be16(&w, at->link);
	write_be32(&w, check_of(entry));
}

void roll_erase(struct roll *r, uint32_t place)
{
	uint8_t *entry = entry_of(r, place);
	if (entry != NULL)
		memset(entry, 0, ROLL_ENTRY);
}

/* ---- calling ---- */

bool roll_call_begin(struct roll_call *c, struct span old, uint64_t links, uint64_t wall_s)
{
	*c = (struct roll_call){ .batch = 0 };
	if (old.len < ROLL_HEADER || load_be64(old.at) != MAGIC ||
	    load_be64(old.at + LINKS_AT) != links)
		return false;
	uint64_t alive = load_be64(old.at + ALIVE_AT);
	if (alive > wall_s + AHEAD_S || alive + ROLL_LIFE_S < wall_s)
		return false;
	c->entries = span_after(old, ROLL_HEADER);
	return true;
}

/* Whom the entry tells of. False: nobody. */
static bool read_entry(const uint8_t *entry, struct error *error, struct route *to)
{
	struct reader r = reader_of(span_of(entry, ROLL_ENTRY));
	read_bytes(&r, error->about, SECRET_BYTES);
	*to = (struct route){ .kind = ROUTE_UDP, .remote = addr_read(&r) };
	read_bytes(&r, to->local.ip, sizeof to->local.ip);
	to->link = read_be16(&r);
	return read_be32(&r) == check_of(entry) && to->link != 0 && to->remote.port != 0 &&
	       addr_is_unicast(&to->remote);
}

static void next(struct roll_call *c)
{
	c->entries = span_after(c->entries, ROLL_ENTRY);
	c->said_once = false;
}

/* Leaves the first that tells of somebody at the front. False: there is none. */
static bool find(struct roll_call *c, struct error *error, struct route *to)
{
	while (c->entries.len >= ROLL_ENTRY && !read_entry(c->entries.at, error, to))
		next(c);
	if (c->entries.len < ROLL_ENTRY)
		c->entries.len = 0;
	return c->entries.len > 0;
}

size_t roll_call_output(struct roll_call *c, struct route *to, uint8_t *wire, uint64_t now)
{
	struct error error = { .code = SIGNALING_GOES };
	struct writer w = writer_of(wire, ERROR_LEN);
	if (c->batch == BATCH && now >= c->next_at)
		c->batch = 0;
	if (c->batch == BATCH || !find(c, &error, to))
		return 0;
	signaling_write_error(&w, &error);
	if (!c->said_once) {
		c->said_once = true;
		return w.len;
	}
	next(c);
	c->called++;
	if (++c->batch == BATCH)
		c->next_at = now + BATCH_US;
	return w.len;
}

uint64_t roll_call_deadline(const struct roll_call *c)
{
	return c->entries.len > 0 ? c->next_at : NEVER;
}

uint32_t roll_call_count(const struct roll_call *c)
{
	return c->called;
}
