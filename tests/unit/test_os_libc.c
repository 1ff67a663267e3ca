/* The functions that stand in the place of musl's, under names of their own, do what those of the C
 * library do that the test is linked with. */
#include "tests/unit/support.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <wchar.h>

void own_qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *));
char *own_strstr(const char *text, const char *wanted);
size_t own_mbstowcs(wchar_t *restrict to, const char *restrict from, size_t max);
unsigned long own_strtoul(const char *restrict text, char **restrict end, int base);
unsigned long long own_strtoull(const char *restrict text, char **restrict end, int base);
size_t own_strspn(const char *text, const char *set);
size_t own_strcspn(const char *text, const char *set);
char *own_strcpy(char *restrict to, const char *restrict from);
char *own_strncpy(char *restrict to, const char *restrict from, size_t max);
int own_inet_pton(int family, const char *restrict text, void *restrict out);
char *own_strerror(int error);
int own_socket(int domain, int type, int protocol);
int own_socketpair(int domain, int type, int protocol, int fd[2]);
int own_accept4(int fd, struct sockaddr *restrict at, socklen_t *restrict len, int flags);
int own_pipe2(int fd[2], int flags);
int own_utimensat(int fd, const char *path, const struct timespec times[2], int flags);
int own_fcntl(int fd, int command, ...);

#define qsort    own_qsort
#define strstr   own_strstr
#define mbstowcs own_mbstowcs
#define strtoul  own_strtoul
#define strtoull own_strtoull
#undef strspn
#undef strcspn
#undef strcpy
#undef strncpy
#define strspn     own_strspn
#define strcspn    own_strcspn
#define strcpy     own_strcpy
#define strncpy    own_strncpy
#define inet_pton  own_inet_pton
#define strerror   own_strerror
#define socket     own_socket
#define socketpair own_socketpair
#define accept4    own_accept4
#define pipe2      own_pipe2
#define utimensat  own_utimensat
#define fcntl      own_fcntl
#include "os/libc.c"
#undef qsort
#undef strstr
#undef mbstowcs
#undef strtoul
#undef strtoull
#undef strspn
#undef strcspn
#undef strcpy
#undef strncpy
#undef inet_pton
#undef strerror
#undef socket
#undef socketpair
#undef accept4
#undef pipe2
#undef utimensat
#undef fcntl
#if LONG_MAX == INT_MAX /* the C library's serve where pointers have 32 bits */
#define own_socket     socket
#define own_socketpair socketpair
#define own_accept4    accept4
#define own_pipe2      pipe2
#define own_utimensat  utimensat
#define own_fcntl      fcntl
#endif

enum { STEPS = 20000 };

/* Some characters of the set. */
static void draw(struct random *r, const char *set, char *out, size_t most)
{
	size_t len = random_below(r, most + 1);
	for (size_t i = 0; i < len; i++)
		out[i] = set[random_below(r, strlen(set))];
	out[len] = 0;
}

static int by_first_byte(const void *a, const void *b)
{
	return *(const uint8_t *)a - *(const uint8_t *)b;
}

/* Sorted, of any size of element, and equal ones in the order they had. */
static void test_libc_sorts(void **state)
{
	(void)state;
	struct test_random r = test_random(1);
	for (unsigned step = 0; step < 1000; step++) {
		uint8_t at[48 * 7];
		size_t count = random_below(&r.random, 49), size = 2 + random_below(&r.random, 6);
		for (size_t i = 0; i < count; i++) {
			memset(at + i * size, (int)i, size);
			at[i * size] = (uint8_t)random_below(&r.random, 20);
		}
		own_qsort(at, count, size, by_first_byte);
		unsigned seen = 0;
		for (size_t i = 0; i < count; i++) {
			const uint8_t *own = at + i * size, *before = own - size;
			seen += own[1];
			for (size_t k = 2; k < size; k++)
				assert_int_equal(own[k], own[1]);
			if (i > 0)
				assert_true(before[0] < own[0] ||
				            (before[0] == own[0] && before[1] < own[1]));
		}
		assert_int_equal(seen, count > 0 ? count * (count - 1) / 2 : 0);
	}
}

static void test_libc_finds_text(void **state)
{
	(void)state;
	struct test_random r = test_random(2);
	for (unsigned step = 0; step < STEPS; step++) {
		char text[20], wanted[5];
		draw(&r.random, "ab", text, sizeof text - 1);
		draw(&r.random, "ab", wanted, sizeof wanted - 1);
		assert_ptr_equal(own_strstr(text, wanted), strstr(text, wanted));
	}
}

static void test_libc_finds_characters(void **state)
{
	(void)state;
	struct test_random r = test_random(5);
	for (unsigned step = 0; step < STEPS; step++) {
		char text[20], set[5];
		draw(&r.random, "abc\xff", text, sizeof text - 1);
		draw(&r.random, "abc\xff", set, sizeof set - 1);
		assert_int_equal(own_strspn(text, set), strspn(text, set));
		assert_int_equal(own_strcspn(text, set), strcspn(text, set));
	}
}

/* No byte too many; strncpy fills the rest with zeroes. */
static void test_libc_copies_text(void **state)
{
	(void)state;
	struct test_random r = test_random(6);
	for (unsigned step = 0; step < STEPS; step++) {
		char text[20], own[24], theirs[24];
		size_t max = random_below(&r.random, sizeof own + 1);
		draw(&r.random, "ab", text, sizeof text - 1);
		memset(own, 'x', sizeof own);
		memset(theirs, 'x', sizeof theirs);
		assert_ptr_equal(own_strcpy(own, text), own);
		memcpy(theirs, text, strlen(text) + 1);
		assert_memory_equal(own, theirs, sizeof own);
		assert_ptr_equal(own_strncpy(own, text, max), own);
		(void)strncpy(theirs, text, max);
		assert_memory_equal(own, theirs, sizeof own);
	}
}

/* IPv6 alone, as musl's reader of resolv.conf and hosts asks for it. */
static void test_libc_reads_addresses(void **state)
{
	(void)state;
	struct test_random r = test_random(7);
	static const char *const edges[] = { "::",
		                             "::1",
		                             "fe80::1",
		                             "::ffff:192.0.2.1",
		                             "1:2:3:4:5:6:7::",
		                             "::2:3:4:5:6:7:8",
		                             "1:2:3:4:5:6:7:8",
		                             "1:2:3:4:5:6:7:8:9",
		                             "1:2:3:4::5:6:7:8",
		                             "12345::",
		                             "1:2:3:4:5:6:192.0.2.1",
		                             "192.0.2.1",
		                             "[::1]",
		                             "fe80::1%lo",
		                             "",
		                             ":",
		                             ":::" };
	for (size_t step = 0; step < STEPS; step++) {
		char text[30];
		uint8_t own[16] = { 0 }, theirs[16] = { 0 };
		draw(&r.random, "0a:1:", text, sizeof text - 1);
		const char *at = step < sizeof edges / sizeof *edges ? edges[step] : text;
		assert_int_equal(own_inet_pton(AF_INET6, at, own), inet_pton(AF_INET6, at, theirs));
		assert_memory_equal(own, theirs, sizeof own);
		assert_int_equal(own_inet_pton(AF_INET, at, own), 0);
	}
}

static void assert_flags(int fd, int status, int descriptor)
{
	assert_int_equal(fcntl(fd, F_GETFL) & O_NONBLOCK, status);
	assert_int_equal(own_fcntl(fd, F_GETFL, 0) & O_NONBLOCK, status);
	assert_int_equal(fcntl(fd, F_GETFD), descriptor);
}

/* Descriptors have the flags that were asked for, and a call that fails says why. */
static void test_libc_opens_descriptors(void **state)
{
	(void)state;
	int fd[2];
	assert_int_equal(own_pipe2(fd, O_NONBLOCK | O_CLOEXEC), 0);
	assert_flags(fd[0], O_NONBLOCK, FD_CLOEXEC);
	assert_int_equal(own_fcntl(fd[0], F_SETFL, 0), 0);
	assert_flags(fd[0], 0, FD_CLOEXEC);
	int copy = own_fcntl(fd[0], F_DUPFD_CLOEXEC, 100);
	assert_true(copy >= 100);
	assert_int_equal(write(fd[1], "x", 1), 1);
	char got[2];
	assert_int_equal(read(copy, got, sizeof got), 1);
	close(copy), close(fd[0]), close(fd[1]);
	errno = 0;
	assert_int_equal(own_fcntl(copy, F_GETFD, 0), -1);
	assert_int_equal(errno, EBADF);

	assert_int_equal(own_socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd), 0);
	assert_flags(fd[1], 0, FD_CLOEXEC);
	close(fd[0]), close(fd[1]);
	int listener = own_socket(AF_UNIX, SOCK_STREAM, 0), to = socket(AF_UNIX, SOCK_STREAM, 0);
	assert_flags(listener, 0, 0);
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	socklen_t len = sizeof at.sun_family; /* it is given a name of its own */
	assert_int_equal(bind(listener, (struct sockaddr *)&at, len), 0);
	assert_int_equal(listen(listener, 1), 0);
	len = sizeof at;
	assert_int_equal(getsockname(listener, (struct sockaddr *)&at, &len), 0);
	assert_int_equal(connect(to, (struct sockaddr *)&at, len), 0);
	int accepted = own_accept4(listener, NULL, NULL, SOCK_NONBLOCK);
	assert_flags(accepted, O_NONBLOCK, 0);
	close(accepted), close(to), close(listener);
}

static void test_libc_sets_times(void **state)
{
	(void)state;
	char name[] = "/tmp/schat-times-XXXXXX";
	int fd = mkstemp(name);
	struct timespec times[2] = { { 1, 2 }, { 1700000000, 3 } };
	struct stat s;
	assert_true(fd >= 0);
	assert_int_equal(own_utimensat(fd, NULL, times, 0), 0);
	assert_int_equal(fstat(fd, &s), 0);
	assert_true(s.st_mtim.tv_sec == 1700000000 && s.st_mtim.tv_nsec == 3 &&
	            s.st_atim.tv_sec == 1 && s.st_atim.tv_nsec == 2);
	unlink(name);
	close(fd);
}

static void test_libc_counts_characters(void **state)
{
	(void)state;
	struct test_random r = test_random(3);
	for (unsigned step = 0; step < STEPS; step++) {
		char text[20];
		wchar_t own[20], theirs[20];
		size_t max = random_below(&r.random, 20);
		wmemset(own, L'?', 20);
		wmemset(theirs, L'?', 20);
		draw(&r.random, "az.-", text, sizeof text - 1);
		assert_int_equal(own_mbstowcs(NULL, text, 0), strlen(text));
		assert_int_equal(own_mbstowcs(own, text, max), mbstowcs(theirs, text, max));
		assert_memory_equal(own, theirs, sizeof own);
	}
	assert_int_equal(own_mbstowcs(NULL, "\xff", 0), 1);
}

static void assert_same_number(const char *text, int base)
{
	char *own_end, *end;
	errno = 0;
	unsigned long own = own_strtoul(text, &own_end, base);
	int own_error = errno;
	errno = 0;
	assert_true(own == strtoul(text, &end, base));
	assert_ptr_equal(own_end, end);
	assert_int_equal(own_error == ERANGE, errno == ERANGE);
	assert_true(own_strtoull(text, NULL, base) == strtoull(text, NULL, base));
}

static void test_libc_reads_numbers(void **state)
{
	(void)state;
	static const int bases[] = { 0, 10, 16, 36, 2, 8 };
	static const char *const edges[] = { "18446744073709551615",
		                             "18446744073709551616",
		                             "-18446744073709551615",
		                             "4294967296",
		                             "0xffffffffffffffff",
		                             "0x10000000000000000",
		                             "0x",
		                             "0xg",
		                             "",
		                             "-",
		                             " \t+08",
		                             "%1" };
	struct test_random r = test_random(4);
	for (size_t b = 0; b < sizeof bases / sizeof *bases; b++) {
		for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
			assert_same_number(edges[i], bases[b]);
		for (unsigned step = 0; step < STEPS; step++) {
			char text[30];
			draw(&r.random, step % 2 ? "0123456789" : "0xX179afgzAZ -+.%", text,
			     sizeof text - 1);
			assert_same_number(text, bases[b]);
		}
	}
}

/* Each error that is known has words of its own; another one has its number. */
static void test_libc_names_errors(void **state)
{
	(void)state;
	static const int known[] = { ERRORS(NUMBER) };
	assert_string_equal(own_strerror(EPERM), "Operation not permitted");
	assert_string_equal(own_strerror(ENOSPC), "No space left on device");
	assert_string_equal(own_strerror(ENOKEY), "Required key not available");
	assert_string_equal(own_strerror(4095), "error 4095");
	for (size_t i = 1; i < sizeof known / sizeof *known; i++) {
		const char *words = own_strerror(known[i]);
		assert_true(strlen(words) > 5 && strncmp(words, "error ", 6) != 0);
		assert_true(words > own_strerror(known[i - 1]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_libc_sorts),
		cmocka_unit_test(test_libc_finds_text),
		cmocka_unit_test(test_libc_finds_characters),
		cmocka_unit_test(test_libc_copies_text),
		cmocka_unit_test(test_libc_reads_addresses),
		cmocka_unit_test(test_libc_opens_descriptors),
		cmocka_unit_test(test_libc_sets_times),
		cmocka_unit_test(test_libc_counts_characters),
		cmocka_unit_test(test_libc_reads_numbers),
		cmocka_unit_test(test_libc_names_errors),
	};
	return cmocka_run_group_tests_name("libc", tests, NULL, NULL);
}
