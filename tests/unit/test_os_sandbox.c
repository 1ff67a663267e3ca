/* sandbox, calls: what a process can no longer do after sandbox_close. Each try is a child of its
 * own: it ends with the error of its call, or is killed. */
#include "tests/unit/skips.h"
#include "tests/unit/support.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/subcommands.h"
#include "os/sandbox.h"
#include "os/syscalls.h"

#ifdef SYS_mmap2 /* CPUs with 32 bits, some of which have nothing else */
#define SYS_map SYS_mmap2
#else
#define SYS_map SYS_mmap
#endif

enum { DIED = 256 }; /* of SIGSYS */

struct
try {
	const char *name;
	long call, a[6];
};

/* What a function that does not return makes the sanitizer do first is forbidden, too. */
static void leave(int status)
{
	(void)syscall(SYS_exit_group, (long)status);
}

/* Calls it in a child that is closed, and says how that ended: the errno, 0, or DIED. */
static int in_child(unsigned calls, const struct try *t)
{
	int status;
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct sandbox s = { .rules = -1 };
		(void)setpgid(0, 0); /* who gets Ctrl-Z here */
		(void)signal(SIGTSTP, SIG_IGN);
		if ((sandbox_close(&s, calls) & SANDBOX_NO_SECCOMP) != 0)
			leave(255);
		long result =
		    syscall(t->call, t->a[0], t->a[1], t->a[2], t->a[3], t->a[4], t->a[5]);
		if (result == 0 && (t->call == SYS_clone || t->call == SYS_getpid))
			leave(0);                /* a grandchild */
		leave(result == -1 ? errno : 0); /* an address may be below 0 */
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (WIFSIGNALED(status))
		return WTERMSIG(status) == SIGSYS ? DIED : 1000 + WTERMSIG(status);
	if (WEXITSTATUS(status) == 255)
		skip_without("no seccomp");
	return WEXITSTATUS(status);
}

static void expect(unsigned calls, const struct try *t, int wanted)
{
	int got = in_child(calls, t);
	if (got != wanted)
		fail_msg("%s with calls %u: %d, not %d", t->name, calls, got, wanted);
}

static long at(const void *pointer)
{
	return (long)(intptr_t)pointer;
}

/* What nobody here does, whatever the command. */
static void test_sandbox_kills_whoever_makes_a_call_that_no_command_makes(void **state)
{
	(void)state;
	static char *const argv[] = { NULL };
	static char path[] = "/bin/true";
	const long write_and_run = PROT_READ | PROT_WRITE | PROT_EXEC;
	void *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const struct try tries[] = {
		{ "execve", SYS_execve, { at(path), at(argv), at(argv) } },
		{ "execveat", SYS_execveat, { AT_FDCWD, at(path), at(argv), at(argv) } },
		{ "ptrace", SYS_ptrace, { 0 } },
		{ "process_vm_writev", SYS_process_vm_writev, { getppid() } },
		{ "pidfd_getfd", SYS_pidfd_getfd, { -1 } },
		{ "io_uring_setup", SYS_io_uring_setup, { 1 } },
		{ "bpf", SYS_bpf, { 0 } },
		{ "perf_event_open", SYS_perf_event_open, { 0 } },
		{ "userfaultfd", SYS_userfaultfd, { 0 } },
		{ "keyctl", SYS_keyctl, { 0 } },
		{ "mount", SYS_mount, { 0 } },
		{ "chroot", SYS_chroot, { at("/") } },
		{ "unshare", SYS_unshare, { CLONE_NEWUSER } },
		{ "setns", SYS_setns, { -1 } },
		{ "setuid", SYS_setuid, { 0 } },
		{ "fchown", SYS_fchown, { 0, 0, 0 } },
		{ "setxattr", SYS_setxattr, { at(path) } },
		{ "symlinkat", SYS_symlinkat, { at(path), AT_FDCWD, at("sandbox-link") } },
		{ "mknodat", SYS_mknodat, { AT_FDCWD, at("sandbox-node"), S_IFIFO } },
		{ "memfd_create", SYS_memfd_create, { at("x") } },
		{ "init_module", SYS_init_module, { 0 } },
		{ "kexec_load", SYS_kexec_load, { 0 } },
		{ "reboot", SYS_reboot, { 0 } },
		{ "mmap, to be run",
		  SYS_map,
		  { 0, 4096, write_and_run, MAP_PRIVATE | MAP_ANONYMOUS, -1 } },
		{ "mprotect, to be run", SYS_mprotect, { at(page), 4096, PROT_READ | PROT_EXEC } },
		{ "typing for the user", SYS_ioctl, { 0, TIOCSTI, at("x") } },
		{ "packets as they are", SYS_socket, { AF_PACKET, SOCK_RAW, 0 } },
		{ "the kernel's cryptography", SYS_socket, { 38, SOCK_SEQPACKET, 0 } },
		{ "virtual machines", SYS_socket, { AF_VSOCK, SOCK_STREAM, 0 } },
		{ "new namespaces", SYS_clone, { CLONE_NEWUSER | SIGCHLD } },
		{ "threads", SYS_clone, { CLONE_VM | CLONE_THREAD | CLONE_SIGHAND } },
		{ "ending a parent", SYS_kill, { getpid(), SIGTERM } },
		{ "stopping a parent", SYS_kill, { getpid(), SIGTSTP } },
		{ "a signal to a parent", SYS_tkill, { getpid(), 0 } },
		{ "a descriptor's signals to a parent", SYS_fcntl, { 0, F_SETOWN, getpid() } },
		{ "which signals", SYS_fcntl, { 0, F_SETSIG, SIGKILL } },
		{ "to which thread", SYS_fcntl, { 0, F_SETOWN_EX, at(path) } },
		{ "a parent's limits", SYS_prlimit64, { getpid(), RLIMIT_CPU } },
		{ "SCTP", SYS_socket, { AF_INET6, SOCK_STREAM, IPPROTO_SCTP } },
		{ "the firewall", SYS_socket, { AF_NETLINK, SOCK_RAW, 12 } },
		{ "memory of the host", SYS_sysinfo, { 0 } },
		{ "ptrace for all", SYS_prctl, { PR_SET_PTRACER, -1 } },
		{ "core files", SYS_prctl, { PR_SET_DUMPABLE, 1 } },
		{ "another filter", SYS_prctl, { PR_SET_SECCOMP, 2, 0 } },
	};
	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
		expect(CALLS_ALL | CALLS_SOCKETS, &tries[i], DIED);
	munmap(page, 4096);
}

/* Each of these needs one bit, and no other will do. */
static void test_sandbox_allows_for_each_purpose_what_it_needs_and_no_more(void **state)
{
	(void)state;
	enum { DATAGRAM = SOCK_DGRAM | SOCK_CLOEXEC };
	static const struct {
		unsigned needs;
		int error;
		struct try t;
	} rows[] = {
		{ CALLS_WRITES, EFAULT, { "mkdirat", SYS_mkdirat, { AT_FDCWD, 0, 0 } } },
		{ CALLS_WRITES, EFAULT, { "unlinkat", SYS_unlinkat, { -1, 0, 0 } } },
		{ CALLS_WRITES, EFAULT, { "renameat2", SYS_renameat2, { -1, 0, -1, 0, 0 } } },
		{ CALLS_WRITES, EBADF, { "fsync", SYS_fsync, { -1 } } },
		{ CALLS_WRITES, EBADF, { "fchmod", SYS_fchmod, { -1 } } },
		{ CALLS_CHILDREN, ECHILD, { "wait4", SYS_wait4, { -1 } } },
		{ CALLS_CHILDREN, ESRCH, { "kill", SYS_kill, { INT_MAX, SIGKILL } } },
		{ CALLS_CHILDREN, EINVAL, { "prctl", SYS_prctl, { PR_SET_PDEATHSIG, 1000 } } },
#ifndef SYS_fork
		{ CALLS_CHILDREN, 0, { "clone", SYS_clone, { SIGCHLD } } },
#else
		{ CALLS_CHILDREN, 0, { "fork", SYS_fork, { 0 } } },
#endif
		{ CALLS_TERMINAL, EBADF, { "tcsetattr", SYS_ioctl, { -1, TCSETSW, 0 } } },
		{ CALLS_TERMINAL, 0, { "Ctrl-Z", SYS_kill, { 0, SIGTSTP } } },
		{ CALLS_MEMORY, EFAULT, { "memory of the host", SYS_sysinfo, { 0 } } },
		{ CALLS_NETWORK, 0, { "IPv4", SYS_socket, { AF_INET, SOCK_DGRAM, 0 } } },
		{ CALLS_NETWORK, 0, { "UDP", SYS_socket, { AF_INET, SOCK_DGRAM, IPPROTO_UDP } } },
		{ CALLS_NETWORK, 0, { "routes", SYS_socket, { AF_NETLINK, SOCK_RAW, 0 } } },
		{ CALLS_NETWORK, EINVAL, { "IPv6", SYS_socket, { AF_INET6, 100, 0 } } },
		{ CALLS_NETWORK, EBADF, { "interfaces", SYS_ioctl, { -1, 0x8933, 0 } } },
		{ CALLS_NETWORK | CALLS_SOCKETS,
		  0,
		  { "asking for interfaces", SYS_socket, { AF_UNIX, DATAGRAM, 0 } } },
		{ CALLS_NETWORK | CALLS_SOCKETS, EBADF, { "bind", SYS_bind, { -1 } } },
		{ CALLS_SOCKETS, 0, { "streams", SYS_socket, { AF_UNIX, SOCK_STREAM, 0 } } },
		{ CALLS_SOCKETS,
		  0,
		  { "streams", SYS_socket, { AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0 } } },
	};
	static const unsigned all = CALLS_ALL | CALLS_SOCKETS | CALLS_MEMORY;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		for (unsigned bit = 1; bit < all; bit *= 2)
			if ((rows[i].needs & bit) != 0)
				expect(bit, &rows[i].t, rows[i].error);
		expect(all & ~rows[i].needs, &rows[i].t, DIED);
	}
}

/* What every command does, and what a younger C library tries first. */
static void test_sandbox_leaves_what_every_process_needs(void **state)
{
	(void)state;
	static const struct {
		int error;
		struct try t;
	} rows[] = {
		{ EBADF, { "read", SYS_read, { -1 } } },
		{ EBADF, { "write", SYS_write, { -1 } } },
		{ EBADF, { "terminal size", SYS_ioctl, { -1, TIOCGWINSZ } } },
		{ 0, { "getpid", SYS_getpid, { 0 } } },
		{ EBADF, { "fcntl", SYS_fcntl, { -1, F_SETFL, O_NONBLOCK } } },
		{ EBADF, { "fcntl", SYS_fcntl, { -1, F_DUPFD_CLOEXEC, 0 } } },
		{ EFAULT, { "own limits", SYS_prlimit64, { 0, RLIMIT_CORE, 0, 1 } } },
		{ EINTR, { "restart_syscall", SYS_restart_syscall, { 0 } } },
		{ ENOENT, { "openat", SYS_openat, { AT_FDCWD, 0, 0 } } },
		{ 0,
		  { "memory",
		    SYS_map,
		    { 0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1 } } },
		{ ENOSYS, { "fchmodat2", 452, { 0 } } },
		{ ENOSYS, { "of x32", 0x40000000, { 0 } } },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct try t = rows[i].t;
		if (t.call == SYS_openat)
			t.a[1] = at("");
		expect(0, &t, rows[i].error);
	}
}

/* A call in two lists would be a mistake that nobody sees. */
static void test_calls_are_listed_once(void **state)
{
	(void)state;
	assert_true((syscalls_free[0] & CALLS_SECTION) != 0);
	for (size_t i = 0; i < syscalls_free_count; i++)
		for (size_t j = 0; j < i; j++)
			assert_true((syscalls_free[i] & CALLS_SECTION) != 0 ||
			            syscalls_free[i] != syscalls_free[j]);
	for (size_t i = 0; i < syscalls_bound_count; i++)
		for (size_t j = 0; j < syscalls_free_count; j++)
			assert_int_not_equal(syscalls_bound[i].call, syscalls_free[j]);
	assert_int_equal(syscalls_bound[syscalls_bound_count - 1].test & CALLS_AND, 0);
}

/* The walls of each command. One that needs more gets it here, too, where somebody sees it. */
static void test_sandbox_is_as_small_as_its_command(void **state)
{
	(void)state;
	static const struct try child = { "a child", SYS_wait4, { -1 } },
				network = { "the network",
		                            SYS_socket,
		                            { AF_INET, SOCK_STREAM, 0 } },
				mode = { "raw mode", SYS_ioctl, { -1, TCSETS, 0 } },
				folder = { "a folder", SYS_mkdirat, { -1, 0, 0 } },
				memory = { "memory of the host", SYS_sysinfo, { 0 } },
				stream = { "D-Bus", SYS_socket, { AF_UNIX, SOCK_STREAM, 0 } };
	for (size_t i = 0; subcommands[i]; i++) {
		unsigned bit = subcommands[i]->bit, calls = subcommands[i]->calls;
		bool offline = bit == FOR_KEYGEN || bit == FOR_PEERS || bit == FOR_HELP;
		bool children = !offline || bit == FOR_KEYGEN;
		bool terminal = bit != FOR_SIGNAL && bit != FOR_CHECK && bit != FOR_HELP;
		bool writes = bit != FOR_HELP && bit != FOR_CHECK;
		expect(calls, &network, offline ? DIED : 0);
		expect(calls, &child, children ? ECHILD : DIED);
		expect(calls, &mode, terminal ? EBADF : DIED);
		expect(calls, &folder, writes ? EFAULT : DIED);
		expect(calls, &stream, DIED);
		expect(calls, &memory, bit == FOR_SIGNAL ? EFAULT : DIED);
	}
}

/* ---- others ---- */

static pid_t sleeper(void)
{
#ifdef SYS_fork
	pid_t pid = (pid_t)syscall(SYS_fork);
#else
	pid_t pid = (pid_t)syscall(SYS_clone, (long)SIGCHLD, 0L, 0L, 0L, 0L);
#endif
	if (pid == 0)
		(void)syscall(SYS_prctl, (long)PR_SET_PDEATHSIG, (long)SIGKILL, 0L, 0L, 0L);
	if (pid == 0)
		for (;;)
			(void)syscall(SYS_ppoll, 0L, 0L, 0L, 0L, 0L);
	return pid;
}

/* In a child: the errors of ending a process, ending an own child, and calling somebody. */
static void meet_others(pid_t other, int out)
{
	struct sandbox s;
	struct sockaddr_in nobody = { .sin_family = AF_INET,
		                      .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int errors[3] = { 0 };
	sandbox_open(&s, SANDBOX_SIGNALS | SANDBOX_CONNECT);
	(void)sandbox_close(&s, CALLS_CHILDREN | CALLS_NETWORK);
	pid_t own = sleeper();
	if (kill(other, SIGKILL) != 0)
		errors[0] = errno;
	if (own < 0 || kill(own, SIGKILL) != 0)
		errors[1] = errno;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(fd, (struct sockaddr *)(void *)&nobody, sizeof nobody) != 0)
		errors[2] = errno;
	(void)!write(out, errors, sizeof errors);
	leave(0);
}

/* Of the kernel's Landlock, version 6 and 4: calls can't tell one process from another. */
static void test_sandbox_leaves_other_processes_alone(void **state)
{
	(void)state;
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0L, 1L);
	int ends[2], errors[3];
	pid_t other = sleeper();
	assert_int_equal(pipe(ends), 0);
	pid_t pid = fork();
	if (pid == 0)
		meet_others(other, ends[1]);
	close(ends[1]); /* a child that dies ends the wait for what it says */
	ssize_t said = read(ends[0], errors, sizeof errors);
	(void)kill(other, SIGKILL);
	assert_int_equal(waitpid(other, NULL, 0), other);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	close(ends[0]);
	assert_int_equal(said, sizeof errors);
	assert_int_equal(errors[0], version >= 6 ? EPERM : 0);
	assert_int_equal(errors[1], 0);
	assert_int_equal(errors[2], version >= 4 ? EACCES : ECONNREFUSED);
}

/* ---- files ---- */

static char home[] = "/tmp/schat-sandbox-XXXXXX";

static void in_home(const char *name, char out[static PATH_MAX])
{
	struct text t = text_of(out, PATH_MAX);
	text_add_format(&t, "%s/%s", home, name);
}

/* What is opened, in a folder that has the folders mine, theirs and read, each with a file f. */
struct deed {
	const char *name;
	int flags;
};

static int open_in_child(const struct deed *deed, void (*prepare)(struct sandbox *))
{
	int status;
	char path[PATH_MAX];
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		struct sandbox s;
		sandbox_open(&s, 0);
		prepare(&s);
		if ((sandbox_close(&s, CALLS_ALL) & SANDBOX_NO_LANDLOCK) != 0)
			leave(255);
		in_home(deed->name, path);
		int fd = (int)syscall(SYS_openat, (long)AT_FDCWD, path, (long)deed->flags, 0600L);
		leave(fd < 0 ? errno : 0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 255)
		skip_without("no Landlock");
	return WEXITSTATUS(status);
}

static void expect_open(const char *name, int flags, void (*prepare)(struct sandbox *), int wanted)
{
	int got = open_in_child(&(struct deed){ name, flags }, prepare);
	if (got != wanted)
		fail_msg("open %s, %x: %d, not %d", name, (unsigned)flags, got, wanted);
}

static void make(const char *name)
{
	char path[PATH_MAX];
	in_home(name, path);
	close(open(path, O_WRONLY | O_CREAT, 0600));
}

static int make_home(void **state)
{
	(void)state;
	static const char *const folders[] = { "mine", "theirs", "read", "mine/below" };
	char path[PATH_MAX];
	assert_non_null(mkdtemp(home));
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
		in_home(folders[i], path);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	make("mine/f");
	make("theirs/f");
	make("read/f");
	in_home("mine/link", path);
	assert_int_equal(symlink("../theirs/f", path), 0);
	in_home("read/linked", path);
	assert_int_equal(symlink("../mine/f", path), 0);
	return 0;
}

static int remove_home(void **state)
{
	(void)state;
	static const char *const names[] = { "mine/link",      "mine/f",     "mine/new",
		                             "mine/below/new", "theirs/f",   "read/f",
		                             "read/linked",    "theirs/new", "read/new" };
	static const char *const folders[] = { "mine/below", "mine", "theirs", "read", "." };
	char path[PATH_MAX];
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		in_home(names[i], path);
		(void)unlink(path);
	}
	for (size_t i = 0; i < 4; i++) {
		in_home(folders[i], path);
		(void)rmdir(path);
	}
	return rmdir(home);
}

static void allow_some(struct sandbox *s)
{
	char path[PATH_MAX];
	in_home("mine", path);
	sandbox_allow(s, path, true);
	in_home("read", path);
	sandbox_allow(s, path, false);
	in_home("missing", path);
	sandbox_allow(s, path, true);
}

static void test_sandbox_opens_what_is_allowed_and_nothing_else(void **state)
{
	(void)state;
	expect_open("mine/f", O_RDWR, allow_some, 0);
	expect_open("mine/f", O_RDWR | O_TRUNC, allow_some, 0);
	expect_open("mine/new", O_WRONLY | O_CREAT, allow_some, 0);
	expect_open("mine/below/new", O_WRONLY | O_CREAT, allow_some, 0);
	expect_open("read/f", O_RDONLY, allow_some, 0);
	expect_open("read", O_RDONLY | O_DIRECTORY, allow_some, 0);
	expect_open("read/f", O_WRONLY, allow_some, EACCES);
	expect_open("read/new", O_WRONLY | O_CREAT, allow_some, EACCES);
	expect_open("theirs/f", O_RDONLY, allow_some, EACCES);
	expect_open("theirs", O_RDONLY | O_DIRECTORY, allow_some, EACCES);
	expect_open("theirs/new", O_WRONLY | O_CREAT, allow_some, EACCES);
	expect_open("mine/../theirs/f", O_RDONLY, allow_some, EACCES);
	expect_open("mine/link", O_RDONLY, allow_some, EACCES); /* which leads out */
	expect_open("read/linked", O_RDWR, allow_some, 0);      /* which leads in */
	expect_open("theirs/none", O_RDONLY, allow_some, ENOENT);
}

static void allow_file(struct sandbox *s)
{
	char path[PATH_MAX];
	in_home("read/linked", path);
	sandbox_allow_file(s, path);
}

/* What is replaced is a new file beside the old one, and a link stays. */
static void test_sandbox_lets_a_file_be_replaced_where_it_is(void **state)
{
	(void)state;
	expect_open("read/new", O_WRONLY | O_CREAT, allow_file, 0);
	expect_open("mine/new", O_WRONLY | O_CREAT, allow_file, 0);
	expect_open("theirs/new", O_WRONLY | O_CREAT, allow_file, EACCES);
}

static void allow_root(struct sandbox *s)
{
	sandbox_allow_open(s, open("/", O_PATH | O_DIRECTORY), true);
	sandbox_allow_open(s, open("/", O_RDONLY | O_DIRECTORY), true);
}

static void allow_opened(struct sandbox *s)
{
	char path[PATH_MAX];
	in_home("read/f", path);
	sandbox_allow_open(s, open(path, O_RDONLY), false);
	in_home("mine/f", path);
	sandbox_allow_open(s, open(path, O_WRONLY), true);
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	sandbox_allow_open(s, ends[0], true);
}

/* A closed descriptor has been replaced by the root folder: that must not open everything. */
static void test_sandbox_opens_what_was_open_but_no_folder(void **state)
{
	(void)state;
	expect_open("mine/f", O_WRONLY, allow_opened, 0);
	expect_open("read/f", O_RDONLY, allow_opened, 0);
	expect_open("read/f", O_WRONLY, allow_opened, EACCES);
	expect_open("theirs/f", O_RDONLY, allow_opened, EACCES);
	expect_open("mine/f", O_RDONLY, allow_root, EACCES);
	expect_open("mine/f", O_WRONLY, allow_root, EACCES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sandbox_kills_whoever_makes_a_call_that_no_command_makes),
		cmocka_unit_test(test_sandbox_allows_for_each_purpose_what_it_needs_and_no_more),
		cmocka_unit_test(test_sandbox_leaves_what_every_process_needs),
		cmocka_unit_test(test_sandbox_is_as_small_as_its_command),
		cmocka_unit_test(test_calls_are_listed_once),
		cmocka_unit_test(test_sandbox_leaves_other_processes_alone),
		cmocka_unit_test(test_sandbox_opens_what_is_allowed_and_nothing_else),
		cmocka_unit_test(test_sandbox_lets_a_file_be_replaced_where_it_is),
		cmocka_unit_test(test_sandbox_opens_what_was_open_but_no_folder),
	};
	return cmocka_run_group_tests(tests, make_home, remove_home);
}
