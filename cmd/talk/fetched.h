/* fetched: what the console wants of the file system: the text of a file to be sent as a message,
 * and names of files for Tab. */
#pragma once

#include "cmd/talk/terminal_io.h"
#include "os/file.h"

/* A path that our user typed, for the system. False, with errno: it is too long. */
bool fetched_path(struct span path, char out[static FILE_PATH]);
/* Shows EVENT_FILE, or EVENT_ERROR. ~/ at the beginning is the home directory, here and below. */
void fetched_file(struct terminal_io *io, struct span path);
/* Shows EVENT_NAMES: the files whose paths begin so, folders with a / behind them. */
void fetched_names(struct terminal_io *io, struct span typed);
