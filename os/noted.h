/* noted: which items of a peer's are whole in a folder, while the peer may not know. A file of
 * records in that folder, one for each version of an item; what several transfers note is
 * independent. A note that is lost does no more harm than to have an item sent twice. */
#pragma once

#include "base/bytes.h"

enum { NOTED_VERSION = 16, NOTED_MAX = 64 /* versions that are known at a time: the last ones */ };

/* dir: a folder's descriptor. notes: the name of the file in it. part: what the item is called in
 * dir until it is whole: written before that, so that no moment is without the one or the other. */
void noted_add(int dir, const char *notes, struct span version, const char *part);
/* The versions of those that have got their names. Returns how many bytes there are. */
size_t noted_read(int dir, const char *notes, uint8_t to[static(size_t) NOTED_MAX * NOTED_VERSION]);
/* The peer knows. */
void noted_drop(int dir, const char *notes, struct span version);
