/* file_trust: may what a file says be believed? Not if another user could have written it. */
#ifndef OS_FILE_TRUST_H
#define OS_FILE_TRUST_H

#include <stdbool.h>

enum { FILE_TRUST_TEXT = 1200 }; /* bytes of the longest sentence: two paths in it */

/* fd is the file that was opened at path. False: another user may write the file, or the folder it
 * is in (and the one a link leads to), or owns one of them; then why says so and what to type.
 *
 * Believed are this user and root, and a group that is this user's own (the same number, as Debian
 * gives each user one). root believes every owner: it reads the files of others on purpose. Folders
 * above are not looked at. */
bool file_trust_check(int fd, const char *path, char why[static FILE_TRUST_TEXT]);

#endif
