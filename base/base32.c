/* base32: see base32.h. Digits are mapped by arithmetic instead of tables and branches: keys pass
 * through here. */
#include "base/base32.h"

static char base32_digit(uint32_t v)
{
	return (char)(v + 'a' - (bytes_in_range(v, 26, 31) & ('a' + 26 - '2')));
}

/* 0..31, or all bits set. */
static uint32_t base32_value(uint32_t c)
{
	uint32_t lower = bytes_in_range(c, 'a', 'z'), upper = bytes_in_range(c, 'A', 'Z'),
		 digit = bytes_in_range(c, '2', '7');
	return (lower & (c - 'a')) | (upper & (c - 'A')) | (digit & (c - '2' + 26)) |
	       ~(lower | upper | digit);
}

void base32_encode(struct span in, char *out)
{
	uint32_t bits = 0; /* the low have bits wait to be written */
	unsigned have = 0;
	for (size_t i = 0; i < in.len; i++) {
		bits = bits << 8 | in.at[i];
		for (have += 8; have >= 5; have -= 5)
			*out++ = base32_digit(bits >> (have - 5) & 31);
	}
	if (have > 0)
		*out++ = base32_digit(bits << (5 - have) & 31);
	*out = 0;
}

bool base32_decode(struct span in, uint8_t *out, size_t out_len)
{
	if (in.len % 8 == 1 || in.len % 8 == 3 || in.len % 8 == 6 ||
	    in.len / 8 * 5 + in.len % 8 * 5 / 8 != out_len)
		return false;

	/* First whether: out stays untouched by what is wrong. Characters' validity is no secret,
	 * their values are. */
	uint32_t foreign = 0, bits = 0;
	/*@ loop invariant i <= in.len;
	    loop assigns i, bits, foreign;
	    loop variant in.len - i; */
	for (size_t i = 0; i < in.len; i++) {
		bits = base32_value(in.at[i]);
		foreign |= bits;
	}
	unsigned spare = (unsigned)(in.len % 8 * 5 % 8);
	if (foreign >> 5 != 0 || (bits & ((UINT32_C(1) << spare) - 1)) != 0)
		return false;

	unsigned have = 0;
	bits = 0;
	/*@ loop invariant i <= in.len && have < 8;
	    loop invariant \base_addr(out) == \base_addr(\at(out, Pre));
	    loop invariant 8 * (out - \at(out, Pre)) + have == 5 * i;
	    loop assigns i, bits, have, out, \at(out, Pre)[0 .. out_len - 1];
	    loop variant in.len - i; */
	for (size_t i = 0; i < in.len; i++) {
		bits = bits << 5 | base32_value(in.at[i]);
		have += 5;
		if (have >= 8) {
			have -= 8;
			*out++ = (uint8_t)(bits >> have);
		}
	}
	return true;
}
