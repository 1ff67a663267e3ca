/* key_file: identities on disk: read, made on first use, refused when others can read them. All
 * give 0, or the exit status after saying why. */
#ifndef CMD_KEY_FILE_H
#define CMD_KEY_FILE_H

#include "crypto/identity.h"
#include "os/child.h"

/* The identity of this type: from file, or where file is NULL the user's own, made and told in one
 * line when there is none yet. */
int key_file_load(enum key_type type, const char *file, struct identity *out);

/* Makes a pair in a child while saying how it goes when it takes long. */
int key_file_generate(enum key_type type, unsigned rsa_bits, struct identity *out);
/* Writes it to path (0600, never over a file) and the public line to path.pub. */
int key_file_save(const struct identity *id, const char *path);
/* Reads one file. */
int key_file_read(const char *path, struct identity *out);

/* The user's own file of a type. */
int key_file_path(enum key_type type, char *path);

/* A pair made in the background (an RSA pair for a session): start; later read from the child's
 * result. */
bool key_file_start(struct child *c, enum key_type type, unsigned rsa_bits);
bool key_file_take(const struct child *c, struct identity *out);

#endif
