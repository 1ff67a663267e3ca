/* deserted: who has gone is noticed, and nobody else: an input that is read only later has ended,
 * too; and a peer that is there is never given up. */
#include "cmd/talk/deserted.h"

#include <unistd.h>

#include "session/session_net.h"
#include "tests/unit/fake_session.h"
#include "tests/unit/support.h"

#define NOW (1000 * SECOND)

static uint64_t heard_at = NOW - 600 * SECOND;

uint64_t session_heard_at(const struct session *s)
{
	(void)s;
	return heard_at;
}

static struct options options;
static const struct plan plan = { .options = &options };
static struct session ours, theirs;
static struct chat *chat;
static int input[2], before; /* ours: a pipe, with its other end */

static int setup(void **state)
{
	(void)state;
	options = (struct options){ .pipe = true };
	memset(&ours, 0, sizeof ours);
	memset(&theirs, 0, sizeof theirs);
	fake_pair(&ours, &theirs);
	ours.away = true;
	chat = chat_new(MODE_PIPE);
	chat_attach(chat, &ours);
	before = dup(0);
	return pipe(input) || dup2(input[0], 0) < 0;
}

static int teardown(void **state)
{
	(void)state;
	chat_free(chat);
	close(input[0]);
	return dup2(before, 0) < 0 || close(before);
}

static uint64_t limit(void)
{
	deserted_limit(&plan, chat, &ours, NOW);
	return ours.farewell_us;
}

static void test_deserted_input_gives_a_minute_from_now(void **state)
{
	(void)state;
	assert_int_equal(limit(), 0);
	assert_int_equal(write(input[1], "some", 4), 4);
	assert_int_equal(limit(), 0);
	close(input[1]); /* what was written is not read yet */
	assert_int_equal(limit(), 660 * SECOND);
	heard_at = NOW - 5 * SECOND; /* the next outage is not waited for so long */
	assert_int_equal(limit(), 65 * SECOND);
}

static void test_deserted_input_that_was_read_to_its_end(void **state)
{
	(void)state;
	heard_at = NOW;
	chat_finish(chat);
	assert_int_equal(limit(), 60 * SECOND);
	close(input[1]);
}

/* A peer that answers may take its time; so may one for whom a user has said how long; and no chat
 * ends so. */
static void test_deserted_limits_nothing_else(void **state)
{
	(void)state;
	chat_finish(chat);
	close(input[1]);
	ours.away = false;
	assert_int_equal(limit(), 0);
	ours.away = true;
	options.timeout = "3600";
	assert_int_equal(limit(), 0);
	options = (struct options){ .pipe = false };
	assert_int_equal(limit(), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_deserted_input_gives_a_minute_from_now, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(test_deserted_input_that_was_read_to_its_end, setup,
		                                teardown),
		cmocka_unit_test_setup_teardown(test_deserted_limits_nothing_else, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
