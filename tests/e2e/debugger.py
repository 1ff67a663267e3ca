"""debugger: makes a running program make one system call, by ptrace(2). x86_64 only.

    debugger.call(pid, number, argument...)     its result
    debugger.last_call(pid, number, ...)        the program goes on, on its own, with this call

An argument of type bytes, a path, is put into the program's memory, and the call gets its address.
"""

import ctypes
import os
import platform
import signal
import struct
import time

TRACE_ME, CONTINUE, STEP, GET, SET, ATTACH, DETACH = 0, 7, 9, 12, 13, 16, 17
NAMES = ("r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss fs_base gs_base ds es fs gs").split()
FORM = "%dQ" % len(NAMES)

libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
libc.ptrace.restype = ctypes.c_long


def why_not():
    """Why programs cannot be debugged here, or None."""
    if platform.machine() != "x86_64":
        return "only known for x86_64"
    return None if os.geteuid() == 0 else "a program that protects its memory is debugged by root only"


def ptrace(what, pid, data=None):
    if libc.ptrace(what, pid, None, data) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def registers_of(pid):
    buffer = ctypes.create_string_buffer(struct.calcsize(FORM))
    ptrace(GET, pid, buffer)
    return dict(zip(NAMES, struct.unpack(FORM, buffer.raw)))


def stops(pid):
    """The signal at which it stops."""
    status = os.waitpid(pid, 0)[1]
    assert os.WIFSTOPPED(status), "it has ended"
    return os.WSTOPSIG(status)


def attach(pid):
    """The registers, as soon as it waits in a system call."""
    for _ in range(2000):
        ptrace(ATTACH, pid)
        while (other := stops(pid)) != signal.SIGSTOP:
            ptrace(CONTINUE, pid, other)
        registers = registers_of(pid)
        if registers["orig_rax"] < 1 << 32:
            break
        ptrace(DETACH, pid)
        time.sleep(0.01)
    return registers


def put(pid, registers):
    ptrace(SET, pid, ctypes.create_string_buffer(struct.pack(FORM, *(registers[name] for name in NAMES))))


def in_memory(pid, registers, arguments):
    """The arguments, with an address for each path. Paths are put below the stack, out of the way of what a function keeps there."""
    at, placed = registers["rsp"] - 8192, []
    with open("/proc/%d/mem" % pid, "r+b", 0) as memory:
        for argument in arguments:
            placed.append(at if isinstance(argument, bytes) else argument)
            if isinstance(argument, bytes):
                memory.seek(at)
                at += memory.write(argument + b"\0")
    return placed


def aim(pid, registers, number, arguments):
    assert registers["orig_rax"] < 1 << 32, "it does not wait in a call"
    arguments = in_memory(pid, registers, arguments)
    values = dict(zip(("rdi", "rsi", "rdx", "r10", "r8", "r9"), [argument & (1 << 64) - 1 for argument in [*arguments, 0, 0, 0, 0, 0, 0][:6]]))
    return {**registers, **values, "rax": number, "orig_rax": (1 << 64) - 1, "rip": registers["rip"] - 2}


def call(pid, number, *arguments):
    before = attach(pid)
    put(pid, aim(pid, before, number, arguments))
    ptrace(STEP, pid)
    late = None
    while (other := stops(pid)) != signal.SIGTRAP:  # before the call; that a child of its own has ended, say
        late = other
        ptrace(STEP, pid)
    buffer = ctypes.create_string_buffer(struct.calcsize(FORM))
    ptrace(GET, pid, buffer)
    put(pid, before)
    ptrace(DETACH, pid, late)
    return ctypes.c_long(struct.unpack(FORM, buffer.raw)[NAMES.index("rax")]).value


def last_call(pid, number, *arguments):
    put(pid, aim(pid, attach(pid), number, arguments))
    ptrace(DETACH, pid)
