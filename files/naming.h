/* naming: paths that a peer sends, and the names that files have while they arrive. What may not
 * be in a name is replaced; nothing here leads out of a folder. docs/PROTOCOL.md section 7.5. */
#pragma once

#include "files/parcel.h"

enum { NAMING_PART = 40 }; /* bytes of the name of a part, with its 0 */

/* The name that a component gets here, which is never longer: what is not UTF-8, controls and what
 * changes the direction of text become _, and so does a dot or a hyphen that the name of an item
 * (not what is in it) begins with. False: it is empty, too long, "." or "..", or it has a slash or
 * a 0. */
bool naming_clean(struct span name, bool of_item, struct writer *out);

/* The same for a path, whose first component is that of an item. False, too: too long, too deep. */
bool naming_path(struct span path, struct writer *out);

struct span naming_first(struct span path); /* its first component */

/* The name of what has not arrived whole, of this peer (its fingerprint) and path. version: of the
 * file; empty: it is the folder of an item. */
void naming_part(const uint8_t peer[static 32], struct span version, struct span path,
                 char out[static NAMING_PART]);
