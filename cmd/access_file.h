/* access_file: the file of keys that signal --access names (rendezvous/access.h). */
#pragma once

#include "rendezvous/access.h"

/* Reads it. NULL: *why, which was empty, says what is wrong, and what to do. */
struct access *access_file_load(const char *path, struct text *why);
void access_file_free(struct access *a); /* wipes; NULL is fine */
