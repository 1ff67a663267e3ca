/* privileges: who a user is, and that there is no way back from being one. */
#include "tests/unit/support.h"

#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/privileges.h"

static void test_privileges_user_is_a_name_or_two_numbers(void **state)
{
	(void)state;
	struct user user = { 0 };
	assert_int_equal(privileges_user("123:456", &user), OK);
	assert_int_equal(user.uid, 123);
	assert_int_equal(user.gid, 456);
	assert_int_equal(privileges_user("4294967294:1", &user), OK);
	assert_int_equal(user.uid, 4294967294U);
	assert_int_equal(privileges_user("nobody", &user), OK);
	assert_true(user.uid > 0 && user.gid > 0);
}

/* 4294967295 is -1: "as it was". */
static void test_privileges_user_is_nobody_else(void **state)
{
	(void)state;
	static const char *const none[] = {
		"",
		"x",
		":",
		"1:",
		":1",
		"1",
		"nobody:",
		"-1:1",
		"1:-1",
		"1 :1",
		"nob",
		"nobodyy",
		"4294967295:1",
		"1:4294967295",
		"4294967296:1",
	};
	struct user user;
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		assert_int_equal(privileges_user(none[i], &user), ERR_UNREACHABLE);
}

static void test_privileges_user_is_not_root(void **state)
{
	(void)state;
	struct user user;
	assert_int_equal(privileges_user("root", &user), ERR_USAGE);
	assert_int_equal(privileges_user("0:0", &user), ERR_USAGE);
	assert_int_equal(privileges_user("0:1", &user), ERR_USAGE);
	assert_int_equal(privileges_user("1:0", &user), ERR_USAGE);
}

/* Each way back that there is; the number of the first that leads there. */
static int ways_back(void)
{
	uid_t r, e, s;
	gid_t rg, eg, sg;
	if (getresuid(&r, &e, &s) || r != 12345 || e != r || s != r)
		return 1;
	if (getresgid(&rg, &eg, &sg) || rg != 23456 || eg != rg || sg != rg)
		return 2;
	if (getgroups(0, NULL) != 0)
		return 3;
	if (setuid(0) == 0 || seteuid(0) == 0 || setreuid(0, 0) == 0)
		return 4;
	if (setgid(0) == 0 || setegid(0) == 0 || setgroups(1, &(gid_t){ 0 }) == 0)
		return 5;
	if (chroot("/") == 0 || socket(AF_INET, SOCK_RAW, 1) >= 0)
		return 6;
	if (open("/etc/shadow", O_RDONLY) >= 0)
		return 7;
	FILE *f = fopen("/proc/self/status", "r");
	char line[256];
	bool none = false;
	while (f && fgets(line, sizeof line, f)) {
		if (strncmp(line, "CapPrm:", 7) == 0 || strncmp(line, "CapEff:", 7) == 0 ||
		    strncmp(line, "CapInh:", 7) == 0 || strncmp(line, "CapAmb:", 7) == 0)
			if (strtoull(line + 7, NULL, 16) != 0)
				return 8;
		none |= strcmp(line, "NoNewPrivs:\t1\n") == 0;
	}
	return f == NULL || none ? 0 : 9; /* this one cannot be seen without /proc */
}

static int child(const struct user *user, bool keep_groups)
{
	int status;
	pid_t pid = fork();
	if (pid == 0) {
		if (keep_groups)
			(void)setgroups(2, (gid_t[]){ 0, 7 });
		_exit(privileges_drop(user) ? 100 : ways_back());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}

/* Whoever is not root cannot become somebody else, and says so. */
static void test_privileges_are_gone_for_good(void **state)
{
	(void)state;
	const struct user user = { 12345, 23456 };
	assert_int_equal(child(&user, true), geteuid() == 0 ? 0 : 100);
}

/* Becoming root is not to be left unnoticed, whoever asks. */
static void test_privileges_root_is_no_drop(void **state)
{
	(void)state;
	const struct user root = { 0, 0 };
	assert_int_equal(child(&root, false), 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_privileges_user_is_a_name_or_two_numbers),
		cmocka_unit_test(test_privileges_user_is_nobody_else),
		cmocka_unit_test(test_privileges_user_is_not_root),
		cmocka_unit_test(test_privileges_are_gone_for_good),
		cmocka_unit_test(test_privileges_root_is_no_drop),
	};
	return cmocka_run_group_tests_name("privileges", tests, NULL, NULL);
}
