/* The relocation of the released program. Here the system's loader has done it, so the function is
 * given a table of the test's own. */
#include "tests/unit/support.h"

#define main program_main
#include "os/relocate.c"
#undef main

int program_main(int argc, char **argv)
{
	(void)argv;
	return argc;
}

int __real___libc_start_main(main_function *program, int argc, char **argv, hook *init, hook *fini,
                             hook *loader)
{
	(void)init;
	(void)fini;
	(void)loader;
	return program == program_main ? argc + (argv == NULL) : -1;
}

/* As the linker packs: where a run begins, then bit maps as long as anything is in them. */
static size_t pack(const bool *wanted, size_t count, uintptr_t *out)
{
	size_t used = 0;

	for (size_t i = 0; i < count;) {
		if (!wanted[i]) {
			i++;
			continue;
		}
		out[used++] = i++ * sizeof(uintptr_t);
		for (uintptr_t map = 1; map != 0 && i < count;) {
			map = 0;
			for (size_t k = 0; k < BITS && i + k < count; k++)
				map |= (uintptr_t)wanted[i + k] << (k + 1);
			if (map != 0) {
				out[used++] = map | 1;
				i += BITS;
			}
		}
	}
	return used;
}

static void test_exactly_the_packed_pointers_move(void **state)
{
	enum { COUNT = 500 };
	static uintptr_t table[COUNT], packed[2 * COUNT];
	static bool wanted[COUNT];
	uint32_t seed = 7;

	(void)state;
	for (unsigned round = 0; round < 200; round++) {
		for (size_t i = 0; i < COUNT; i++) {
			seed = seed * 1664525 + 1013904223;
			wanted[i] = (seed >> 16) % 100 < round / 2;
			table[i] = i;
		}
		relocate((uintptr_t)table, packed, pack(wanted, COUNT, packed));
		for (size_t i = 0; i < COUNT; i++)
			assert_int_equal(table[i], i + (wanted[i] ? (uintptr_t)table : 0));
	}
}

/* musl 1.2.4 and later, and here the system's loader. */
static void test_a_program_that_was_relocated_is_left_alone(void **state)
{
	(void)state;
	assert_ptr_equal(pointer, &place);
	assert_int_equal(__wrap___libc_start_main(NULL, 41, NULL, NULL, NULL, NULL), 42);
	assert_ptr_equal(pointer, &place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exactly_the_packed_pointers_move),
		cmocka_unit_test(test_a_program_that_was_relocated_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
