/* portmap, against a router made of bytes: PCP as in RFC 6887, NAT-PMP as in RFC 6886, and routers
 * that are silent, old, restarted, or lie. */
#include "tests/unit/support.h"
#include "transport/portmap.h"

enum { OURS = 40000, OUTSIDE = 50123 };

struct lan {
	struct portmap p;
	struct test_random random;
	struct addr router, own, outside;
	uint64_t now;
	uint8_t said[8][PORTMAP_MESSAGE]; /* by the last turn */
	size_t len[8], count;
};

static void turn(struct lan *l)
{
	struct writer w;
	struct addr to;

	portmap_timer(&l->p, l->now);
	for (l->count = 0;; l->count++) {
		assert_true(l->count < 8);
		w = writer_of(l->said[l->count], PORTMAP_MESSAGE);
		if (!portmap_output(&l->p, &w, &to))
			break;
		l->len[l->count] = w.len;
		assert_true(addr_same_ip(&to, &l->router) && to.port == 5351);
	}
	assert_true(portmap_deadline(&l->p) > l->now);
}

static void start(struct lan *l, uint64_t seed)
{
	memset(l, 0, sizeof *l);
	l->random = test_random(seed);
	l->now = SECOND;
	l->router = addr_v4(192, 168, 1, 1, 5351);
	l->own = addr_v4(192, 168, 1, 7, 0);
	l->outside = addr_v4(203, 0, 113, 5, OUTSIDE);
	portmap_init(&l->p, &l->random.random);
	portmap_socket(&l->p, OURS, l->now);
	assert_int_equal(portmap_deadline(&l->p), NEVER);
	portmap_router(&l->p, &l->router, &l->own, l->now);
	turn(l);
}

/* Runs to the next deadline; false: there is none within us. */
static bool step(struct lan *l, uint64_t us)
{
	uint64_t at = portmap_deadline(&l->p);

	if (at > l->now + us)
		return false;
	l->now = at;
	turn(l);
	return true;
}

/* The PCP answer to a request. */
static void pcp(const struct lan *l, const uint8_t *request, uint8_t result, uint32_t life_s,
                uint8_t out[static PORTMAP_MESSAGE])
{
	struct writer w = writer_of(out, PORTMAP_MESSAGE);

	write_u8(&w, 2);
	write_u8(&w, 0x81);
	write_u8(&w, 0);
	write_u8(&w, result);
	write_be32(&w, life_s);
	write_be32(&w, 1234); /* epoch */
	write_zeroes(&w, 12);
	write_span(&w, span_of(request + 24, 12 + 4 + 2)); /* nonce, protocol, port */
	write_be16(&w, l->outside.port);
	write_span(&w, span_of(l->outside.ip, 16));
}

static bool reports(struct lan *l, struct addr *at)
{
	struct communicator_event event;

	if (!portmap_report(&l->p, &event))
		return false;
	assert_int_equal(event.kind, COMMUNICATOR_MAPPED);
	*at = event.addr;
	return true;
}

static void test_portmap_speaks_pcp(void **state)
{
	(void)state;
	struct lan l;
	struct addr at;
	uint8_t answer[PORTMAP_MESSAGE];

	start(&l, 1);
	assert_true(l.count == 1 && l.len[0] == 60);
	static const uint8_t head[] = { 2, 1, 0, 0, 0, 0, 0x1c, 0x20, 0,   0,   0, 0,
		                        0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 168, 1, 7 };
	assert_memory_equal(l.said[0], head, sizeof head);
	static const uint8_t tail[] = { 17,        0,          0, 0, OURS >> 8, OURS & 255,
		                        OURS >> 8, OURS & 255, 0, 0, 0,         0,
		                        0,         0,          0, 0, 0,         0,
		                        0xff,      0xff,       0, 0, 0,         0 };
	assert_memory_equal(l.said[0] + 36, tail, sizeof tail);
	pcp(&l, l.said[0], 0, 7200, answer);
	assert_true(portmap_input(&l.p, &l.router, span_of(answer, sizeof answer), l.now));
	assert_true(reports(&l, &at) && addr_equal(&at, &l.outside));
	assert_false(reports(&l, &at));
	assert_int_equal(portmap_deadline(&l.p), l.now + 3600 * SECOND);

	/* Renewed at half its life, for the same port; the router has another one now. */
	assert_true(step(&l, 3600 * SECOND));
	assert_int_equal(l.count, 1);
	assert_int_equal(l.said[0][42] << 8 | l.said[0][43], OUTSIDE);
	assert_memory_equal(l.said[0] + 44, l.outside.ip, 16);
	l.outside.port = 50999;
	pcp(&l, l.said[0], 0, 7200, answer);
	assert_true(portmap_input(&l.p, &l.router, span_of(answer, sizeof answer), l.now));
	assert_true(reports(&l, &at) && at.port == 50999);

	/* Given back at the end. */
	portmap_finish(&l.p);
	turn(&l);
	assert_int_equal(l.count, 1);
	static const uint8_t none[4] = { 0 };
	assert_memory_equal(l.said[0] + 4, none, 4); /* lifetime 0 */
	assert_int_equal(portmap_deadline(&l.p), NEVER);
}

/* Asked at 0, 250, 750, 1750 and 3750 ms, the third and fifth time by NAT-PMP; then no more. */
static void test_portmap_gives_up_where_nobody_answers(void **state)
{
	(void)state;
	static const uint64_t at_ms[] = { 250, 750, 1750, 3750 };
	struct lan l;
	struct addr at;

	start(&l, 2);
	for (unsigned i = 0; i < 4; i++) {
		assert_true(step(&l, 10 * SECOND));
		assert_int_equal(l.now, SECOND + at_ms[i] * MS);
		assert_int_equal(l.len[0], i % 2 == 0 ? 60 : 2);
		assert_int_equal(l.count, i % 2 == 0 ? 1 : 2);
	}
	assert_true(step(&l, 10 * SECOND));
	assert_false(step(&l, 100000 * SECOND));
	assert_false(reports(&l, &at));
	portmap_finish(&l.p);
	turn(&l);
	assert_int_equal(l.count, 0); /* nothing to give back */

	/* After a change of network it is asked again; in a public network never. */
	portmap_init(&l.p, &l.random.random);
	portmap_socket(&l.p, OURS, l.now);
	portmap_router(&l.p, &l.router, &l.own, l.now);
	turn(&l);
	assert_int_equal(l.count, 1);
	struct addr public = addr_v4(203, 0, 113, 77, 0), none = { .port = 0 };
	portmap_router(&l.p, &l.router, &public, l.now);
	turn(&l);
	assert_int_equal(l.count, 0);
	portmap_router(&l.p, &none, &none, l.now);
	assert_int_equal(portmap_deadline(&l.p), NEVER);
}

/* A router that knows NAT-PMP alone answers PCP by the version it speaks. */
static void test_portmap_speaks_nat_pmp(void **state)
{
	(void)state;
	struct lan l;
	struct addr at;
	static const uint8_t wrong_version[] = { 0, 0x81, 0, 1, 0, 0, 0, 9 };
	static const uint8_t address[] = { 0, 0x80, 0, 0, 0, 0, 0, 9, 203, 0, 113, 5 };
	static const uint8_t map[] = {
		0, 0x81, 0,  0, 0, 0, 0, 9, OURS >> 8, OURS & 255, OUTSIDE >> 8, OUTSIDE & 255,
		0, 0,    14, 16
	};

	start(&l, 3);
	assert_true(portmap_input(&l.p, &l.router, span_of(wrong_version, 8), l.now));
	assert_int_equal(portmap_deadline(&l.p), l.now);
	turn(&l);
	assert_int_equal(l.count, 2);
	static const uint8_t want[2][12] = { { 0, 0 },
		                             { 0, 1, 0, 0, OURS >> 8, OURS & 255, OURS >> 8,
		                               OURS & 255, 0, 0, 0x1c, 0x20 } };
	assert_true(l.len[0] == 2 && l.len[1] == 12);
	assert_memory_equal(l.said[0], want[0], 2);
	assert_memory_equal(l.said[1], want[1], 12);
	assert_false(portmap_input(&l.p, &l.router, span_of(map, sizeof map), l.now)); /* where? */
	assert_true(portmap_input(&l.p, &l.router, span_of(address, sizeof address), l.now));
	assert_true(portmap_input(&l.p, &l.router, span_of(map, sizeof map), l.now));
	assert_true(reports(&l, &at) && addr_equal(&at, &l.outside));
	assert_int_equal(portmap_deadline(&l.p), l.now + 1800 * SECOND);
	portmap_finish(&l.p);
	turn(&l);
	static const uint8_t end[12] = { 0, 1, 0, 0, OURS >> 8, OURS & 255 };
	assert_int_equal(l.count, 1);
	assert_memory_equal(l.said[0], end, 12);
}

/* A router that knows both may have taken the later question for another host's: both are taken
 * back. */
static void test_portmap_gives_back_what_it_asked_for(void **state)
{
	(void)state;
	struct lan l;
	uint8_t first[PORTMAP_MESSAGE], answer[PORTMAP_MESSAGE];

	start(&l, 7);
	memcpy(first, l.said[0], sizeof first);
	assert_true(step(&l, SECOND) && step(&l, SECOND));
	assert_int_equal(l.len[0], 2); /* NAT-PMP */
	pcp(&l, first, 0, 7200, answer);
	assert_true(portmap_input(&l.p, &l.router, span_of(answer, sizeof answer), l.now));
	portmap_finish(&l.p);
	turn(&l);
	assert_int_equal(l.count, 2);
	assert_true(l.len[0] == 60 && l.len[1] == 12);
}

/* A mapping that is not renewed ends, and that is told; a refusal is asked again much later. */
static void test_portmap_outlives_its_router(void **state)
{
	(void)state;
	struct lan l;
	struct addr at;
	uint8_t answer[PORTMAP_MESSAGE];
	unsigned asked = 0;

	start(&l, 4);
	pcp(&l, l.said[0], 0, 7200, answer);
	assert_true(portmap_input(&l.p, &l.router, span_of(answer, sizeof answer), l.now));
	assert_true(reports(&l, &at));
	uint64_t began = l.now;
	while (step(&l, 100000 * SECOND))
		asked += l.count > 0;
	assert_in_range(asked, 5, 60);
	assert_int_equal(l.now, began + 7200 * SECOND);
	assert_true(reports(&l, &at) && !addr_is_set(&at));

	portmap_router(&l.p, &l.router, &l.own, l.now);
	turn(&l);
	pcp(&l, l.said[0], 2, 0, answer);
	assert_true(portmap_input(&l.p, &l.router, span_of(answer, sizeof answer), l.now));
	assert_int_equal(portmap_deadline(&l.p), l.now + 1800 * SECOND);
	assert_false(reports(&l, &at));
}

/* Nothing is taken that is not the router's answer to our question: not from another host, port or
 * question, not cut, not twice, and nothing at random. */
static void test_portmap_believes_nobody_else(void **state)
{
	(void)state;
	struct lan l;
	struct addr at, stranger = addr_v4(192, 168, 1, 9, 5351),
			port = addr_v4(192, 168, 1, 1, 5350);
	uint8_t answer[PORTMAP_MESSAGE];

	start(&l, 5);
	pcp(&l, l.said[0], 0, 7200, answer);
	struct span whole = span_of(answer, sizeof answer);
	assert_false(portmap_input(&l.p, &stranger, whole, l.now));
	assert_false(portmap_input(&l.p, &port, whole, l.now));
	for (size_t len = 0; len < sizeof answer; len++)
		assert_false(portmap_input(&l.p, &l.router, span_of(answer, len), l.now));
	for (size_t i = 24; i < 42; i++) { /* nonce, protocol, port */
		if (i >= 37 && i < 40)
			continue; /* reserved */
		answer[i] ^= 1;
		assert_false(portmap_input(&l.p, &l.router, whole, l.now));
		answer[i] ^= 1;
	}
	for (unsigned i = 0; i < 20000; i++) {
		uint8_t bytes[PORTMAP_MESSAGE];
		size_t len = (size_t)random_below(&l.random.random, sizeof bytes + 1);
		random_fill(&l.random.random, bytes, sizeof bytes);
		bytes[0] = random_below(&l.random.random, 2) ? 2 : 0;
		if (bytes[0] == 0 && random_below(&l.random.random, 2))
			bytes[1] = 0x80 | (bytes[1] & 1);
		(void)portmap_input(&l.p, &l.router, span_of(bytes, len), l.now);
		assert_false(reports(&l, &at));
		turn(&l);
	}
	/* NAT-PMP has nothing that others could not guess: what was not asked for by it is none */
	static const uint8_t address[] = { 0, 0x80, 0, 0, 0, 0, 0, 9, 203, 0, 113, 5 };
	static const uint8_t map[] = { 0,         0x81,       0,   0, 0, 0, 0, 9,
		                       OURS >> 8, OURS & 255, 200, 0, 0, 0, 1, 0 };
	static const uint8_t refusal[] = { 0,         0x81,       0, 2, 0, 0, 0, 9,
		                           OURS >> 8, OURS & 255, 0, 0, 0, 0, 0, 0 };
	start(&l, 6);
	assert_false(portmap_input(&l.p, &l.router, span_of(address, sizeof address), l.now));
	assert_false(portmap_input(&l.p, &l.router, span_of(map, sizeof map), l.now));
	assert_false(portmap_input(&l.p, &l.router, span_of(refusal, sizeof refusal), l.now));
	assert_false(reports(&l, &at));
	pcp(&l, l.said[0], 0, 7200, answer);
	assert_true(portmap_input(&l.p, &l.router, whole, l.now));
	assert_true(reports(&l, &at));
	l.outside.port = 4;
	pcp(&l, l.said[0], 0, 7200, answer);
	assert_false(portmap_input(&l.p, &l.router, whole, l.now)); /* nobody asked again */
	assert_false(reports(&l, &at));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_portmap_speaks_pcp),
		cmocka_unit_test(test_portmap_gives_up_where_nobody_answers),
		cmocka_unit_test(test_portmap_speaks_nat_pmp),
		cmocka_unit_test(test_portmap_gives_back_what_it_asked_for),
		cmocka_unit_test(test_portmap_outlives_its_router),
		cmocka_unit_test(test_portmap_believes_nobody_else),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
