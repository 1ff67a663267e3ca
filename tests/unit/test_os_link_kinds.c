/* link_kinds: a new kind of link is a file and a row. Here it is a line to a device (a pair of
 * pipes), which joins the program's kinds in a table that stands for os/link_kinds.c. */
#include "tests/unit/support.h"

#include <errno.h>
#include <stddef.h>
#include <unistd.h>

#include "os/clock.h"
#include "os/links.h"
#include "os/net.h"

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
		links_down(l, got == 0 ? OK : ERR_CUT);
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

const struct link_kind *const link_kinds[] = { &net_udp_kind, &line_kind, NULL };

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
		cmocka_unit_test(test_link_kinds_a_line_is_a_file_and_a_row),
	};
	return cmocka_run_group_tests_name("link_kinds", tests, NULL, NULL);
}
