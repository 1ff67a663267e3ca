/* sandbox: what this process can no longer do from now on. Two walls of Linux, each of which may be
 * missing: seccomp (since 3.5) lets only named system calls through, and Landlock (since 5.13)
 * opens only named files and folders. Children that are made later have the same walls. */
#pragma once

#include <stdbool.h>

/* What sandbox_close could not do. */
enum sandbox_lack { SANDBOX_NO_SECCOMP = 1, SANDBOX_NO_LANDLOCK = 2 };

struct sandbox {
	int rules;       /* -1: no Landlock */
	unsigned rights; /* that this kernel's Landlock knows */
};

/* What else is closed, where Landlock can: sockets with abstract names that are not this process's;
 * signals to others than its later children; connections over TCP. The first two are the kernel's
 * numbers. */
enum sandbox_closed { SANDBOX_ABSTRACT = 1, SANDBOX_SIGNALS = 2, SANDBOX_CONNECT = 4 };

/* closed: bits of enum sandbox_closed. */
void sandbox_open(struct sandbox *s, unsigned closed);
/* What is there, and below it, can be read, and written if it says so. What isn't there stays
 * closed, and so does all that sandbox_allow was not told. Links are followed. */
void sandbox_allow(struct sandbox *s, const char *path, bool writes);
/* A file that may be there or not, and may be replaced: all of its folder can be written, and that
 * of the file that it leads to if it is a link. A folder is meant itself, and a device. */
void sandbox_allow_file(struct sandbox *s, const char *path);
/* The same for what is already open. Not for a folder: that may be "/", in the place of what was
 * closed (os/process.h). */
void sandbox_allow_open(struct sandbox *s, int fd, bool writes);
/* calls: enum syscalls_for (os/syscalls.h). From now on the process is killed (SIGSYS) when it
 * makes another call. Returns enum sandbox_lack: bits. */
unsigned sandbox_close(struct sandbox *s, unsigned calls);
