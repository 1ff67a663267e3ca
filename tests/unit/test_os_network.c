/* os_network: what happens to this host's interfaces and addresses is heard when it happens. It
 * happens to those of a network namespace of our own. */
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "os/network.h"

#include "tests/unit/skips.h"
#include "tests/unit/support.h"

static int own = -1; /* a socket in it */

static void set_up(bool up)
{
	struct ifreq r = { .ifr_name = "lo", .ifr_flags = (short)(up ? IFF_UP : 0) };

	assert_int_equal(ioctl(own, SIOCSIFFLAGS, &r), 0);
}

static void set_address(uint32_t ip)
{
	struct ifreq r = { .ifr_name = "lo" };
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(ip) };

	memcpy(&r.ifr_addr, &at, sizeof at);
	assert_int_equal(ioctl(own, SIOCSIFADDR, &r), 0);
}

static bool readable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

static void test_os_network_tells_what_happens(void **state)
{
	bool broken = false;

	(void)state;
	if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		skip_without("no network namespaces");
	own = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int fd = network_open();
	assert_true(own >= 0 && fd >= 0);
	assert_false(network_news(fd, &broken));
	set_up(true);
	assert_true(readable(fd));
	assert_true(network_news(fd, &broken));
	assert_false(broken); /* nothing that was is gone */
	assert_false(network_news(fd, &broken));
	set_address(0x0a000001);
	set_address(0x0a000002);
	assert_true(network_news(fd, &broken));
	assert_true(broken); /* the first of them */
	broken = false;
	set_up(false);
	assert_true(network_news(fd, &broken));
	assert_true(broken);
	close(fd);
	close(own);
}

/* More happens than the kernel keeps: that is news too, and bad. */
static void test_os_network_notices_what_it_missed(void **state)
{
	bool broken = false;

	(void)state;
	own = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int fd = network_open(), least = 1;
	struct ifreq r = { .ifr_name = "lo" };
	if (ioctl(own, SIOCSIFFLAGS, &r) != 0)
		skip_without("no network of its own");
	assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &least, sizeof least), 0);
	for (unsigned i = 0; i < 100; i++)
		set_up(i % 2 == 0);
	set_up(true);
	assert_true(network_news(fd, &broken));
	assert_true(broken);
	broken = false;
	assert_false(network_news(fd, &broken));
	close(fd);
	close(own);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_os_network_tells_what_happens),
		cmocka_unit_test(test_os_network_notices_what_it_missed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
