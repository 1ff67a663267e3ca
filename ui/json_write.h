/* json_write: one JSON object a line. Strings are always valid UTF-8 (bytes that are not become
 * U+FFFD), and controls and whatever else ui/safe.h hides are written as \u escapes, so that a line
 * does nothing to a terminal and loses nothing. */
#pragma once

#include "base/bytes.h"

#define JSON_TEXT_ROOM(len) (6 * (size_t)(len)) /* bytes that a string of len needs, at most */

void json_write_begin(struct writer *w, const char *event); /* {"v":1,"ev":"..." */
void json_write_text(struct writer *w, const char *name, struct span text);
void json_write_number(struct writer *w, const char *name, uint64_t number);
void json_write_thousandths(struct writer *w, const char *name, uint64_t number); /* of number */
void json_write_true(struct writer *w, const char *name);
void json_write_end(struct writer *w); /* with the newline */
