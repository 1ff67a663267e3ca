/* socket: addresses of ours are the system's and back; errors have their names. */
#include "tests/unit/support.h"

#include <errno.h>
#include <unistd.h>

#include "os/socket.h"

static void test_socket_keeps_every_address(void **state)
{
	(void)state;
	struct test_random chance = test_random(5);
	for (unsigned i = 0; i < 1000; i++) {
		struct addr a = { .port = (uint16_t)random_u64(&chance.random) };
		union socket_addr s;
		random_fill(&chance.random, a.ip, sizeof a.ip);
		if (i % 2)
			a = addr_v4(a.ip[0], a.ip[1], a.ip[2], a.ip[3], a.port);
		socklen_t len = socket_addr_write(&a, &s);
		assert_int_equal(s.any.sa_family, i % 2 ? AF_INET : AF_INET6);
		assert_int_equal(len, i % 2 ? sizeof s.v4 : sizeof s.v6);
		struct addr back = socket_addr_read(&s.any);
		assert_true(addr_equal(&back, &a));
	}
}

static void test_socket_of_another_family_is_no_address(void **state)
{
	(void)state;
	union socket_addr s = { .any.sa_family = AF_UNIX };
	struct addr none = socket_addr_read(&s.any);
	assert_true(bytes_zero((const uint8_t *)none.ip, sizeof none.ip));
	assert_int_equal(none.port, 0);
}

/* A port is one socket's; the second hears why. */
static void test_socket_port_in_use_is_busy(void **state)
{
	(void)state;
	struct addr at = addr_v4(127, 0, 0, 1, 0);
	int first = socket_new(SOCK_DGRAM, &at), second = socket_new(SOCK_DGRAM, &at);
	assert_true(first >= 0 && second >= 0);
	assert_int_equal(socket_address(first).port, 0);
	assert_true(socket_bind(first, &at));
	at = socket_address(first);
	assert_int_not_equal(at.port, 0);
	assert_false(socket_bind(second, &at));
	assert_int_equal(socket_why(errno), ERR_BUSY);
	close(first);
	assert_true(socket_bind(second, &at));
	close(second);
}

static void test_socket_errors_have_names(void **state)
{
	(void)state;
	static const struct {
		int error;
		enum err why;
	} table[] = {
		{ EADDRINUSE, ERR_BUSY },
		{ EMFILE, ERR_FULL },
		{ ENFILE, ERR_FULL },
		{ ENOMEM, ERR_FULL },
		{ ENOBUFS, ERR_FULL },
		{ EACCES, ERR_LOCAL },
		{ EPERM, ERR_LOCAL },
		{ EADDRNOTAVAIL, ERR_USAGE },
		{ EINVAL, ERR_USAGE },
		{ EAFNOSUPPORT, ERR_USAGE },
		{ ECONNRESET, ERR_CUT },
		{ EPIPE, ERR_CUT },
		{ ECONNREFUSED, ERR_UNREACHABLE },
		{ ENETUNREACH, ERR_UNREACHABLE },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		assert_int_equal(socket_why(table[i].error), table[i].why);
}

/* A connection that leaves from the port that it goes to has met itself: nobody is there, and the
 * port is free again at once. */
static void test_socket_connection_to_itself_is_refused(void **state)
{
	(void)state;
	const struct addr hosts[] = { addr_v4(127, 0, 0, 1, 0), { .ip = { [15] = 1 } } };
	for (size_t i = 0; i < 2; i++) {
		union socket_addr s;
		int fd = socket_new(SOCK_STREAM, &hosts[i]);
		if (i == 1 && !socket_bind(fd, &hosts[i])) { /* a host without IPv6 */
			close(fd);
			continue;
		}
		assert_true(i == 1 || socket_bind(fd, &hosts[i]));
		struct addr at = socket_address(fd);
		socklen_t len = socket_addr_write(&at, &s);
		assert_true(connect(fd, &s.any, len) == 0 || errno == EINPROGRESS);
		assert_int_equal(write(fd, "x", 1), 1);
		assert_int_equal(socket_connected(fd), ECONNREFUSED);
		close(fd);
		int service = socket_new(SOCK_STREAM, &at);
		assert_true(socket_bind(service, &at));
		assert_int_equal(listen(service, 1), 0);
		int other = socket_new(SOCK_STREAM, &at);
		assert_true(connect(other, &s.any, len) == 0 || errno == EINPROGRESS);
		assert_int_equal(socket_connected(other), 0);
		close(other);
		close(service);
	}
}

/* What the system tells beside a datagram, in room of ours: one message, another, and part of one
 * for which there was no room. */
static void test_socket_control_messages_end_with_what_came(void **state)
{
	(void)state;
	union {
		max_align_t align;
		uint8_t bytes[128];
	} room = { .bytes = { 0 } };
	struct cmsghdr first = { .cmsg_level = IPPROTO_IP,
		                 .cmsg_type = IP_TTL,
		                 .cmsg_len = (socklen_t)CMSG_LEN(4) },
		       second = { .cmsg_level = IPPROTO_IPV6,
		                  .cmsg_type = IPV6_HOPLIMIT,
		                  .cmsg_len = (socklen_t)CMSG_LEN(1) };
	const size_t there = CMSG_SPACE(4) + CMSG_LEN(1);
	struct msghdr head = { .msg_control = room.bytes, .msg_controllen = (socklen_t)there };
	struct socket_control c;
	size_t at = 0;
	memcpy(room.bytes, &first, sizeof first);
	memcpy(room.bytes + CMSG_SPACE(4), &second, sizeof second);
	assert_true(socket_next_control(&head, &at, &c));
	assert_true(socket_control_is(&c, IPPROTO_IP, IP_TTL, 4));
	assert_false(socket_control_is(&c, IPPROTO_IP, IP_TTL, 5));
	assert_false(socket_control_is(&c, IPPROTO_IPV6, IP_TTL, 4));
	assert_ptr_equal(c.value.at, room.bytes + CMSG_LEN(0));
	assert_true(socket_next_control(&head, &at, &c));
	assert_true(socket_control_is(&c, IPPROTO_IPV6, IPV6_HOPLIMIT, 1));
	assert_int_equal(c.value.len, 1);
	assert_false(socket_next_control(&head, &at, &c));
	for (size_t len = 0; len < there; len++) { /* it ends anywhere */
		head.msg_controllen = (socklen_t)len;
		at = 0;
		assert_int_equal(socket_next_control(&head, &at, &c), len >= CMSG_LEN(4));
		assert_false(socket_next_control(&head, &at, &c));
	}
}

/* Lengths that no kernel should tell: with the last ones, and what aligns them, a sum is 0 where
 * size_t has 32 bits. */
static void test_socket_control_of_any_length_is_no_loop(void **state)
{
	(void)state;
	union {
		max_align_t align;
		uint8_t bytes[128];
	} room = { .bytes = { 0 } };
	const socklen_t lens[] = { 0,
		                   1,
		                   (socklen_t)CMSG_LEN(0) - 1,
		                   sizeof room.bytes + 1,
		                   INT32_MAX,
		                   (socklen_t)-16,
		                   (socklen_t)-7,
		                   (socklen_t)-1 };
	struct msghdr head = { .msg_control = room.bytes, .msg_controllen = sizeof room.bytes };
	for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
		struct cmsghdr one = { .cmsg_level = IPPROTO_IP,
			               .cmsg_type = IP_TTL,
			               .cmsg_len = lens[i] };
		struct socket_control c;
		size_t at = 0;
		memcpy(room.bytes, &one, sizeof one);
		assert_false(socket_next_control(&head, &at, &c));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_socket_keeps_every_address),
		cmocka_unit_test(test_socket_of_another_family_is_no_address),
		cmocka_unit_test(test_socket_port_in_use_is_busy),
		cmocka_unit_test(test_socket_control_messages_end_with_what_came),
		cmocka_unit_test(test_socket_control_of_any_length_is_no_loop),
		cmocka_unit_test(test_socket_connection_to_itself_is_refused),
		cmocka_unit_test(test_socket_errors_have_names),
	};
	return cmocka_run_group_tests_name("socket", tests, NULL, NULL);
}
