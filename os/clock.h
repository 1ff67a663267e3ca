/* clock: the only readings of time. The pure modules get the time as an argument. */
#pragma once

#include <stdint.h>

/* Microseconds, monotonic, counting time asleep where the kernel can (CLOCK_BOOTTIME). Never 0. */
uint64_t clock_us(void);

/* Microseconds that this host has slept since it was started, as far as the kernel tells. */
uint64_t clock_slept_us(void);

uint64_t clock_unix_s(void);  /* seconds since 1970-01-01 UTC, as the host believes */
uint64_t clock_unix_ms(void); /* ... in milliseconds */
/* Seconds since midnight in the host's time zone then, and the day as 20261231. */
uint32_t clock_local(uint64_t unix_ms, uint32_t *date);
void clock_day(uint64_t unix_s, char out[static 11]); /* "YYYY-MM-DD", UTC */
void clock_today(char out[static 11]);
