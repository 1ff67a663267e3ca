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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_socket_keeps_every_address),
		cmocka_unit_test(test_socket_of_another_family_is_no_address),
		cmocka_unit_test(test_socket_port_in_use_is_busy),
		cmocka_unit_test(test_socket_connection_to_itself_is_refused),
		cmocka_unit_test(test_socket_errors_have_names),
	};
	return cmocka_run_group_tests_name("socket", tests, NULL, NULL);
}
