/* home: where the user's files are. With SCHAT_HOME, everything is in that folder. Otherwise keys
 * and contacts are in $XDG_DATA_HOME/schat (~/.local/share/schat) and settings in
 * $XDG_CONFIG_HOME/schat (~/.config/schat). A profile has folders of its own below these:
 * profiles/NAME. Settings that systemd hands over (schat.config in $CREDENTIALS_DIRECTORY) take the
 * place of the user's. */
#pragma once

#include "os/file.h"

/* From now on, files are those of the profile of this name; NULL: of that which SCHAT_PROFILE
 * names, if any. False: that can't be a profile's name. The name is borrowed for good. */
bool home_choose(const char *name);

/* The path of a file. False: neither HOME nor SCHAT_HOME is set, or the path is too long. */
bool home_file(const char *name, char path[static FILE_PATH]); /* "id_x25519", "peers" */
bool home_settings(char path[static FILE_PATH]);
/* The settings that systemd hands over, which are the user's then. False: there are none. */
bool home_credential(char path[static FILE_PATH]);

/* The path as people write it, with ~ for $HOME. */
void home_short(const char *path, char out[static FILE_PATH]);

/* report_file, about a file that was to be written; of one of these, it says how to choose another
 * folder. */
int home_failed(const char *what, const char *path);

#define HOME_MISSING "can't find a home directory for keys and contacts. Set HOME or SCHAT_HOME."
