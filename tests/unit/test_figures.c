/* figures: a server's counts come out the same in the line and in the metrics, in a form that
 * OpenMetrics allows. */
#include "tests/unit/support.h"

#include "rendezvous/figures.h"
#include "wire/signaling.h"

static struct test_random chance;
static struct server *server;
static char line[512], metrics[FIGURES_METRICS];

static int start(void **state)
{
	(void)state;
	chance = test_random(11);
	struct rendezvous_config config = {
		.members_max = 64, .pairs_max = 64, .relay_kbit = 64, .random = &chance.random
	};
	server = server_new(&config, 8, SECOND);
	return server != NULL ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	server_free(server);
	return 0;
}

static void say(uint8_t type, size_t len)
{
	uint8_t wire[HELLO_LEN] = { type, 1 };
	struct route from = { .kind = ROUTE_UDP, .link = 1, .remote = addr_v4(192, 0, 2, 1, 5) };
	server_input(server, &from, span_of(wire, len), SECOND);
}

static void tell(void)
{
	struct text l = text_of(line, sizeof line), m = text_of(metrics, sizeof metrics);
	figures_line(server, true, &l);
	figures_metrics(server, "1.2", 1700000000, &m);
}

static void test_figures_counts_what_came(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		say(PACKET_HELLO, HELLO_LEN);
	say(0, 9);
	tell();
	assert_string_equal(line, "waiting 0, pairs 0, connections 0, packets 4, dropped 1, "
	                          "hellos 3, joins 0, refused 0, pushed out 0, introductions 0, "
	                          "forwarded 0, forwarded bytes 0");
	assert_non_null(strstr(metrics, "# TYPE schat_signal_hellos counter\n"
	                                "schat_signal_hellos_total 3\n"));
	assert_non_null(strstr(metrics, "# TYPE schat_signal_waiting gauge\n"
	                                "schat_signal_waiting 0\n"));
	assert_non_null(strstr(metrics, "\nschat_signal_forwarded_bytes_total 0\n# EOF\n"));
	assert_non_null(strstr(metrics, "\nschat_signal_build_info{version=\"1.2\"} 1\n"));
	assert_non_null(strstr(metrics, "\nschat_signal_start_time_seconds 1700000000\n"));
}

/* How it is: what a supervisor shows in one line. */
static void test_figures_is_short_on_demand(void **state)
{
	(void)state;
	struct text t = text_of(line, sizeof line);
	figures_line(server, false, &t);
	assert_string_equal(line, "waiting 0, pairs 0, connections 0");
}

/* Every number may have 20 digits. */
static void test_figures_has_room_for_large_numbers(void **state)
{
	(void)state;
	tell();
	size_t numbers = 0;
	for (const char *at = metrics; (at = strchr(at, '\n')) != NULL; at++)
		numbers++;
	assert_true(strlen(metrics) + 20 * numbers + strlen("100.100.100-rc.100") < sizeof metrics);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, end)
		TEST(test_figures_counts_what_came),
		TEST(test_figures_is_short_on_demand),
		TEST(test_figures_has_room_for_large_numbers),
	};
	return cmocka_run_group_tests_name("figures", tests, NULL, NULL);
}
