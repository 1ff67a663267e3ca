/* links: places, numbers and news of links, whatever their kind. The kind here opens nothing but a
 * descriptor of /dev/null. */
#include "tests/unit/support.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "os/links.h"

enum { MAX = 8, STEPS = 20000 };

static struct links *links;
static unsigned closed;

static enum err toy_open(struct link *l, const struct link_request *request)
{
	if (request->remote.port == 1)
		return ERR_BUSY;
	l->fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	l->connecting = request->remote.port == 2;
	l->own = malloc(16);
	return OK;
}

static void toy_close(struct link *l)
{
	assert_true(l->fd >= 0);
	closed++;
}

static const struct link_kind toy = { .name = "toy", .open = toy_open, .close = toy_close };

static int setup(void **state)
{
	(void)state;
	closed = 0;
	links = links_new(MAX);
	return links != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	links_free(links);
	return 0;
}

static void request_open(uint16_t number, uint16_t how)
{
	links_open(links, &toy,
	           &(struct link_request){
		       .open = true, .link = number, .kind = "toy", .remote.port = how });
}

static void assert_event(uint16_t number, enum link_state state)
{
	struct link_event e;
	assert_true(links_event(links, &e));
	assert_int_equal(e.link, number);
	assert_int_equal(e.state, state);
}

static void assert_no_event(void)
{
	struct link_event e;
	assert_false(links_have_news(links));
	assert_false(links_event(links, &e));
}

/* Opening ends in one event: up, or down with the reason. One that connects waits for links_up. */
static void test_links_open_ends_in_one_event(void **state)
{
	(void)state;
	request_open(1, 0);
	assert_event(1, LINK_UP);
	request_open(2, 1);
	assert_null(links_find(links, 2));
	assert_event(2, LINK_DOWN);
	request_open(3, 2);
	assert_no_event();
	links_up(links_find(links, 3));
	assert_event(3, LINK_UP);
	links_open(links, NULL, &(struct link_request){ .open = true, .link = 4, .kind = "none" });
	assert_event(4, LINK_DOWN);
	assert_no_event();
}

/* Blocked and writable are reported when they differ from what was reported last; down is the last
 * word about a link, and what came before it is reported before. */
static void test_links_report_in_order(void **state)
{
	(void)state;
	request_open(1, 0);
	struct link *l = links_find(links, 1);
	l->blocked = true;
	assert_event(1, LINK_UP);
	assert_event(1, LINK_BLOCKED);
	l->blocked = false;
	l->blocked = true;
	assert_no_event();
	l->blocked = false;
	assert_event(1, LINK_WRITABLE);
	l->blocked = true;
	links_down(l, ERR_CUT);
	assert_int_equal(closed, 1);
	assert_event(1, LINK_DOWN);
	assert_no_event();
}

/* A link that was closed on request is spoken of no more, and its number may be used at once. */
static void test_links_closed_on_request_are_forgotten(void **state)
{
	(void)state;
	request_open(1, 0);
	links_close(links, 1);
	links_close(links, 1);
	assert_no_event();
	request_open(1, 0);
	request_open(1, 0);
	assert_event(1, LINK_UP);
	assert_no_event();
	assert_int_equal(closed, 2);
}

/* Accepted links: as many as there are places; a number is not that of a link before for long. */
static void test_links_accepted_have_numbers_of_their_own(void **state)
{
	(void)state;
	uint16_t last[100] = { 0 };
	request_open(1, 0);
	assert_event(1, LINK_UP);
	const struct link *listener = links_find(links, 1);
	for (unsigned i = 0; i < 400; i++) {
		struct link *l = links_accept(links, listener, &toy);
		assert_non_null(l);
		l->fd = open("/dev/null", O_RDWR | O_CLOEXEC);
		assert_event(l->number, LINK_ACCEPTED);
		assert_true(l->number >= LINK_ACCEPTED_FIRST);
		for (size_t j = 0; j < 100; j++)
			assert_int_not_equal(last[j], l->number);
		last[i % 100] = l->number;
		assert_ptr_equal(links_find(links, l->number), l);
		if (i % 3 > 0)
			links_close(links, l->number);
		if (i >= MAX - 2)
			links_close(links, last[(i - (MAX - 2)) % 100]);
	}
}

static void test_links_refuse_when_full(void **state)
{
	(void)state;
	for (uint16_t i = 1; i <= MAX; i++)
		request_open(i, 0);
	assert_null(links_accept(links, links_find(links, 1), &toy));
	links_down(links_find(links, 5), OK);
	assert_null(links_accept(links, links_find(links, 1), &toy)); /* not yet reported */
	for (uint16_t i = 1; i <= MAX; i++)
		for (int events = 0; events < (i == 5 ? 2 : 1); events++)
			assert_event(i, events == 0 ? LINK_UP : LINK_DOWN);
	assert_non_null(links_accept(links, links_find(links, 1), &toy));
}

/* Against a plain model: who is open, and who still has something to report. */
static void test_links_keep_count(void **state)
{
	(void)state;
	struct test_random chance = test_random(3);
	bool is_open[MAX + 1] = { false }, told[MAX + 1] = { false };
	for (unsigned step = 0; step < STEPS; step++) {
		uint16_t number = (uint16_t)(1 + random_below(&chance.random, MAX));
		struct link *l = links_find(links, number);
		assert_int_equal(l != NULL, is_open[number]);
		switch (random_below(&chance.random, 4)) {
		case 0:
			request_open(number, 0);
			is_open[number] = told[number] = true;
			break;
		case 1:
			links_close(links, number);
			is_open[number] = told[number] = false;
			break;
		case 2:
			if (l == NULL)
				break;
			links_down(l, ERR_CUT);
			is_open[number] = false;
			told[number] = true;
			break;
		default:;
			struct link_event e;
			while (links_event(links, &e)) {
				assert_true(told[e.link]);
				told[e.link] = links_have_news(links);
			}
			memset(told, 0, sizeof told);
		}
		bool news = false;
		size_t count = 0, found = 0;
		for (size_t i = 1; i <= MAX; i++) {
			news |= told[i];
			count += is_open[i];
		}
		assert_int_equal(links_have_news(links), news);
		for (l = NULL; (l = links_next(links, l)) != NULL; found++)
			assert_true(is_open[l->number]);
		assert_int_equal(found, count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_links_open_ends_in_one_event),
		TEST(test_links_report_in_order),
		TEST(test_links_closed_on_request_are_forgotten),
		TEST(test_links_accepted_have_numbers_of_their_own),
		TEST(test_links_refuse_when_full),
		TEST(test_links_keep_count),
	};
	return cmocka_run_group_tests_name("links", tests, NULL, NULL);
}
