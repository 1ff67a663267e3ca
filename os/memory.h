/* memory: how much of it there is for this program. */
#pragma once

#include <stdint.h>

/* In bytes: what the host has, or less where a memory group (control groups v1 and v2) that this
 * process is in has a limit. What setrlimit(2) limits is not in it. UINT64_MAX: unknown. */
uint64_t memory_limit(void);
