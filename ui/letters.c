#include "ui/letters.h"

#include <stddef.h>

/* Small letters from first to last, each step apart, and so far behind their capitals. */
static const struct {
	uint16_t first, last;
	uint8_t step, behind;
} rows[] = {
	{ 'a', 'z', 1, 32 },     { 0xe0, 0xf6, 1, 32 },   { 0xf8, 0xfe, 1, 32 },
	{ 0x101, 0x12f, 2, 1 },  { 0x133, 0x137, 2, 1 },  { 0x13a, 0x148, 2, 1 },
	{ 0x14b, 0x177, 2, 1 },  { 0x17a, 0x17e, 2, 1 },  { 0x3b1, 0x3c1, 1, 32 },
	{ 0x3c3, 0x3cb, 1, 32 }, { 0x430, 0x44f, 1, 32 }, { 0x450, 0x45f, 1, 80 },
	{ 0x461, 0x481, 2, 1 },  { 0x48b, 0x4bf, 2, 1 },  { 0x4d1, 0x52f, 2, 1 },
	{ 0x561, 0x586, 1, 48 },
};

uint32_t letters_turn(uint32_t rune, bool capital)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		uint32_t first = capital ? rows[i].first : rows[i].first - rows[i].behind;
		uint32_t last = first + rows[i].last - rows[i].first;
		if (rune >= first && rune <= last && (rune - first) % rows[i].step == 0)
			return capital ? rune - rows[i].behind : rune + rows[i].behind;
	}
	return rune;
}
