/* libc: plain functions in the place of musl's, where the program is linked with musl. Little but
 * musl's look-up of names calls them, for some words and addresses, and there musl's are made for
 * more: a sort for millions, a search of two ways, streams of digits, locales, words of
 * eight bytes at a time. Some system calls it makes in other ways where Linux is older than 3.2, or
 * where times have 32 bits. It saves 8 KB. */
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
