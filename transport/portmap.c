#include "transport/portmap.h"

#include <string.h>

enum {
	PORT = 5351,
	VERSION_PCP = 2,
	VERSION_NAT_PMP = 0,
	OP_ADDRESS = 0, /* NAT-PMP */
	OP_MAP = 1,     /* of both; of NAT-PMP: UDP */
	ANSWER = 0x80,  /* with it the number of an operation */
	UDP = 17,
	UNSUPPORTED_VERSION = 1, /* a result code; 0 is success */
	LIFE_S = 7200,           /* what we ask for, as RFC 6886 3.3 recommends */
	LIFE_MIN_S = 60,         /* what we believe of an answer */
	LIFE_MAX_S = 86400,
	TRIES = 5 /* after 0, 250, 750, 1750 and 3750 ms */
};

#define TRY_US     (250 * MS)
#define REFUSED_US (1800 * SECOND) /* RFC 6887 section 7.4: a long-lived error */

void portmap_init(struct portmap *p, struct random *random)
{
	*p = (struct portmap){ .random = random, .ask_at = NEVER, .expires_at = NEVER };
}

static void ask(struct portmap *p, uint64_t at)
{
	bool behind = !addr_is_any(&p->router) && addr_is_private(&p->own);

	p->ask_at = behind && p->own.port != 0 ? at : NEVER;
	p->tries = 0;
}

void portmap_router(struct portmap *p, const struct addr *router, const struct addr *own,
                    uint64_t now)
{
	uint16_t port = p->own.port;

	if (!addr_same_ip(&p->router, router) || !addr_same_ip(&p->own, own)) {
		p->old = false;
		p->address = p->mapped = (struct addr){ .port = 0 };
		random_fill(p->random, p->nonce, sizeof p->nonce);
	}
	p->router = *router;
	p->router.port = PORT;
	p->own = *own;
	p->own.port = port;
	ask(p, now);
}

void portmap_socket(struct portmap *p, uint16_t port, uint64_t now)
{
	p->own.port = port;
	ask(p, now);
}

void portmap_finish(struct portmap *p)
{
	p->ends = addr_is_set(&p->mapped);
	p->ask_at = p->expires_at = NEVER;
	p->say_new = p->ends && !p->old;
	p->say_old = p->ends && p->spoke_old;
	p->say_address = false;
}

/* ---- answers ---- */

static uint64_t life_us(uint32_t life_s)
{
	return max_of(LIFE_MIN_S, min_of(life_s, LIFE_MAX_S)) * SECOND;
}

static void mapped(struct portmap *p, const struct addr *at, uint32_t life_s, uint64_t now)
{
	p->say_new = p->say_old = p->say_address = false;
	if (life_s == 0 || !addr_is_v4(at) || !addr_is_set(at) || !addr_is_unicast(at))
		return;
	p->mapped = *at;
	p->expires_at = now + life_us(life_s);
	ask(p, now + life_us(life_s) / 2);
}

static void refused(struct portmap *p, uint64_t now)
{
	p->say_new = p->say_old = p->say_address = false;
	ask(p, now + REFUSED_US);
}

static void speaks_old(struct portmap *p, uint64_t now)
{
	if (!p->old)
		ask(p, now);
	p->old = true;
}

/* RFC 6887 sections 7.2 and 11.1. */
static bool take_new(struct portmap *p, struct reader *r, uint64_t now)
{
	uint8_t nonce[PORTMAP_NONCE];
	uint8_t operation = read_u8(r);
	(void)read_u8(r);
	uint8_t result = read_u8(r);
	uint32_t life_s = read_be32(r);
	(void)read_span(r, 4 + 12); /* epoch: each answer is to a request that maps anew */
	read_bytes(r, nonce, sizeof nonce);
	uint8_t protocol = read_u8(r);
	(void)read_span(r, 3);
	uint16_t port = read_be16(r);
	struct addr at = { .port = read_be16(r) };

	read_bytes(r, at.ip, sizeof at.ip);
	if (r->bad || operation != (ANSWER | OP_MAP) || protocol != UDP || port != p->own.port ||
	    !bytes_equal(nonce, p->nonce, sizeof nonce))
		return false;
	if (result != 0)
		refused(p, now);
	else
		mapped(p, &at, life_s, now);
	return true;
}

/* RFC 6886 sections 3.2 and 3.3. */
static bool take_old(struct portmap *p, struct reader *r, uint64_t now)
{
	uint8_t operation = read_u8(r);
	uint16_t result = read_be16(r);
	(void)read_be32(r); /* epoch */

	if (result == UNSUPPORTED_VERSION && (operation & ANSWER) != 0) {
		speaks_old(p, now);
		return true;
	}
	if (!p->spoke_old)
		return false; /* a guess of somebody else */
	if (operation == (ANSWER | OP_ADDRESS)) {
		struct span ip = read_span(r, 4);
		if (r->bad || result != 0)
			return false;
		p->address = addr_v4(ip.at[0], ip.at[1], ip.at[2], ip.at[3], 0);
		p->say_address = false;
		return true;
	}
	uint16_t port = read_be16(r), outside = read_be16(r);
	uint32_t life_s = read_be32(r);
	if (r->bad || operation != (ANSWER | OP_MAP) || port != p->own.port)
		return false;
	if (result != 0) {
		refused(p, now);
		return true;
	}
	struct addr at = p->address;
	at.port = outside;
	if (addr_is_any(&at))
		return false; /* it is asked again, with the address */
	p->old = true;
	mapped(p, &at, life_s, now);
	return true;
}

bool portmap_input(struct portmap *p, const struct addr *from, struct span wire, uint64_t now)
{
	struct reader r = reader_of(wire);

	if (!addr_equal(from, &p->router) || p->tries == 0 || p->ends)
		return false;
	switch (read_u8(&r)) {
	case VERSION_PCP: return take_new(p, &r, now);
	case VERSION_NAT_PMP: return take_old(p, &r, now);
	default: return false;
	}
}

/* ---- questions ---- */

void portmap_timer(struct portmap *p, uint64_t now)
{
	if (p->expires_at <= now) {
		p->mapped = (struct addr){ .port = 0 };
		p->expires_at = NEVER;
	}
	if (p->ask_at > now)
		return;
	if (p->tries ==
	    TRIES) { /* a renewal is tried again while there is time; the first is not */
		p->tries = 0;
		p->ask_at = p->expires_at == NEVER ? NEVER : now + (p->expires_at - now) / 2;
		if (p->ask_at < now + LIFE_MIN_S * SECOND / 2)
			p->ask_at = NEVER;
		return;
	}
	/* One language at a time: a router that knows both may take the second for another's. */
	bool old = p->old || (p->tries > 0 && p->tries % 2 == 0);
	p->say_new = !old;
	p->say_old = p->say_address = old;
	p->spoke_old |= old;
	p->ask_at = now + (TRY_US << p->tries++);
}

static void write_new(const struct portmap *p, struct writer *w)
{
	struct addr none = addr_v4(0, 0, 0, 0, 0);
	const struct addr *wanted = addr_is_set(&p->mapped) && !p->ends ? &p->mapped : &none;

	write_u8(w, VERSION_PCP);
	write_u8(w, OP_MAP);
	write_be16(w, 0);
	write_be32(w, p->ends ? 0 : LIFE_S);
	write_span(w, span_of(p->own.ip, sizeof p->own.ip));
	write_span(w, span_of(p->nonce, sizeof p->nonce));
	write_u8(w, UDP);
	write_zeroes(w, 3);
	write_be16(w, p->own.port);
	write_be16(w, p->ends ? 0 : wanted->port ? wanted->port : p->own.port);
	write_span(w, span_of(wanted->ip, sizeof wanted->ip));
}

static void write_old(const struct portmap *p, struct writer *w)
{
	write_u8(w, VERSION_NAT_PMP);
	write_u8(w, OP_MAP);
	write_be16(w, 0);
	write_be16(w, p->own.port);
	write_be16(w, p->ends ? 0 : p->mapped.port ? p->mapped.port : p->own.port);
	write_be32(w, p->ends ? 0 : LIFE_S);
}

bool portmap_output(struct portmap *p, struct writer *w, struct addr *to)
{
	*to = p->router;
	if (p->say_new) {
		p->say_new = false;
		write_new(p, w);
	} else if (p->say_address) {
		p->say_address = false;
		write_be16(w, VERSION_NAT_PMP << 8 | OP_ADDRESS);
	} else if (p->say_old) {
		p->say_old = false;
		write_old(p, w);
	} else {
		return false;
	}
	return true;
}

uint64_t portmap_deadline(const struct portmap *p)
{
	return min_of(p->ask_at, p->expires_at);
}

bool portmap_report(struct portmap *p, struct communicator_event *event)
{
	if (addr_equal(&p->mapped, &p->reported))
		return false;
	p->reported = p->mapped;
	*event = (struct communicator_event){ .kind = COMMUNICATOR_MAPPED, .addr = p->mapped };
	return true;
}
