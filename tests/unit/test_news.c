/* news: what matters to the program is not lost, however much else there is. */
#include "endpoint/news.h"

#include "tests/unit/support.h"

static void talks(struct news *n, enum communicator_event_kind kind, uint32_t number, bool fatal)
{
	news_add_communicator(
	    n, &(struct communicator_event){ .kind = kind, .number = number, .fatal = fatal });
}

static void adds(struct news *n, enum news_about about, enum endpoint_event_kind kind,
                 uint32_t number)
{
	news_add(n, about, &(struct endpoint_event){ .kind = kind, .number = number });
}

static void expect(struct news *n, enum endpoint_event_kind kind, uint32_t number)
{
	struct endpoint_event e;

	assert_true(news_take(n, &e));
	assert_int_equal(e.kind, kind);
	assert_int_equal(e.kind == ENDPOINT_COMMUNICATOR ? e.communicator.number : e.number,
	                 number);
}

/* A server that talks without end crowds out nothing. H5. */
static void test_news_loses_nothing_that_matters(void **state)
{
	(void)state;
	struct news n = { 0 };
	struct endpoint_event e;

	adds(&n, NEWS_GUESS, ENDPOINT_GUESS, 2);
	adds(&n, NEWS_REPLACED, ENDPOINT_FAILED, 3);
	for (uint32_t i = 1; i <= 1000; i++) {
		talks(&n, COMMUNICATOR_WAITING, i, false);
		talks(&n, COMMUNICATOR_SERVER, i, false);
		talks(&n, COMMUNICATOR_NAMEPLATE, i, false);
		talks(&n, COMMUNICATOR_OBSERVED, i, false);
	}
	adds(&n, NEWS_LAST, ENDPOINT_WRONG_CODE, 4);
	talks(&n, COMMUNICATOR_WAITING, 7, false);
	expect(&n, ENDPOINT_GUESS, 2);
	expect(&n, ENDPOINT_FAILED, 3);
	for (int i = 0; i < 3; i++)
		expect(&n, ENDPOINT_COMMUNICATOR, 1000);
	expect(&n, ENDPOINT_WRONG_CODE, 4);
	expect(&n, ENDPOINT_COMMUNICATOR, 7);
	assert_false(news_take(&n, &e));
}

/* What happens again replaces what it has made old, and comes after what happened between. */
static void test_news_is_the_newest(void **state)
{
	(void)state;
	struct news n = { 0 };
	struct endpoint_event e;

	talks(&n, COMMUNICATOR_SERVER, 1, false);
	talks(&n, COMMUNICATOR_FAILED, 2, false);
	talks(&n, COMMUNICATOR_SERVER, 3, false);
	expect(&n, ENDPOINT_COMMUNICATOR, 2);
	expect(&n, ENDPOINT_COMMUNICATOR, 3);
	assert_false(news_take(&n, &e));
	talks(&n, COMMUNICATOR_FAILED, 4, true);
	talks(&n, COMMUNICATOR_FAILED, 5, false); /* the end stays the end */
	expect(&n, ENDPOINT_COMMUNICATOR, 4);
	talks(&n, COMMUNICATOR_FAILED, 6, false);
	expect(&n, ENDPOINT_COMMUNICATOR, 6);
}

/* Both addresses we listen on are told, also when both are of one family. */
static void test_news_tells_where_we_listen(void **state)
{
	(void)state;
	struct news n = { 0 };
	struct endpoint_event e;

	for (uint16_t port = 1; port <= 2; port++)
		news_add_communicator(
		    &n, &(struct communicator_event){ .kind = COMMUNICATOR_LISTENING,
		                                      .addr = addr_v4(192, 0, 2, 1, port) });
	for (uint16_t port = 1; port <= 2; port++) {
		assert_true(news_take(&n, &e));
		assert_int_equal(e.communicator.addr.port, port);
	}
	assert_false(news_take(&n, &e));
}

/* What each server fails with is told, and what fails here only as it is last. */
static void test_news_tells_failures_of_each_server(void **state)
{
	(void)state;
	struct news n = { 0 };
	struct endpoint_event e;

	for (uint8_t i = 0; i < 4; i++)
		news_add_communicator(&n, &(struct communicator_event){ .kind = COMMUNICATOR_FAILED,
		                                                        .server = i % 2,
		                                                        .number = i,
		                                                        .ours = i >= 2 });
	expect(&n, ENDPOINT_COMMUNICATOR, 0);
	expect(&n, ENDPOINT_COMMUNICATOR, 1);
	expect(&n, ENDPOINT_COMMUNICATOR, 3);
	assert_false(news_take(&n, &e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_news_loses_nothing_that_matters),
		cmocka_unit_test(test_news_is_the_newest),
		cmocka_unit_test(test_news_tells_where_we_listen),
		cmocka_unit_test(test_news_tells_failures_of_each_server),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
