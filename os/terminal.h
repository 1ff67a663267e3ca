/* terminal: raw keys, size, and that the terminal is always left as it was found. */
#ifndef OS_TERMINAL_H
#define OS_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TERMINAL_TYPED = 4096 }; /* bytes of input that a terminal holds */

bool terminal_is(int fd);
/* Raw mode until terminal_restore or the end of the program, which restores too (exit, panic, fatal
 * signals). Idempotent. */
bool terminal_raw(int fd);
/* After the program was stopped: raw again, whatever a shell has set meanwhile. False while it is in
 * the background: the mode is others', and no signal tells when that changes. */
bool terminal_raw_again(int fd);
void terminal_restore(void);
/* A terminal that gives whole lines keeps back the one that waits for its Enter. This takes what was
 * typed so far, that line too, out of its hands: bytes in to. 0: none, or it is no such terminal, or
 * not ours now (in the background). */
size_t terminal_typed(int fd, uint8_t *to, size_t cap);
/* At least 1 x 1; 80 x 24 when unknown. */
void terminal_size(int fd, unsigned *columns, unsigned *rows);

#endif
