/* notify: tells the supervisor of this process how it is, as sd_notify(3) describes. A process
 * without such a supervisor ($NOTIFY_SOCKET) tells nobody. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Reads the environment. False: nobody wants to know. */
bool notify_start(void);
/* Lines such as "READY=1". Never waits. False: it was not taken, but may be the next time. */
bool notify_tell(const char *lines);
/* As systemd 253 wants it before settings are read again: when that began, by its clock. */
void notify_reloading(void);
/* How often it wants to hear WATCHDOG=1, in microseconds; 0: not at all. */
uint64_t notify_watchdog_us(void);
