/* cadence: how long a sender stays at its rate before it looks for more. Pure arithmetic; times in
 * us. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* It has been at it since then, for so many round trips, with so many packets on their way; the
 * last look for more has made the queue overflow, or has not. Is that enough? */
bool cadence_over(uint64_t packets, bool overflowed, unsigned rounds, uint64_t since, uint64_t now);
