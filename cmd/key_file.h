/* key_file: identities on disk. They are made on first use, and refused if other users can read
 * them. Calls that return int report their own errors: 0, or the exit status. */
#pragma once

#include "crypto/identity.h"
#include "os/child.h"

/* The identity of this type, from file. file NULL: the user's own, which is made, and reported in
 * one line, if there is none yet. */
int key_file_load(enum key_type type, const char *file, struct identity *out);

/* Makes a key pair in a child process, and reports progress if it takes long. */
int key_file_generate(enum key_type type, unsigned rsa_bits, struct identity *out);
/* The same, and writes it to path (mode 0600, never over a file), and the public key to path.pub,
 * which is replaced if it is another key's. */
int key_file_make(enum key_type type, unsigned rsa_bits, const char *path, struct identity *out);
/* Writes a key that came from elsewhere, in the same way. */
int key_file_write(const struct identity *id, const char *path);
/* Reads the key in this file. given: the user has named it, so it may also be a pipe. A path.pub of
 * another key is replaced. */
int key_file_read(const char *path, bool given, struct identity *out);

/* Where the user's own key of a type is. */
int key_file_path(enum key_type type, char *path);

/* It is the user's own public key of its type, as the .pub beside the private one has it. */
bool key_file_is_own(const struct public_key *key);

/* Makes a key pair in the background: start, and read it when the child is done. */
bool key_file_start(struct child *c, enum key_type type, unsigned rsa_bits);
bool key_file_take(const struct child *c, struct identity *out);
