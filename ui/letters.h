/* letters: capital and small letters of Latin, Greek, Cyrillic and Armenian, as far as both take
 * equally many bytes in UTF-8. It knows no rules of languages. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

uint32_t letters_turn(uint32_t rune, bool capital); /* into that; others stay as they are */
