/* nat: see nat.h. Mappings are found by two hash tables: from inside, and by their outside port.
 * What has been sent to is noted in a third one. */
#include "nat.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/min_max.h"

enum { MAPPINGS = 4096, PERMITS = 8, STRAYS = 64, BUCKETS = 4096, NONE = 0 };

struct translation {
	uint8_t protocol; /* 0: this place is free */
	bool answered;
	struct addr inside, outside;
	struct addr toward; /* zeroed as far as the mapping does not depend on it */
	uint64_t born_at, used_at;
	unsigned next_inside, next_outside; /* in the same bucket; NONE: the last */
};

struct permit { /* the mapping has sent to remote; its port is 0 where filtering ignores it */
	unsigned mapping;
	struct addr remote;
	uint64_t used_at;
	unsigned next;
};

struct stray {
	uint8_t protocol;
	struct addr outside, remote;
	uint64_t used_at;
};

struct nat {
	struct nat_config config;
	struct addr outside;
	struct translation *mappings;                      /* from 1 on */
	struct permit *permits;                            /* from 1 on */
	unsigned mappings_used, permits_used, permits_max; /* as many have been in use at once */
	unsigned inside[BUCKETS], outward[BUCKETS], permitted[BUCKETS];
	struct stray strays[STRAYS];
	uint16_t next_port; /* 0: a random one */
};

struct nat *nat_new(const struct nat_config *config, const struct addr *outside)
{
	struct nat *n = calloc(1, sizeof *n);

	if (n == NULL)
		return NULL;
	struct nat_config *c = &n->config;
	*c = *config;
	c->first = c->first ? c->first : 1024;
	c->last = c->last ? c->last : 65535;
	c->step = c->step ? c->step : 1;
	c->addresses = c->addresses ? c->addresses : 1;
	c->idle_us = c->idle_us ? c->idle_us : 30 * SECOND;
	c->unanswered_us = c->unanswered_us ? c->unanswered_us : c->idle_us;
	c->mappings_max = c->mappings_max ? c->mappings_max : MAPPINGS;
	c->overload &= c->mapping != MAP_ENDPOINT_INDEPENDENT;
	n->outside = *outside;
	n->outside.port = 0;
	n->permits_max = PERMITS * c->mappings_max;
	n->mappings = calloc(c->mappings_max + 1, sizeof *n->mappings);
	n->permits = calloc(n->permits_max + 1, sizeof *n->permits);
	if (n->mappings == NULL || n->permits == NULL) {
		nat_free(n);
		return NULL;
	}
	return n;
}

void nat_free(struct nat *n)
{
	if (n == NULL)
		return;
	free(n->mappings);
	free(n->permits);
	free(n);
}

const struct nat_config *nat_config(const struct nat *n)
{
	return &n->config;
}

void nat_forget(struct nat *n)
{
	memset(n->mappings, 0, (n->mappings_used + 1) * sizeof *n->mappings);
	memset(n->permits, 0, (n->permits_used + 1) * sizeof *n->permits);
	memset(n->inside, 0, sizeof n->inside);
	memset(n->outward, 0, sizeof n->outward);
	memset(n->permitted, 0, sizeof n->permitted);
	memset(n->strays, 0, sizeof n->strays);
	n->mappings_used = n->permits_used = 0;
}

/* ---- addresses and buckets ---- */

static struct addr nth_address(const struct nat *n, unsigned i)
{
	struct addr a = n->outside;

	store_be32(a.ip + 12, load_be32(a.ip + 12) + i);
	return a;
}

bool nat_owns(const struct nat *n, const struct addr *a)
{
	return memcmp(a->ip, n->outside.ip, 12) == 0 &&
	       load_be32(a->ip + 12) - load_be32(n->outside.ip + 12) < n->config.addresses;
}

static unsigned hash(unsigned seed, const struct addr *a)
{
	uint32_t h = 2166136261U ^ seed;

	for (size_t i = 0; i < sizeof a->ip; i++)
		h = (h ^ a->ip[i]) * 16777619U;
	h = (h ^ a->port) * 16777619U;
	return h ^ h >> 16;
}

static unsigned *inside_bucket(struct nat *n, const struct addr *inside, const struct addr *toward)
{
	return &n->inside[hash(hash(0, inside), toward) % BUCKETS];
}

static unsigned *outside_bucket(struct nat *n, const struct addr *outside)
{
	return &n->outward[hash(0, outside) % BUCKETS];
}

static unsigned *permit_bucket(struct nat *n, unsigned mapping, const struct addr *remote)
{
	return &n->permitted[hash(mapping, remote) % BUCKETS];
}

/* What of a destination a mapping depends on. */
static struct addr part_of(const struct addr *to, bool address, bool port)
{
	struct addr a = { 0 };

	if (address)
		memcpy(a.ip, to->ip, sizeof a.ip);
	if (port)
		a.port = to->port;
	return a;
}

static struct addr mapped_part(const struct nat *n, const struct addr *to)
{
	return part_of(to, n->config.mapping != MAP_ENDPOINT_INDEPENDENT,
	               n->config.mapping == MAP_ADDRESS_AND_PORT_DEPENDENT);
}

static struct addr filtered_part(const struct nat *n, const struct addr *remote)
{
	return part_of(remote, n->config.filtering != FILTER_ENDPOINT_INDEPENDENT,
	               n->config.filtering == FILTER_ADDRESS_AND_PORT_DEPENDENT);
}

/* ---- lifetimes ---- */

static uint64_t patience(const struct nat *n, const struct translation *m)
{
	return m->answered ? n->config.idle_us : n->config.unanswered_us;
}

static bool lives(const struct nat *n, const struct translation *m, uint64_t now)
{
	return m->protocol != 0 && now < m->used_at + patience(n, m) &&
	       (n->config.absolute_us == 0 || now < m->born_at + n->config.absolute_us);
}

static bool permit_lives(const struct nat *n, const struct permit *p, uint64_t now)
{
	const struct translation *m = &n->mappings[p->mapping];

	return p->mapping != NONE && lives(n, m, now) && p->used_at >= m->born_at &&
	       now < p->used_at + patience(n, m);
}

/* The tables anew, without the dead. */
static void sweep(struct nat *n, uint64_t now)
{
	memset(n->permitted, 0, sizeof n->permitted);
	for (unsigned i = 1; i <= n->permits_used; i++) {
		struct permit *p = &n->permits[i];
		unsigned *bucket = permit_bucket(n, p->mapping, &p->remote);

		if (!permit_lives(n, p, now)) {
			p->mapping = NONE;
			continue;
		}
		p->next = *bucket;
		*bucket = i;
	}
	memset(n->inside, 0, sizeof n->inside);
	memset(n->outward, 0, sizeof n->outward);
	for (unsigned i = 1; i <= n->mappings_used; i++) {
		struct translation *m = &n->mappings[i];
		unsigned *in = inside_bucket(n, &m->inside, &m->toward);
		unsigned *out = outside_bucket(n, &m->outside);

		if (!lives(n, m, now)) {
			m->protocol = 0;
			continue;
		}
		m->next_inside = *in;
		m->next_outside = *out;
		*in = *out = i;
	}
}

static unsigned free_mapping(struct nat *n)
{
	if (n->mappings_used < n->config.mappings_max)
		return ++n->mappings_used;
	for (unsigned i = 1; i <= n->mappings_used; i++) {
		if (n->mappings[i].protocol == 0)
			return i;
	}
	return NONE;
}

static unsigned free_permit(struct nat *n)
{
	if (n->permits_used < n->permits_max)
		return ++n->permits_used;
	for (unsigned i = 1; i <= n->permits_used; i++) {
		if (n->permits[i].mapping == NONE)
			return i;
	}
	return NONE;
}

unsigned nat_mappings(const struct nat *n, uint64_t now)
{
	unsigned count = 0;

	for (unsigned i = 1; i <= n->mappings_used; i++)
		count += lives(n, &n->mappings[i], now);
	return count;
}

/* ---- what has been sent to ---- */

static struct permit *permit_of(struct nat *n, unsigned mapping, const struct addr *remote,
                                uint64_t now)
{
	struct addr key = filtered_part(n, remote);

	for (unsigned i = *permit_bucket(n, mapping, &key); i != NONE; i = n->permits[i].next) {
		struct permit *p = &n->permits[i];

		if (p->mapping == mapping && addr_equal(&p->remote, &key) &&
		    permit_lives(n, p, now))
			return p;
	}
	return NULL;
}

static void permit(struct nat *n, unsigned mapping, const struct addr *remote, uint64_t now)
{
	struct permit *known = permit_of(n, mapping, remote, now);
	struct addr key = filtered_part(n, remote);

	if (known != NULL) {
		known->used_at = now;
		return;
	}
	unsigned i = free_permit(n);
	if (i == NONE) {
		sweep(n, now);
		i = free_permit(n);
	}
	if (i == NONE)
		return; /* no answer comes in */
	unsigned *bucket = permit_bucket(n, mapping, &key);
	n->permits[i] =
	    (struct permit){ .mapping = mapping, .remote = key, .used_at = now, .next = *bucket };
	*bucket = i;
}

/* ---- ports ---- */

static bool stray_holds(const struct nat *n, int protocol, const struct addr *outside,
                        const struct addr *to, uint64_t now)
{
	for (unsigned i = 0; i < STRAYS; i++) {
		const struct stray *s = &n->strays[i];

		if (s->protocol == protocol && now < s->used_at + n->config.unanswered_us &&
		    addr_equal(&s->outside, outside) && addr_equal(&s->remote, to))
			return true;
	}
	return false;
}

static void note_stray(struct nat *n, int protocol, const struct addr *outside,
                       const struct addr *from, uint64_t now)
{
	struct stray *oldest = &n->strays[0];

	for (unsigned i = 0; i < STRAYS; i++) {
		struct stray *s = &n->strays[i];

		if (s->protocol == protocol && addr_equal(&s->outside, outside) &&
		    addr_equal(&s->remote, from)) {
			oldest = s;
			break;
		}
		if (s->used_at < oldest->used_at)
			oldest = s;
	}
	*oldest = (struct stray){
		.protocol = (uint8_t)protocol, .outside = *outside, .remote = *from, .used_at = now
	};
}

static bool taken(struct nat *n, int protocol, const struct addr *outside, const struct addr *to,
                  uint64_t now)
{
	struct addr toward = mapped_part(n, to);

	for (unsigned i = *outside_bucket(n, outside); i != NONE; i = n->mappings[i].next_outside) {
		const struct translation *m = &n->mappings[i];

		if (m->protocol == protocol && addr_equal(&m->outside, outside) &&
		    lives(n, m, now) && (!n->config.overload || addr_equal(&m->toward, &toward)))
			return true;
	}
	return stray_holds(n, protocol, outside, to, now);
}

/* outside has its address, and gets its port. */
static bool choose_port(struct nat *n, int protocol, uint16_t inside_port, struct addr *outside,
                        const struct addr *to, uint64_t now, struct random *random)
{
	const struct nat_config *c = &n->config;
	unsigned first = c->first, last = c->last;
	bool preserves = c->ports == PORTS_PRESERVE || c->ports == PORTS_NEAR;
	bool random_start = c->ports == PORTS_RANDOM || c->ports == PORTS_PRESERVE;

	if (c->low_ports && inside_port < 1024) {
		first = inside_port < 512 ? 1 : 600;
		last = inside_port < 512 ? 511 : 1023;
	}
	outside->port = inside_port;
	if (preserves && ((inside_port >= c->first && inside_port <= c->last) || c->low_ports) &&
	    !taken(n, protocol, outside, to, now))
		return true;
	unsigned range = last - first + 1, step = random_start ? 1 : c->step;
	unsigned start = c->ports == PORTS_NEAR ? inside_port + step : n->next_port;
	random_start |= start == 0;
	unsigned at = random_start ? (unsigned)random_below(random, range)
	                           : (start + range - first % range) % range;
	for (unsigned tries = 0; tries < range; tries++, at = (at + step) % range) {
		outside->port = (uint16_t)(first + at);
		if (!taken(n, protocol, outside, to, now)) {
			n->next_port = (uint16_t)(first + (at + step) % range);
			return true;
		}
	}
	return false;
}

/* ---- packets ---- */

static unsigned new_mapping(struct nat *n, int protocol, const struct addr *inside,
                            const struct addr *to, uint64_t now, struct random *random)
{
	struct addr toward = mapped_part(n, to), host = part_of(inside, true, false);
	unsigned which = n->config.addresses == 1 ? 0
	                 : n->config.pooled ? (unsigned)random_below(random, n->config.addresses)
	                                    : hash(0, &host) % n->config.addresses;
	struct addr outside = nth_address(n, which);

	if (n->mappings_used == n->config.mappings_max)
		sweep(n, now);
	if (!choose_port(n, protocol, inside->port, &outside, to, now, random))
		return NONE;
	unsigned i = free_mapping(n);
	if (i == NONE)
		return NONE;
	unsigned *in = inside_bucket(n, inside, &toward), *out = outside_bucket(n, &outside);
	n->mappings[i] = (struct translation){ .protocol = (uint8_t)protocol,
		                               .inside = *inside,
		                               .outside = outside,
		                               .toward = toward,
		                               .born_at = now,
		                               .used_at = now,
		                               .next_inside = *in,
		                               .next_outside = *out };
	*in = *out = i;
	return i;
}

bool nat_out(struct nat *n, int protocol, struct addr *from, const struct addr *to, uint64_t now,
             struct random *random)
{
	struct addr toward = mapped_part(n, to);
	unsigned i = *inside_bucket(n, from, &toward);

	while (i != NONE &&
	       !(n->mappings[i].protocol == protocol && lives(n, &n->mappings[i], now) &&
	         addr_equal(&n->mappings[i].inside, from) &&
	         addr_equal(&n->mappings[i].toward, &toward)))
		i = n->mappings[i].next_inside;
	if (i == NONE)
		i = new_mapping(n, protocol, from, to, now, random);
	if (i == NONE)
		return false;
	n->mappings[i].used_at = now;
	permit(n, i, to, now);
	*from = n->mappings[i].outside;
	return true;
}

/* The mapping that a packet from there to outside belongs to. One that is toward just this remote
 * comes first: where ports are overloaded, several may have this port. */
static unsigned mapping_for(struct nat *n, int protocol, const struct addr *outside,
                            const struct addr *remote, uint64_t now)
{
	struct addr toward = mapped_part(n, remote);
	unsigned found = NONE;

	for (unsigned i = *outside_bucket(n, outside); i != NONE; i = n->mappings[i].next_outside) {
		const struct translation *m = &n->mappings[i];

		if (m->protocol != protocol || !addr_equal(&m->outside, outside) ||
		    !lives(n, m, now))
			continue;
		if (n->config.filtering != FILTER_ENDPOINT_INDEPENDENT &&
		    permit_of(n, i, remote, now) == NULL)
			continue;
		if (found == NONE || addr_equal(&m->toward, &toward))
			found = i;
	}
	return found;
}

bool nat_in(struct nat *n, int protocol, const struct addr *from, struct addr *to, uint64_t now)
{
	unsigned i = mapping_for(n, protocol, to, from, now);

	if (i == NONE) {
		if (n->config.takes_strays)
			note_stray(n, protocol, to, from, now);
		return false;
	}
	struct translation *m = &n->mappings[i];
	m->answered = true;
	if (n->config.refreshed_inbound) {
		struct permit *p = permit_of(n, i, from, now);

		m->used_at = now;
		if (p != NULL)
			p->used_at = now;
	}
	*to = m->inside;
	return true;
}

bool nat_sender(struct nat *n, int protocol, struct addr *outside, const struct addr *remote,
                uint64_t now)
{
	unsigned i = mapping_for(n, protocol, outside, remote, now);

	if (i != NONE)
		*outside = n->mappings[i].inside;
	return i != NONE;
}
