/* codes: the numbers of streams, modes and closes, as they travel. */
#pragma once

enum { STREAM_CONTROL, STREAM_CHAT, STREAM_PIPE }; /* docs/PROTOCOL.md 6.2 */
enum mode { MODE_CHAT = 1, MODE_PIPE = 2 };

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
