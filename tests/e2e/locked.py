"""locked: runs a program that may not start another one. A seccomp filter kills whatever calls execve or execveat, but for the one
call that starts the program itself, which is known by the address of its path.

    host.start("serve", ..., preexec_fn=locked([SCHAT, "serve", ...], env))
"""

import ctypes
import os
import platform
import struct

PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
LOAD, EQUAL, RETURN = 0x20, 0x15, 0x06  # BPF: A = word at an offset; jump if A is; end with
ALLOW, KILL = 0x7fff0000, 0x80000000
EXECS = {"x86_64": (59, 322), "aarch64": (221, 281), "riscv64": (221, 281)}  # execve, execveat

libc = ctypes.CDLL(None, use_errno=True)


def why_not():
    """Why programs cannot be locked in here, or None."""
    if platform.machine() not in EXECS:
        return "the numbers of system calls are not known for " + platform.machine()
    with open("/proc/self/status") as file:
        return None if "Seccomp:" in file.read() else "this kernel has no seccomp"


class Program(ctypes.Structure):
    _fields_ = [("len", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def locked(argv, env):
    """What is to be called in the child: it becomes argv, locked."""
    path = ctypes.create_string_buffer(os.fsencode(argv[0]))
    strings = lambda words: (ctypes.c_char_p * (len(words) + 1))(*[os.fsencode(str(word)) for word in words], None)
    argv_c, env_c = strings(argv), strings(["%s=%s" % pair for pair in env.items()])
    address = ctypes.addressof(path)
    execve, execveat = EXECS[platform.machine()]
    code = b"".join(struct.pack("HBBI", *line) for line in [
        (LOAD, 0, 0, 0),  # the number of the call
        (EQUAL, 2, 0, execve),
        (EQUAL, 4, 0, execveat),
        (RETURN, 0, 0, ALLOW),
        (LOAD, 0, 0, 16),  # its first argument, in two halves
        (EQUAL, 0, 2, address & 0xffffffff),
        (LOAD, 0, 0, 20),
        (EQUAL, 1, 0, address >> 32),
        (RETURN, 0, 0, KILL),
        (RETURN, 0, 0, ALLOW),
    ])
    lines = ctypes.create_string_buffer(code, len(code))
    program = Program(len(code) // 8, ctypes.addressof(lines))

    def start():
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        if libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0) != 0:
            os._exit(99)  # not permitted here
        libc.execve(path, argv_c, env_c)
        os._exit(98)

    start.keep = (path, argv_c, env_c, lines, program)
    return start
