/* json_write: see json_write.h. */
#include "ui/json_write.h"

#include "base/text.h"
#include "base/utf8.h"
#include "ui/safe.h"

static void add_name(struct writer *w, const char *name)
{
	write_text(w, ",\"");
	write_text(w, name);
	write_text(w, "\":");
}

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
	write_text(w, "{\"v\":1,\"ev\":\"");
	write_text(w, event);
	write_text(w, "\"");
}

void json_write_text(struct writer *w, const char *name, struct span text)
{
	add_name(w, name);
	write_text(w, "\"");
	while (text.len > 0)
		add_rune(w, utf8_take(&text));
	write_text(w, "\"");
}

void json_write_string(struct writer *w, const char *name, const char *text)
{
	if (text != NULL && *text != 0)
		json_write_text(w, name, span_text(text));
}

void json_write_number(struct writer *w, const char *name, uint64_t number)
{
	char digits[24];
	struct text t = text_of(digits, sizeof digits);
	text_add_u64(&t, number);
	add_name(w, name);
	write_text(w, digits);
}

void json_write_thousandths(struct writer *w, const char *name, uint64_t number)
{
	char digits[24];
	struct text t = text_of(digits, sizeof digits);
	text_add(&t, ".");
	text_add_padded(&t, number % 1000, 3);
	json_write_number(w, name, number / 1000);
	write_text(w, digits);
}

void json_write_true(struct writer *w, const char *name)
{
	add_name(w, name);
	write_text(w, "true");
}

void json_write_end(struct writer *w)
{
	write_text(w, "}\n");
}

void json_write_error(struct writer *w, const struct json_error *error)
{
	json_write_begin(w, "error");
	json_write_string(w, "err", err_name(error->err));
	json_write_string(w, "text", error->text);
	if (error->id.len > 0)
		json_write_text(w, "id", error->id);
	if (error->conv > 0)
		json_write_number(w, "conv", error->conv);
}
