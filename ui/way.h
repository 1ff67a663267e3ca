/* way: which way data goes, in words for people. */
#pragma once

#include "base/bytes.h"

/* " through the server". path: the program's own word for it (acquaintance_path); NULL, "": nothing
 * is written. */
void way_write(struct writer *out, const char *path);
void way_write_rtt(struct writer *out, uint64_t rtt_us); /* ", 38 ms"; nothing for 0 */
