/* The allocator of the released program, under names of its own so that the test keeps the C
 * library's. */
#include "tests/unit/support.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

void *heap_calloc(size_t count, size_t size);
void *heap_malloc(size_t size);
void *heap_realloc(void *at, size_t size);
void heap_free(void *at);
void *heap_libc_malloc(size_t size);

#define calloc        heap_calloc
#define malloc        heap_malloc
#define realloc       heap_realloc
#define free          heap_free
#define __libc_malloc heap_libc_malloc
#include "os/heap.c"
#undef calloc
#undef malloc
#undef realloc
#undef free
#undef __libc_malloc

static bool all_are(const unsigned char *at, size_t len, unsigned char value)
{
	for (size_t i = 0; i < len; i++) {
		if (at[i] != value)
			return false;
	}
	return true;
}

static void test_memory_is_zero_aligned_and_apart(void **state)
{
	static const size_t sizes[] = { 0, 1, 15, 16, 4079, 4080, 4081, 65536, 1 << 20 };
	enum { COUNT = sizeof sizes / sizeof sizes[0] };
	unsigned char *at[COUNT];

	(void)state;
	for (unsigned i = 0; i < COUNT; i++) {
		at[i] = heap_malloc(sizes[i]);
		assert_non_null(at[i]);
		assert_int_equal((uintptr_t)at[i] % _Alignof(max_align_t), 0);
		assert_true(all_are(at[i], sizes[i], 0));
		memset(at[i], (int)i + 1, sizes[i]);
	}
	for (unsigned i = 0; i < COUNT; i++) {
		assert_true(all_are(at[i], sizes[i], (unsigned char)(i + 1)));
		heap_free(at[i]);
	}
}

static void test_a_size_that_overflows_is_refused(void **state)
{
	(void)state;
	errno = 0;
	assert_null(heap_calloc(SIZE_MAX / 2, 3));
	assert_int_equal(errno, ENOMEM);
	errno = 0;
	assert_null(heap_malloc(SIZE_MAX - 1));
	assert_int_equal(errno, ENOMEM);
	assert_null(heap_malloc(SIZE_MAX / 2)); /* which the system refuses */
}

static void test_realloc_keeps_what_fits_and_leaves_the_old_when_it_fails(void **state)
{
	unsigned char *at = heap_realloc(NULL, 100);

	(void)state;
	memset(at, 7, 100);
	at = heap_realloc(at, 100000);
	assert_true(all_are(at, 100, 7));
	at = heap_realloc(at, 10);
	assert_true(all_are(at, 10, 7));
	assert_null(heap_realloc(at, SIZE_MAX / 2));
	assert_true(all_are(at, 10, 7));
	heap_free(at);
}

static void test_free_keeps_errno_and_takes_null(void **state)
{
	(void)state;
	errno = EINTR;
	heap_free(NULL);
	heap_free(heap_malloc(1));
	assert_int_equal(errno, EINTR);
}

/* In a child, which must die of it. */
static void test_freed_memory_is_gone(void **state)
{
	(void)state;
	pid_t child = fork();
	if (child == 0) {
		unsigned char *at = heap_malloc(8192);
		volatile unsigned char *page = at + 4096;

		signal(SIGSEGV, SIG_DFL);
		*page = 1;
		heap_free(at);
		*page = 2;
		_exit(0);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSEGV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory_is_zero_aligned_and_apart),
		cmocka_unit_test(test_a_size_that_overflows_is_refused),
		cmocka_unit_test(test_realloc_keeps_what_fits_and_leaves_the_old_when_it_fails),
		cmocka_unit_test(test_free_keeps_errno_and_takes_null),
		cmocka_unit_test(test_freed_memory_is_gone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
