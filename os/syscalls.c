#include "os/syscalls.h"

#include <limits.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <termios.h>

#define SECTION(bits) (CALLS_SECTION | (bits))

/* The most frequent first: kernels before 5.11 go through the list at each call. Calls that musl
 * tries before others, or instead of them, stand beside them. */
const uint16_t syscalls_free[] = {
	SECTION(0),
	SYS_epoll_pwait,
	SYS_recvmmsg,
	SYS_sendmsg,
	SYS_read,
	SYS_write,
	SYS_sendto,
	SYS_recvfrom,
	SYS_recvmsg,
	SYS_timerfd_create,
	SYS_epoll_ctl,
	SYS_epoll_create1,
	SYS_signalfd4,
	/* memory */
	SYS_munmap,
	SYS_brk,
	SYS_madvise,
	SYS_mremap,
	/* files and folders, and what is known of them */
	SYS_openat,
	SYS_close,
	SYS_lseek,
	SYS_readv,
	SYS_writev,
	SYS_pread64,
	SYS_ppoll,
	SYS_fstat,
	SYS_statx,
	SYS_getdents64,
	SYS_getcwd,
	SYS_readlinkat,
	SYS_pipe2,
	/* this process */
	SYS_futex,
	SYS_getrandom,
	SYS_getpid,
	SYS_gettid,
	SYS_getpgid,
	SYS_getuid,
	SYS_getgid,
	SYS_geteuid,
	SYS_getegid,
	SYS_rt_sigaction,
	SYS_rt_sigprocmask,
	SYS_rt_sigreturn,
	SYS_restart_syscall, /* what the kernel makes of a call that SIGSTOP interrupted */
	SYS_exit,
	SYS_exit_group,
#ifdef SYS_sigreturn
	SYS_sigreturn,
#endif
#ifdef SYS_get_thread_area /* m68k: where errno is */
	SYS_get_thread_area,
#endif
#ifdef SYS_open /* machines that had Linux before 2012 */
	SYS_epoll_wait,
	SYS_poll,
	SYS_open,
	SYS_stat,
	SYS_lstat,
	SYS_readlink,
	SYS_getpgrp,
#endif
#if ULONG_MAX > UINT32_MAX
	SYS_clock_gettime,
	SYS_timerfd_settime,
	SYS_gettimeofday,
	SYS_newfstatat,
#else                      /* time in 64 bits, and in 32 where the kernel has nothing else */
#ifdef SYS_clock_gettime32 /* as musl calls them, and the kernel */
	SYS_clock_gettime32,
	SYS_timerfd_settime32,
	SYS_gettimeofday_time32,
#else
	SYS_clock_gettime,
	SYS_timerfd_settime,
	SYS_gettimeofday,
#endif
	SYS_recvmmsg_time64,
	SYS_clock_gettime64,
	SYS_timerfd_settime64,
	SYS_futex_time64,
	SYS_ppoll_time64,
	SYS__llseek,
	SYS_fstat64,
	SYS_stat64,
	SYS_lstat64,
	SYS_fstatat64,
#endif
#ifdef SYS_getuid32
	SYS_getuid32,
	SYS_getgid32,
	SYS_geteuid32,
	SYS_getegid32,
#endif

	SECTION(CALLS_WRITES),
	SYS_pwrite64,
	SYS_pwritev2,
	SYS_fsync,
	SYS_fdatasync,
	SYS_syncfs,
#ifdef SYS_sync_file_range
	SYS_sync_file_range,
#endif
#ifdef SYS_sync_file_range2
	SYS_sync_file_range2,
#endif
	SYS_ftruncate,
	SYS_fallocate,
	SYS_flock,
	SYS_fchmod,
	SYS_fchmodat,
	SYS_umask,
	SYS_mkdirat,
	SYS_linkat,
	SYS_unlinkat,
#ifdef SYS_renameat
	SYS_renameat,
#endif
	SYS_renameat2,
	SYS_utimensat,
#ifdef SYS_open
	SYS_chmod,
	SYS_mkdir,
	SYS_link,
	SYS_unlink,
	SYS_rename,
#endif
#if ULONG_MAX == UINT32_MAX
	SYS_ftruncate64,
	SYS_utimensat_time64,
#endif

	SECTION(CALLS_CHILDREN),
	SYS_wait4,
	SYS_close_range,
	SYS_dup3,
#ifdef SYS_open
	SYS_fork,
	SYS_dup2,
#endif

	SECTION(CALLS_NETWORK | CALLS_SOCKETS),
	SYS_bind,
	SYS_listen,
	SYS_connect,
	SYS_accept4,
	SYS_getsockname,
	SYS_getpeername,
	SYS_getsockopt,
	SYS_setsockopt,
	SYS_shutdown,
	SYS_socketpair,

	SECTION(CALLS_MEMORY),
	SYS_sysinfo,

	SECTION(CALLS_USER),
	SYS_setgroups,
	SYS_setresgid,
	SYS_setresuid,
#ifdef SYS_setresuid32
	SYS_setgroups32,
	SYS_setresgid32,
	SYS_setresuid32,
#endif
	SYS_capset,

#ifdef SYS_socketcall
	SECTION(CALLS_OLD_KERNEL),
	SYS_socketcall,
#endif
};
const size_t syscalls_free_count = sizeof syscalls_free / sizeof *syscalls_free;

/* Memory that is executed is the program's own, which never changes. s390x has the arguments of
 * mmap in memory, where nothing can look at them; mprotect is not so. */
#ifdef SYS_mmap2
#define SYS_map SYS_mmap2
#else
#define SYS_map SYS_mmap
#endif
#ifdef __s390x__
#define MAPPED_BITS 0
#else
#define MAPPED_BITS PROT_EXEC
#endif

/* F_SETOWN, F_SETSIG and what is like them, and no other command: a descriptor can be made to send
 * any signal to anybody. */
enum { OWNERS = 8 | 16 };

/* Of sockets. All are made with 0, but for one of musl's, with that of UDP. Others are code of the
 * kernel, loaded for whoever asks, that nobody needs here. */
#define OTHER_PROTOCOLS (~(uint32_t)IPPROTO_UDP)

const struct syscalls_row syscalls_bound[] = {
	{ SYS_fcntl, 0, CALLS_LACKS | 1, OWNERS },
#if ULONG_MAX == UINT32_MAX
	{ SYS_fcntl64, 0, CALLS_LACKS | 1, OWNERS },
#endif
	{ SYS_prlimit64, 0, CALLS_IS | 0, 0 }, /* of this process: no CPU time ends one */
	{ SYS_tkill, 0, CALLS_IS | CALLS_OWN_NUMBER, 0 }, /* raise(3), abort(3) */
	{ SYS_map, 0, CALLS_LACKS | 2, MAPPED_BITS },
	{ SYS_mprotect, 0, CALLS_LACKS | 2, PROT_EXEC },
	/* TIOCSTI would type for the user */
	{ SYS_ioctl, 0, CALLS_IS | 1, TIOCGWINSZ },
	{ SYS_ioctl, 0, CALLS_IS | 1, TCGETS },
	{ SYS_ioctl, 0, CALLS_IS | 1, TIOCGPGRP },
	{ SYS_ioctl, CALLS_TERMINAL, CALLS_IS | 1, TCSETS },
	{ SYS_ioctl, CALLS_TERMINAL, CALLS_IS | 1, TCSETSW },
	{ SYS_kill, CALLS_TERMINAL, CALLS_IS | CALLS_AND | 0, 0 }, /* all who have this terminal */
	{ SYS_kill, CALLS_TERMINAL, CALLS_IS | 1, SIGTSTP },
	{ SYS_kill, CALLS_CHILDREN, CALLS_IS | 1, SIGKILL },
	{ SYS_prctl, CALLS_CHILDREN, CALLS_IS | 0, PR_SET_PDEATHSIG },
	{ SYS_prctl, CALLS_USER, CALLS_IS | 0, PR_CAP_AMBIENT },
	{ SYS_prctl, CALLS_USER, CALLS_IS | 0, PR_SET_NO_NEW_PRIVS },
	{ SYS_prctl, CALLS_USER, CALLS_IS | 0, PR_SET_DUMPABLE },
#ifndef SYS_fork
	{ SYS_clone, CALLS_CHILDREN, CALLS_IS | 0, SIGCHLD },
#endif
	{ SYS_socket, CALLS_NETWORK, CALLS_IS | CALLS_AND | 0, AF_INET },
	{ SYS_socket, CALLS_NETWORK, CALLS_LACKS | 2, OTHER_PROTOCOLS },
	{ SYS_socket, CALLS_NETWORK, CALLS_IS | CALLS_AND | 0, AF_INET6 },
	{ SYS_socket, CALLS_NETWORK, CALLS_LACKS | 2, OTHER_PROTOCOLS },
	{ SYS_socket, CALLS_NETWORK, CALLS_IS | CALLS_AND | 0, AF_NETLINK },
	{ SYS_socket, CALLS_NETWORK, CALLS_IS | 2, 0 }, /* addresses and routes */
	/* which if_nametoindex(3) asks; docker, D-Bus and the like are streams */
	{ SYS_socket, CALLS_NETWORK, CALLS_IS | CALLS_AND | 0, AF_UNIX },
	{ SYS_socket, CALLS_NETWORK, CALLS_IS | 1, SOCK_DGRAM | SOCK_CLOEXEC },
	{ SYS_ioctl, CALLS_NETWORK, CALLS_IS | 1, SIOCGIFINDEX },
	{ SYS_ioctl, CALLS_NETWORK, CALLS_IS | 1, SIOCGIFNAME },
	{ SYS_socket, CALLS_SOCKETS, CALLS_IS | 0, AF_UNIX },
};
const size_t syscalls_bound_count = sizeof syscalls_bound / sizeof *syscalls_bound;
