#include "os/notify.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"
#include "os/process.h"

static int fd = -1;
static struct sockaddr_un name = { .sun_family = AF_UNIX };
static socklen_t name_len;

/* "/run/systemd/notify", or "@name" of one that is in no file system. Others (of a hypervisor) are
 * not known here. */
static bool read_name(const char *text)
{
	size_t len = text ? strlen(text) : 0;
	if (len < 2 || len >= sizeof name.sun_path || (text[0] != '/' && text[0] != '@'))
		return false;
	memcpy(name.sun_path, text, len + 1);
	name_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	if (text[0] == '@')
		name.sun_path[0] = 0;
	else
		name_len++;
	return true;
}

bool notify_start(void)
{
	if (fd < 0 && read_name(process_environment("NOTIFY_SOCKET")))
		fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return fd >= 0;
}

bool notify_tell(const char *lines)
{
	if (fd < 0)
		return true;
	ssize_t n = sendto(fd, lines, strlen(lines), MSG_DONTWAIT | MSG_NOSIGNAL,
	                   (const struct sockaddr *)&name, name_len);
	return n >= 0 || (errno != EAGAIN && errno != ENOBUFS && errno != EINTR);
}

void notify_reloading(void)
{
	char lines[64];
	struct timespec t;
	struct text out = text_of(lines, sizeof lines);
	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	text_add_format(&out, "RELOADING=1\nMONOTONIC_USEC=%ju",
	                (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000);
	(void)notify_tell(lines);
}

static uint64_t number(const char *variable)
{
	const char *value = process_environment(variable);
	uint64_t n;
	return value && text_read_u64(span_text(value), UINT64_MAX, &n) ? n : 0;
}

uint64_t notify_watchdog_us(void)
{
	uint64_t who = number("WATCHDOG_PID");
	return fd >= 0 && (who == 0 || who == (uint64_t)getpid()) ? number("WATCHDOG_USEC") : 0;
}
