/* file_trust: may what a file says be believed? Not if another user could have written it. */
#pragma once

#include <stdbool.h>

enum { FILE_TRUST_TEXT = 1200 }; /* bytes of the longest sentence: two paths in it */

/* fd is the file opened at path. False: another user owns or may write the file, the folder it is
 * in or, where path is a link, the folder of any file it leads to; why says so, and what to type.
 *
 * Trusted are this user, root, and a group that is this user's own (of the same number, as on
 * Debian). root trusts every owner: it reads the files of others on purpose. Folders further up are
 * not checked. */
bool file_trust_check(int fd, const char *path, char why[static FILE_TRUST_TEXT]);
