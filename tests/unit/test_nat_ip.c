/* Real packets as a NAT rewrites them: what it changes, and that the checksums are right. */
#include "tests/unit/support.h"

#include "tests/nat/ip.h"
#include "tests/nat/nat.h"

/* From 192.168.1.2:5000 to 198.51.100.7:7000, "hello". */
#define UDP                                                                                        \
	"45000021 00004000 4011 0000 c0a80102 c6336407"                                            \
	"1388 1b58 000d 0000 68656c6c6f"

static uint8_t packet[IP_ICMP_MAX];
static struct ip_facts facts;

static uint16_t sum_of(uint32_t start, const uint8_t *at, size_t len)
{
	for (size_t i = 0; i < len; i++)
		start += (uint32_t)at[i] << (i % 2 ? 0 : 8);
	while (start >> 16 != 0)
		start = (start & 0xffff) + (start >> 16);
	return (uint16_t)start;
}

static uint16_t udp_sum(const uint8_t *p, size_t len)
{
	return sum_of((uint32_t)(17 + len - 20), p + 12, len - 12);
}

static size_t build(void)
{
	size_t len = unhex(UDP, packet, sizeof packet).len;

	store_be16(packet + 10, (uint16_t)~sum_of(0, packet, 20));
	store_be16(packet + 26, (uint16_t)~udp_sum(packet, len));
	assert_true(ip_look(span_of(packet, len), &facts) && facts.whole);
	return len;
}

static void test_ip_packets_are_read(void **state)
{
	(void)state;
	size_t len = build();
	struct addr from = addr_v4(192, 168, 1, 2, 5000), to = addr_v4(198, 51, 100, 7, 7000);
	assert_true(addr_equal(&facts.from, &from) && addr_equal(&facts.to, &to));
	assert_true(facts.protocol == NAT_UDP && facts.ttl == 64 && facts.header == 20);
	for (size_t cut = 0; cut < 20; cut++)
		assert_false(ip_look(span_of(packet, cut), &facts));
	for (size_t cut = 20; cut < 28; cut++)
		assert_true(ip_look(span_of(packet, cut), &facts) && !facts.whole);
	packet[6] = 0x20; /* more fragments follow */
	assert_true(ip_look(span_of(packet, len), &facts) && facts.fragment && !facts.whole);
	packet[0] = 0x4f;
	assert_false(ip_look(span_of(packet, len), &facts));
	packet[0] = 0x75;
	assert_false(ip_look(span_of(packet, len), &facts));
}

static void test_ip_checksums_stay_right(void **state)
{
	(void)state;
	struct test_random chance = test_random(3);
	size_t len = build();

	for (int i = 0; i < 1000; i++) {
		struct addr a = addr_v4(0, 0, 0, 0, 0);
		random_fill(&chance.random, a.ip + 12, 4);
		random_fill(&chance.random, &a.port, 2);
		if (i % 2)
			ip_set_source(packet, &facts, &a);
		else
			ip_set_destination(packet, &facts, &a);
		struct ip_facts now;
		assert_true(ip_look(span_of(packet, len), &now));
		assert_true(addr_equal(i % 2 ? &now.from : &now.to, &a));
		assert_int_equal(sum_of(0, packet, 20), 0xffff);
		assert_int_equal(udp_sum(packet, len), 0xffff);
	}
	ip_count_hop(packet, &facts);
	assert_int_equal(packet[8], 63);
	assert_int_equal(sum_of(0, packet, 20), 0xffff);
	store_be16(packet + 26, 0); /* none stays none */
	ip_set_source(packet, &facts, &facts.to);
	assert_int_equal(load_be16(packet + 26), 0);
}

static void test_ip_checksums_are_finished(void **state)
{
	(void)state;
	size_t len = build();
	uint16_t right = load_be16(packet + 26);

	store_be16(packet + 26, sum_of(17 + 13, packet + 12, 8)); /* the pseudo header's */
	ip_finish_checksum(packet, len, 20, 6);
	assert_int_equal(load_be16(packet + 26), right);
	ip_finish_checksum(packet, len, 20, len - 21); /* beyond the end */
	assert_int_equal(load_be16(packet + 26), right);
}

static void test_ip_trouble_is_told_and_found_again(void **state)
{
	(void)state;
	uint8_t icmp[IP_ICMP_MAX];
	struct addr router = addr_v4(203, 0, 113, 9, 1), sender = addr_v4(10, 0, 0, 9, 77);
	struct ip_facts of_icmp, about;
	size_t quoted, len = build();

	for (enum ip_trouble trouble = IP_TOO_BIG; trouble <= IP_REFUSED; trouble++) {
		size_t size =
		    ip_write_icmp(trouble, span_of(packet, len), &facts, &router, 1100, icmp);
		struct span told = span_of(icmp, size);
		assert_int_equal(sum_of(0, icmp, 20), 0xffff);
		assert_int_equal(sum_of(0, icmp + 20, size - 20), 0xffff);
		assert_int_equal(load_be16(icmp + 20), trouble == IP_TOO_BIG ? 0x0304 : 0x030d);
		assert_int_equal(load_be16(icmp + 26), trouble == IP_TOO_BIG ? 1100 : 0);
		assert_true(ip_look(told, &of_icmp) && addr_same_ip(&of_icmp.to, &facts.from));
		assert_true(ip_look_icmp(told, &of_icmp, &about, &quoted));
		assert_true(addr_equal(&about.from, &facts.from) &&
		            addr_equal(&about.to, &facts.to));
		ip_set_source(icmp + quoted, &about, &sender); /* as a NAT that passes it on */
		ip_set_destination(icmp, &of_icmp, &sender);
		ip_sum_icmp(icmp, size, &of_icmp);
		assert_int_equal(sum_of(0, icmp, 20), 0xffff);
		assert_int_equal(sum_of(0, icmp + 20, size - 20), 0xffff);
		assert_true(ip_look(span_of(icmp + quoted, size - quoted), &about));
		assert_true(addr_equal(&about.from, &sender));
		for (size_t cut = 28; cut < quoted + 28; cut++)
			assert_false(ip_look_icmp(span_of(icmp, cut), &of_icmp, &about, &quoted));
	}
	assert_false(ip_look_icmp(span_of(packet, len), &facts, &about, &quoted));
}

static void test_ip_of_version_6(void **state)
{
	(void)state;
	uint8_t icmp[IP_ICMP_MAX];
	size_t len = unhex("60000000 000d 11 40 20010db8000000000000000000000001"
	                   "20010db8000000000000000000000002 1388 1b58 000d 1234 68656c6c6f",
	                   packet, sizeof packet)
	                 .len;
	assert_true(ip_look(span_of(packet, len), &facts) && facts.whole && facts.version == 6);
	assert_true(facts.from.port == 5000 && facts.to.port == 7000 && facts.to.ip[15] == 2);
	ip_count_hop(packet, &facts);
	assert_int_equal(packet[7], 63);
	struct addr none = { .port = 0 };
	size_t size = ip_write_icmp(IP_TOO_BIG, span_of(packet, len), &facts, &none, 1280, icmp);
	assert_int_equal(size, 40 + 8 + len);
	assert_true(icmp[40] == 2 && load_be32(icmp + 44) == 1280);
	assert_memory_equal(icmp + 24, packet + 8, 16);
	assert_int_equal(sum_of((uint32_t)(size - 40 + 58), icmp + 8, size - 8), 0xffff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ip_packets_are_read),
		cmocka_unit_test(test_ip_checksums_stay_right),
		cmocka_unit_test(test_ip_checksums_are_finished),
		cmocka_unit_test(test_ip_trouble_is_told_and_found_again),
		cmocka_unit_test(test_ip_of_version_6),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
