/* book: the user's contacts, kept in the peers file (crypto/contact.h describes its lines). A
 * change is made under a lock, to the file as it is at that moment, and leaves comments and fields
 * that we don't know in place. Calls that return int report their own errors: 0, or the exit
 * status. */
#pragma once

#include "crypto/contact.h"

enum { LIMIT_BOOK = 256 << 10 }; /* bytes of the peers file */

struct book {
	char path[512];
	size_t count;
	struct contact contacts[LIMIT_CONTACTS];
};

/* Wipe it with book_wipe. A missing file is an empty book. Lines that can't be read are reported,
 * and cost only themselves. */
int book_load(struct book *b);
void book_wipe(struct book *b);

/* These give NULL when there is none, else a contact that is valid until the book changes. */
const struct contact *book_named(const struct book *b, struct span name);
const struct contact *book_look_up(const struct book *b, const char *name); /* reports NULL */
const struct contact *book_of_key(const struct book *b, const struct public_key *key);
/* The contact with this name, or with one that looks like it: contact_name_alike. */
const struct contact *book_alike(const struct book *b, struct span name);

/* Adds a suffix if a contact has this name or one that looks like it: alice-2, alice-3... */
void book_free_name(const struct book *b, char name[static LIMIT_NAME + 1]);

/* Adds c. If its name is taken it gets a suffix, as above, which c->name then has, too. */
int book_add(struct book *b, struct contact *c);
/* Replaces the contact of that name by c, which may have another one. c NULL: forgets it. */
int book_change(struct book *b, const char *name, const struct contact *c);

/* How to get a fingerprint. Its arguments: the contact's name; the command that takes it, in two
 * parts; an addition, in two parts. */
#define BOOK_VERIFY_HOW                                                                            \
	"ask %s to read out the fingerprint, or its twelve words, that schat keygen --show "       \
	"prints there, and type it here: %s%s FINGERPRINT%s%s"
/* Marks c as verified today if said is the fingerprint of its key. */
int book_verify(struct book *b, const struct contact *c, struct span said);

/* Lines of a file that can't be read: all are counted, the first are named. */
struct book_faults {
	uint64_t count;
	struct {
		uint64_t line;
		const char *why;
	} first[3];
};

/* Reads the text of a file. */
void book_read(struct book *b, struct span file, struct book_faults *faults);

/* The text of a peers file after one change; pure. name NULL: c is added at the end. Otherwise the
 * line of that name is replaced by c, and fields that we don't know are kept; c NULL drops every
 * line of that name. Lines that can't be read stay. False: there is no such contact, or out is
 * full. */
bool book_edit(struct span file, const char *name, const struct contact *c, struct writer *out);
