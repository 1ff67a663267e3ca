/* net and link_kind: places, numbers and news of links, whatever their kind; and a new kind of link
 * is a file and a row. Here one opens nothing but a descriptor of /dev/null, and one is a line to a
 * device (a pair of pipes). They join the program's kinds in a table that stands for
 * os/link_kinds.c. */
#include "tests/unit/support.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/link_kind.h"
#include "os/net.h"

enum { MAX = 8, STEPS = 20000 };

static struct net *net;
static unsigned closed;
static struct link *last_opened, *written_to;

static enum err toy_open(struct link *l, const struct link_request *request)
{
	if (request->remote.port == 1)
		return ERR_BUSY;
	l->fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	l->connecting = request->remote.port == 2;
	l->own = malloc(16);
	last_opened = l;
	return OK;
}

static void toy_close(struct link *l)
{
	assert_true(l->fd >= 0);
	closed++;
}

static bool toy_write(struct link *l, const struct route *to, struct span bytes)
{
	(void)to;
	(void)bytes;
	written_to = l;
	return true;
}

static const struct link_kind toy = {
	.name = "toy", .open = toy_open, .close = toy_close, .write = toy_write
};

static const struct route_kind route_line = { .label = "line", .rank = 5, .stream = true };
static int wire[2]; /* what is written to the line comes back */

static enum err line_open(struct link *l, const struct link_request *request)
{
	if (request->name == NULL || strcmp(request->name, "/dev/line0") != 0)
		return ERR_LOCAL;
	assert_int_equal(pipe(wire), 0);
	l->fd = wire[0];
	return OK;
}

static bool line_read(struct link *l, struct route *from, struct span *bytes)
{
	static uint8_t to[100];
	ssize_t got = read(l->fd, to, sizeof to);
	l->readable = false;
	if (got <= 0) {
		net_down(l, got == 0 ? OK : ERR_CUT);
		return false;
	}
	*from = (struct route){ .kind = &route_line, .link = l->number };
	*bytes = span_of(to, (size_t)got);
	return true;
}

static bool line_write(struct link *l, const struct route *to, struct span bytes)
{
	(void)l;
	(void)to;
	return write(wire[1], bytes.at, bytes.len) == (ssize_t)bytes.len;
}

static const struct link_kind line_kind = {
	.name = "line", .open = line_open, .read = line_read, .write = line_write
};

extern const struct link_kind net_udp_kind;

const struct link_kind *const link_kinds[] = { &net_udp_kind, &toy, &line_kind, NULL };

static int setup(void **state)
{
	(void)state;
	closed = 0;
	net = net_new(MAX);
	return net != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	net_free(net);
	return 0;
}

static void request_open(uint16_t number, uint16_t how)
{
	net_request(net, &(struct link_request){
			     .open = true, .link = number, .kind = "toy", .remote.port = how });
}

static void request_close(uint16_t number)
{
	net_request(net, &(struct link_request){ .open = false, .link = number });
}

/* The open one of this number, which the table gives a packet; NULL: none. */
static struct link *find(uint16_t number)
{
	return net_write(net, &(struct route){ .link = number }, span_text("x")) ? written_to
	                                                                         : NULL;
}

static void assert_event(uint16_t number, enum link_state state)
{
	struct link_event e;
	assert_true(net_event(net, &e));
	assert_int_equal(e.link, number);
	assert_int_equal(e.state, state);
}

static void assert_no_event(void)
{
	struct link_event e;
	assert_false(net_event(net, &e));
}

/* Opening ends in one event: up, or down with the reason. One that connects waits for net_up. */
static void test_net_opening_ends_in_one_event(void **state)
{
	(void)state;
	request_open(1, 0);
	assert_event(1, LINK_UP);
	request_open(2, 1);
	assert_null(find(2));
	assert_event(2, LINK_DOWN);
	request_open(3, 2);
	assert_no_event();
	assert_null(find(3));
	net_up(last_opened);
	assert_event(3, LINK_UP);
	assert_no_event();
}

/* Blocked and writable are reported when they differ from what was reported last; down is the last
 * word about a link, and what came before it is reported before. */
static void test_net_reports_in_order(void **state)
{
	(void)state;
	request_open(1, 0);
	struct link *l = find(1);
	l->blocked = true;
	assert_event(1, LINK_UP);
	assert_event(1, LINK_BLOCKED);
	l->blocked = false;
	l->blocked = true;
	assert_no_event();
	l->blocked = false;
	assert_event(1, LINK_WRITABLE);
	l->blocked = true;
	net_down(l, ERR_CUT);
	assert_int_equal(closed, 1);
	assert_event(1, LINK_DOWN);
	assert_no_event();
}

/* A link that was closed on request is spoken of no more, and its number may be used at once. */
static void test_net_forgets_links_closed_on_request(void **state)
{
	(void)state;
	request_open(1, 0);
	request_close(1);
	request_close(1);
	assert_no_event();
	request_open(1, 0);
	request_open(1, 0);
	assert_event(1, LINK_UP);
	assert_no_event();
	assert_int_equal(closed, 2);
}

/* Accepted links: as many as there are places; a number is not that of a link before for long. */
static void test_net_accepted_links_have_numbers_of_their_own(void **state)
{
	(void)state;
	uint16_t last[100] = { 0 };
	request_open(1, 0);
	assert_event(1, LINK_UP);
	const struct link *listener = find(1);
	for (unsigned i = 0; i < 400; i++) {
		struct link *l = net_accept(net, listener, &toy);
		assert_non_null(l);
		l->fd = open("/dev/null", O_RDWR | O_CLOEXEC);
		assert_event(l->number, LINK_ACCEPTED);
		assert_true(l->number >= LINK_ACCEPTED_FIRST);
		for (size_t j = 0; j < 100; j++)
			assert_int_not_equal(last[j], l->number);
		last[i % 100] = l->number;
		assert_ptr_equal(find(l->number), l);
		if (i % 3 > 0)
			request_close(l->number);
		if (i >= MAX - 2)
			request_close(last[(i - (MAX - 2)) % 100]);
	}
}

static void test_net_accepts_none_when_full(void **state)
{
	(void)state;
	for (uint16_t i = 1; i <= MAX; i++)
		request_open(i, 0);
	assert_null(net_accept(net, find(1), &toy));
	net_down(find(5), OK);
	assert_null(net_accept(net, find(1), &toy)); /* not yet reported */
	for (uint16_t i = 1; i <= MAX; i++)
		for (int events = 0; events < (i == 5 ? 2 : 1); events++)
			assert_event(i, events == 0 ? LINK_UP : LINK_DOWN);
	assert_non_null(net_accept(net, find(1), &toy));
}

/* Against a plain model: who is open, and who still has something to report. */
static void test_net_keeps_count(void **state)
{
	(void)state;
	struct test_random chance = test_random(3);
	bool is_open[MAX + 1] = { false }, told[MAX + 1] = { false };
	for (unsigned step = 0; step < STEPS; step++) {
		uint16_t number = (uint16_t)(1 + random_below(&chance.random, MAX));
		struct link *l = find(number);
		assert_int_equal(l != NULL, is_open[number]);
		switch (random_below(&chance.random, 4)) {
		case 0:
			request_open(number, 0);
			is_open[number] = told[number] = true;
			break;
		case 1:
			request_close(number);
			is_open[number] = told[number] = false;
			break;
		case 2:
			if (l == NULL)
				break;
			net_down(l, ERR_CUT);
			is_open[number] = false;
			told[number] = true;
			break;
		default:;
			struct link_event e;
			bool heard[MAX + 1] = { false };
			while (net_event(net, &e))
				heard[e.link] = true;
			assert_memory_equal(heard, told, sizeof told);
			memset(told, 0, sizeof told);
		}
	}
}

static struct link_event opened(struct net *n, uint16_t link, const char *kind, const char *name)
{
	struct link_event e = { .link = 0 };
	net_request(
	    n, &(struct link_request){ .open = true, .link = link, .kind = kind, .name = name });
	assert_true(net_event(n, &e));
	assert_int_equal(e.link, link);
	return e;
}

static void test_link_kinds_a_line_is_a_file_and_a_row(void **state)
{
	(void)state;
	struct net *n = net_new(4);
	const char kind[] = { 'l', 'i', 'n', 'e', 0 }; /* found by its text */
	assert_int_equal(opened(n, 1, kind, "/dev/line0").state, LINK_UP);
	struct link_event none = opened(n, 2, "line", "/dev/line7"),
			  unknown = opened(n, 3, "smoke", NULL);
	assert_int_equal(none.state, LINK_DOWN);
	assert_int_equal(none.why, ERR_LOCAL);
	assert_int_equal(unknown.state, LINK_DOWN);
	assert_int_equal(unknown.why, ERR_USAGE);

	struct route to = { .link = 1 }, from;
	struct span got;
	assert_true(net_write(n, &to, span_text("hello")));
	assert_false(net_read(n, &from, &got));
	net_wait(n, clock_us() + SECOND, NULL, 0);
	assert_true(net_read(n, &from, &got));
	assert_span_text(got, "hello");
	assert_ptr_equal(from.kind, &route_line);
	assert_int_equal(from.link, 1);

	close(wire[1]);
	net_wait(n, clock_us() + SECOND, NULL, 0);
	assert_false(net_read(n, &from, &got));
	struct link_event down;
	assert_true(net_event(n, &down));
	assert_int_equal(down.state, LINK_DOWN);
	assert_int_equal(down.why, OK);
	net_free(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_net_opening_ends_in_one_event),
		TEST(test_net_reports_in_order),
		TEST(test_net_forgets_links_closed_on_request),
		TEST(test_net_accepted_links_have_numbers_of_their_own),
		TEST(test_net_accepts_none_when_full),
		TEST(test_net_keeps_count),
		cmocka_unit_test(test_link_kinds_a_line_is_a_file_and_a_row),
	};
	return cmocka_run_group_tests_name("link_kinds", tests, NULL, NULL);
}
