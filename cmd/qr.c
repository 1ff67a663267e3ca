#include "cmd/qr.h"

#include <string.h>

enum { VERSIONS = 6, CODEWORDS = 172, EC_MOST = 26, MASKS = 8 };

/* Of each version: codewords of data and of error correction in a block, and the blocks. */
static const struct layout {
	uint8_t data, ec, blocks;
} layouts[VERSIONS] = { { 19, 7, 1 },  { 34, 10, 1 },  { 55, 15, 1 },
	                { 80, 20, 1 }, { 108, 26, 1 }, { 68, 18, 2 } };

/* ---- codewords ---- */

/* In GF(256) modulo x^8 + x^4 + x^3 + x^2 + 1. */
static uint8_t multiply(uint8_t a, uint8_t b)
{
	unsigned product = 0;
	for (unsigned bit = 8; bit-- > 0;) {
		product = product << 1 ^ (product >> 7) * 0x11d;
		product ^= (b >> bit & 1) * (unsigned)a;
	}
	return (uint8_t)product;
}

/* The remainder of data * x^n by (x - 1)(x - 2)(x - 4)... */
static void correct(const uint8_t *data, size_t len, uint8_t *out, size_t n)
{
	uint8_t generator[EC_MOST] = { 0 }, root = 1;
	generator[n - 1] = 1;
	for (size_t i = 0; i < n; i++, root = multiply(root, 2))
		for (size_t j = 0; j < n; j++)
			generator[j] =
			    multiply(generator[j], root) ^ (j + 1 < n ? generator[j + 1] : 0);
	memset(out, 0, n);
	for (size_t i = 0; i < len; i++) {
		uint8_t factor = data[i] ^ out[0];
		memmove(out, out + 1, n - 1);
		out[n - 1] = 0;
		for (size_t j = 0; j < n; j++)
			out[j] ^= multiply(generator[j], factor);
	}
}

/* Mode 4 (bytes), the length, the text, a 0, padding; four bits off. */
static void put_data(uint8_t *data, size_t cap, struct span text)
{
	data[0] = (uint8_t)(4 << 4 | text.len >> 4);
	data[1] = (uint8_t)(text.len << 4);
	for (size_t i = 0; i < text.len; i++) {
		data[i + 1] |= text.at[i] >> 4;
		data[i + 2] = (uint8_t)(text.at[i] << 4);
	}
	for (size_t i = text.len + 2; i < cap; i++)
		data[i] = (i - text.len) % 2 == 0 ? 0xec : 0x11;
}

/* All codewords in the order in which they are drawn: the blocks by turns. */
static size_t put_codewords(const struct layout *l, struct span text, uint8_t out[CODEWORDS])
{
	uint8_t data[CODEWORDS] = { 0 }, ec[2][EC_MOST] = { { 0 } };
	size_t len = 0;
	put_data(data, (size_t)l->data * l->blocks, text);
	for (size_t b = 0; b < l->blocks; b++)
		correct(data + b * l->data, l->data, ec[b], l->ec);
	for (size_t i = 0; i < l->data; i++)
		for (size_t b = 0; b < l->blocks; b++)
			out[len++] = data[b * l->data + i];
	for (size_t i = 0; i < l->ec; i++)
		for (size_t b = 0; b < l->blocks; b++)
			out[len++] = ec[b][i];
	return len;
}

/* ---- modules ---- */

static void fix(struct qr *q, unsigned row, unsigned column, bool dark)
{
	q->fixed[row][column] = 1;
	q->dark[row][column] = dark;
}

static unsigned apart(unsigned a, unsigned b)
{
	return a > b ? a - b : b - a;
}

/* Rings around a centre: dark, light, dark... of so many modules; what lies outside is left out. */
static void put_rings(struct qr *q, unsigned row, unsigned column, unsigned radius, unsigned light)
{
	for (unsigned r = 0; r < q->side; r++)
		for (unsigned c = 0; c < q->side; c++) {
			unsigned x = apart(c, column), y = apart(r, row), far = x > y ? x : y;
			if (far <= radius)
				fix(q, r, c, far != light && far != 4);
		}
}

static void put_patterns(struct qr *q)
{
	unsigned end = q->side - 1;
	for (unsigned i = 0; i <= end; i++) {
		fix(q, 6, i, i % 2 == 0);
		fix(q, i, 6, i % 2 == 0);
	}
	put_rings(q, 3, 3, 4, 2);
	put_rings(q, 3, end - 3, 4, 2);
	put_rings(q, end - 3, 3, 4, 2);
	if (q->side > 21)
		put_rings(q, end - 6, end - 6, 2, 1);
}

/* Error correction L and the mask, with their own correction; twice. */
static void put_format(struct qr *q, unsigned mask)
{
	unsigned word = 1 << 3 | mask, rest = word, end = q->side - 1;
	for (unsigned i = 0; i < 10; i++)
		rest = rest << 1 ^ (rest >> 9) * 0x537;
	word = (word << 10 | rest) ^ 0x5412;
	for (unsigned i = 0; i < 15; i++) {
		bool dark = word >> i & 1;
		fix(q, i < 6 ? i : i < 8 ? i + 1 : end + i - 14, 8, dark);
		fix(q, 8, i < 8 ? end - i : i == 8 ? 7 : 14 - i, dark);
	}
	fix(q, end - 7, 8, true);
}

/* From the lower right corner up and down again, two columns at a time. */
static void put_codes(struct qr *q, const uint8_t *codes, size_t len)
{
	size_t bit = 0;
	for (unsigned right = q->side - 1; right < q->side; right -= 2) {
		right -= right == 6;
		for (unsigned i = 0; i < 2 * q->side; i++) {
			bool up = ((right + 1) & 2) == 0;
			unsigned row = up ? q->side - 1 - i / 2 : i / 2, column = right - i % 2;
			if (q->fixed[row][column] || bit >= 8 * len)
				continue;
			q->dark[row][column] = codes[bit / 8] >> (7 - bit % 8) & 1;
			bit++;
		}
	}
}

static bool masked(unsigned mask, unsigned r, unsigned c)
{
	switch (mask) {
	case 0: return (r + c) % 2 == 0;
	case 1: return r % 2 == 0;
	case 2: return c % 3 == 0;
	case 3: return (r + c) % 3 == 0;
	case 4: return (r / 2 + c / 3) % 2 == 0;
	case 5: return r * c % 2 + r * c % 3 == 0;
	case 6: return (r * c % 2 + r * c % 3) % 2 == 0;
	default: return ((r + c) % 2 + r * c % 3) % 2 == 0;
	}
}

static void put_mask(struct qr *q, unsigned mask)
{
	for (unsigned r = 0; r < q->side; r++)
		for (unsigned c = 0; c < q->side; c++)
			if (!q->fixed[r][c])
				q->dark[r][c] ^= masked(mask, r, c);
}

/* How hard it is to read, by the standard's first and second rule, which decide in practice: long
 * runs and blocks of one colour. */
static unsigned hardness(const struct qr *q)
{
	unsigned hard = 0;
	for (unsigned i = 0; i < q->side; i++)
		for (unsigned j = 1, row = 1, column = 1; j < q->side; j++) {
			row = q->dark[i][j] == q->dark[i][j - 1] ? row + 1 : 1;
			column = q->dark[j][i] == q->dark[j - 1][i] ? column + 1 : 1;
			hard += row == 5 ? 3 : row > 5;
			hard += column == 5 ? 3 : column > 5;
			if (i > 0 && row > 1 && q->dark[i][j] == q->dark[i - 1][j] &&
			    q->dark[i][j] == q->dark[i - 1][j - 1])
				hard += 3;
		}
	return hard;
}

bool qr_make(struct qr *q, struct span text)
{
	uint8_t codes[CODEWORDS];
	unsigned version = 0, best = 0, least = UINT32_MAX;
	while (version < VERSIONS &&
	       text.len + 2 > (size_t)layouts[version].data * layouts[version].blocks)
		version++;
	if (version == VERSIONS)
		return false;
	*q = (struct qr){ .side = 21 + 4 * version };
	put_patterns(q);
	put_format(q, 0); /* their places */
	put_codes(q, codes, put_codewords(&layouts[version], text, codes));
	for (unsigned mask = 0; mask < MASKS; mask++) {
		put_format(q, mask);
		put_mask(q, mask);
		unsigned hard = hardness(q);
		best = hard < least ? mask : best;
		least = hard < least ? hard : least;
		put_mask(q, mask);
	}
	put_format(q, best);
	put_mask(q, best);
	return true;
}

/* ---- drawing ---- */

static bool is_light(const struct qr *q, unsigned row, unsigned column)
{
	row -= QR_MARGIN; /* below 0: large */
	column -= QR_MARGIN;
	return row >= q->side || column >= q->side || !q->dark[row][column];
}

void qr_draw(const struct qr *q, bool colours, struct text *t)
{
	static const char *const halves[] = { " ", "\u2580", "\u2584", "\u2588" };
	unsigned side = q->side + 2 * QR_MARGIN;
	for (unsigned row = 0; row < side; row += 2) {
		text_add(t, colours ? "\x1b[97;40m" : "");
		for (unsigned column = 0; column < side; column++) {
			bool below = row + 1 < side && is_light(q, row + 1, column);
			text_add(t, halves[is_light(q, row, column) + 2 * below]);
		}
		text_add(t, colours ? "\x1b[0m\n" : "\n");
	}
}
