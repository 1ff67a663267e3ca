/* record: the padded records of stream 1. docs/PROTOCOL.md section 7.1. */
#ifndef CHAT_RECORD_H
#define CHAT_RECORD_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/limits.h"

enum record_type {
	RECORD_TEXT = 1,
	RECORD_RECEIPT = 2,
	RECORD_WRITTEN = 3,
	RECORD_BYE = 4,
	RECORD_TEXT_PART = 5 /* a TEXT that goes on in the next one */
};

enum { RECORD_LENGTH = 2 }; /* bytes of the length that a record begins with */

struct record {
	uint8_t type;     /* enum record_type, or one that is not known: nothing else is set then */
	uint64_t number;  /* of the text, of the last text shown, of bytes written, of all texts or
			     bytes there were */
	struct span text; /* TEXT, TEXT PART; read: a view into the record */
};

/* The size of the whole record whose first RECORD_LENGTH bytes are given; 0: no record is of that
 * size. */
size_t record_size(const uint8_t length[static RECORD_LENGTH]);

/* Writes r with its padding; the size. r is right: a text has at most LIMIT_TEXT bytes. */
size_t record_write(const struct record *r, uint8_t out[static LIMIT_RECORD]);

/* whole: as many bytes as record_size said. ERR_FORMAT: not as section 7.1 says. */
enum err record_read(struct span whole, struct record *r);

#endif
