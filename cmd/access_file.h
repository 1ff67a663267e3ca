/* access_file: the file of keys that signal --access names (rendezvous/access.h). */
#pragma once

#include "rendezvous/server.h"

struct access_file {
	const char *path;    /* NULL: whoever comes may come in */
	struct access *keys; /* as read last; to be freed */
};

/* Reads it, at the start (server: NULL) or again, and then gives the keys to the server. False:
 * those before stay, and the user was told why. */
bool access_file_read(struct access_file *f, struct server *server);
/* Adds how many keys there are, and how many of them have expired. */
void access_file_count(const struct access *keys, struct text *out);

void access_file_free(struct access *a); /* wipes; NULL is fine */
