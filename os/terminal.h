/* terminal: raw mode, size, and leaving the terminal as it was found, however the program ends. */
#pragma once

#include "base/bytes.h"

bool terminal_is(int fd);
/* Raw mode until terminal_restore or the end of the program, which restores too (exit, panic, any
 * signal but KILL). Idempotent. False: it is no terminal. */
bool terminal_raw(int fd);
/* After the program was stopped: raw again, whatever a shell has set meanwhile. False while the
 * program is in the background: the mode belongs to others, and no signal says when it changes. */
bool terminal_raw_again(int fd);
void terminal_restore(void);
/* What a signal that ends the program writes to standard output before, while the terminal is raw;
 * lives for ever. */
void terminal_farewell(struct span bytes);
/* A terminal in line mode keeps back the line that waits for Enter. Takes what was typed so far,
 * that line included. Returns how many bytes are in to; 0: none, or the terminal is not in line
 * mode, or the program is in the background. */
size_t terminal_typed(int fd, uint8_t *to, size_t cap);
struct terminal_size {
	unsigned columns, rows;
};
struct terminal_size terminal_size(int fd); /* each at least 1; 80 and 24 when unknown */
