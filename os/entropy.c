/* entropy: see entropy.h. getrandom(2), which waits until the pool is seeded; on kernels
 * before 3.17 /dev/urandom, which does not wait, once /dev/random has become readable. */
#include "os/entropy.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/random.h>
#include <unistd.h>

#include "os/descriptor.h"

/* fd: of a device; -1: from the kernel. */
static bool fill(int fd, uint8_t *to, size_t len)
{
	while (len > 0) {
		ssize_t n = fd < 0 ? getrandom(to, len, 0) : read(fd, to, len);
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
	bool ready = descriptor_readable(fd, -1);
	close(fd);
	return ready;
}

bool entropy_fill(void *to, size_t len)
{
	if (fill(-1, to, len))
		return true;
	if (errno != ENOSYS || !wait_for_seed())
		return false;
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool filled = fill(fd, to, len);
	close(fd);
	return filled;
}
