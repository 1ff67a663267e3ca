/* outbox_file: the outbox for one contact (chat/outbox.h) in its file: outbox/..., beside the
 * contacts, named by a hash of both keys. Nobody but this user can read what is in it, which takes
 * the private key. Used by one process at a time. */
#pragma once

#include "chat/outbox.h"
#include "crypto/public_key.h"

/* What it takes of an identity. Wipe it. */
struct outbox_file_key {
	uint8_t secret[HASH_LEN], name[HASH_LEN];
};
void outbox_file_key(const struct identity *own, struct outbox_file_key *key);

/* Only outbox_file.c writes to it; others read outbox. */
struct outbox_file {
	struct outbox *outbox; /* NULL: not open */
	uint8_t about[HASH_LEN], name[HASH_LEN];
	int fd;   /* that more is added to; -1: none yet */
	int lock; /* -1: it is only looked at */
};

/* fingerprint: the contact's. ERR_BUSY: another process has had it for so long. ERR_FORMAT: it
 * is damaged. ERR_LOCAL: file_why() says why. */
enum err outbox_file_open(struct outbox_file *f, const struct outbox_file_key *key,
                          const char *fingerprint, unsigned wait_ms);
/* Where it is, as people write it, also if it could not be opened; valid until the next. */
const char *outbox_file_shown(const struct outbox_file *f);
/* The same, only to look at: another process may have it. Nothing is written. */
enum err outbox_file_look(struct outbox_file *f, const struct outbox_file_key *key,
                          const char *fingerprint);
/* Writes what there is to write. ERR_LOCAL: file_why(); it comes again the next time. */
enum err outbox_file_write(struct outbox_file *f);
void outbox_file_close(struct outbox_file *f);    /* harmless when it is not open */
bool outbox_file_exists(const char *fingerprint); /* one of the contact's */
/* Removes the contact's, of whichever of our keys. */
enum err outbox_file_remove(const char *fingerprint);
