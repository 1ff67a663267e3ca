/* nat64: addresses of a translator, and sockets of IPv4 on a host that has none. */
#include "os/nat64.h"

#include <fcntl.h>

#include "os/clock.h"
#include "os/net.h"
#include "tests/unit/skips.h"
#include "tests/unit/support.h"

static struct addr of_text(const char *text)
{
	struct addr a;
	assert_true(addr_parse(span_text(text), 7242, &a));
	return a;
}

/* RFC 6052 section 2.4. */
static const struct {
	const char *prefix, *mapped;
	unsigned bits;
} table[] = {
	{ "2001:db8::", "2001:db8:c000:221::", 32 },
	{ "2001:db8:100::", "2001:db8:1c0:2:21::", 40 },
	{ "2001:db8:122::", "2001:db8:122:c000:2:2100::", 48 },
	{ "2001:db8:122:300::", "2001:db8:122:3c0:0:221::", 56 },
	{ "2001:db8:122:344::", "2001:db8:122:344:c0:2:2100:0", 64 },
	{ "2001:db8:122:344::", "2001:db8:122:344::c000:221", 96 },
	{ "64:ff9b::", "64:ff9b::c000:221", 96 },
};
enum { ROWS = sizeof table / sizeof *table };

static void test_nat64_has_the_addresses_of_the_rfc(void **state)
{
	(void)state;
	struct addr v4 = of_text("192.0.2.33"), none = { .port = 0 }, a = v4;

	nat64_use(&none, 0);
	assert_false(nat64_on() || nat64_map(&a) || nat64_unmap(&a));
	for (size_t i = 0; i < ROWS; i++) {
		struct addr prefix = of_text(table[i].prefix), mapped = of_text(table[i].mapped);

		nat64_use(&prefix, table[i].bits);
		a = v4;
		assert_true(nat64_map(&a));
		assert_true(addr_equal(&a, &mapped));
		assert_true(nat64_unmap(&a));
		assert_true(addr_equal(&a, &v4));
		for (unsigned bit = 0; bit < 128;
		     bit++) { /* any other address: of another, or none */
			a = mapped;
			a.ip[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_true(!nat64_unmap(&a) || !addr_equal(&a, &v4));
		}
		assert_false(nat64_unmap(&v4));
	}
	static const char *const at_home[] = { "127.0.0.1",   "10.0.0.1",  "192.168.1.1",
		                               "169.254.1.1", "224.0.0.1", "0.0.0.0",
		                               "2001:db8::1" };
	for (size_t i = 0; i < sizeof at_home / sizeof *at_home; i++) {
		a = of_text(at_home[i]);
		assert_false(nat64_map(&a));
	}
}

/* RFC 7050: of any length, and not of what a name server without a translator makes up. */
static void test_nat64_finds_the_prefix(void **state)
{
	(void)state;
	struct addr known = of_text("192.0.0.171"), prefix,
		    others[3] = { of_text("2001:db8::1"), of_text("192.0.0.170"), of_text("::") };
	unsigned bits;

	assert_false(nat64_find(others, 3, &prefix, &bits));
	assert_false(nat64_find(others, 0, &prefix, &bits));
	for (size_t i = 0; i < ROWS; i++) {
		struct addr written = of_text(table[i].prefix), a = known;

		nat64_use(&written, table[i].bits);
		assert_true(nat64_map(&a));
		others[2] = a;
		assert_true(nat64_find(others, 3, &prefix, &bits));
		assert_int_equal(bits, table[i].bits);
		assert_memory_equal(prefix.ip, written.ip, bits / 8);
	}
}

static bool read_one(struct net *n, struct route *from, struct span *bytes)
{
	uint64_t end = clock_us() + 30 * SECOND;

	while (!net_read(n, from, bytes)) {
		if (clock_us() > end)
			return false;
		net_wait(n, clock_us() + 20 * MS, NULL, 0);
	}
	return true;
}

static struct link_event opened(struct net *n, uint16_t link, const char *local)
{
	struct link_request request = {
		.open = true, .link = link, .kind = LINK_UDP, .local = of_text(local)
	};
	struct link_event e = { .link = 0 };

	request.local.port = 0;
	net_request(n, &request);
	assert_true(net_event(n, &e) && e.state == LINK_UP);
	return e;
}

/* A translator whose prefix makes this host's own address of 0.0.0.1, so that nobody else is needed
 * to see what such a socket does. */
static void test_nat64_socket_changes_with_the_network(void **state)
{
	(void)state;
	struct net *n = net_new(4);
	struct addr none = { .port = 0 }, v4 = of_text("127.0.0.1");
	struct route from, to = { .kind = ROUTE_UDP, .link = 1 };
	struct span got;

	nat64_use(&none, 0);
	struct link_event mine = opened(n, 1, "0.0.0.0"), four = opened(n, 2, "127.0.0.1"), e;
	struct link_request six = {
		.open = true, .link = 3, .kind = LINK_UDP, .local = of_text("::1")
	};
	six.local.port = 0;
	net_request(n, &six);
	if (!net_event(n, &e) || e.state != LINK_UP) {
		net_free(n);
		skip_without("no IPv6");
	}
	for (int i = 0; i < 4; i++) {
		bool on = i & 1;

		nat64_use(&none, on ? 96 : 0);
		to.remote = on ? addr_v4(0, 0, 0, 1, e.local.port) : v4;
		to.remote.port = on ? e.local.port : four.local.port;
		assert_true(net_write(n, &to, span_text("question")));
		net_flush(n);
		assert_true(read_one(n, &from, &got));
		assert_span_text(got, "question");
		assert_int_equal(from.link, on ? 3 : 2);
		assert_int_equal(from.remote.port, mine.local.port); /* it has kept it */
		assert_int_equal(addr_is_v4(&from.remote), !on);
		assert_true(net_write(n, &from, span_text("answer")));
		net_flush(n);
		assert_true(read_one(n, &from, &got));
		assert_span_text(got, "answer");
		assert_int_equal(from.link, 1);
		assert_true(addr_equal(&from.remote, &to.remote)); /* of IPv4 in any case */
	}
	to.remote = v4; /* no translator leads there: told, as if it had been sent */
	(void)net_write(n, &to, span_text("question"));
	assert_true(net_event(n, &e) && e.state == LINK_REJECTED && e.link == 1);
	assert_true(addr_equal(&e.remote, &v4));
	nat64_use(&none, 0);
	net_free(n);
}

static unsigned descriptors(void)
{
	unsigned count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* The port of a socket is another's in the new network: it gets another one, and leaves nothing. */
static void test_nat64_socket_finds_its_port_taken(void **state)
{
	(void)state;
	struct net *n = net_new(4);
	struct addr none = { .port = 0 };
	struct route to = { .kind = ROUTE_UDP, .link = 1, .remote = addr_v4(0, 0, 0, 1, 9) };
	struct link_event mine, e;
	struct link_request six = {
		.open = true, .link = 3, .kind = LINK_UDP, .local = of_text("::")
	};

	nat64_use(&none, 0);
	mine = opened(n, 1, "0.0.0.0");
	six.local.port = mine.local.port;
	net_request(n, &six);
	if (!net_event(n, &e) || e.state != LINK_UP) {
		net_free(n);
		skip_without("no IPv6, or its port is taken");
	}
	unsigned before = descriptors();
	nat64_use(&none, 96);
	assert_true(net_write(n, &to, span_text("question")));
	assert_int_equal(descriptors(), before);
	assert_false(net_event(n, &e) && e.state == LINK_DOWN);
	nat64_use(&none, 0);
	net_free(n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nat64_has_the_addresses_of_the_rfc),
		cmocka_unit_test(test_nat64_finds_the_prefix),
		cmocka_unit_test(test_nat64_socket_changes_with_the_network),
		cmocka_unit_test(test_nat64_socket_finds_its_port_taken),
	};
	return cmocka_run_group_tests_name("nat64", tests, NULL, NULL);
}
