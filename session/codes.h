/* codes: the numbers of streams, modes and closes, as they travel. */
#pragma once

/* docs/PROTOCOL.md 6.2. Those from STREAM_OPENED on are opened by either side, and reset for these
 * reasons. */
enum { STREAM_CONTROL, STREAM_CHAT, STREAM_PIPE, STREAM_OPENED = 4 };
enum {
	RESET_BROKEN_OFF,
	RESET_REFUSED,
	RESET_UNKNOWN, /* what it would be for */
	RESET_UNREACHABLE,
	RESET_FULL,
	RESET_MISUSE
};
/* The first byte on a stream that was opened: 6.13-7. */
enum { OPENED_FOR_FILES = 1, OPENED_FOR_CONNECTION = 2 };
enum mode { MODE_CHAT = 1, MODE_PIPE = 2, MODE_FORWARD = 3 };

/* docs/PROTOCOL.md 6.5; up to 7 they are the exit statuses of the program. */
enum {
	CLOSE_DONE = 0,
	CLOSE_OTHER = 1,
	CLOSE_UNREACHABLE = 3,
	CLOSE_TRUST = 4,
	CLOSE_PROTOCOL = 5,
	CLOSE_LOCAL = 6,
	CLOSE_MODE = 7,
	CLOSE_REPLACED = 8,
	CLOSE_BUSY = 9
};
