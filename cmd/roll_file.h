/* roll_file: the roll of a signaling server (rendezvous/roll.h) in a file of the folder that the
 * system has for what lives as long as it runs: $RUNTIME_DIRECTORY (systemd) or $XDG_RUNTIME_DIR.
 * Without such a folder, or where the file cannot be had, nothing is kept. */
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
	bool calling, full; /* full: there is no room for more */
};

/* members_max: places of the server's table. */
void roll_file_open(struct roll_file *f, const struct ports *ports, uint32_t members_max);
/* Once a turn: makes room for those who have come. */
void roll_file_turn(struct roll_file *f);
/* What the last server did not say: as server_output. */
size_t roll_file_output(struct roll_file *f, const struct ports *ports, struct route *to,
                        uint8_t wire[static ERROR_LEN], uint64_t now);
uint64_t roll_file_deadline(const struct roll_file *f);
/* All were told: the file goes. */
void roll_file_end(struct roll_file *f);
