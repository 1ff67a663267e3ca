/* expiry: whether NATs of every kind end mappings that are used, found out by looking on. */
#include "tests/nat/nat.h"
#include "tests/unit/support.h"

#include "transport/expiry.h"

static struct expiry e;
static struct test_random randoms;
static struct nat *nat;
static uint64_t now, begin;
static unsigned hellos, sockets; /* the latter: the number of the main one */
static uint64_t born_at[1000];
static bool lies; /* the server sees every HELLO at another port */

static const struct addr place = { .ip = { [10] = 0xff, [11] = 0xff, 192, 0, 2, 1 }, .port = 7242 };

/* Where the server sees a socket that has just sent something. Links 1 and 3 take turns. */
static struct addr outside_of(uint16_t link)
{
	unsigned socket = sockets % 2 == (link == 3) ? sockets : sockets - 1;
	struct addr at = addr_v4(192, 168, 1, 2, (uint16_t)(40000 + socket));

	assert_true(nat_out(nat, NAT_UDP, &at, &place, now, &randoms.random));
	if (lies)
		at.port = (uint16_t)(1024 + random_below(&randoms.random, 60000));
	return at;
}

static uint16_t main_link(void)
{
	return sockets % 2 == 0 ? 1 : 3;
}

/* The main socket's own HELLO is answered. */
static void see(void)
{
	struct route from = { .kind = ROUTE_UDP, .link = main_link(), .remote = place };
	struct addr seen = outside_of(main_link());

	expiry_seen(&e, &from, &seen, now);
}

static void answer_all(void)
{
	uint8_t bytes[HELLO_LEN], answer[COOKIE_LEN];
	struct writer w = writer_of(bytes, sizeof bytes), out = writer_of(answer, sizeof answer);
	struct hello hello;
	struct cookie m = { .day = 0 };
	struct route to;

	if (!expiry_output(&e, &w, &to))
		return;
	hellos++;
	assert_true(addr_equal(&to.remote, &place) && signaling_read_hello(written(&w), &hello));
	m.observed = outside_of(to.link);
	memcpy(m.nonce, hello.nonce, NONCE_BYTES);
	signaling_write_cookie(&out, &m);
	assert_true(expiry_cookie(&e, &to, written(&out), now));
	assert_false(expiry_cookie(&e, &to, written(&out), now));
	assert_false(expiry_output(&e, &w, &to));
}

/* So long; the main socket is used every two seconds, and the server asked when the news say so, or
 * every so often. Gives how many fresh sockets there were. */
static unsigned run(uint64_t us, uint64_t every)
{
	unsigned before = sockets;

	for (uint64_t end = now + us, n = 0; now < end; now += 500 * MS, n++) {
		expiry_timer(&e, now);
		answer_all();
		enum expiry_news news = expiry_take(&e);
		if (news == EXPIRY_FRESH)
			born_at[++sockets] = now;
		if (news != EXPIRY_NOTHING || (every > 0 && (now - begin) % every == 0))
			see();
		else if (n % 4 == 0)
			(void)outside_of(main_link());
		assert_true(sockets - before < 999);
	}
	return sockets - before;
}

static void prepare(uint64_t absolute_us, uint64_t idle_us)
{
	struct nat_config config = { .ports = PORTS_RANDOM,
		                     .absolute_us = absolute_us,
		                     .idle_us = idle_us };
	struct addr outside = addr_v4(203, 0, 113, 9, 0);

	nat_free(nat);
	nat = nat_new(&config, &outside);
	randoms = test_random(3);
	now = begin = 1000 * SECOND;
	hellos = sockets = 0;
	lies = false;
	expiry_init(&e, &randoms.random);
	see();
}

static void test_expiry_is_left_in_time(void **state)
{
	static const unsigned lives_s[] = { 20, 30, 50, 63, 127, 300, 599 };

	(void)state;
	for (size_t i = 0; i < sizeof lives_s / sizeof *lives_s; i++) {
		uint64_t life = lives_s[i] * SECOND;

		prepare(life, 0);
		(void)run(2 * life + 3 * SECOND, SECOND);
		assert_int_equal(sockets, 0);
		assert_true(hellos > 0 && hellos <= 160);
		hellos = 0;
		(void)run(20 * life, 0);
		assert_in_range(sockets, 20, 33);
		assert_in_range(hellos, 1, 60); /* to the first old one */
		assert_true(e.sure);
		for (unsigned k = 2; k <= sockets; k++)
			assert_true(born_at[k] - born_at[k - 1] < life &&
			            born_at[k] - born_at[k - 1] >= life / 2);
	}
}

/* Nothing is asked as long as no mapping has ended; nor where it ends too soon, or late. */
static void test_expiry_does_nothing_elsewhere(void **state)
{
	static const struct {
		uint64_t absolute_us, idle_us;
	} nats[] = { { 0, 0 }, { 0, 120 * SECOND }, { 10 * SECOND, 0 }, { 700 * SECOND, 0 } };

	(void)state;
	for (size_t i = 0; i < sizeof nats / sizeof *nats; i++) {
		prepare(nats[i].absolute_us, nats[i].idle_us);
		assert_int_equal(run(7200 * SECOND, SECOND), 0);
		assert_int_equal(hellos, 0);
	}
}

/* It was not used, and that is why it ended. Use shows it. */
static void test_expiry_is_none_for_want_of_use(void **state)
{
	(void)state;
	prepare(0, 30 * SECOND);
	now += 40 * SECOND;
	see();
	assert_int_equal(run(7200 * SECOND, SECOND), 0);
	assert_in_range(hellos, 5, 30);
	/* twice the same, but while it was not looked at */
	for (int i = 0; i < 5; i++) {
		now += 40 * SECOND;
		see();
	}
	expiry_timer(&e, now);
	assert_int_equal(expiry_take(&e), EXPIRY_NOTHING);
	assert_int_equal(run(7200 * SECOND, SECOND), 0);
}

static void restart_nat(void)
{
	nat_forget(nat);
	see();
}

static void test_expiry_is_no_restart(void **state)
{
	(void)state;
	prepare(0, 0);
	(void)run(100 * SECOND, SECOND);
	restart_nat();
	(void)run(60 * SECOND, SECOND); /* of another age */
	restart_nat();
	assert_int_equal(run(7200 * SECOND, SECOND), 0);
	/* twice of one age: the first old socket shows that it was chance */
	prepare(0, 0);
	for (int i = 0; i < 2; i++) {
		(void)run(100 * SECOND, SECOND);
		restart_nat();
	}
	assert_int_equal(run(7200 * SECOND, SECOND), 1);
	assert_int_equal(e.life_us, 0);
}

static void test_expiry_begins_anew_in_another_network(void **state)
{
	struct addr outside = addr_v4(203, 0, 113, 77, 0);
	struct nat_config config = { .ports = PORTS_RANDOM };

	(void)state;
	prepare(50 * SECOND, 0);
	assert_true(run(400 * SECOND, SECOND) > 4);
	nat_free(nat);
	nat = nat_new(&config, &outside);
	see();
	assert_int_equal(run(7200 * SECOND, SECOND), 0);
	assert_int_equal(expiry_deadline(&e), NEVER);
}

/* Whatever the server says: a socket in eleven seconds at most, and no more than two questions in
 * each. */
static void test_expiry_bears_a_server_that_lies(void **state)
{
	(void)state;
	for (uint64_t every = SECOND; every <= 64 * SECOND; every *= 2) {
		prepare(0, 0);
		lies = true;
		assert_true(run(7200 * SECOND, every) <= 7200 / 11);
		assert_true(hellos <= 2 * 7200);
	}
	/* one that lets mappings end as it would be worst, and old ones too */
	prepare(18 * SECOND, 0);
	assert_in_range(run(7200 * SECOND, SECOND), 300, 7200 / 11);
}

static void test_expiry_takes_what_it_asked_for(void **state)
{
	uint8_t bytes[COOKIE_LEN];
	struct route from = { .kind = ROUTE_UDP, .link = 1, .remote = place };

	(void)state;
	prepare(50 * SECOND, 0);
	(void)run(60 * SECOND, SECOND);
	for (size_t i = 0; i < 10000; i++) {
		random_fill(&randoms.random, bytes, sizeof bytes);
		bytes[0] = PACKET_COOKIE;
		bytes[1] = 1;
		assert_false(expiry_cookie(&e, &from, span_of(bytes, i % (COOKIE_LEN + 1)), now));
	}
	nat_free(nat);
	nat = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_expiry_is_left_in_time),
		cmocka_unit_test(test_expiry_does_nothing_elsewhere),
		cmocka_unit_test(test_expiry_is_none_for_want_of_use),
		cmocka_unit_test(test_expiry_is_no_restart),
		cmocka_unit_test(test_expiry_begins_anew_in_another_network),
		cmocka_unit_test(test_expiry_bears_a_server_that_lies),
		cmocka_unit_test(test_expiry_takes_what_it_asked_for),
	};
	return cmocka_run_group_tests_name("expiry", tests, NULL, NULL);
}
