#include "ui/joining.h"

#include <stddef.h>

/* The Canonical_Combining_Class is Virama, in the scripts of plane 0. */
static const uint16_t viramas[] = {
	0x94d,  0x9cd,  0xa4d,  0xacd,  0xb4d,  0xbcd,  0xc4d,  0xccd,  0xd3b,
	0xd3c,  0xd4d,  0xdca,  0xe3a,  0xeba,  0xf84,  0x1039, 0x103a, 0x1714,
	0x1715, 0x1734, 0x17d2, 0x1a60, 0x1b44, 0x1baa, 0x1bab, 0x1bf2, 0x1bf3,
	0x2d7f, 0xa806, 0xa82c, 0xa8c4, 0xa953, 0xa9c0, 0xaaf6, 0xabed,
};

/* Letters with a Joining_Type of D, R, L or C: Arabic, Syriac, N'Ko, Mandaic, Mongolian, Phags-pa,
 * Hanifi Rohingya, Adlam. */
static const struct {
	uint32_t first, last;
} cursive[] = {
	{ 0x620, 0x64a },     { 0x66e, 0x6d3 },   { 0x6d5, 0x6d5 },   { 0x6ee, 0x6ef },
	{ 0x6fa, 0x6fc },     { 0x6ff, 0x6ff },   { 0x710, 0x77f },   { 0x7ca, 0x7ea },
	{ 0x7fa, 0x7fa },     { 0x840, 0x858 },   { 0x860, 0x88e },   { 0x8a0, 0x8c8 },
	{ 0x1807, 0x1807 },   { 0x1820, 0x18aa }, { 0xa840, 0xa872 }, { 0x10d00, 0x10d23 },
	{ 0x1e900, 0x1e943 },
};

bool joining_follows(uint32_t last)
{
	/*@ loop assigns i;
	    loop variant sizeof(viramas) / sizeof(*viramas) - i; */
	for (size_t i = 0; i < sizeof viramas / sizeof *viramas; i++)
		if (viramas[i] == last)
			return true;
	return false;
}

static bool is_cursive(uint32_t rune)
{
	/*@ loop assigns i;
	    loop variant sizeof(cursive) / sizeof(*cursive) - i; */
	for (size_t i = 0; i < sizeof cursive / sizeof *cursive; i++)
		if (rune >= cursive[i].first && rune <= cursive[i].last)
			return true;
	return false;
}

static bool is_indic(uint32_t rune)
{
	return rune >= 0x900 && rune < 0xe00;
}

bool joining_may(uint32_t joiner, uint32_t base)
{
	return is_cursive(base) || (joiner == JOINING && is_indic(base));
}

bool joining_fits(uint32_t joiner, uint32_t base, uint32_t next)
{
	if (joiner == JOINING_NOT)
		return is_cursive(base) && is_cursive(next);
	if (is_cursive(base))
		return !is_cursive(next) && next != JOINING && next != JOINING_NOT;
	return is_indic(base) && joining_follows(next);
}
