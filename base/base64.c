/* base64: see base64.h. Digits are mapped by arithmetic instead of tables and branches: keys pass
 * through here. */
#include "base/base64.h"

#include "base/split.h"

static uint8_t base64_digit(uint32_t v)
{
	return (uint8_t)((bytes_in_range(v, 0, 25) & (v + 'A')) |
	                 (bytes_in_range(v, 26, 51) & (v - 26 + 'a')) |
	                 (bytes_in_range(v, 52, 61) & (v - 52 + '0')) |
	                 (bytes_in_range(v, 62, 62) & '+') | (bytes_in_range(v, 63, 63) & '/'));
}

/* 0..63, or all bits set. */
static uint32_t base64_value(uint32_t c)
{
	uint32_t upper = bytes_in_range(c, 'A', 'Z'), lower = bytes_in_range(c, 'a', 'z'),
		 digit = bytes_in_range(c, '0', '9'), plus = bytes_in_range(c, '+', '+'),
		 slash = bytes_in_range(c, '/', '/');
	return (upper & (c - 'A')) | (lower & (c - 'a' + 26)) | (digit & (c - '0' + 52)) |
	       (plus & 62) | (slash & 63) | ~(upper | lower | digit | plus | slash);
}

void base64_encode(struct span in, struct writer *out)
{
	if (in.len > (SIZE_MAX / 4 - 1) * 3 || (in.len + 2) / 3 * 4 > writer_room(out)) {
		out->full = true;
		return;
	}
	for (size_t i = 0; i < in.len; i += 3) {
		size_t left = in.len - i;
		uint32_t bits = (uint32_t)in.at[i] << 16;
		bits |= left > 1 ? (uint32_t)in.at[i + 1] << 8 : 0;
		bits |= left > 2 ? in.at[i + 2] : 0;
		write_u8(out, base64_digit(bits >> 18));
		write_u8(out, base64_digit(bits >> 12 & 63));
		write_u8(out, left > 1 ? base64_digit(bits >> 6 & 63) : '=');
		write_u8(out, left > 2 ? base64_digit(bits & 63) : '=');
	}
}

/* True when in is base64: digits, then 0 to 2 '=' that complete the last four, and the bits they
 * leave over are zero. */
static bool base64_well_formed(struct span in, size_t *digits)
{
	size_t pads = 0;
	uint32_t last = 0, foreign = 0;
	*digits = 0;
	/*@ loop invariant *digits + pads <= i <= in.len;
	    loop assigns i, pads, last, foreign, *digits;
	    loop variant in.len - i; */
	for (size_t i = 0; i < in.len; i++) {
		if (split_is_blank(in.at[i]))
			continue;
		if (in.at[i] == '=') {
			pads++;
			continue;
		}
		if (pads > 0)
			return false;
		last = base64_value(in.at[i]);
		foreign |= last;
		++*digits;
	}
	if (foreign >> 6 != 0 || pads > 2 || (*digits + pads) % 4 != 0)
		return false;
	return (last & ((UINT32_C(1) << 2 * pads) - 1)) == 0;
}

/* Text that is right but does not fit sets full, and is false too. */
bool base64_decode(struct span in, struct writer *out)
{
	size_t digits;
	if (!base64_well_formed(in, &digits))
		return false;
	if (digits / 4 * 3 + digits % 4 * 3 / 4 > writer_room(out))
		out->full = true;
	if (out->full)
		return false;

	uint32_t bits = 0;
	unsigned have = 0;
	/*@ loop invariant i <= in.len && have < 8 && is_writer(out);
	    loop invariant out->at == \at(out->at, Pre) && out->cap == \at(out->cap, Pre);
	    loop assigns i, bits, have, out->len, out->full, out->at[0 .. out->cap];
	    loop variant in.len - i; */
	for (size_t i = 0; i < in.len; i++) {
		if (split_is_blank(in.at[i]) || in.at[i] == '=')
			continue;
		bits = bits << 6 | base64_value(in.at[i]);
		have += 6;
		if (have >= 8) {
			have -= 8;
			write_u8(out, (uint8_t)(bits >> have));
		}
	}
	return true;
}
