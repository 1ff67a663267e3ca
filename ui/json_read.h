/* json_read: reads one flat JSON object, strictly as RFC 8259 has it; values are strings, numbers,
 * true, false or null. Refuses what is not UTF-8, lone surrogates, nested values, and a wanted name
 * that comes twice; names nobody asked for are checked and skipped. */
#pragma once

#include "base/bytes.h"

struct json_field {
	const char *name;
	bool number;      /* a whole number below 2^53 is wanted, not a string */
	bool given;       /* once, and as what is wanted */
	unsigned times;   /* json_read's own: that it came */
	struct span text; /* decoded, in scratch */
	uint64_t value;   /* of a number */
};

/* Fills in fields. Returns NULL, or in a few words the first thing that is wrong with line. After a
 * wrong value whose end is clear (another kind of value, a bad escape in a string, a name that
 * comes twice), the rest is read too, so that an error can name the line's id wherever it stands.
 * After broken syntax, the fields are those that came before it. scratch: as much room as line has
 * bytes. */
const char *json_read(struct span line, struct json_field *fields, size_t count,
                      struct writer *scratch);
