/* roll_file: the roll of a signaling server (rendezvous/roll.h), in a file that lasts until the
 * next boot, in $RUNTIME_DIRECTORY (systemd) or $XDG_RUNTIME_DIR. Without such a directory, or if
 * the file cannot be opened, nothing is kept. */
#pragma once

#include "cmd/ports.h"
#include "os/mapped.h"
#include "rendezvous/roll.h"

/* Only roll_file.c writes to it; it stays where it is. */
struct roll_file {
	struct mapped file;
	struct roll roll; /* for the server */
	struct roll_call call;
	uint8_t *old;
	uint32_t max;
	bool calling, full; /* calling: the last server's members; full: it cannot grow */
};

/* The directory; empty: there is none. */
struct span roll_file_folder(void);
/* members_max: the size of the server's table. */
void roll_file_open(struct roll_file *f, const struct ports *ports, uint32_t members_max);
/* Once a turn: makes room for new members. */
void roll_file_turn(struct roll_file *f);
/* ERROR 5 to the members of the last server, which did not send it; returns as server_output. */
size_t roll_file_output(struct roll_file *f, const struct ports *ports, struct route *to,
                        uint8_t wire[static ERROR_LEN], uint64_t now);
uint64_t roll_file_deadline(const struct roll_file *f);
/* After server_finish: the members have been told, so the file is removed. */
void roll_file_end(struct roll_file *f);
