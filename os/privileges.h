/* privileges: a process that root has started becomes another user, for good. */
#pragma once

#include <stdint.h>

#include "base/err.h"

struct user {
	uint32_t uid, gid;
};

/* "schat", of /etc/passwd, or "UID:GID". ERR_UNREACHABLE: there is no such user. ERR_USAGE: it is
 * root. ERR_LOCAL: /etc/passwd cannot be read; os/file.h's file_why() says why. */
enum err privileges_user(const char *name, struct user *user);
/* From now on the process is that user, in no group but the user's own, without capabilities, and
 * gets nothing of that back, whatever it executes. ERR_LOCAL: errno says why; then all of it, or
 * some, may be as before: the caller ends. */
enum err privileges_drop(const struct user *user);
