"""floors: what a small, old or broken system lacks, for programs of the tests. Each is something to be called in the child
(preexec_fn); all_of joins several."""

import ctypes
import errno
import os
import platform
import resource
import struct
import sys

import debugger
from locked import ALLOW, EQUAL, LOAD, RETURN, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, Program, libc

ERRNO = 0x00050000
AT_IGNORE, AT_SYSINFO_EHDR = 1, 33
AF_INET6 = 10
NUMBERS = {  # of system calls
    "x86_64": {"getrandom": 318, "seccomp": 317, "prctl": 157, "socket": 41, "sendmmsg": 307, "recvmmsg": 299, "openat2": 437,
               "renameat2": 316, "prlimit64": 302, "epoll_pwait2": 441, "statx": 332, "landlock_create_ruleset": 444, "ioctl": 16,
               "clock_gettime": 228},
    "aarch64": {"getrandom": 278, "seccomp": 277, "prctl": 167, "socket": 198, "sendmmsg": 269, "recvmmsg": 243, "openat2": 437,
                "renameat2": 276, "prlimit64": 261, "epoll_pwait2": 441, "statx": 291, "landlock_create_ruleset": 444, "ioctl": 29,
                "clock_gettime": 113},
}
KNOWN = platform.machine() in NUMBERS


def has_landlock():
    return libc.syscall(444, None, 0, 1) > 0


def kernel_without(*lacks):
    """Calls that the kernel answers with ENOSYS, as one does that doesn't know them; "ipv6": sockets of that family are refused;
    "seccomp": no filter can be set, by either call; "date": the clock is at the beginning of 1970 (the call gives nothing, and what is
    not given is 0 in this program), if without_vdso came before."""
    call = NUMBERS[platform.machine()]
    rules = []  # the call, its first argument or None, the answer
    for what in lacks:
        if what == "ipv6":
            rules.append((call["socket"], AF_INET6, errno.EAFNOSUPPORT))
        elif what == "date":
            rules.append((call["clock_gettime"], 0, 0))
        elif what == "seccomp":
            rules += [(call["seccomp"], None, errno.ENOSYS), (call["prctl"], PR_SET_SECCOMP, errno.EINVAL)]
        else:
            rules.append((call[what], None, errno.ENOSYS))
    lines = []
    for number, first, answer in rules:
        lines += [(LOAD, 0, 0, 0), (EQUAL, 0, 1 if first is None else 3, number)]
        lines += [] if first is None else [(LOAD, 0, 0, 16), (EQUAL, 0, 1, first)]
        lines += [(RETURN, 0, 0, ERRNO | answer)]
    lines += [(RETURN, 0, 0, ALLOW)]
    code = b"".join(struct.pack("HBBI", *line) for line in lines)
    kept = ctypes.create_string_buffer(code, len(code))
    program = Program(len(lines), ctypes.addressof(kept))

    def begin(_=kept):
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) != 0:
            os._exit(99)  # not permitted here

    return begin


def few_descriptors(count):
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))


def without_standard_streams():
    for fd in (0, 1, 2):
        os.close(fd)


def traced():
    """In the child, for without_vdso in the parent."""
    debugger.libc.ptrace(debugger.TRACE_ME, 0, None, None)


def without_vdso(pid):
    """Takes the kernel's own library away from a program that has just begun (traced): it asks for the time by system calls then,
    which a filter sees."""
    stopped, status = os.waitpid(pid, 0)
    assert stopped == pid and os.WIFSTOPPED(status), status
    at = debugger.registers_of(pid)["rsp"]
    with open("/proc/%d/mem" % pid, "r+b", 0) as memory:
        def word(at):
            memory.seek(at)
            return struct.unpack("Q", memory.read(8))[0]

        at += 8 * (word(at) + 2)  # the arguments, and a 0
        while word(at):  # the environment
            at += 8
        at += 8
        while word(at) != AT_SYSINFO_EHDR:
            at += 16
        memory.seek(at)
        memory.write(struct.pack("Q", AT_IGNORE))
    debugger.ptrace(debugger.DETACH, pid)


def all_of(*floors):
    def begin():
        for floor in floors:
            floor()
    return begin


if __name__ == "__main__":  # floors.py LACK... -- COMMAND...
    there = sys.argv.index("--")
    kernel_without(*sys.argv[1:there])()
    os.execvp(sys.argv[there + 1], sys.argv[there + 1:])
