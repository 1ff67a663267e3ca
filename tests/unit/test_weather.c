/* The weather on a line: what passes, how much and when; and how a line and a NAT are written. */
#include "tests/unit/support.h"

#include "base/limits.h"
#include "tests/nat/words.h"

static struct test_random chance;
static struct weather ways[2];
static struct nat_config nat;
static uint64_t now, at;

static void read_words(const char *words)
{
	char word[40];

	chance = test_random(9);
	now = 1000 * SECOND;
	memset(ways, 0, sizeof ways);
	memset(&nat, 0, sizeof nat);
	ways[0].in_order = ways[1].in_order = true;
	while (*words != 0) {
		size_t len = strcspn(words, " ");
		assert_true(len < sizeof word);
		memcpy(word, words, len);
		word[len] = 0;
		assert_true(words_read(word, &nat, ways));
		words += len + (words[len] == ' ');
	}
}

static enum fate pass(enum way way, size_t len)
{
	return weather_pass(&ways[way], way, NAT_UDP, 7, len, now, &chance.random, &at);
}

static void test_weather_delays(void **state)
{
	(void)state;
	read_words("delay=40ms jitter=20.5ms");
	uint64_t before = 0;
	for (int i = 0; i < 1000; i++, now += 100) {
		assert_int_equal(pass(WAY_OUT, 1000), FATE_ARRIVES);
		assert_true(at >= now + 40 * MS && at >= before);
		before = at;
	}
	read_words("delay=40ms jitter=20ms reorder");
	bool overtaken = false;
	for (int i = 0; i < 1000; i++, now += 100) {
		assert_int_equal(pass(WAY_IN, 1000), FATE_ARRIVES);
		assert_in_range(at - now, 40 * MS, 60 * MS);
		overtaken |= at < before;
		before = at;
	}
	assert_true(overtaken);
}

static void test_weather_loses_as_much_as_it_says_in_bursts_or_not(void **state)
{
	(void)state;
	static const char *const words[] = { "loss=5%", "loss=20% burst=10", "loss=0.5% burst=4" };
	static const unsigned permille[] = { 50, 200, 5 }, burst[] = { 1, 10, 4 };

	for (int k = 0; k < 3; k++) {
		unsigned lost = 0, runs = 0, total = 400000;
		bool losing = false;
		read_words(words[k]);
		for (unsigned i = 0; i < total; i++) {
			bool now_lost = pass(WAY_OUT, 100) == FATE_LOST;
			lost += now_lost;
			runs += now_lost && !losing;
			losing = now_lost;
		}
		assert_in_range(lost, total / 1000 * permille[k] * 85 / 100,
		                total / 1000 * permille[k] * 115 / 100);
		assert_in_range(lost * 10 / runs, burst[k] * 9, burst[k] * 12);
	}
}

/* A line of 100 Mbit/s that is offered 200: a half goes through, after the whole queue. */
static void test_weather_has_a_rate_and_a_queue(void **state)
{
	(void)state;
	read_words("rate=100mbit queue=500k");
	uint64_t passed = 0, last = 0, start = now;
	for (; now < start + 2 * SECOND; now += 48) {
		if (pass(WAY_OUT, 1200) == FATE_ARRIVES) {
			passed += 1200;
			last = at;
			assert_true(at - now <= 40 * MS + 100);
		}
	}
	assert_in_range(passed * 8 / ((last - start) / 1000), 99900, 100100); /* bits a ms */
	assert_in_range(last - now, 39 * MS, 40 * MS + 100);
	assert_int_equal(pass(WAY_IN, 1200), FATE_ARRIVES); /* the other way has its own */
	assert_int_equal(at - now, 96);
}

static void test_weather_polices(void **state)
{
	(void)state;
	read_words("police=10mbit allowance=20k");
	unsigned at_once = 0, later = 0;
	while (pass(WAY_OUT, 1000) == FATE_ARRIVES)
		at_once++;
	assert_int_equal(at_once, 20);
	for (int i = 0; i < 10000; i++) {
		now += 100;
		later += pass(WAY_OUT, 1000) == FATE_ARRIVES;
	}
	assert_in_range(later, 1240, 1260);
}

static void test_weather_blocks(void **state)
{
	(void)state;
	read_words("mtu=1100");
	assert_int_equal(pass(WAY_OUT, 1100), FATE_ARRIVES);
	assert_int_equal(pass(WAY_IN, 1101), FATE_TOO_BIG);
	assert_false(ways[0].tells);
	read_words("udp=blocked tcp=443 icmp");
	assert_true(ways[0].tells);
	assert_int_equal(pass(WAY_OUT, 100), FATE_BLOCKED);
	for (uint16_t port = 442; port < 445; port++)
		assert_int_equal(
		    weather_pass(&ways[1], WAY_OUT, NAT_TCP, port, 100, now, &chance.random, &at),
		    port == 443 ? FATE_ARRIVES : FATE_BLOCKED);
	read_words("out.udp=refused");
	assert_int_equal(pass(WAY_OUT, 100), FATE_REFUSED);
	assert_int_equal(pass(WAY_IN, 100), FATE_ARRIVES);
	ways[1].dark = true;
	assert_int_equal(pass(WAY_IN, 100), FATE_BLOCKED);
}

static void test_weather_and_nat_are_written_as_words(void **state)
{
	(void)state;
	static const char *const wrong[] = {
		"delay=40",     "delay=ms",   "delay",      "loss=1",       "loss=1.%",
		"rate=10mb",    "nat=open",   "filter=",    "range=5",      "range=9-5",
		"range=0-5",    "step=70000", "in.hairpin", "out.nat=none", "overload=1",
		"weather=fine", "",           "tcp=0",
	};
	read_words("nat=address filter=port ports=near range=40000-40511 step=2 overload lowports "
	           "strays hairpin addresses=4 pooled idle=120s unanswered=30s absolute=50s "
	           "inbound mappings=100");
	assert_int_equal(nat.mapping, MAP_ADDRESS_DEPENDENT);
	assert_int_equal(nat.filtering, FILTER_ADDRESS_AND_PORT_DEPENDENT);
	assert_int_equal(nat.ports, PORTS_NEAR);
	assert_true(nat.first == 40000 && nat.last == 40511 && nat.step == 2);
	assert_true(nat.overload && nat.low_ports && nat.takes_strays && nat.hairpin);
	assert_true(nat.addresses == 4 && nat.pooled && nat.refreshed_inbound);
	assert_true(nat.idle_us == 120 * SECOND && nat.unanswered_us == 30 * SECOND);
	assert_true(nat.absolute_us == 50 * SECOND && nat.mappings_max == 100);
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(words_read(wrong[i], &nat, ways));
	read_words("out.rate=2gbit in.rate=64kbit in.loss=2.5%");
	assert_true(ways[0].rate == 250000000 && ways[1].rate == 8000);
	assert_true(ways[0].loss_permille == 0 && ways[1].loss_permille == 25);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_weather_delays),
		cmocka_unit_test(test_weather_loses_as_much_as_it_says_in_bursts_or_not),
		cmocka_unit_test(test_weather_has_a_rate_and_a_queue),
		cmocka_unit_test(test_weather_polices),
		cmocka_unit_test(test_weather_blocks),
		cmocka_unit_test(test_weather_and_nat_are_written_as_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
