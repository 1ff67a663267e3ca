/* addr: RFC 4291 in, RFC 5952 out, IPv4 in dots, classes of addresses, the wire form, HOST:PORT. */
#include "base/addr.h"

#include "tests/unit/support.h"

static struct addr parse(const char *text)
{
	struct addr a;
	if (!addr_parse(span_text(text), 7, &a))
		fail_msg("does not parse: %s", text);
	return a;
}

/* What is read is written in the one form of RFC 5952 sections 4 and 5, or in dots; and that form
 * reads as the same. */
static void test_addr_format_is_canonical(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		/* RFC 5952 section 4.1: no leading zeroes; 4.3: lower case */
		{ "[2001:0db8::0001]:80", "[2001:db8::1]:80" },
		{ "[2001:DB8:A:b:C:d:E:F]:80", "[2001:db8:a:b:c:d:e:f]:80" },
		/* 4.2.1: shorten as much as possible */
		{ "[2001:db8:0:0:0:0:2:1]:1", "[2001:db8::2:1]:1" },
		{ "[0:0:0:0:0:0:0:0]:1", "[::]:1" },
		{ "[0:0:0:0:0:0:0:1]:1", "[::1]:1" },
		{ "[1:0:0:0:0:0:0:0]:1", "[1::]:1" },
		/* 4.2.2: one zero group stays */
		{ "[2001:db8::1:1:1:1:1]:1", "[2001:db8:0:1:1:1:1:1]:1" },
		{ "[::2:3:4:5:6:7:8]:1", "[0:2:3:4:5:6:7:8]:1" },
		{ "[1:2:3:4:5:6:7::]:1", "[1:2:3:4:5:6:7:0]:1" },
		/* 4.2.3: the longest run, the first of equal ones */
		{ "[2001:0:0:1:0:0:0:1]:1", "[2001:0:0:1::1]:1" },
		{ "[2001:db8:0:0:1:0:0:1]:1", "[2001:db8::1:0:0:1]:1" },
		{ "[0:0:1:0:0:0:1:0]:1", "[0:0:1::1:0]:1" },
		{ "[1:0:0:2:0:0:0:0]:1", "[1:0:0:2::]:1" },
		/* IPv4, also inside IPv6: one representation */
		{ "1.2.3.4:65535", "1.2.3.4:65535" },
		{ "0.0.0.0:0", "0.0.0.0:0" },
		{ "255.255.255.255:1", "255.255.255.255:1" },
		{ "[::ffff:1.2.3.4]:5", "1.2.3.4:5" },
		{ "[::ffff:102:304]:5", "1.2.3.4:5" },
		{ "[64:ff9b::192.0.2.33]:5", "[64:ff9b::c000:221]:5" },
		{ "[1:2:3:4:5:6:1.2.3.4]:5", "[1:2:3:4:5:6:102:304]:5" },
		{ "[::1.2.3.4]:5", "[::102:304]:5" },
		/* the port left out, where there is one to take */
		{ "1.2.3.4", "1.2.3.4:7" },
		{ "::1", "[::1]:7" },
		{ "[::1]", "[::1]:7" },
		{ "::", "[::]:7" },
		{ "1:2:3:4:5:6:7:8", "[1:2:3:4:5:6:7:8]:7" },
		{ "fe80::1:2", "[fe80::1:2]:7" },
		{ "::ffff:9.9.9.9", "9.9.9.9:7" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[ADDR_TEXT];
		struct addr a = parse(cases[i][0]), b;
		addr_format(&a, text);
		assert_string_equal(text, cases[i][1]);
		b = parse(text);
		assert_true(addr_equal(&a, &b));
	}
}

static void test_addr_parse_refuses_what_is_no_address(void **state)
{
	(void)state;
	static const char *const cases[] = {
		"",
		":",
		":5",
		"1",
		"1.2.3",
		"1.2.3.4.5",
		"1.2.3.256",
		"1.2.3.999",
		"1.2.3.0004",
		"01.2.3.4",
		"1.2.3.04",
		"0x1.2.3.4",
		"1.2.3.4:",
		"1.2.3.4:65536",
		"1.2.3.4:-1",
		"1.2.3.4: 5",
		"1.2.3.4:5 ",
		" 1.2.3.4:5",
		"1.2.3.4:5:6",
		"1..3.4",
		".1.2.3",
		"1.2.3.",
		"1.2.3.4:99999999999999999999",
		"1.2.3.4:5a",
		"a.b.c.d:5",
		"localhost:5",
		"host",
		":::",
		"::1::",
		"1::2::3",
		"1:2:3:4:5:6:7",
		"1:2:3:4:5:6:7:8:9",
		"1:2:3:4:5:6:7:8::",
		"::1:2:3:4:5:6:7:8",
		"1:",
		":1",
		"1:2:",
		":1:2",
		"12345::",
		"::g",
		"::1%eth0",
		"fe80::1%1",
		"::1.2.3",
		"::1.2.3.4:5",
		"1.2.3.4::",
		"::1.2.3.256",
		"::1.2.3.4.5",
		"1:2:3:4:5:6:7:1.2.3.4",
		"[",
		"]",
		"[]",
		"[]:5",
		"[::1",
		"[::1]5",
		"[::1]:",
		"[::1]:x",
		"[::1]:65536",
		"[::1]]:5",
		"[[::1]]:5",
		"[1.2.3.4]:5",
		"[host]:5",
		"::1]:5",
		"[::1]:5:6",
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct addr a = addr_v4(9, 9, 9, 9, 9), before = a;
		if (addr_parse(span_text(cases[i]), 7, &a))
			fail_msg("parses: %s", cases[i]);
		assert_true(addr_equal(&a, &before));
	}
	struct span host;
	uint16_t port;
	assert_false(addr_split_host_port(span_text("["), 7, &host, &port)); /* no name either */
}

/* Without a default the port must be there. */
static void test_addr_parse_wants_a_port_when_there_is_no_default(void **state)
{
	(void)state;
	struct addr a;
	assert_false(addr_parse(span_text("1.2.3.4"), 0, &a));
	assert_false(addr_parse(span_text("::1"), 0, &a));
	assert_false(addr_parse(span_text("[::1]"), 0, &a));
	assert_true(addr_parse(span_text("1.2.3.4:5"), 0, &a));
	assert_true(addr_parse(span_text("[::1]:5"), 0, &a));
	assert_int_equal(a.port, 5);
}

/* Any 16 bytes and port read back as themselves from text and from the wire; sparse ones have runs
 * of zeroes. */
static void test_addr_round_trips(void **state)
{
	(void)state;
	struct test_random random = test_random(5952);
	for (int i = 0; i < 20000; i++) {
		struct addr a = { .port = 0 }, b;
		random_fill(&random.random, &a.ip, sizeof a.ip);
		a.port = (uint16_t)random_u64(&random.random);
		for (size_t j = 0; j < 16; j += 2)
			if (random_below(&random.random, 2) == 0)
				a.ip[j] = a.ip[j + 1] = 0;
		char text[ADDR_TEXT];
		addr_format(&a, text);
		if (!addr_parse(span_text(text), 0, &b) || !addr_equal(&a, &b))
			fail_msg("%s", text);

		uint8_t wire[ADDR_WIRE];
		struct writer w = writer_of(wire, sizeof wire);
		addr_write(&w, &a);
		struct reader r = reader_of(written(&w));
		b = addr_read(&r);
		assert_true(read_end(&r));
		assert_true(addr_equal(&a, &b));
	}
}

static void test_addr_on_the_wire_is_18_bytes_or_none(void **state)
{
	(void)state;
	uint8_t wire[ADDR_WIRE];
	struct addr a = addr_v4(192, 0, 2, 1, 0x1234);
	struct writer w = writer_of(wire, sizeof wire);
	addr_write(&w, &a);
	assert_span_hex(written(&w), "00000000 00000000 0000ffff c0000201 1234");
	w = writer_of(wire, ADDR_WIRE - 1);
	addr_write(&w, &a);
	assert_true(w.full);
	assert_int_equal(w.len, 0);

	for (size_t len = 0; len < ADDR_WIRE; len++) {
		struct reader r = reader_of(span_of(wire, len));
		a = addr_read(&r);
		assert_true(r.bad);
		assert_true(bytes_zero(a.ip, 16));
		assert_int_equal(a.port, 0);
	}
}

static void test_addr_classes(void **state)
{
	(void)state;
	enum { V4 = 1, SET = 2, ANY = 4, LOOP = 8, LINK = 16, PRIVATE = 32, UNICAST = 64 };
	static const struct {
		const char *text;
		unsigned is;
	} cases[] = {
		{ "0.0.0.0", V4 | ANY },
		{ "::", ANY },
		{ "8.8.8.8", V4 | SET | UNICAST },
		{ "2001:db8::1", SET | UNICAST },
		{ "127.0.0.1", V4 | SET | LOOP | UNICAST },
		{ "127.255.255.255", V4 | SET | LOOP | UNICAST },
		{ "128.0.0.1", V4 | SET | UNICAST },
		{ "::1", SET | LOOP | UNICAST },
		{ "::2", SET | UNICAST },
		{ "169.254.0.1", V4 | SET | LINK | UNICAST },
		{ "169.253.0.1", V4 | SET | UNICAST },
		{ "169.255.0.1", V4 | SET | UNICAST },
		{ "fe80::1", SET | LINK | UNICAST },
		{ "febf::1", SET | LINK | UNICAST },
		{ "fec0::1", SET | UNICAST },
		{ "fe7f::1", SET | UNICAST },
		{ "10.0.0.1", V4 | SET | PRIVATE | UNICAST },
		{ "11.0.0.1", V4 | SET | UNICAST },
		{ "172.15.255.255", V4 | SET | UNICAST },
		{ "172.16.0.1", V4 | SET | PRIVATE | UNICAST },
		{ "172.31.255.255", V4 | SET | PRIVATE | UNICAST },
		{ "172.32.0.1", V4 | SET | UNICAST },
		{ "192.168.0.1", V4 | SET | PRIVATE | UNICAST },
		{ "192.167.0.1", V4 | SET | UNICAST },
		{ "192.169.0.1", V4 | SET | UNICAST },
		{ "100.63.255.255", V4 | SET | UNICAST },
		{ "100.64.0.1", V4 | SET | PRIVATE | UNICAST },
		{ "100.127.255.255", V4 | SET | PRIVATE | UNICAST },
		{ "100.128.0.1", V4 | SET | UNICAST },
		{ "fc00::1", SET | PRIVATE | UNICAST },
		{ "fdff::1", SET | PRIVATE | UNICAST },
		{ "fbff::1", SET | UNICAST },
		{ "fe00::1", SET | UNICAST },
		{ "223.255.255.255", V4 | SET | UNICAST },
		{ "224.0.0.1", V4 | SET },
		{ "239.255.255.255", V4 | SET },
		{ "240.0.0.1", V4 | SET | UNICAST },
		{ "255.255.255.254", V4 | SET | UNICAST },
		{ "255.255.255.255", V4 | SET },
		{ "ff02::1", SET },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct addr a = parse(cases[i].text);
		unsigned is = (addr_is_v4(&a) ? V4 : 0) | (addr_is_set(&a) ? SET : 0) |
		              (addr_is_any(&a) ? ANY : 0) | (addr_is_loopback(&a) ? LOOP : 0) |
		              (addr_is_link_local(&a) ? LINK : 0) |
		              (addr_is_private(&a) ? PRIVATE : 0) |
		              (addr_is_unicast(&a) ? UNICAST : 0);
		if (is != cases[i].is)
			fail_msg("%s: %x, not %x", cases[i].text, is, cases[i].is);
		a.port = 0;
		assert_false(addr_is_set(&a));
	}
}

static void test_addr_equal_looks_at_ip_and_port(void **state)
{
	(void)state;
	struct addr a = addr_v4(1, 2, 3, 4, 5), b = parse("1.2.3.4:5"), c = parse("1.2.3.4:6"),
		    d = parse("1.2.3.5:5");
	assert_true(addr_equal(&a, &b));
	assert_false(addr_equal(&a, &c));
	assert_true(addr_same_ip(&a, &c));
	assert_false(addr_equal(&a, &d));
	assert_false(addr_same_ip(&a, &d));
}

/* An address that is looked up later stands for a name until then, and for no other. */
static void test_addr_stands_for_a_name(void **state)
{
	(void)state;
	struct addr name = addr_of_name(3, 9000), other = parse("[100::3]:9000");
	unsigned index;
	assert_true(addr_is_name(&name, &index) && index == 3 && name.port == 9000);
	assert_true(addr_equal(&name, &other) && !addr_is_unicast(&name));
	for (unsigned i = 0; i < 15; i++) {
		other = name;
		other.ip[i]++;
		assert_false(addr_is_name(&other, &index));
	}
}

/* A zone is given apart, for os/ to look up; a scope tells addresses apart, and stays here. */
static void test_addr_zones(void **state)
{
	(void)state;
	struct addr a, b = parse("[fe80::1]:5");
	struct span zone;
	char text[ADDR_TEXT];
	uint8_t wire[ADDR_WIRE];
	struct writer w = writer_of(wire, sizeof wire);
	static const char *const good[] = { "[fe80::1%eth0]:5", "fe80::1%eth0" };
	static const char *const bad[] = { "[fe80::1%]:5",   "fe80::1%", "1.2.3.4%eth0",
		                           "[1.2.3.4%eth0]", "%eth0",    "[%eth0]" };
	for (size_t i = 0; i < 2; i++) {
		assert_true(addr_parse_zone(span_text(good[i]), 5, &a, &zone));
		assert_span_text(zone, "eth0");
		assert_true(addr_equal(&a, &b));
		assert_false(addr_parse(span_text(good[i]), 5, &a));
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_false(addr_parse_zone(span_text(bad[i]), 5, &a, &zone));
	assert_true(addr_parse_zone(span_text("[::1]:5"), 0, &a, &zone) && zone.len == 0);
	a = b;
	a.scope = 1;
	addr_format(&a, text);
	assert_string_equal(text, "[fe80::1%1]:5");
	a.scope = UINT16_MAX;
	assert_false(addr_equal(&a, &b) || addr_same_ip(&a, &b));
	addr_format(&a, text);
	assert_string_equal(text, "[fe80::1%65535]:5");
	addr_write(&w, &a);
	struct reader r = reader_of(written(&w));
	a = addr_read(&r);
	assert_true(r.left == 0 && addr_equal(&a, &b));
}

/* A host is an IPv4 address or an IPv6 /64, a network an IPv4 /24 or an IPv6 /48; the families
 * never meet, and a port is no part of it. */
static void test_addr_hosts_and_networks(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		bool host, network, block;
	} cases[] = {
		{ "1.2.3.4:5", "1.2.3.4:6", true, true, true },
		{ "1.2.3.4:5", "1.2.3.255:5", false, true, true },
		{ "1.2.3.4:5", "1.2.4.4:5", false, false, true },
		{ "1.2.3.4:5", "1.3.3.4:5", false, false, false },
		{ "[2001:db8:1:2::1]:5", "[2001:db8:1:2:ffff::]:5", true, true, true },
		{ "[2001:db8:1:2::1]:5", "[2001:db8:1:3::1]:5", false, true, true },
		{ "[2001:db8:1:2::1]:5", "[2001:db8:2:2::1]:5", false, false, true },
		{ "[2001:db8:1:2::1]:5", "[2001:db9:1:2::1]:5", false, false, false },
		{ "[::1]:5", "0.0.0.1:5", false, false, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct addr a = parse(cases[i].a), b = parse(cases[i].b);
		uint8_t of_a[ADDR_PREFIX], of_b[ADDR_PREFIX];
		assert_int_equal(addr_same_host(&a, &b), cases[i].host);
		addr_host(&a, of_a);
		addr_host(&b, of_b);
		assert_int_equal(memcmp(of_a, of_b, ADDR_PREFIX) == 0, cases[i].host);
		addr_network(&a, of_a);
		addr_network(&b, of_b);
		assert_int_equal(memcmp(of_a, of_b, ADDR_PREFIX) == 0, cases[i].network);
		addr_block(&a, of_a);
		addr_block(&b, of_b);
		assert_int_equal(memcmp(of_a, of_b, ADDR_PREFIX) == 0, cases[i].block);
	}
}

static void test_host_port_split(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		uint16_t port_default;
		const char *host; /* NULL: refused */
		uint16_t port;
	} cases[] = {
		{ "vps.example:80", 7242, "vps.example", 80 },
		{ "vps.example:80/", 7242, "vps.example", 80 },
		{ "vps.example/", 7242, "vps.example", 7242 },
		{ "[fe80::1%eth0]:80/", 7242, "fe80::1%eth0", 80 },
		{ "/", 7242, NULL, 0 },
		{ "vps.example", 7242, "vps.example", 7242 },
		{ "vps.example", 0, NULL, 0 },
		{ "vps.example:0", 0, "vps.example", 0 },
		{ "1.2.3.4:65535", 0, "1.2.3.4", 65535 },
		{ "[2001:db8::1]:80", 7242, "2001:db8::1", 80 },
		{ "[2001:db8::1]", 7242, "2001:db8::1", 7242 },
		{ "2001:db8::1", 7242, "2001:db8::1", 7242 },
		{ "2001:db8::1", 0, NULL, 0 },
		{ "::", 7242, "::", 7242 },
		{ "", 7242, NULL, 0 },
		{ ":80", 7242, NULL, 0 },
		{ "host:", 7242, NULL, 0 },
		{ "host:65536", 7242, NULL, 0 },
		{ "host:http", 7242, NULL, 0 },
		{ "host:1:2", 7242, NULL, 0 },
		{ "[host]:1", 7242, NULL, 0 },
		{ "[::1", 7242, NULL, 0 },
		{ "[::1]x", 7242, NULL, 0 },
		{ "[]:1", 7242, NULL, 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct span host = span_text("before");
		uint16_t port = 4711;
		bool good = addr_split_host_port(span_text(cases[i].text), cases[i].port_default,
		                                 &host, &port);
		assert_int_equal(good, cases[i].host != NULL);
		assert_span_text(host, good ? cases[i].host : "before");
		assert_int_equal(port, good ? cases[i].port : 4711);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addr_format_is_canonical),
		cmocka_unit_test(test_addr_parse_refuses_what_is_no_address),
		cmocka_unit_test(test_addr_parse_wants_a_port_when_there_is_no_default),
		cmocka_unit_test(test_addr_round_trips),
		cmocka_unit_test(test_addr_on_the_wire_is_18_bytes_or_none),
		cmocka_unit_test(test_addr_classes),
		cmocka_unit_test(test_addr_equal_looks_at_ip_and_port),
		cmocka_unit_test(test_addr_hosts_and_networks),
		cmocka_unit_test(test_addr_stands_for_a_name),
		cmocka_unit_test(test_addr_zones),
		cmocka_unit_test(test_host_port_split),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
