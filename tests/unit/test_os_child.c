/* child, resolve and what else a host gives: children give their result or none, names their
 * addresses. */
#include "tests/unit/support.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/child.h"
#include "os/clock.h"
#include "os/entropy.h"
#include "os/interfaces.h"
#include "os/process.h"
#include "os/resolve.h"
#include "os/signals.h"

static bool say(void *argument, struct writer *out)
{
	write_span(out, span_text(argument));
	return true;
}

static bool give_up(void *argument, struct writer *out)
{
	(void)argument;
	write_span(out, span_text("half"));
	return false;
}

static bool die(void *argument, struct writer *out)
{
	(void)argument;
	(void)out;
	abort();
}

static bool sleep_long(void *argument, struct writer *out)
{
	(void)argument;
	(void)out;
	sleep(100);
	return true;
}

static enum child_state wait_for(struct child *c)
{
	enum child_state s;
	uint64_t end = clock_us() + 60 * SECOND;
	while ((s = child_poll(c)) == CHILD_RUNNING && clock_us() < end)
		usleep(1000);
	return s;
}

static void test_child_gives_its_result_whole_or_none(void **state)
{
	(void)state;
	char large[CHILD_RESULT + 1], too_large[CHILD_RESULT + 2];
	memset(large, 'x', sizeof large);
	large[CHILD_RESULT] = 0;
	memset(too_large, 'x', sizeof too_large);
	too_large[CHILD_RESULT + 1] = 0;
	const struct {
		bool (*work)(void *, struct writer *);
		char *argument;
		enum child_state want;
	} table[] = {
		{ say, (char[]){ "hello" }, CHILD_DONE },
		{ say, (char[]){ "" }, CHILD_DONE },
		{ say, large, CHILD_DONE },
		{ say, too_large, CHILD_FAILED },
		{ give_up, NULL, CHILD_FAILED },
		{ die, NULL, CHILD_FAILED },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct child c;
		assert_true(child_start(&c, table[i].work, table[i].argument));
		assert_int_equal(wait_for(&c), table[i].want);
		if (table[i].want == CHILD_DONE)
			assert_span_text(c.result, table[i].argument);
		child_end(&c);
	}
}

static void test_child_ends_when_it_is_no_longer_wanted(void **state)
{
	(void)state;
	struct child c;
	assert_true(child_start(&c, sleep_long, NULL));
	int pid = c.pid;
	assert_int_equal(child_poll(&c), CHILD_RUNNING);
	child_end(&c);
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(child_poll(&c), CHILD_NONE);
	c = (struct child){ .pid = 0 };
	assert_int_equal(child_poll(&c), CHILD_NONE);
	child_end(&c);
}

static void test_resolve_numbers_and_names(void **state)
{
	(void)state;
	static const struct {
		const char *host;
		enum err err;
		const char *want;
	} table[] = {
		{ "192.0.2.7", OK, "192.0.2.7:99" },
		{ "2001:db8::1", OK, "[2001:db8::1]:99" },
		{ "", ERR_FORMAT, NULL },
		{ "two words", ERR_FORMAT, NULL },
		{ "user@host", ERR_FORMAT, NULL },
		{ "localhost", OK, "127.0.0.1:99" },
		{ "LocalHost.", OK, "127.0.0.1:99" },
		{ "box.localhost", OK, "127.0.0.1:99" },
		{ "notlocalhost.invalid", ERR_UNREACHABLE, NULL },
		{ "no-such-name.invalid", ERR_UNREACHABLE, NULL },
	};
	static struct resolve r;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct addr got[LIMIT_PEER_ADDRS];
		size_t count = 0;
		enum err err =
		    resolve_start(&r, span_text(table[i].host), 99, got, &count, clock_us());
		assert_true(err == ERR_FULL || table[i].err != ERR_UNREACHABLE);
		while (err == ERR_FULL) {
			usleep(1000);
			err = resolve_take(&r, got, &count, clock_us());
		}
		resolve_end(&r);
		if (table[i].err == ERR_UNREACHABLE && err == ERR_TIMEOUT)
			continue; /* no resolver to ask */
		assert_int_equal(err, table[i].err);
		char text[ADDR_TEXT];
		if (err)
			continue;
		addr_format(&got[0], text);
		assert_string_equal(text, table[i].want);
	}
}

/* What is link-local needs the name or number of an interface, and nothing else takes one. */
static void test_interfaces_have_names_in_addresses(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum err err;
	} table[] = {
		{ "[::1]:5", OK },
		{ "192.0.2.1:5", OK },
		{ "[fe80::1%lo]:5", OK },
		{ "fe80::1%lo", OK },
		{ "fe80::1", ERR_USAGE },
		{ "[fe80::1%eth77]:5", ERR_UNREACHABLE },
		{ "::1%lo", ERR_FORMAT },
		{ "[fe80::1%a-very-long-name-of-an-interface]", ERR_UNREACHABLE },
		{ "vps:5", ERR_FORMAT },
		{ "[fe80::1%0]:5", ERR_UNREACHABLE },
		{ "169.254.1.1:5", OK },
		{ "[fe80::1%65999]:5", ERR_UNREACHABLE },
	};
	struct addr a, again;
	char text[ADDR_TEXT], number[ADDR_TEXT];
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		assert_int_equal(interfaces_parse(span_text(table[i].text), 5, &a), table[i].err);
	assert_int_equal(interfaces_parse(span_text("fe80::1%lo"), 5, &a), OK);
	interfaces_format(&a, text);
	assert_string_equal(text, "[fe80::1%lo]:5");
	addr_format(&a, number); /* the number is as good */
	assert_int_equal(interfaces_parse(span_text(number), 5, &again), OK);
	assert_true(addr_equal(&a, &again));
}

static void test_host_has_addresses_and_randomness(void **state)
{
	(void)state;
	struct addr list[8];
	assert_true(interfaces_list(list, 8) >= 1);
	uint8_t zero[32] = { 0 }, got[32] = { 0 };
	assert_true(entropy_fill(got, sizeof got));
	assert_memory_not_equal(zero, got, sizeof got);
	uint64_t t = clock_us();
	assert_true(t > 0 && clock_us() >= t);
	char day[11];
	clock_today(day);
	assert_int_equal(strlen(day), 10);
}

/* A secret in the environment is taken out of it. */
static void test_process_takes_secrets_out_of_the_environment(void **state)
{
	(void)state;
	char got[16] = "untouched";
	setenv("SCHAT_TEST", "value", 1);
	assert_string_equal(process_environment("SCHAT_TEST"), "value");
	assert_true(process_environment_take("SCHAT_TEST", got, sizeof got));
	assert_string_equal(got, "value");
	assert_null(process_environment("SCHAT_TEST"));
	assert_null(getenv("SCHAT_TEST"));
	assert_false(process_environment_take("SCHAT_TEST", got, sizeof got));
	setenv("SCHAT_TEST", "longer than there is space", 1);
	assert_false(process_environment_take("SCHAT_TEST", got, sizeof got));
	assert_null(getenv("SCHAT_TEST"));
	setenv("SCHAT_TEST", "", 1);
	assert_null(process_environment("SCHAT_TEST"));
}

/* Signals wait in the descriptor until they are taken; those that a parent ignores stay so. */
static void test_signals_wait_until_they_are_taken(void **state)
{
	(void)state;
	signal(SIGHUP, SIG_IGN);
	assert_int_equal(signals_take(), 0);
	assert_int_equal(signals_fd(), -1);
	assert_true(signals_start());
	assert_true(signals_start());
	assert_true(signals_fd() >= 0);
	raise(SIGUSR1);
	raise(SIGTERM);
	raise(SIGHUP);
	int first = signals_take(), second = signals_take();
	assert_true((first == SIGUSR1 && second == SIGTERM) ||
	            (first == SIGTERM && second == SIGUSR1));
	assert_int_equal(signals_take(), 0);
	signals_in_child();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_child_gives_its_result_whole_or_none),
		cmocka_unit_test(test_child_ends_when_it_is_no_longer_wanted),
		cmocka_unit_test(test_resolve_numbers_and_names),
		cmocka_unit_test(test_interfaces_have_names_in_addresses),
		cmocka_unit_test(test_host_has_addresses_and_randomness),
		cmocka_unit_test(test_process_takes_secrets_out_of_the_environment),
		cmocka_unit_test(test_signals_wait_until_they_are_taken),
	};
	return cmocka_run_group_tests_name("host", tests, NULL, NULL);
}
