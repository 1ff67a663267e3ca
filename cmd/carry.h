/* carry: takes an identity and its contacts to another host, in a file under a passphrase: schat
 * keygen --export and --import. The text in it is the key in PEM, and then the peers file. */
#pragma once

#include "crypto/identity.h"

/* contacts: with them. Returns the exit status. */
int carry_export(const struct identity *id, bool contacts, const char *file);
/* path: where the key goes; NULL: where the user's own key of its type is. Then contacts that are
 * in the file are added, too. Neither a key nor a contact is replaced. */
int carry_import(const char *file, const char *path);
