#include "ui/json_write.h"

#include "base/text.h"
#include "base/utf8.h"
#include "ui/safe.h"

static void add_unit(struct writer *w, uint32_t unit)
{
	write_text(w, "\\u");
	for (unsigned shift = 16; shift > 0; shift -= 4)
		write_u8(w, (uint8_t)text_hex_digit(unit >> (shift - 4)));
}

static void add_rune(struct writer *w, uint32_t rune)
{
	if (rune == '"' || rune == '\\') {
		write_u8(w, '\\');
		write_u8(w, (uint8_t)rune);
	} else if (rune == '\n' || rune == '\t') {
		write_text(w, rune == '\n' ? "\\n" : "\\t");
	} else if (!safe_hides(rune)) {
		utf8_write(w, rune);
	} else if (rune < 0x10000) {
		add_unit(w, rune);
	} else {
		add_unit(w, 0xd800 + ((rune - 0x10000) >> 10));
		add_unit(w, 0xdc00 + ((rune - 0x10000) & 0x3ff));
	}
}

void json_write_begin(struct writer *w, const char *event)
{
	text_write(w, "{\"v\":1,\"ev\":\"%s\"", event);
}

void json_write_text(struct writer *w, const char *name, struct span text)
{
	text_write(w, ",\"%s\":\"", name);
	while (text.len > 0)
		add_rune(w, utf8_take(&text));
	write_text(w, "\"");
}

void json_write_number(struct writer *w, const char *name, uint64_t number)
{
	text_write(w, ",\"%s\":%ju", name, (uintmax_t)number);
}

void json_write_thousandths(struct writer *w, const char *name, uint64_t number)
{
	text_write(w, ",\"%s\":%ju.%03u", name, (uintmax_t)(number / 1000),
	           (unsigned)(number % 1000));
}

void json_write_true(struct writer *w, const char *name)
{
	text_write(w, ",\"%s\":true", name);
}

void json_write_end(struct writer *w)
{
	write_text(w, "}\n");
}
