/* json_write: see json_write.h. */
#include "ui/json_write.h"

#include "base/text.h"
#include "base/utf8.h"
#include "ui/safe.h"

static void add(struct writer *w, const char *s)
{
	write_span(w, span_text(s));
}

static void add_name(struct writer *w, const char *name)
{
	add(w, ",\"");
	add(w, name);
	add(w, "\":");
}

static void add_unit(struct writer *w, uint32_t unit)
{
	static const char digits[] = "0123456789abcdef";
	add(w, "\\u");
	for (unsigned shift = 16; shift > 0; shift -= 4)
		write_u8(w, (uint8_t)digits[unit >> (shift - 4) & 15]);
}

static void add_rune(struct writer *w, uint32_t rune)
{
	uint8_t utf8[4];
	if (rune == '"' || rune == '\\') {
		write_u8(w, '\\');
		write_u8(w, (uint8_t)rune);
	} else if (rune == '\n' || rune == '\t') {
		add(w, rune == '\n' ? "\\n" : "\\t");
	} else if (!safe_hides(rune)) {
		write_span(w, span_of(utf8, utf8_encode(rune, utf8)));
	} else if (rune < 0x10000) {
		add_unit(w, rune);
	} else {
		add_unit(w, 0xd800 + ((rune - 0x10000) >> 10));
		add_unit(w, 0xdc00 + ((rune - 0x10000) & 0x3ff));
	}
}

void json_begin(struct writer *w, const char *event)
{
	add(w, "{\"v\":1,\"ev\":\"");
	add(w, event);
	add(w, "\"");
}

void json_text(struct writer *w, const char *name, struct span text)
{
	add_name(w, name);
	add(w, "\"");
	while (text.len > 0) {
		uint32_t rune;
		int size = utf8_decode(text, &rune);
		add_rune(w, size > 0 ? rune : 0xfffd);
		size_t used = size > 0 ? (size_t)size : 1;
		text = span_of(text.at + used, text.len - used);
	}
	add(w, "\"");
}

void json_string(struct writer *w, const char *name, const char *text)
{
	if (text && *text)
		json_text(w, name, span_text(text));
}

void json_number(struct writer *w, const char *name, uint64_t number)
{
	char digits[24];
	struct text t = text_of(digits, sizeof digits);
	text_add_u64(&t, number);
	add_name(w, name);
	add(w, digits);
}

void json_thousandths(struct writer *w, const char *name, uint64_t number)
{
	char digits[24];
	struct text t = text_of(digits, sizeof digits);
	text_add(&t, ".");
	text_add_padded(&t, number % 1000, 3);
	json_number(w, name, number / 1000);
	add(w, digits);
}

void json_true(struct writer *w, const char *name)
{
	add_name(w, name);
	add(w, "true");
}

void json_end(struct writer *w)
{
	add(w, "}\n");
}
