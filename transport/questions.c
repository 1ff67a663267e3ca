#include "transport/questions.h"

#include <string.h>

#define ROUND_US (200 * MS)

enum {
	HEADERS_V4 = 28, /* of IP and UDP */
	HEADERS_V6 = 48,
	ECHO_HOPS = 10 /* to a carrier's NAT and back; few strangers are so near */
};

/* Bytes of IP packets, and what they stand for. */
static const uint16_t sizes[] = {
	576,  /* the least that IPv4 hosts take */
	1080, /* LIMIT_PACKET does not pass, something does */
	1280, /* the least of IPv6 */
	1400, /* tunnels */
	1420, /* WireGuard */
	1480, /* IPv6 in IPv4 */
	1492, /* PPPoE */
	1500, /* Ethernet */
	9000  /* jumbo frames */
};

void questions_init(struct questions *q, struct random *random)
{
	*q = (struct questions){ .random = random };
}

const struct question *questions_add(struct questions *q, uint16_t link, const struct addr *to,
                                     size_t size, enum question_kind kind, unsigned rounds,
                                     uint64_t now)
{
	if (q->count == QUESTIONS)
		return NULL;
	struct question *a = &q->at[q->count++];
	*a = (struct question){ .link = link,
		                .to = *to,
		                .size = (uint16_t)size,
		                .kind = kind,
		                .left = rounds,
		                .at = now };
	random_fill(q->random, a->nonce, sizeof a->nonce);
	return a;
}

static unsigned headers(const struct addr *to)
{
	return addr_is_v4(to) ? HEADERS_V4 : HEADERS_V6;
}

void questions_sizes(struct questions *q, uint16_t link, const struct addr *to, unsigned rounds,
                     uint64_t now)
{
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
		(void)questions_add(q, link, to, sizes[i] - headers(to), QUESTION_PLAIN, rounds,
		                    now);
}

unsigned questions_largest(const struct questions *q)
{
	unsigned largest = 0;

	for (const struct question *a = q->at; a < q->at + q->count; a++) {
		unsigned size = a->size + headers(&a->to);
		if (a->answer == ANSWER_YES && a->size > HELLO_LEN && size > largest)
			largest = size;
	}
	return largest;
}

static struct question *find(struct questions *q, uint16_t link, const uint8_t *nonce)
{
	for (struct question *a = q->at; a < q->at + q->count; a++)
		if (a->link == link && a->answer != ANSWER_YES &&
		    bytes_equal(a->nonce, nonce, NONCE_BYTES))
			return a;
	return NULL;
}

static void answered(struct question *a, const struct addr *from, const struct addr *seen)
{
	a->answer = ANSWER_YES;
	a->from = *from;
	a->seen = *seen;
	a->due = false;
	a->at = NEVER;
}

const struct question *questions_cookie(struct questions *q, const struct route *from,
                                        const struct cookie *m)
{
	struct question *a = find(q, from->link, m->nonce);

	if (a == NULL || a->kind == QUESTION_ECHO || !addr_is_unicast(&m->observed) ||
	    addr_is_v4(&m->observed) != addr_is_v4(&a->to) ||
	    !addr_same_ip(&a->to, &from->remote) ||
	    (a->kind == QUESTION_PLAIN && a->to.port != from->remote.port))
		return NULL;
	answered(a, &from->remote, &m->observed);
	return a;
}

void questions_echo(struct questions *q, const struct route *from, const struct hello *m)
{
	struct question *a = find(q, from->link, m->nonce);

	if (a != NULL && a->kind == QUESTION_ECHO)
		answered(a, &from->remote, &a->to);
}

void questions_timer(struct questions *q, uint64_t now)
{
	for (struct question *a = q->at; a < q->at + q->count; a++) {
		if (now < a->at)
			continue;
		a->due = a->left > 0;
		a->at = a->due ? now + ROUND_US : NEVER;
		if (a->due)
			a->left--;
		else
			a->answer = ANSWER_NO;
	}
}

uint64_t questions_deadline(const struct questions *q)
{
	uint64_t at = NEVER;

	for (const struct question *a = q->at; a < q->at + q->count; a++)
		at = min_of(at, a->at);
	return at;
}

bool questions_output(struct questions *q, struct writer *w, struct route *to)
{
	for (struct question *a = q->at; a < q->at + q->count; a++) {
		if (!a->due)
			continue;
		a->due = false;
		struct hello hello = { .beside = a->kind == QUESTION_BESIDE };
		memcpy(hello.nonce, a->nonce, NONCE_BYTES);
		*to = (struct route){ .kind = ROUTE_UDP, .link = a->link, .remote = a->to };
		to->ttl = a->kind == QUESTION_ECHO ? ECHO_HOPS : 0;
		signaling_write_hello(w, &hello, a->size);
		return true;
	}
	return false;
}
