/* json_read: one flat JSON object a line, strictly as RFC 8259 has it: values are strings, numbers,
 * true, false or null. What is not UTF-8, lone surrogates, nested values and a name that is wanted
 * and comes twice are refused; names that nobody asks for are checked and skipped. */
#ifndef UI_JSON_READ_H
#define UI_JSON_READ_H

#include "base/bytes.h"

struct json_field {
	const char *name;
	bool number;      /* a whole number below 2^53 is wanted, not a string */
	bool given;       /* once, and as what is wanted */
	bool seen, twice; /* json_read's own */
	struct span text; /* decoded, in scratch */
	uint64_t value;   /* of a number */
};

/* Fills in fields. NULL, or the first thing that is wrong with line, in a few words. Where a value
 * is wrong but its end is clear (another kind of value, a bad escape in a string, a name that comes
 * twice), the rest is read, and the fields that are right are given: so an error can name the
 * line's id wherever that stands. Where the form is wrong they are those before it. scratch: as
 * much room as line has bytes. */
const char *json_read(struct span line, struct json_field *fields, size_t count,
                      struct writer *scratch);

#endif
