#include "transport/expiry.h"

#include <string.h>

/* Ages that are of concern. Below, moves would be too many, and a server that lies could have us
 * open still more sockets; above, a moment on the relay is rare enough. */
#define AGE_MIN_US (18 * SECOND)
#define AGE_MAX_US (600 * SECOND)

/* While it is found out: often enough that no NAT ends the mapping for want of use. */
#define POLL_MAX_US (5 * SECOND)
enum { POLLS = 10 /* within the age */ };

void expiry_init(struct expiry *e, struct random *random)
{
	*e = (struct expiry){ .random = random, .due_at = NEVER, .ask_at = NEVER };
}

static uint64_t poll_us(const struct expiry *e)
{
	return min_of(e->age_us / POLLS, POLL_MAX_US);
}

/* ---- what a server sees ---- */

/* A mapping is new. */
static void born(struct expiry *e, const struct addr *seen, uint64_t now)
{
	e->seen = *seen;
	e->born_at = e->alive_at = now;
	e->due_at = e->life_us > 0 ? now + e->life_us * 4 / 5 : NEVER;
	e->ask_at = e->age_us > 0 && e->life_us == 0 ? now + poll_us(e) : NEVER;
	e->asked = 0;
}

/* Two in a row of about the same age, and the second one was in use until then: that is no want of
 * use, nor a router that was restarted. */
static void ended(struct expiry *e, const struct addr *seen, uint64_t now)
{
	uint64_t age = now - e->born_at, least = min_of(age, e->age_us),
		 most = max_of(age, e->age_us);
	bool alike = least > 0 && most - least <= most / 4;
	bool used = now - e->alive_at <= 2 * poll_us(e);

	e->sure &= age >= e->life_us;
	if (alike && used)
		e->life_us = e->alive_at - e->born_at;
	else if (age < e->life_us)
		e->life_us = 0;
	e->age_us = age >= AGE_MIN_US && age <= AGE_MAX_US ? age : 0;
	if (e->age_us == 0)
		e->life_us = 0;
	born(e, seen, now);
}

/* The fresh socket is the main one. The first old one is asked until its mapping ends, too. */
static void moved(struct expiry *e, uint16_t link, const struct addr *seen, uint64_t now)
{
	e->old = e->link;
	e->old_seen = e->seen;
	e->old_born_at = e->born_at;
	e->link = link;
	born(e, seen, now);
	if (e->life_us > 0 && !e->sure)
		e->ask_at = now;
}

void expiry_seen(struct expiry *e, const struct route *from, const struct addr *seen, uint64_t now)
{
	if (!addr_equal(&e->server, &from->remote) || !addr_same_ip(&e->seen, seen)) {
		expiry_init(e, e->random);
		e->server = from->remote;
		e->link = from->link;
		born(e, seen, now);
	} else if (from->link != e->link) {
		moved(e, from->link, seen, now);
	} else if (!addr_equal(&e->seen, seen)) {
		ended(e, seen, now);
	} else {
		e->alive_at = now;
	}
}

bool expiry_cookie(struct expiry *e, const struct route *from, struct span wire, uint64_t now)
{
	struct cookie m;

	if (e->asked == 0 || from->link != e->asked || !addr_equal(&e->server, &from->remote) ||
	    !signaling_read_cookie(wire, &m) || !bytes_equal(e->nonce, m.nonce, NONCE_BYTES))
		return false;
	e->asked = 0;
	if (from->link == e->link) {
		e->ended = !addr_equal(&e->seen, &m.observed);
		expiry_seen(e, from, &m.observed, now);
		return true;
	}
	bool alive = addr_equal(&e->old_seen, &m.observed);
	e->sure = !alive;
	if (alive && now < e->old_born_at + e->life_us * 5 / 4)
		return true;
	e->ask_at = NEVER;
	if (alive) { /* it has outlived its time: that was chance */
		e->life_us = e->age_us = 0;
		e->due_at = NEVER;
	}
	return true;
}

/* ---- time ---- */

static void ask(struct expiry *e, uint16_t link)
{
	e->asked = link;
	e->to_say = true;
	random_fill(e->random, e->nonce, sizeof e->nonce);
}

void expiry_timer(struct expiry *e, uint64_t now)
{
	if (now >= e->due_at) {
		e->due_at = NEVER;
		e->fresh = true;
	}
	if (now < e->ask_at)
		return;
	bool old = e->life_us > 0;
	uint64_t until = old ? e->old_born_at + e->life_us * 3 / 2 : e->born_at + e->age_us * 5 / 4;
	if (now < until) {
		ask(e, old ? e->old : e->link);
		e->ask_at = now + poll_us(e);
		return;
	}
	e->ask_at = NEVER;
	if (!old)
		e->age_us = 0; /* it lives on */
}

uint64_t expiry_deadline(const struct expiry *e)
{
	return min_of(e->due_at, e->ask_at);
}

bool expiry_output(struct expiry *e, struct writer *w, struct route *to)
{
	struct hello hello = { .beside = false };

	if (!e->to_say)
		return false;
	e->to_say = false;
	*to = (struct route){ .kind = ROUTE_UDP, .link = e->asked, .remote = e->server };
	memcpy(hello.nonce, e->nonce, NONCE_BYTES);
	signaling_write_hello(w, &hello, HELLO_LEN);
	return true;
}

enum expiry_news expiry_take(struct expiry *e)
{
	enum expiry_news news = e->fresh ? EXPIRY_FRESH : e->ended ? EXPIRY_ENDED : EXPIRY_NOTHING;

	if (e->fresh)
		e->fresh = false;
	else
		e->ended = false;
	return news;
}
