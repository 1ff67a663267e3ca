/* lifetime: how long NATs of every kind may be left alone, found out by a socket that is silent. */
#include "tests/nat/nat.h"
#include "tests/unit/support.h"

#include "transport/lifetime.h"
#include "transport/spread.h"
#include "wire/cookies.h"

static struct lifetime l;
static struct cookies cookies;
static struct test_random randoms;
static struct nat *nat;
static uint64_t now;
static unsigned hellos;
static uint16_t spare; /* the link of its own socket; 0: there is none */

/* What the server does with HELLO. */
static enum { SERVER_HELPS, SERVER_OF_OLD, SERVER_GONE } server;

static struct addr place; /* of the server */

static struct addr inside(uint16_t link)
{
	uint16_t port = link == 1 ? 50000 : 40000;

	return addr_is_v4(&place) ? addr_v4(192, 168, 1, 2, port)
	                          : (struct addr){ .ip = { 0x20, 1, [15] = 2 }, .port = port };
}

/* The answer gets through the NAT, if it still knows that socket. */
static void answer(struct addr to, const struct hello *hello)
{
	uint8_t bytes[COOKIE_LEN];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct cookie cookie = { .observed = to };

	memcpy(cookie.nonce, hello->nonce, NONCE_BYTES);
	cookies_make(&cookies, &to, now, cookie.cookie);
	signaling_write_cookie(&w, &cookie);
	if (!nat_in(nat, NAT_UDP, &place, &to, now))
		return;
	for (uint16_t link = 1; link != 0; link = link == 1 ? spare : 0) {
		struct addr own = inside(link);
		struct route from = { .kind = ROUTE_UDP, .link = link, .remote = place };

		if (addr_equal(&own, &to))
			(void)lifetime_cookie(&l, &from, written(&w), now);
	}
}

static void serve(const struct route *to, struct span wire)
{
	struct addr from = inside(to->link);
	struct hello hello;

	hellos++;
	assert_true(addr_equal(&to->remote, &place) && signaling_read_hello(wire, &hello));
	assert_true(nat_out(nat, NAT_UDP, &from, &place, now, &randoms.random));
	bool other = addr_is_set(&hello.other);
	if (other)
		assert_true(cookies_good(&cookies, &hello.other, now, hello.cookie));
	if (server == SERVER_GONE)
		return;
	answer(other && server != SERVER_OF_OLD ? hello.other : from, &hello);
}

static void turn(void)
{
	uint8_t bytes[LIMIT_WIRE];
	struct link_request r;
	struct route to;

	lifetime_timer(&l, now);
	while (lifetime_request(&l, &r)) {
		struct link_event up = { .link = r.link, .state = LINK_UP };

		assert_true(r.kind == LINK_UDP && addr_is_v4(&r.local) == addr_is_v4(&place));
		spare = r.open ? r.link : 0;
		assert_true(!r.open || lifetime_link(&l, &up, now));
		assert_int_equal(lifetime_up(&l, r.link), r.open);
		lifetime_timer(&l, now);
	}
	for (;;) {
		struct writer w = writer_of(bytes, sizeof bytes);

		if (!lifetime_output(&l, &w, &to))
			return;
		serve(&to, written(&w));
	}
}

/* Until nothing is due any more, or for an hour; the main socket is kept awake. Gives quiet_us. */
static uint64_t measure(uint64_t idle_us)
{
	struct nat_config config = { .filtering = FILTER_ADDRESS_AND_PORT_DEPENDENT,
		                     .ports = PORTS_PRESERVE,
		                     .idle_us = idle_us };
	struct addr outside = addr_v4(203, 0, 113, 9, 0), seen = addr_v4(203, 0, 113, 9, 50000);
	uint64_t begin = now = 1000 * SECOND;

	if (!addr_is_v4(&place)) { /* a firewall: nothing is translated */
		outside = seen = inside(1);
		outside.port = 0;
	}

	nat_free(nat);
	nat = nat_new(&config, &outside);
	hellos = 0;
	lifetime_init(&l, addr_is_v4(&place), &randoms.random);
	lifetime_outside(&l, 1, &place, &seen, now);
	while (lifetime_deadline(&l) != NEVER && now < begin + 3600 * SECOND) {
		struct addr main = inside(1);

		turn();
		now += 100 * MS;
		(void)nat_out(nat, NAT_UDP, &main, &place, now, &randoms.random);
	}
	turn();
	return l.quiet_us;
}

static int start(void **state)
{
	(void)state;
	randoms = test_random(3);
	cookies_init(&cookies, &randoms.random);
	server = SERVER_HELPS;
	place = addr_v4(192, 0, 2, 1, 7242);
	return 0;
}

static int end(void **state)
{
	(void)state;
	nat_free(nat);
	nat = NULL;
	return 0;
}

/* 0.7 times what it has survived, also where the NAT keeps ports and HELLO would show nothing. */
static void test_lifetime_stays_below_that_of_the_nat(void **state)
{
	(void)state;
	static const struct {
		unsigned idle_s, quiet_ms;
	} table[] = { { 10, 8000 },  { 20, 8400 },   { 30, 19600 },
		      { 60, 39900 }, { 120, 81900 }, { 300, 81900 } };

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		assert_int_equal(measure(table[i].idle_s * SECOND), table[i].quiet_ms * MS);
		assert_true(lifetime_news(&l) && !lifetime_news(&l));
		assert_true(hellos < 40 && now < 1260 * SECOND && spare == 0);
	}
}

/* A firewall of IPv6 lets in what answers, for so long, and translates nothing. */
static void test_lifetime_is_of_a_firewall_too(void **state)
{
	(void)state;
	place = (struct addr){ .ip = { 0x20, 1, 0x0d, 0xb8, [15] = 1 }, .port = 7242 };
	assert_int_equal(measure(60 * SECOND), 39900 * MS);
	assert_int_equal(measure(120 * SECOND), 81900 * MS);
}

/* Nothing is known then, and nothing is asked without end. */
static void test_lifetime_needs_a_server_that_helps(void **state)
{
	(void)state;
	server = SERVER_OF_OLD;
	assert_int_equal(measure(120 * SECOND), 0);
	assert_true(hellos < 20 && lifetime_deadline(&l) == NEVER);
	server = SERVER_GONE;
	assert_int_equal(measure(120 * SECOND), 0);
	assert_in_range(hellos, 20, 40); /* four each ten minutes */
}

/* Another address outside is another NAT; the same one is not measured again. */
static void test_lifetime_begins_anew_in_another_network(void **state)
{
	(void)state;
	struct addr seen = addr_v4(203, 0, 113, 9, 1), other = addr_v4(203, 0, 113, 10, 1);

	assert_true(measure(60 * SECOND) > 0 && lifetime_news(&l));
	lifetime_outside(&l, 1, &place, &seen, now);
	assert_int_equal(lifetime_deadline(&l), NEVER);
	lifetime_outside(&l, 1, &place, &other, now);
	assert_int_equal(l.quiet_us, 0);
	assert_true(lifetime_news(&l));
	assert_int_equal(lifetime_deadline(&l), now + 10 * SECOND);
}

/* Whatever comes, whenever (seeded): two HELLOs each half second at most, to the server. */
static void test_lifetime_bears_anything(void **state)
{
	(void)state;
	struct addr seen = addr_v4(203, 0, 113, 9, 50000);
	uint8_t bytes[COOKIE_LEN];

	(void)measure(60 * SECOND);
	lifetime_init(&l, addr_is_v4(&place), &randoms.random);
	lifetime_outside(&l, 1, &place, &seen, now);
	hellos = 0;
	for (unsigned i = 0; i < 20000; i++, now += 10 * MS) {
		struct route from = { .kind = ROUTE_UDP,
			              .link = random_below(&randoms.random, 2) ? 1 : spare,
			              .remote = place };
		struct link_event down = { .link = spare, .state = LINK_DOWN };

		turn();
		random_fill(&randoms.random, bytes, sizeof bytes);
		bytes[0] = PACKET_COOKIE;
		bytes[1] = SIGNALING_VERSION;
		if (random_below(&randoms.random, 2))
			memcpy(bytes + 2, l.nonces[0], NONCE_BYTES);
		(void)lifetime_cookie(&l, &from, span_of(bytes, sizeof bytes), now);
		if (spare != 0 && random_below(&randoms.random, 5000) == 0)
			assert_true(lifetime_link(&l, &down, now));
	}
	assert_true(hellos <= 2 * 400 + 2);
}

/* A host with two ways out, or one server of several that lies: what each says of our address is
 * not another network each time, or nothing would ever be found out. */
static void test_lifetime_is_asked_of_one_server(void **state)
{
	(void)state;
	static struct spread spread;

	now = 1000 * SECOND;
	spread_init(&spread, &randoms.random);
	for (unsigned i = 0; i < 80; i++) {
		unsigned v6 = i / 40;
		uint8_t bytes[COOKIE_LEN];
		struct writer w = writer_of(bytes, sizeof bytes);
		struct route from = { .kind = ROUTE_UDP, .link = 1, .remote = place };
		struct cookie cookie = { .observed =
			                     addr_v4(203, 0, 113, (uint8_t)(5 + i % 2), 50000) };

		if (v6 != 0) {
			place.ip[0] = cookie.observed.ip[0] = 0x20;
			from = (struct route){ .kind = ROUTE_UDP, .link = 2, .remote = place };
		}
		from.remote.ip[15] = (uint8_t)(1 + i % 2);
		signaling_write_cookie(&w, &cookie);
		spread_outside(&spread, &from, written(&w), now);
		spread_timer(&spread, now);
		assert_true(addr_equal(&spread.lifetimes[v6].server, &place));
		assert_true(i % 40 == 0 || spread.lifetimes[v6].stage != LIFETIME_PAUSE);
		now += 11 * SECOND;
		spread_timer(&spread, now);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)
		TEST(test_lifetime_stays_below_that_of_the_nat),
		TEST(test_lifetime_is_of_a_firewall_too),
		TEST(test_lifetime_needs_a_server_that_helps),
		TEST(test_lifetime_begins_anew_in_another_network),
		TEST(test_lifetime_is_asked_of_one_server),
		TEST(test_lifetime_bears_anything),
	};
	return cmocka_run_group_tests_name("lifetime", tests, NULL, NULL);
}
