/* entropy: see entropy.h. getrandom(2), which waits until the pool is seeded; on kernels
 * before 3.17 /dev/urandom, which does not wait, once /dev/random has become readable. */
#include "os/entropy.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/bytes.h"

static bool from_kernel(uint8_t *to, size_t len)
{
	while (len > 0) {
		ssize_t n = getrandom(to, len, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		to += n;
		len -= (size_t)n;
	}
	return true;
}

static bool wait_for_seed(void)
{
	int fd = open("/dev/random", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int ready;
	do
		ready = poll(&p, 1, -1);
	while (ready < 0 && errno == EINTR);
	close(fd);
	return ready == 1;
}

static bool from_device(uint8_t *to, size_t len)
{
	if (!wait_for_seed())
		return false;
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	while (len > 0) {
		ssize_t n = read(fd, to, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		to += n;
		len -= (size_t)n;
	}
	close(fd);
	return len == 0;
}

bool entropy_fill(void *to, size_t len)
{
	if (from_kernel(to, len))
		return true;
	return errno == ENOSYS && from_device(to, len);
}
