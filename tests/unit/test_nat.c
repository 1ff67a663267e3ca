/* The model of a NAT that the simulator and tests/net/natbox.c use: each kind does what it says, by
 * what somebody inside and two hosts outside can see. */
#include "tests/unit/support.h"

#include "base/limits.h"
#include "tests/nat/nat.h"

static struct test_random chance;
static struct nat *nat;
static uint64_t now;

static const struct addr router = { .ip = { [10] = 0xff, 0xff, 203, 0, 113, 9 } };

static struct addr inside(uint16_t port)
{
	return addr_v4(192, 168, 1, 2, port);
}

static struct addr server(uint8_t host, uint16_t port)
{
	return addr_v4(198, 51, 100, host, port);
}

static void build(struct nat_config config)
{
	nat_free(nat);
	nat = nat_new(&config, &router);
	assert_non_null(nat);
}

static int start(void **state)
{
	(void)state;
	chance = test_random(8);
	now = 1000 * SECOND;
	return 0;
}

static int end(void **state)
{
	(void)state;
	nat_free(nat);
	nat = NULL;
	return 0;
}

/* The outside port of what is sent from there; 0: dropped. */
static uint16_t send_from(struct addr from, struct addr to)
{
	bool passed = nat_out(nat, NAT_UDP, &from, &to, now, &chance.random);

	assert_true(!passed || nat_owns(nat, &from));
	return passed ? from.port : 0;
}

static uint16_t send(uint16_t port, struct addr to)
{
	return send_from(inside(port), to);
}

/* The inside port that a packet gets to; 0: dropped. */
static uint16_t receive(struct addr from, uint16_t port)
{
	struct addr to = router;

	to.port = port;
	return nat_in(nat, NAT_UDP, &from, &to, now) ? to.port : 0;
}

static void test_nat_maps_and_filters_as_declared(void **state)
{
	(void)state;
	for (enum mapping m = MAP_ENDPOINT_INDEPENDENT; m <= MAP_ADDRESS_AND_PORT_DEPENDENT; m++) {
		for (enum filtering f = 0; f <= FILTER_ADDRESS_AND_PORT_DEPENDENT; f++) {
			build((struct nat_config){ .mapping = m, .filtering = f });
			uint16_t port = send(5000, server(1, 1));
			assert_true(port != 0 && send(5000, server(1, 1)) == port);
			assert_true(receive(server(1, 1), port) == 5000);
			assert_true((receive(server(1, 2), port) == 5000) ==
			            (f != FILTER_ADDRESS_AND_PORT_DEPENDENT));
			assert_true((receive(server(2, 1), port) == 5000) ==
			            (f == FILTER_ENDPOINT_INDEPENDENT));
			assert_true((send(5000, server(1, 2)) == port) ==
			            (m != MAP_ADDRESS_AND_PORT_DEPENDENT));
			assert_true((send(5000, server(2, 1)) == port) ==
			            (m == MAP_ENDPOINT_INDEPENDENT));
			assert_true(send(5001, server(1, 1)) != port);
		}
	}
}

static void test_nat_chooses_ports_as_declared(void **state)
{
	(void)state;
	build((struct nat_config){ .mapping = MAP_ADDRESS_AND_PORT_DEPENDENT,
	                           .ports = PORTS_SEQUENTIAL,
	                           .first = 40000,
	                           .last = 40009,
	                           .step = 3 });
	uint16_t port = send(5000, server(1, 1));
	for (uint8_t host = 2; host < 10; host++) {
		uint16_t next = send(5000, server(host, 1));
		assert_int_equal((next - port + 10) % 10, 3);
		assert_true(next >= 40000 && next <= 40009);
		port = next;
	}
	assert_true(send(5000, server(10, 1)) != 0);
	assert_int_equal(send(5000, server(11, 1)), 0); /* none is left */

	build((struct nat_config){
	    .mapping = MAP_ADDRESS_DEPENDENT, .ports = PORTS_NEAR, .step = 2 });
	assert_int_equal(send(5000, server(1, 1)), 5000);
	assert_int_equal(send(5000, server(2, 1)), 5002);
	assert_int_equal(send(5000, server(3, 1)), 5004);

	build((struct nat_config){ .mapping = MAP_ENDPOINT_INDEPENDENT, .ports = PORTS_PRESERVE });
	assert_int_equal(send(5000, server(1, 1)), 5000);
	struct addr other = addr_v4(192, 168, 1, 3, 5000);
	uint16_t moved = send_from(other, server(1, 1));
	assert_true(moved != 0 && moved != 5000);
	assert_int_equal(send_from(other, server(2, 1)), moved);
}

/* As Linux does, which shares a port between destinations. */
static void test_nat_of_linux(void **state)
{
	(void)state;
	struct nat_config linux_nat = { .mapping = MAP_ADDRESS_AND_PORT_DEPENDENT,
		                        .filtering = FILTER_ADDRESS_AND_PORT_DEPENDENT,
		                        .ports = PORTS_PRESERVE,
		                        .overload = true,
		                        .low_ports = true };
	build(linux_nat);
	struct addr other = addr_v4(192, 168, 1, 3, 5000);
	assert_int_equal(send(5000, server(1, 1)), 5000);
	assert_int_equal(send(5000, server(1, 2)), 5000);
	assert_true(send_from(other, server(1, 1)) != 5000);
	assert_int_equal(send_from(other, server(2, 1)), 5000);
	struct addr to = router, from = server(2, 1);
	to.port = 5000;
	assert_true(nat_in(nat, NAT_UDP, &from, &to, now) && addr_equal(&to, &other));

	linux_nat.ports = PORTS_RANDOM; /* fully-random */
	build(linux_nat);
	unsigned shared = 0;
	bool seen[65536] = { false };
	for (unsigned i = 0; i < 300; i++) {
		uint16_t middle = send(700, server(1, (uint16_t)(1 + i)));
		uint16_t low = send(300, server(1, (uint16_t)(1 + i)));
		assert_true(middle >= 600 && middle <= 1023);
		assert_true(low >= 1 && low <= 511);
		assert_true(send(5000, server(1, (uint16_t)(1 + i))) >= 1024);
		shared += seen[middle];
		seen[middle] = true;
	}
	assert_in_range(shared, 60, 140); /* 300 of 424 by chance: 91 */
}

static void test_nat_moves_a_port_that_a_stray_packet_took(void **state)
{
	(void)state;
	struct nat_config config = { .mapping = MAP_ADDRESS_AND_PORT_DEPENDENT,
		                     .filtering = FILTER_ADDRESS_AND_PORT_DEPENDENT,
		                     .ports = PORTS_PRESERVE,
		                     .overload = true };
	for (int takes = 0; takes < 2; takes++) {
		config.takes_strays = takes;
		build(config);
		assert_int_equal(send(5000, server(1, 1)), 5000);
		assert_int_equal(receive(server(2, 7), 5000), 0);
		assert_true((send(5000, server(2, 7)) == 5000) == !takes);
		assert_int_equal(send(5000, server(2, 8)), 5000);
		now += 31 * SECOND;
		assert_int_equal(send(5000, server(2, 7)), 5000);
	}
}

static void test_nat_keeps_mappings_as_long_as_declared(void **state)
{
	(void)state;
	struct nat_config config = { .mapping = MAP_ENDPOINT_INDEPENDENT,
		                     .filtering = FILTER_ADDRESS_AND_PORT_DEPENDENT,
		                     .idle_us = 20 * SECOND };
	for (int refreshed = 0; refreshed < 2; refreshed++) {
		config.refreshed_inbound = refreshed;
		build(config);
		uint16_t port = send(5000, server(1, 1));
		now += 19 * SECOND;
		assert_int_equal(receive(server(1, 1), port), 5000);
		now += 2 * SECOND;
		assert_true((receive(server(1, 1), port) == 5000) == refreshed);
		assert_true((send(5000, server(1, 1)) == port) == refreshed);
	}
	build(
	    (struct nat_config){ .mapping = MAP_ENDPOINT_INDEPENDENT, .absolute_us = 50 * SECOND });
	uint16_t first = send(5000, server(1, 1)), port = first;
	for (int t = 0; t < 49; t++) {
		now += SECOND;
		assert_int_equal(send(5000, server(1, 1)), first);
	}
	now += SECOND;
	port = send(5000, server(1, 1));
	assert_true(port != first && receive(server(1, 1), first) == 0);
	assert_int_equal(nat_mappings(nat, now), 1);

	build((struct nat_config){ .mapping = MAP_ENDPOINT_INDEPENDENT,
	                           .idle_us = 120 * SECOND,
	                           .unanswered_us = 30 * SECOND });
	first = send(5000, server(1, 1));
	port = send(5001, server(1, 1));
	receive(server(1, 1), first);
	now += 40 * SECOND;
	assert_int_equal(receive(server(1, 1), first), 5000);
	assert_int_equal(receive(server(1, 1), port), 0);
}

/* One who was written to long ago is a stranger again, though the mapping lives. */
static void test_nat_forgets_who_was_written_to(void **state)
{
	(void)state;
	build((struct nat_config){ .mapping = MAP_ENDPOINT_INDEPENDENT,
	                           .filtering = FILTER_ADDRESS_DEPENDENT });
	uint16_t port = send(5000, server(1, 1));
	for (int t = 0; t < 4; t++) {
		assert_int_equal(send(5000, server(2, 1)), port);
		now += 10 * SECOND;
	}
	assert_int_equal(receive(server(2, 9), port), 5000);
	assert_int_equal(receive(server(1, 1), port), 0);
	nat_forget(nat);
	assert_int_equal(receive(server(2, 1), port), 0);
}

static void test_nat_with_several_addresses(void **state)
{
	(void)state;
	for (int pooled = 0; pooled < 2; pooled++) {
		build((struct nat_config){
		    .mapping = MAP_ADDRESS_DEPENDENT, .addresses = 4, .pooled = pooled });
		bool seen[4] = { false };
		for (uint8_t host = 1; host < 100; host++) {
			struct addr from = inside(5000), to = server(host, 1);
			assert_true(nat_out(nat, NAT_UDP, &from, &to, now, &chance.random));
			assert_true(nat_owns(nat, &from));
			seen[from.ip[15] - router.ip[15]] = true;
			assert_true(nat_in(nat, NAT_UDP, &to, &from, now));
			assert_int_equal(from.port, 5000);
		}
		assert_int_equal(seen[0] + seen[1] + seen[2] + seen[3], pooled ? 4 : 1);
	}
	struct addr beyond = router;
	beyond.ip[15] += 4;
	assert_false(nat_owns(nat, &beyond));
}

static void test_nat_has_room_for_so_many_and_no_more(void **state)
{
	(void)state;
	build((struct nat_config){ .mapping = MAP_ADDRESS_AND_PORT_DEPENDENT,
	                           .filtering = FILTER_ADDRESS_AND_PORT_DEPENDENT,
	                           .mappings_max = 100 });
	for (int round = 0; round < 3; round++) {
		uint16_t ports[101] = { 0 };
		for (uint8_t host = 1; host <= 100; host++)
			assert_true((ports[host] = send(5000, server(host, 1))) != 0);
		assert_int_equal(send(5000, server(101, 1)), 0);
		for (uint8_t host = 1; host <= 100; host++)
			assert_int_equal(receive(server(host, 1), ports[host]), 5000);
		now += 31 * SECOND;
	}
	for (uint16_t i = 0; i < 5000; i++) /* one mapping that many may answer */
		send(5000, server(1, 1));
	assert_int_equal(nat_mappings(nat, now), 1);
}

static void test_nat_knows_whose_packet_died(void **state)
{
	(void)state;
	build((struct nat_config){ .mapping = MAP_ENDPOINT_INDEPENDENT,
	                           .filtering = FILTER_ADDRESS_AND_PORT_DEPENDENT });
	struct addr outside = router, to = server(1, 1), other = server(1, 2);
	outside.port = send(5000, to);
	struct addr lost = outside;
	assert_false(nat_sender(nat, NAT_UDP, &lost, &other, now));
	assert_false(nat_sender(nat, NAT_TCP, &lost, &to, now));
	assert_true(nat_sender(nat, NAT_UDP, &lost, &to, now));
	struct addr from = inside(5000);
	assert_true(addr_equal(&lost, &from));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_nat_maps_and_filters_as_declared, start, end),
		cmocka_unit_test_setup_teardown(test_nat_chooses_ports_as_declared, start, end),
		cmocka_unit_test_setup_teardown(test_nat_of_linux, start, end),
		cmocka_unit_test_setup_teardown(test_nat_moves_a_port_that_a_stray_packet_took,
		                                start, end),
		cmocka_unit_test_setup_teardown(test_nat_keeps_mappings_as_long_as_declared, start,
		                                end),
		cmocka_unit_test_setup_teardown(test_nat_forgets_who_was_written_to, start, end),
		cmocka_unit_test_setup_teardown(test_nat_with_several_addresses, start, end),
		cmocka_unit_test_setup_teardown(test_nat_has_room_for_so_many_and_no_more, start,
		                                end),
		cmocka_unit_test_setup_teardown(test_nat_knows_whose_packet_died, start, end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
