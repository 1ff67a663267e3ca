/* hosts: a host that goes to another network is noticed, and one that stays is left in peace. */
#include "loop/hosts.h"

#include "os/clock.h"
#include "os/interfaces.h"
#include "os/network.h"
#include "tests/unit/support.h"

/* What this host has. */
static struct addr interfaces[LIMIT_CANDIDATES];
static size_t interfaces_count;

size_t interfaces_list(struct addr *out, size_t cap)
{
	assert_true(interfaces_count <= cap);
	memcpy(out, interfaces, interfaces_count * sizeof *out);
	return interfaces_count;
}

/* How long it has slept, and what the kernel has to tell. */
static uint64_t slept_us;
static bool news, bad_news;

uint64_t clock_slept_us(void)
{
	return slept_us;
}

int network_open(void)
{
	return -1;
}

bool network_news(int fd, bool *broken)
{
	bool any = news;

	assert_int_equal(fd, -1);
	*broken |= bad_news;
	news = bad_news = false;
	return any;
}

static void have(const struct addr *at, size_t count)
{
	memcpy(interfaces, at, count * sizeof *at);
	interfaces_count = count;
}

static void test_hosts_moved_when_an_address_comes_or_goes(void **state)
{
	(void)state;
	struct hosts h;
	hosts_init(&h);
	struct addr a = addr_v4(192, 168, 1, 2, 0), b = addr_v4(10, 0, 0, 7, 0),
		    c = { .ip = { 0x20, 0x01 } };
	struct addr ab[] = { a, b }, ba[] = { b, a }, ac[] = { a, c };
	const struct {
		const struct addr *at;
		size_t count;
		enum hosts_news news;
	} table[] = {
		{ ab, 2, HOSTS_FIRST }, { ab, 2, HOSTS_SAME },  { ba, 2, HOSTS_MOVED },
		{ ba, 1, HOSTS_MOVED }, { ab, 2, HOSTS_MOVED }, { ac, 2, HOSTS_MOVED },
		{ ac, 0, HOSTS_MOVED }, { ac, 0, HOSTS_SAME },
	};
	uint64_t now = SECOND;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		have(table[i].at, table[i].count);
		assert_int_equal(hosts_look(&h, now), table[i].news);
		assert_int_equal(h.count, table[i].count);
		assert_memory_equal(h.at, table[i].at, h.count * sizeof *h.at);
		now = h.look_at;
	}
}

static void test_hosts_look_only_when_it_is_time(void **state)
{
	(void)state;
	struct hosts h;
	hosts_init(&h);
	struct addr a = addr_v4(192, 168, 1, 2, 0);
	have(&a, 1);
	assert_int_equal(hosts_look(&h, SECOND), HOSTS_FIRST);
	have(&a, 0);
	assert_int_equal(hosts_look(&h, h.look_at - 1), HOSTS_SAME);
	assert_int_equal(hosts_look(&h, h.look_at), HOSTS_MOVED);
}

/* Changes are looked at a tenth of a second after the first was heard of. They are no news where
 * they have changed nothing here, but where something broke, though all is as it was. */
static void test_hosts_look_soon_after_they_have_heard(void **state)
{
	(void)state;
	struct hosts h;
	hosts_init(&h);
	struct addr a = addr_v4(192, 168, 1, 2, 0);
	have(&a, 1);
	assert_int_equal(hosts_look(&h, SECOND), HOSTS_FIRST);
	for (unsigned what = 0; what < 3; what++) {
		static const enum hosts_news found[] = { HOSTS_SAME, HOSTS_SHAKEN, HOSTS_MOVED };
		uint64_t now = (2 + what) * SECOND;
		have(&a, what < 2);
		hosts_heard(&h, now); /* nothing after all */
		assert_true(h.look_at > now + SECOND);
		news = true;
		hosts_heard(&h, now);
		news = true;
		bad_news = what == 1;
		hosts_heard(&h, now + 50 * MS);
		assert_int_equal(hosts_look(&h, now + 99 * MS), HOSTS_SAME);
		assert_int_equal(h.look_at, now + 100 * MS);
		assert_int_equal(hosts_look(&h, now + 100 * MS), found[what]);
		assert_int_equal(hosts_look(&h, h.look_at), HOSTS_SAME);
	}
}

/* Nothing is what it was after a sleep, though the addresses are the same. */
static void test_hosts_wake_up_is_noticed(void **state)
{
	(void)state;
	struct hosts h;
	slept_us = 3600 * SECOND; /* it has before */
	hosts_init(&h);
	struct addr a = addr_v4(192, 168, 1, 2, 0);
	have(&a, 1);
	assert_int_equal(hosts_look(&h, SECOND), HOSTS_FIRST);
	slept_us += 2 * SECOND;
	assert_int_equal(hosts_look(&h, 2 * SECOND), HOSTS_SAME); /* a nap */
	slept_us += 2 * SECOND + 1;
	assert_int_equal(hosts_look(&h, 5 * SECOND), HOSTS_SHAKEN);
	assert_int_equal(hosts_look(&h, 7 * SECOND), HOSTS_SAME);
}

/* ... or while the program was stopped. */
static void test_hosts_notice_that_they_were_stopped(void **state)
{
	(void)state;
	struct hosts h;
	hosts_init(&h);
	struct addr a = addr_v4(192, 168, 1, 2, 0);
	have(&a, 1);
	assert_int_equal(hosts_look(&h, SECOND), HOSTS_FIRST);
	assert_int_equal(hosts_look(&h, h.look_at + 59 * SECOND), HOSTS_SAME);
	assert_int_equal(hosts_look(&h, h.look_at + 60 * SECOND), HOSTS_SHAKEN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hosts_moved_when_an_address_comes_or_goes),
		cmocka_unit_test(test_hosts_look_only_when_it_is_time),
		cmocka_unit_test(test_hosts_look_soon_after_they_have_heard),
		cmocka_unit_test(test_hosts_wake_up_is_noticed),
		cmocka_unit_test(test_hosts_notice_that_they_were_stopped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
