/* record: the padded records of stream 1. docs/PROTOCOL.md section 7.1. */
#pragma once

#include "base/bytes.h"
#include "base/err.h"
#include "base/limits.h"

enum record_type {
	RECORD_TEXT = 1,
	RECORD_RECEIPT = 2,
	RECORD_WRITTEN = 3,
	RECORD_BYE = 4,
	RECORD_TEXT_PART = 5, /* a TEXT that goes on in the next one */
	RECORD_KEPT = 6       /* which line of an outbox the next text is */
};

enum {
	RECORD_LENGTH = 2, /* bytes of the length that a record begins with */
	RECORD_MIN = 64    /* bytes of the smallest; all without a text have this size */
};

struct record {
	uint8_t type; /* enum record_type, or one that is not known: nothing else is set then */
	/* the text's or the line's; the last text shown; bytes written; or how many texts or bytes
	 * there were */
	uint64_t number;
	/* TEXT, TEXT PART: the text; KEPT: the outbox. Read: a view into the record */
	struct span text;
};

/* The size of the record that begins with these RECORD_LENGTH bytes; 0: no record has that size. */
size_t record_size(const uint8_t length[static RECORD_LENGTH]);

/* Writes r with its padding and returns the size. A text must have at most LIMIT_TEXT bytes. */
size_t record_write(const struct record *r, uint8_t out[static LIMIT_RECORD]);

/* whole: as many bytes as record_size said. ERR_FORMAT: not as section 7.1 says. */
enum err record_read(struct span whole, struct record *r);
