/* libc: plain functions in the place of musl's, where the program is linked with musl. Little but
 * musl's look-up of names calls them, for some words and addresses, and there musl's are made for
 * more: a sort for millions, a search of two ways, streams of digits, locales, words of
 * eight bytes at a time. Some system calls it makes in other ways where Linux is older than 3.2, or
 * where times have 32 bits. It saves 9 KB. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/text.h"

static void swap(unsigned char *a, unsigned char *b, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char of_a = a[i];
		a[i] = b[i];
		b[i] = of_a;
	}
}

/* By insertion: the addresses of a name are at most 48. */
void qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *))
{
	unsigned char *first = base;
	for (size_t i = 1; i < count; i++) {
		unsigned char *at = first + i * size;
		for (; at > first && compare(at - size, at) > 0; at -= size)
			swap(at - size, at, size);
	}
}

char *strstr(const char *text, const char *wanted)
{
	size_t len = strlen(wanted);
	for (; strncmp(text, wanted, len) != 0; text++)
		if (*text == 0)
			return NULL;
	return (char *)(uintptr_t)text;
}

/* How many bytes of text are of the set, or are not. */
static size_t span_len(const char *text, const char *set, bool of_set)
{
	size_t len = 0;
	while (text[len] && (strchr(set, text[len]) != NULL) == of_set)
		len++;
	return len;
}

size_t strspn(const char *text, const char *set)
{
	return span_len(text, set, true);
}

size_t strcspn(const char *text, const char *set)
{
	return span_len(text, set, false);
}

char *strcpy(char *restrict to, const char *restrict from)
{
	return memcpy(to, from, strlen(from) + 1);
}

char *strncpy(char *restrict to, const char *restrict from, size_t max)
{
	size_t len = strnlen(from, max);
	memset(to + len, 0, max - len);
	return memcpy(to, from, len);
}

/* Without setlocale(3) each byte is a character. */
size_t mbstowcs(wchar_t *restrict to, const char *restrict from, size_t max)
{
	size_t len = strlen(from), count = len < max ? len + 1 : max;
	for (size_t i = 0; to != NULL && i < count; i++)
		to[i] = (unsigned char)from[i];
	return to == NULL || len < max ? len : max;
}

/* 36: no digit of any base. */
static unsigned digit_of(char c)
{
	unsigned letter = (unsigned)(c | 0x20) - 'a';
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	return letter < 26 ? 10 + letter : 36;
}

/* base: 2..36, or 0: as in C. end: NULL: is not asked for. */
static unsigned long long number_of(const char *text, char **end, unsigned base,
                                    unsigned long long max)
{
	unsigned long long value = 0;
	const char *at = text;
	while (*at == ' ' || (*at >= '\t' && *at <= '\r'))
		at++;
	bool minus = *at == '-', above = false;
	at += minus || *at == '+';
	if ((base == 0 || base == 16) && at[0] == '0' && (at[1] | 0x20) == 'x' &&
	    digit_of(at[2]) < 16) {
		at += 2;
		base = 16;
	}
	if (base == 0)
		base = *at == '0' ? 8 : 10;
	const char *digits = at;
	for (unsigned digit; (digit = digit_of(*at)) < base; at++) {
		above |= value > (max - digit) / base;
		value = value * base + digit;
	}
	if (end != NULL)
		*end = (char *)(uintptr_t)(at > digits ? at : text);
	if (above)
		errno = ERANGE;
	return above ? max : minus ? -value & max : value;
}

unsigned long strtoul(const char *restrict text, char **restrict end, int base)
{
	return (unsigned long)number_of(text, end, (unsigned)base, ULONG_MAX);
}

unsigned long long strtoull(const char *restrict text, char **restrict end, int base)
{
	return number_of(text, end, (unsigned)base, ULLONG_MAX);
}

/* Addresses of IPv6 alone. */
int inet_pton(int family, const char *restrict text, void *restrict out)
{
	return family == AF_INET6 && addr_parse_v6(span_text(text), out);
}

/* ---- what went wrong ---- */

/* In musl's words, the errors that the system calls of this program can have. */
#define ERRORS(X)                                                                                  \
	X(EPERM, "Operation not permitted")                                                        \
	X(ENOENT, "No such file or directory")                                                     \
	X(EINTR, "Interrupted system call")                                                        \
	X(EIO, "I/O error")                                                                        \
	X(ENXIO, "No such device or address")                                                      \
	X(EBADF, "Bad file descriptor")                                                            \
	X(EAGAIN, "Resource temporarily unavailable")                                              \
	X(ENOMEM, "Out of memory")                                                                 \
	X(EACCES, "Permission denied")                                                             \
	X(EBUSY, "Resource busy")                                                                  \
	X(EEXIST, "File exists")                                                                   \
	X(EXDEV, "Cross-device link")                                                              \
	X(ENODEV, "No such device")                                                                \
	X(ENOTDIR, "Not a directory")                                                              \
	X(EISDIR, "Is a directory")                                                                \
	X(EINVAL, "Invalid argument")                                                              \
	X(ENFILE, "Too many open files in system")                                                 \
	X(EMFILE, "No file descriptors available")                                                 \
	X(ENOTTY, "Not a tty")                                                                     \
	X(ETXTBSY, "Text file busy")                                                               \
	X(EFBIG, "File too large")                                                                 \
	X(ENOSPC, "No space left on device")                                                       \
	X(ESPIPE, "Invalid seek")                                                                  \
	X(EROFS, "Read-only file system")                                                          \
	X(EMLINK, "Too many links")                                                                \
	X(EPIPE, "Broken pipe")                                                                    \
	X(ENAMETOOLONG, "Filename too long")                                                       \
	X(ENOLCK, "No locks available")                                                            \
	X(ENOSYS, "Function not implemented")                                                      \
	X(ENOTEMPTY, "Directory not empty")                                                        \
	X(ELOOP, "Symbolic link loop")                                                             \
	X(EPROTO, "Protocol error")                                                                \
	X(EOVERFLOW, "Value too large for data type")                                              \
	X(EILSEQ, "Illegal byte sequence")                                                         \
	X(EMSGSIZE, "Message too large")                                                           \
	X(ENOPROTOOPT, "Protocol not available")                                                   \
	X(EPROTONOSUPPORT, "Protocol not supported")                                               \
	X(EOPNOTSUPP, "Not supported")                                                             \
	X(EAFNOSUPPORT, "Address family not supported by protocol")                                \
	X(EADDRINUSE, "Address in use")                                                            \
	X(EADDRNOTAVAIL, "Address not available")                                                  \
	X(ENETDOWN, "Network is down")                                                             \
	X(ENETUNREACH, "Network unreachable")                                                      \
	X(ENETRESET, "Connection reset by network")                                                \
	X(ECONNABORTED, "Connection aborted")                                                      \
	X(ECONNRESET, "Connection reset by peer")                                                  \
	X(ENOBUFS, "No buffer space available")                                                    \
	X(ENOTCONN, "Socket not connected")                                                        \
	X(ETIMEDOUT, "Operation timed out")                                                        \
	X(ECONNREFUSED, "Connection refused")                                                      \
	X(EHOSTDOWN, "Host is down")                                                               \
	X(EHOSTUNREACH, "Host is unreachable")                                                     \
	X(ESTALE, "Stale file handle")                                                             \
	X(EREMOTEIO, "Remote I/O error")                                                           \
	X(EDQUOT, "Quota exceeded")                                                                \
	X(ENOKEY, "Required key not available")

char *strerror(int error)
{
#define NUMBER(number, words) number,
#define WORDS(number, words)  words "\0"
	static const short numbers[] = { ERRORS(NUMBER) };
	static const char all[] = ERRORS(WORDS);
	static char other[24];
	const char *at = all;
	struct text t = text_of(other, sizeof other);
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++, at += strlen(at) + 1)
		if (numbers[i] == error)
			return (char *)(uintptr_t)at;
	text_add_format(&t, "error %u", (unsigned)error);
	return other;
}

/* ---- system calls ---- */

#if LONG_MAX > INT_MAX
int socket(int domain, int type, int protocol)
{
	return (int)syscall(SYS_socket, (long)domain, (long)type, (long)protocol);
}

int socketpair(int domain, int type, int protocol, int fd[2])
{
	return (int)syscall(SYS_socketpair, (long)domain, (long)type, (long)protocol, fd);
}

int accept4(int fd, struct sockaddr *restrict at, socklen_t *restrict len, int flags)
{
	return (int)syscall(SYS_accept4, (long)fd, at, len, (long)flags);
}

int pipe2(int fd[2], int flags)
{
	return (int)syscall(SYS_pipe2, fd, (long)flags);
}

int utimensat(int fd, const char *path, const struct timespec times[2], int flags)
{
	return (int)syscall(SYS_utimensat, (long)fd, path, times, (long)flags);
}

int fcntl(int fd, int command, ...)
{
	va_list list;
	va_start(list, command);
	long argument = va_arg(list, long);
	va_end(list);
	return (int)syscall(SYS_fcntl, (long)fd, (long)command, argument);
}
#endif
