/* port: sockets in the file system: of programs that replace the same one at the same time one gets
 * the place and keeps it, and nobody takes away what another has. */
#include "os/port.h"

#include <errno.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fcntl.h>

#include "os/descriptor.h"
#include "tests/unit/folder.h"

static char path[sizeof folder + 8];

static bool answers(void)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	strcpy(name.sun_path, path);
	bool yes = connect(fd, (struct sockaddr *)&name, sizeof name) == 0;
	close(fd);
	return yes;
}

static void leave_one(void)
{
	snprintf(path, sizeof path, "%s/s", folder);
	int fd = port_listen_path(path);
	assert_true(fd >= 0);
	assert_true(answers());
	close(fd);
	assert_false(answers());
	assert_int_equal(access(path, F_OK), 0);
}

static void test_port_one_of_many_gets_what_is_left(void **state)
{
	(void)state;
	enum { MANY = 8 };
	int go[2], said[2], winners = 0;
	pid_t pids[MANY];
	char won;
	leave_one();
	assert_true(pipe(go) == 0 && pipe(said) == 0);
	for (int i = 0; i < MANY; i++)
		if ((pids[i] = fork()) == 0) {
			close(go[1]);
			(void)!read(go[0], &(char){ 0 }, 1);
			char got = port_listen_path(path) >= 0;
			(void)!write(said[1], &got, 1);
			pause();
		}
	close(go[0]);
	close(go[1]); /* all at once */
	for (int i = 0; i < MANY; i++) {
		assert_int_equal(read(said[0], &won, 1), 1);
		winners += won;
	}
	bool reachable = answers();
	for (int i = 0; i < MANY; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	close(said[0]);
	close(said[1]);
	assert_int_equal(winners, 1);
	assert_true(reachable);
}

/* While one is about to take away what is left, another waits, and then finds it in use. */
static void test_port_waits_for_another_that_replaces(void **state)
{
	(void)state;
	int said[2];
	char won;
	pid_t pid;
	leave_one();
	int lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(flock(lock, LOCK_EX), 0);
	assert_int_equal(pipe(said), 0);
	if ((pid = fork()) == 0) {
		close(lock);
		char got = port_listen_path(path) >= 0;
		(void)!write(said[1], &got, 1);
		_exit(0);
	}
	assert_false(descriptor_readable(said[0], 100));
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	strcpy(name.sun_path, path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&name, sizeof name), 0);
	assert_int_equal(listen(fd, 1), 0);
	close(lock);
	assert_int_equal(read(said[0], &won, 1), 1);
	waitpid(pid, NULL, 0);
	assert_false(won);
	assert_true(answers());
	close(fd);
	close(said[0]);
	close(said[1]);
}

static void test_port_takes_away_only_its_own(void **state)
{
	(void)state;
	struct stat s;
	leave_one();
	int first = port_listen_path(path);
	assert_int_equal(unlink(path), 0);
	int second = port_listen_path(path);
	assert_true(first >= 0 && second >= 0);
	descriptor_close(first);
	port_unlisten_path(path);
	assert_true(answers());
	assert_int_equal(port_listen_path(path), -1);
	assert_int_equal(errno, EADDRINUSE);
	descriptor_close(second);
	port_unlisten_path(path);
	assert_int_equal(lstat(path, &s), -1);
	/* what is no socket is nobody's to replace */
	int file = open(path, O_CREAT | O_WRONLY, 0600);
	assert_int_equal(port_listen_path(path), -1);
	assert_int_equal(errno, EEXIST);
	port_unlisten_path(path);
	assert_int_equal(lstat(path, &s), 0);
	close(file);
}

/* Somebody else who keeps the folder locked delays a start, and does not prevent it. */
static void test_port_listens_in_a_folder_that_stays_locked(void **state)
{
	(void)state;
	leave_one();
	int lock = open(folder, O_RDONLY | O_DIRECTORY);
	assert_int_equal(flock(lock, LOCK_EX), 0);
	int fd = port_listen_path(path);
	assert_true(fd >= 0 && answers());
	close(fd);
	close(lock);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_port_one_of_many_gets_what_is_left,
		                                folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(test_port_waits_for_another_that_replaces,
		                                folder_setup, folder_teardown),
		cmocka_unit_test_setup_teardown(test_port_takes_away_only_its_own, folder_setup,
		                                folder_teardown),
		cmocka_unit_test_setup_teardown(test_port_listens_in_a_folder_that_stays_locked,
		                                folder_setup, folder_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
