/* natclass: what is found out about NATs of every kind, from two ports of a server. */
#include "tests/nat/nat.h"
#include "tests/unit/support.h"

#include "transport/natclass.h"

static struct natclass n;
static struct spares spares;
static struct test_random randoms;
static struct nat *nat;
static uint64_t now;
static bool privileged;
static unsigned hellos;

static struct addr server(uint16_t port)
{
	return addr_v4(192, 0, 2, 1, port);
}

/* HELLO leaves through the NAT; where the server sees it. Its answer comes back. */
static struct addr ask(const struct route *to, uint16_t local_port, struct span hello, bool answer)
{
	struct hello m;
	struct addr from = addr_v4(192, 168, 1, 2, local_port);
	uint8_t bytes[COOKIE_LEN];
	struct writer w = writer_of(bytes, sizeof bytes);

	assert_true(signaling_read_hello(hello, &m));
	if (nat != NULL)
		assert_true(nat_out(nat, NAT_UDP, &from, &to->remote, now, &randoms.random));
	struct cookie cookie = { .observed = from, .other_port = 7243 };
	memcpy(cookie.nonce, m.nonce, NONCE_BYTES);
	signaling_write_cookie(&w, &cookie);
	if (answer)
		assert_true(natclass_cookie(&n, to, written(&w), now));
	assert_false(natclass_cookie(&n, to, span_of(bytes, 20), now));
	return from;
}

static uint16_t local_port_of(uint16_t link)
{
	uint16_t at, port;

	for (unsigned i = 0; spares_get(&spares, i, &at, &port); i++)
		if (at == link)
			return port;
	return 50000; /* the main socket */
}

static void open_spares(void)
{
	struct link_request r;

	while (spares_request(&spares, &r)) {
		bool forbidden = r.local.port != 0 && !privileged;
		struct link_event e = { .link = r.link,
			                .state = forbidden ? LINK_DOWN : LINK_UP,
			                .why = ERR_LOCAL };
		e.local.port =
		    r.local.port ? r.local.port : (uint16_t)random_below(&randoms.random, 20000);
		e.local.port = e.local.port ? e.local.port : 1;
		e.local.port = (uint16_t)(e.local.port + (r.local.port ? 0 : 30000));
		if (r.open)
			spares_link(&spares, &e);
	}
}

/* Until nothing is due any more. answer_ports: of the server, those that answer. */
static struct nat_traits look(const struct nat_config *config, bool answers)
{
	struct addr outside = addr_v4(203, 0, 113, 9, 0), main = server(7242);
	struct route first = { .kind = ROUTE_UDP, .link = 1, .remote = main };
	uint8_t wire[HELLO_LEN];
	struct writer w = writer_of(wire, sizeof wire);
	struct nat_traits found = { .known = false };
	struct communicator_event event;
	bool low;
	unsigned count;

	now = 1000 * SECOND;
	hellos = 0;
	nat_free(nat);
	nat = config != NULL ? nat_new(config, &outside) : NULL;
	natclass_init(&n, &randoms.random);
	spares_init(&spares, &randoms.random);
	signaling_write_hello(&w, &(struct hello){ .nonce = { 1 } }, HELLO_LEN);
	struct addr seen = ask(&first, 50000, written(&w), false);
	natclass_outside(&n, 1, &main, &seen, 7243, now);
	while (natclass_deadline(&n) != NEVER || n.wanting) {
		struct route to;
		w = writer_of(wire, sizeof wire);
		natclass_timer(&n, now);
		while (natclass_output(&n, &w, &to)) {
			hellos++;
			(void)ask(&to, local_port_of(to.link), written(&w), answers);
			w = writer_of(wire, sizeof wire);
		}
		if (natclass_wants(&n, &count, &low)) {
			spares_want(&spares, count, low);
			open_spares();
			assert_true(spares_ready(&spares));
			natclass_spares(&n, &spares, now);
		}
		now += 50 * MS;
		assert_true(now < 1010 * SECOND);
	}
	while (natclass_report(&n, &event))
		found = event.nat;
	return found;
}

#define APDM .mapping = MAP_ADDRESS_AND_PORT_DEPENDENT

static int start(void **state)
{
	(void)state;
	randoms = test_random(7);
	privileged = false;
	return 0;
}

static int end(void **state)
{
	(void)state;
	nat_free(nat);
	nat = NULL;
	return 0;
}

static void test_natclass_easy(void **state)
{
	(void)state;
	static const struct nat_config kinds[] = {
		{ .mapping = MAP_ENDPOINT_INDEPENDENT, .ports = PORTS_RANDOM },
		{ .mapping = MAP_ENDPOINT_INDEPENDENT, .ports = PORTS_SEQUENTIAL },
		{ APDM, .ports = PORTS_PRESERVE, .overload = true, .low_ports = true },
	};

	for (unsigned i = 0; i <= 3; i++) {
		struct nat_traits t = look(i < 3 ? &kinds[i] : NULL, true);
		assert_true(t.known && !t.hard);
		assert_int_equal(hellos, 1); /* one packet, where there is nothing to find */
	}
}

static void test_natclass_hard(void **state)
{
	(void)state;
	struct nat_config config = { APDM, .ports = PORTS_RANDOM };
	for (unsigned run = 0; run < 20; run++) {
		struct nat_traits t = look(&config, true);
		assert_true(t.known && t.hard && !t.keeps && !t.low && t.step == 0);
		assert_true(t.first == 1024 && t.last == 65535);
		assert_int_equal(hellos, 9);
	}

	/* a block: no port outside of what is guessed but few, and not much more */
	config.first = 40000;
	config.last = 40511;
	for (unsigned run = 0; run < 20; run++) {
		struct nat_traits t = look(&config, true);
		assert_true(t.hard && t.step == 0);
		assert_true(t.first <= 40100 && t.last >= 40411);
		assert_true(t.last - t.first < 1024);
	}
}

static void test_natclass_in_a_row(void **state)
{
	(void)state;
	static const uint16_t steps[] = { 1, 2, 7, 32 };

	for (unsigned i = 0; i < 4; i++) {
		struct nat_config config = { APDM, .ports = PORTS_SEQUENTIAL, .step = steps[i] };
		struct nat_traits t = look(&config, true);
		assert_true(t.hard && !t.keeps);
		assert_int_equal(t.step, steps[i]);
	}
	struct nat_config near = { APDM, .ports = PORTS_NEAR, .step = 1 };
	struct nat_traits t = look(&near, true);
	assert_true(t.hard && t.keeps);
	assert_int_equal(t.step, 1);
}

static void test_natclass_low_ports(void **state)
{
	(void)state;
	struct nat_config config = { APDM, .ports = PORTS_RANDOM, .overload = true };

	for (unsigned i = 0; i < 4; i++) {
		config.low_ports = i & 1;
		privileged = i & 2;
		struct nat_traits t = look(&config, true);
		assert_true(t.hard);
		assert_int_equal(t.low, i == 3);
	}
}

/* One port alone says nothing; nor does a server that has no other. */
static void test_natclass_unanswered(void **state)
{
	(void)state;
	struct nat_config config = { APDM, .ports = PORTS_RANDOM };
	struct addr main = server(7242), seen = addr_v4(203, 0, 113, 9, 99);
	struct nat_traits t = look(&config, false);

	assert_false(t.known);
	assert_int_equal(hellos, 3);
	natclass_init(&n, &randoms.random);
	natclass_outside(&n, 1, &main, &seen, 0, now);
	assert_int_equal(natclass_deadline(&n), NEVER);
}

/* Another server sees us at another port: hard, by address. Another network: all begins anew. */
static void test_natclass_by_address(void **state)
{
	(void)state;
	struct nat_config config = { .mapping = MAP_ADDRESS_DEPENDENT, .ports = PORTS_RANDOM };
	struct addr other = addr_v4(198, 51, 100, 1, 7242), main = server(7242);
	struct communicator_event event;
	struct nat_traits t = look(&config, true);

	assert_true(t.known && !t.hard);
	struct addr seen = n.seen;
	natclass_outside(&n, 1, &other, &seen, 7243, now);
	assert_false(natclass_report(&n, &event));
	seen.port++;
	natclass_outside(&n, 1, &other, &seen, 7243, now);
	assert_true(natclass_report(&n, &event) && event.nat.hard);
	assert_true(n.wanting);

	seen.ip[15]++;
	natclass_outside(&n, 1, &main, &seen, 7243, now);
	assert_int_equal(n.stage, NATCLASS_PORTS);
}

/* Two servers that see us at two addresses: the first one's word counts, and nothing begins anew,
 * until the other's word changes too, or the first has fallen silent. */
static void test_natclass_keeps_to_one_server(void **state)
{
	(void)state;
	struct nat_config config = { .mapping = MAP_ENDPOINT_INDEPENDENT, .ports = PORTS_RANDOM };
	struct addr other = addr_v4(198, 51, 100, 1, 7242), main = server(7242);
	struct communicator_event event;
	struct nat_traits t = look(&config, true);
	struct addr seen = n.seen, seen_by_other = addr_v4(203, 0, 113, 77, 4000);

	assert_true(t.known && !t.hard);
	for (unsigned i = 0; i < 20; i++) {
		natclass_outside(&n, 1, &other, &seen_by_other, 7243, now);
		natclass_outside(&n, 1, &main, &seen, 7243, now);
		now += 60 * SECOND;
		assert_int_equal(n.stage, NATCLASS_IDLE);
		assert_false(natclass_report(&n, &event));
	}
	seen_by_other.ip[15]++;
	natclass_outside(&n, 1, &other, &seen_by_other, 7243, now);
	assert_int_equal(n.stage, NATCLASS_PORTS);
	assert_true(addr_equal(&n.server, &other));

	(void)look(&config, true);
	seen = n.seen;
	natclass_outside(&n, 1, &main, &seen, 7243, now);
	natclass_outside(&n, 1, &other, &seen, 7243, now + 299 * SECOND);
	assert_true(addr_equal(&n.server, &main));
	natclass_outside(&n, 1, &other, &seen, 7243, now + 3 * 3600 * SECOND);
	assert_true(addr_equal(&n.server, &other));
}

/* A socket of a search: where is it seen? And if nobody answers? */
static void test_natclass_measures(void **state)
{
	(void)state;
	struct nat_config config = { APDM, .ports = PORTS_SEQUENTIAL };
	struct addr seen;
	uint8_t wire[HELLO_LEN];

	for (int answers = 0; answers < 2; answers++) {
		(void)look(&config, true);
		natclass_measure(&n, 77, now);
		for (; natclass_deadline(&n) != NEVER; now += 50 * MS) {
			struct route to;
			struct writer w = writer_of(wire, sizeof wire);
			natclass_timer(&n, now);
			while (natclass_output(&n, &w, &to)) {
				assert_int_equal(to.link, 77);
				(void)ask(&to, 40000, written(&w), answers);
				w = writer_of(wire, sizeof wire);
			}
		}
		assert_true(natclass_measured(&n, &seen));
		assert_int_equal(addr_is_set(&seen), answers);
		assert_false(natclass_measured(&n, &seen));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_natclass_easy, start, end),
		cmocka_unit_test_setup_teardown(test_natclass_hard, start, end),
		cmocka_unit_test_setup_teardown(test_natclass_in_a_row, start, end),
		cmocka_unit_test_setup_teardown(test_natclass_low_ports, start, end),
		cmocka_unit_test_setup_teardown(test_natclass_unanswered, start, end),
		cmocka_unit_test_setup_teardown(test_natclass_by_address, start, end),
		cmocka_unit_test_setup_teardown(test_natclass_keeps_to_one_server, start, end),
		cmocka_unit_test_setup_teardown(test_natclass_measures, start, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
