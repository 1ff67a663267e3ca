/* later: a file or folder that waits in an outbox (chat/outbox.h) until the contact is there: what
 * is noted of it, and whether what is found then is still the same. Nothing of it is copied. */
#pragma once

#include "chat/outbox.h"
#include "cmd/talk/phrase.h"
#include "cmd/transfer.h"
#include "os/file.h"

/* The number of the next transfer, in this run. */
unsigned later_number(void);

/* For the MAC of what the file system says: from the identity, so that a transfer goes on in the
 * next run. NULL: only in this one. */
void later_key(const struct identity *own, uint8_t key[static ANNOUNCED_KEY]);

/* Puts the file at path, as our user gave it, into the outbox, with a number of its own, which is
 * returned. 0: that was not possible, and p says why. name: whom it is for. */
unsigned later_add(struct outbox *o, struct span path, const struct identity *own, const char *name,
                   struct phrase *p);
/* What was noted: where it is, and its version. False: malformed. */
bool later_read(struct span note, char path[static FILE_PATH],
                uint8_t version[static PARCEL_VERSION]);
/* Why a file or folder cannot be sent: err of tree_new, or of transfer_version. typed: by /send. */
void later_failed(struct phrase *p, enum err err, const char *path, bool typed);
