/* reply: what a receiver says of files, record by record: START, SKIP, STOP, DONE. docs/PROTOCOL.md
 * section 7.5. */
#pragma once

#include "files/parcel.h"

struct reply {
	uint8_t type; /* enum parcel_type */
	uint8_t status;
	uint64_t number; /* START: the offset; STOP: of the file */
	uint8_t guard[PARCEL_GUARD];
};

void reply_write(struct writer *w, const struct reply *reply); /* the whole record */
/* False: malformed. SKIP and STOP have a status that is the receiver's to have. */
bool reply_read(const struct parcel *p, struct reply *reply);
