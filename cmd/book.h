/* book: the contacts of a user, from the peers file (crypto/contact.h has its lines). Changes are
 * made under a lock, on the file as it is then, and keep comments and fields of others. Calls that
 * can fail for a reason the user must hear give 0 or the exit code. */
#ifndef CMD_BOOK_H
#define CMD_BOOK_H

#include "crypto/contact.h"

enum { LIMIT_BOOK = 256 << 10 }; /* bytes of the peers file */

struct book {
	char path[512];
	size_t count;
	struct contact contacts[LIMIT_CONTACTS];
};

/* *book is for book_free. No file is an empty book. */
int book_load(struct book **book);
void book_free(struct book *b); /* wipes; NULL is fine */

/* NULL: none. Valid until the book changes. */
const struct contact *book_named(const struct book *b, struct span name);
const struct contact *book_of_key(const struct book *b, const struct public_key *key);
const struct contact *book_at(const struct book *b, struct span addr); /* by its addr= */
/* The contact whose name is this one, or looks like it: capitals and small letters are one, so are
 * 0 and o; 1, l and i; rn and m; vv and w. */
const struct contact *book_alike(const struct book *b, struct span name);

/* Makes name one that no contact has, nor one that looks like it: alice, alice-2, alice-3... */
void book_free_name(const struct book *b, char name[static LIMIT_NAME + 1]);

/* Adds c. A name that is taken, or looks like one that is, gets a suffix: c->name is then the one
 * that was used. */
int book_add(struct book *b, struct contact *c);
/* Puts c (its name may be another) in the place of the contact of that name; c NULL: forgets it. */
int book_change(struct book *b, const char *name, const struct contact *c);

/* The text of a peers file after one change; pure. name NULL: c is added at the end. Else its line
 * is replaced by c, keeping fields that are not ours, or dropped where c is NULL. False: there is
 * no such contact, or out is full. */
bool book_edit(struct span file, const char *name, const struct contact *c, struct writer *out);

/* Reads a file's text. False: *line and *why tell. */
bool book_read(struct book *b, struct span file, uint64_t *line, const char **why);

#endif
