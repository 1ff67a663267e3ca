/* directory: names are looked up again while nobody answers, and of several servers each has its
 * turn: two hosts end up where both are. */
#include "cmd/talk/directory.h"

#include <string.h>

#include "tests/unit/support.h"

/* What the name servers say: of a name "n..." the address 192.0.2.n, unless they fail. */
static enum err names;
static bool slow; /* the answer comes with the next resolve_take */
static unsigned lookups;
static struct addr box; /* a name that moves */

enum err resolve_check(struct span host)
{
	return memchr(host.at, '!', host.len) ? ERR_FORMAT : OK;
}

enum err resolve_start(struct resolve *r, struct span host, uint16_t port,
                       struct addr out[static LIMIT_PEER_ADDRS], size_t *count, uint64_t now)
{
	lookups++;
	r->deadline = now + SECOND;
	out[0] = span_is(host, "box") ? box : addr_v4(192, 0, 2, (uint8_t)(host.at[0] - '0'), port);
	*count = 1;
	return slow ? ERR_FULL : names;
}

enum err resolve_take(struct resolve *r, struct addr out[static LIMIT_PEER_ADDRS], size_t *count,
                      uint64_t now)
{
	(void)r;
	(void)now;
	out[0] = addr_v4(192, 0, 2, 1, LIMIT_PORT);
	*count = 1;
	return names;
}

void resolve_watch(const struct resolve *r, struct watch out[static RESOLVE_FAMILIES])
{
	(void)r;
	out[0].fd = 7;
}

void resolve_end(struct resolve *r)
{
	(void)r;
}

static uint64_t now;
static const char *asked; /* the server that is asked */

static struct directory at_servers(const char *list, bool serving)
{
	struct directory d;
	struct plan plan = { .serving = serving };
	names = OK;
	slow = false;
	lookups = 0;
	now = 1000 * SECOND;
	plan.target.class = communicator_class_that_meets();
	assert_true(plan_add_servers(&plan, list));
	assert_int_equal(directory_init(&d, &plan, now), 0);
	return d;
}

static struct directory at_box(void)
{
	struct directory d;
	struct plan plan = { .target = { .host = "box", .port = 5 } };
	struct span scheme = span_text("tcp://");
	names = OK;
	slow = false;
	lookups = 0;
	now = 1000 * SECOND;
	box = addr_v4(192, 0, 2, 1, 5);
	plan.target.class = communicator_class_of_scheme(&scheme);
	assert_int_equal(directory_init(&d, &plan, now), 0);
	return d;
}

static bool says(struct directory *d, enum communicator_event_kind kind, uint32_t number)
{
	struct endpoint_event e = { .kind = ENDPOINT_COMMUNICATOR,
		                    .communicator = {
					.kind = kind, .number = number, .err = ERR_UNREACHABLE } };
	return directory_event(d, &e, now);
}

/* All that happens within us: how often something was told of each kind. */
struct counts {
	unsigned found, next, failed;
};
static struct counts pass(struct directory *d, uint64_t us)
{
	struct counts c = { 0 };
	uint64_t until = now + us;
	while (true) {
		enum directory_news news = directory_step(d, now);
		c.found += news == DIRECTORY_FOUND;
		c.next += news == DIRECTORY_NEXT;
		c.failed += news == DIRECTORY_FAILED;
		if (news != DIRECTORY_NOTHING)
			continue;
		if (directory_deadline(d) > until)
			break;
		assert_true(directory_deadline(d) > now || d->looking);
		now = directory_deadline(d) > now ? directory_deadline(d) : now + MS;
	}
	now = until;
	asked = d->server;
	return c;
}

static void test_directory_finds_a_host_that_has_moved(void **state)
{
	(void)state;
	struct directory d = at_box();
	assert_int_equal(pass(&d, 100 * SECOND).found, 1);
	assert_int_equal(lookups, 1); /* nobody has complained */
	assert_false(says(&d, COMMUNICATOR_FAILED, 0));
	assert_int_equal(pass(&d, 100 * SECOND).found, 0);
	assert_in_range(lookups, 4, 10);
	box = addr_v4(192, 0, 2, 2, 5);
	assert_int_equal(pass(&d, 31 * SECOND).found, 1);
	assert_true(addr_equal(&d.at[0], &box));
	says(&d, COMMUNICATOR_UP, 0);
	lookups = 0;
	assert_int_equal(pass(&d, 100 * SECOND).found, 0);
	assert_int_equal(lookups, 0);
	directory_end(&d);
}

/* Told each time, and tried again, sooner at first than later; a name that was known stays so. */
static void test_directory_outlives_name_servers_that_fail(void **state)
{
	(void)state;
	struct directory d = at_box();
	slow = true;
	names = ERR_TIMEOUT;
	assert_in_range(pass(&d, 10 * SECOND).failed, 2, 4);
	assert_int_equal(d.failure.err, ERR_TIMEOUT);
	assert_in_range(pass(&d, 1000 * SECOND).failed, 30, 40);
	names = OK;
	assert_int_equal(pass(&d, 32 * SECOND).found, 1);
	says(&d, COMMUNICATOR_FAILED, 0);
	names = ERR_UNREACHABLE;
	struct counts c = pass(&d, 100 * SECOND);
	assert_int_equal(c.found + c.failed, 0);
	assert_int_equal(d.at_count, 1);
	directory_end(&d);
}

static void test_directory_tells_that_there_is_no_such_name(void **state)
{
	(void)state;
	struct directory d = at_box();
	names = ERR_UNREACHABLE;
	assert_int_equal(pass(&d, MS).failed, 1);
	assert_int_equal(d.failure.err, ERR_FORMAT);
	assert_string_equal(d.failure.reason, "there is no host of that name");
	directory_end(&d);
}

/* Each is asked once before anything is given up; with none, they are asked in turn for ever. */
static void test_directory_tries_each_server(void **state)
{
	(void)state;
	struct directory d = at_servers("1, 2:5;1 3", false);
	assert_int_equal(d.count, 3);
	assert_string_equal(d.server, "1");
	pass(&d, MS);
	assert_true(says(&d, COMMUNICATOR_FAILED, 0));
	struct counts c = pass(&d, MS);
	assert_true(c.next == 1 && c.found == 1);
	assert_string_equal(asked, "2:5");
	assert_string_equal(d.before, "1");
	assert_false(d.absent);
	assert_true(says(&d, COMMUNICATOR_FAILED, 0));
	pass(&d, MS);
	assert_string_equal(asked, "3");
	assert_false(says(&d, COMMUNICATOR_FAILED, 0)); /* the program may end now, or goes on: */
	pass(&d, 31 * SECOND);
	assert_string_equal(asked, "1");
	names = ERR_TIMEOUT; /* what cannot be looked up is passed over */
	d = at_servers("1, 2", true);
	names = ERR_TIMEOUT;
	c = pass(&d, MS);
	assert_true(c.next == 1 && c.failed == 1 && c.found == 0);
	directory_end(&d);
}

/* serve stays where it is answered, whoever comes; a server that starts again keeps it. */
static void test_directory_serve_stays_where_a_server_answers(void **state)
{
	(void)state;
	struct directory d = at_servers("1, 2", true);
	pass(&d, MS);
	says(&d, COMMUNICATOR_SERVER, 0);
	says(&d, COMMUNICATOR_WAITING, 0);
	assert_int_equal(pass(&d, 10000 * SECOND).next, 0);
	assert_false(says(&d, COMMUNICATOR_FAILED, 0));
	assert_int_equal(pass(&d, 9 * SECOND).next, 0);
	says(&d, COMMUNICATOR_SERVER, 0);
	assert_int_equal(pass(&d, 100 * SECOND).next, 0);
	says(&d, COMMUNICATOR_FAILED, 0);
	assert_int_equal(pass(&d, 30 * SECOND).next, 1);
	assert_string_equal(asked, "2");
	directory_end(&d);
}

/* connect meets a peer that waits at any of them, and leaves none that it talks at. */
static void test_directory_connect_looks_for_its_peer_at_each_server(void **state)
{
	(void)state;
	struct directory d = at_servers("1, 2, 3", false);
	unsigned turns = 0, news = 0;
	for (unsigned i = 0; i < 40; i++) {
		unsigned next = pass(&d, 10 * SECOND).next;
		turns += next;
		news += next > 0 && d.news;
		if (d.at_count > 0 && !d.answered) {
			says(&d, COMMUNICATOR_SERVER, 0);
			says(&d, COMMUNICATOR_WAITING, 0);
		}
	}
	assert_in_range(turns, 8, 20); /* less and less often */
	assert_true(d.absent);
	assert_in_range(news, 1, 3); /* once each */
	says(&d, COMMUNICATOR_WAITING, 1);
	struct endpoint_event ready = { .kind = ENDPOINT_READY }, away = { .kind = ENDPOINT_AWAY };
	directory_event(&d, &ready, now);
	assert_int_equal(pass(&d, 1000 * SECOND).next, 0);
	directory_event(&d, &away, now); /* it may have gone to another */
	assert_int_equal(pass(&d, 6 * SECOND).next, 1);
	directory_end(&d);

	d = at_servers("1", false); /* with one there is nowhere to go */
	pass(&d, MS);
	says(&d, COMMUNICATOR_SERVER, 0);
	assert_int_equal(pass(&d, 1000 * SECOND).next, 0);
	directory_end(&d);
}

static void test_directory_refuses_what_can_be_no_host(void **state)
{
	(void)state;
	static const char *const lists[] = { "", " , ", "a:0", "a:b", "1, no!host" };
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
		struct directory d;
		struct plan plan = { .serving = true };
		plan.target.class = communicator_class_that_meets();
		assert_true(plan_add_servers(&plan, lists[i]));
		assert_int_equal(directory_init(&d, &plan, now), EXIT_USAGE);
		directory_end(&d);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_directory_finds_a_host_that_has_moved),
		cmocka_unit_test(test_directory_outlives_name_servers_that_fail),
		cmocka_unit_test(test_directory_tells_that_there_is_no_such_name),
		cmocka_unit_test(test_directory_tries_each_server),
		cmocka_unit_test(test_directory_serve_stays_where_a_server_answers),
		cmocka_unit_test(test_directory_connect_looks_for_its_peer_at_each_server),
		cmocka_unit_test(test_directory_refuses_what_can_be_no_host),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
