/* What os/privileges uses of it, for Frama-C. */
#pragma once

enum { SYS_setgroups = 116, SYS_setresuid = 117, SYS_setresgid = 119, SYS_capset = 126 };

long syscall(long number, ...);
