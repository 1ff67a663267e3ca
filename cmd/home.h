/* home: where the files of a user live. SCHAT_HOME: all in one folder; else keys and contacts in
 * $XDG_DATA_HOME/schat
 * (~/.local/share/schat) and settings in $XDG_CONFIG_HOME/schat (~/.config/schat). */
#ifndef CMD_HOME_H
#define CMD_HOME_H

#include "os/file.h"

/* False: there is no home to speak of (no HOME, no SCHAT_HOME), or the path is too long. */
bool home_file(const char *name, char path[static FILE_PATH]); /* "id_x25519", "peers" */
bool home_settings(char path[static FILE_PATH]);

/* path as one would type it: ~ for $HOME. */
void home_short(const char *path, char out[static FILE_PATH]);

#define HOME_MISSING                                                                               \
	"there is no home folder for keys and contacts. Set HOME, or SCHAT_HOME to a folder."

#endif
