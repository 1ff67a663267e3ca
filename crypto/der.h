/* der: the little of DER (ITU-T X.690) that key files are made of. Strict: definite lengths in
 * their shortest form. */
#pragma once

#include "base/bytes.h"

enum {
	DER_INTEGER = 0x02,
	DER_OCTETS = 0x04,
	DER_NULL = 0x05,
	DER_OID = 0x06,
	DER_SEQUENCE = 0x30
};

/* The content of the next element, a view; empty, and r bad, when it has another tag or does not
 * parse. */
struct span der_read(struct reader *r, uint8_t tag);
/* The next element, an INTEGER of at least 0, as big-endian bytes without leading zeroes (0 is
 * empty); negative: bad. */
struct span der_read_unsigned(struct reader *r);

void der_write(struct writer *w, uint8_t tag, struct span content);
void der_write_unsigned(struct writer *w, struct span big_endian); /* leading zeroes are left out */
