/* schat_link: the sockets that a core wants, and what becomes of them. How datagrams travel is in
 * test_schat_core. */
#include "tests/unit/core_world.h"

static const struct schat_encryption by_code = { .code = "107-velvet-anchor" };

static struct schat_core *core_new(const char *address, bool waits)
{
	struct schat_connection c = { .address = address, .waits = waits };
	enum schat_error error;
	world_begin(1);
	world.cores[0].core = schat_core_new(&c, &by_code, false, world_entropy, 1, &error);
	assert_int_equal(error, SCHAT_OK);
	return world.cores[0].core;
}

static void test_a_name_is_for_the_program_to_look_up(void **unused)
{
	struct schat_link_request r = { 0 };
	struct schat_addr at[10];
	uint16_t port;
	(void)unused;
	assert_null(schat_core_host(core_new("tcp://192.0.2.1:7000", false), &port));
	world_end();
	struct schat_core *c = core_new("tcp://example.org:7000", false);
	assert_string_equal(schat_core_host(c, &port), "example.org");
	assert_int_equal(port, 7000);
	assert_false(schat_link_request(c, &r));
	for (size_t i = 0; i < 10; i++)
		at[i] = world_addr(i, port);
	schat_link_addresses(c, at, 0, 2);
	schat_link_addresses(c, at, 10, 2);
	schat_core_timer(c, 2);
	assert_true(schat_link_request(c, &r));
	assert_true(r.open);
	assert_int_equal(r.kind, SCHAT_LINK_TCP);
	assert_memory_equal(r.remote.ip, at[0].ip, 16);
	assert_int_equal(r.remote.port, 7000);
	world_end();
}

/* A listener takes connections, and one that was refused is news. */
static void test_what_becomes_of_links_is_told(void **unused)
{
	struct schat_link_request r = { 0 };
	struct schat_event e;
	(void)unused;
	struct schat_core *c = core_new("tcp://192.0.2.1:7000", true);
	assert_true(schat_link_request(c, &r));
	assert_int_equal(r.kind, SCHAT_LINK_LISTEN);
	assert_int_equal(r.local.port, 7000);
	struct schat_link_event event = {
		.state = SCHAT_LINK_UP, .link = r.link, .kind = r.kind, .local = r.local
	};
	schat_link_event(c, &event, 2);
	assert_true(schat_core_deadline(c) == 0);
	assert_true(schat_core_take(c, &e, 2));
	assert_int_equal(e.kind, SCHAT_LISTENING);
	assert_string_equal(e.text, "192.0.2.1:7000");
	assert_true(schat_core_take(c, &e, 2));
	assert_string_equal(e.text, "velvet-anchor");
	event.state = SCHAT_LINK_TAKEN;
	event.listener = r.link;
	event.link = SCHAT_LINK_ACCEPTED;
	event.kind = SCHAT_LINK_TCP;
	event.remote = world_addr(1, 999);
	schat_link_event(c, &event, 3);
	struct schat_route from = { .link = SCHAT_LINK_ACCEPTED, .stream = true };
	from.remote = event.remote;
	schat_link_input(c, &from, "GET / HTTP/1.0\r\n\r\n", 18, 4);
	assert_true(schat_link_request(c, &r)); /* it does not speak our language */
	assert_false(r.open);
	assert_int_equal(r.link, SCHAT_LINK_ACCEPTED);
	world_end();

	c = core_new("tcp://192.0.2.1:7000", false);
	schat_core_timer(c, 2);
	assert_true(schat_link_request(c, &r));
	event = (struct schat_link_event){ .state = SCHAT_LINK_DOWN,
		                           .link = r.link,
		                           .kind = r.kind,
		                           .error = SCHAT_ERR_UNREACHABLE };
	schat_link_event(c, &event, 3);
	assert_true(schat_core_take(c, &e, 3));
	assert_int_equal(e.kind, SCHAT_NOTICE);
	assert_int_equal(e.error, SCHAT_ERR_UNREACHABLE);
	world_end();
}

static void test_hosts_may_be_many(void **unused)
{
	struct schat_addr at[100];
	(void)unused;
	for (size_t i = 0; i < 100; i++)
		at[i] = world_addr(i, 0);
	schat_link_hosts(core_new("192.0.2.1", false), at, 100);
	world_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_name_is_for_the_program_to_look_up),
		cmocka_unit_test(test_what_becomes_of_links_is_told),
		cmocka_unit_test(test_hosts_may_be_many),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
