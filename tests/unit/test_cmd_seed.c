/* seed: the program's generator, copied by fork as a snapshot copies it. */
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/seed.h"
#include "tests/unit/support.h"

/* L7: parent and child go on from the same state, without seed_again, and draw different bytes:
 * fresh entropy of the kernel goes in before each draw. */
static void test_seed_copies_of_the_program_draw_nothing_alike(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		uint8_t own[32], childs[32];
		int fd[2];
		random_fill(seed_random(), own, sizeof own); /* it is made */
		assert_int_equal(pipe(fd), 0);
		pid_t child = fork();
		assert_true(child >= 0);
		if (child == 0) {
			random_fill(seed_random(), childs, sizeof childs);
			_exit(write(fd[1], childs, sizeof childs) == (ssize_t)sizeof childs ? 0
			                                                                    : 1);
		}
		random_fill(seed_random(), own, sizeof own);
		assert_int_equal(read(fd[0], childs, sizeof childs), sizeof childs);
		assert_memory_not_equal(own, childs, sizeof own);
		assert_int_equal(waitpid(child, NULL, 0), child);
		close(fd[0]);
		close(fd[1]);
	}
	seed_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seed_copies_of_the_program_draw_nothing_alike),
	};
	return cmocka_run_group_tests_name("seed", tests, NULL, NULL);
}
