/* syscalls: the system calls that the program makes, by what they are for. A call that is not in a
 * list kills the program, so a new one is a line here; tests/e2e/test_sandbox.py compares the lists
 * with the program. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* What calls there are for, as bits. */
enum syscalls_for {
	CALLS_WRITES = 1,      /* changes in folders */
	CALLS_CHILDREN = 2,    /* copies of the program (os/child.h) */
	CALLS_TERMINAL = 4,    /* other modes of the terminal, and Ctrl-Z */
	CALLS_NETWORK = 8,     /* IPv4 and IPv6, and how this host is connected */
	CALLS_SOCKETS = 16,    /* streams in the file system */
	CALLS_ALL = 15,        /* ... but for those */
	CALLS_OLD_KERNEL = 32, /* a kernel that has socketcall(2) alone; sandbox_close finds out */
	CALLS_MEMORY = 128,    /* how much this host has */
	CALLS_USER = 64        /* giving root's privileges up (os/privileges.h) */
};

enum { CALLS_SECTION = 0x8000 }; /* no call has such a number */

/* Numbers of calls that may be made with any arguments. One with CALLS_SECTION begins a section,
 * for the bits of enum syscalls_for beside it; 0: always. */
extern const uint16_t syscalls_free[];
extern const size_t syscalls_free_count;

/* How the lower 32 bits of an argument must be. */
enum syscalls_test {
	CALLS_IS = 0x10,         /* value */
	CALLS_LACKS = 0x20,      /* none of the bits of value */
	CALLS_AND = 0x40,        /* and the next row, too, which is about the same call */
	CALLS_OWN_NUMBER = 0x80, /* the number of the process that closes the sandbox is added */
	CALLS_ARGUMENT = 7       /* the bits that hold its number, from 0 on */
};

/* One call has several rows if it may be made in several ways. */
struct syscalls_row {
	uint16_t call;
	uint8_t section, test;
	uint32_t value;
};
extern const struct syscalls_row syscalls_bound[];
extern const size_t syscalls_bound_count;
