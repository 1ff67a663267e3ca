/* json_read: see json_read.h. */
#include "ui/json_read.h"

#include "base/text.h"

/* That every reader of JSON has exactly (RFC 8259 section 6). */
#define LARGEST ((UINT64_C(1) << 53) - 1)

/* Every parser returns NULL, or what is wrong. */

static void skip_blanks(struct reader *r)
{
	while (r->left > 0 && (*r->at == ' ' || *r->at == '\t' || *r->at == '\r'))
		read_u8(r);
}

static bool next_is(const struct reader *r, char c)
{
	return r->left > 0 && *r->at == (uint8_t)c;
}

static bool skip(struct reader *r, char c)
{
	if (!next_is(r, c))
		return false;
	read_u8(r);
	return true;
}

static bool read_hex4(struct reader *r, uint32_t *v)
{
	*v = 0;
	for (int i = 0; i < 4; i++) {
		uint8_t c = read_u8(r);
		uint8_t lower = c | 0x20;
		if (c >= '0' && c <= '9')
			*v = *v << 4 | (uint32_t)(c - '0');
		else if (lower >= 'a' && lower <= 'f')
			*v = *v << 4 | (uint32_t)(lower - 'a' + 10);
		else
			return false;
	}
	return true;
}

/* After \u: one unit, or the two of a surrogate pair. */
static const char *read_unicode(struct reader *r, struct writer *out)
{
	uint32_t rune, low;
	uint8_t utf8[4];
	if (!read_hex4(r, &rune))
		return "\\u needs four hexadecimal digits";
	if (rune >= 0xd800 && rune <= 0xdbff) {
		if (!skip(r, '\\') || !skip(r, 'u') || !read_hex4(r, &low) || low < 0xdc00 ||
		    low > 0xdfff)
			return "half of a surrogate pair";
		rune = 0x10000 + ((rune - 0xd800) << 10) + (low - 0xdc00);
	}
	size_t len = utf8_encode(rune, utf8);
	if (len == 0)
		return "half of a surrogate pair";
	write_span(out, span_of(utf8, len));
	return NULL;
}

static const char *read_escape(struct reader *r, struct writer *out)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	uint8_t c = read_u8(r);
	if (c == 'u')
		return read_unicode(r, out);
	for (size_t i = 0; names[i]; i++) {
		if (c == (uint8_t)names[i]) {
			write_u8(out, (uint8_t)values[i]);
			return NULL;
		}
	}
	return "unknown escape";
}

static const char *read_string(struct reader *r, struct writer *out, struct span *text)
{
	size_t begin = out->len;
	if (!skip(r, '"'))
		return "a string is missing";
	for (;;) {
		const char *wrong = NULL;
		if (r->left == 0)
			return "a string does not end";
		uint8_t c = read_u8(r);
		if (c == '"')
			break;
		if (c < 0x20)
			wrong = "a control character in a string";
		else if (c == '\\')
			wrong = read_escape(r, out);
		else
			write_u8(out, c);
		if (wrong)
			return wrong;
	}
	*text = span_of(out->at + begin, out->len - begin);
	return NULL;
}

static bool skip_digits(struct reader *r)
{
	size_t before = r->left;
	while (r->left > 0 && *r->at >= '0' && *r->at <= '9')
		read_u8(r);
	return r->left < before;
}

static const char *skip_number(struct reader *r)
{
	static const char wrong[] = "not a number";
	skip(r, '-');
	if (!skip(r, '0') && !skip_digits(r))
		return wrong;
	if (skip(r, '.') && !skip_digits(r))
		return wrong;
	if (skip(r, 'e') || skip(r, 'E')) {
		if (!skip(r, '+'))
			skip(r, '-');
		if (!skip_digits(r))
			return wrong;
	}
	return NULL;
}

static bool skip_word(struct reader *r, const char *word)
{
	struct span w = span_text(word);
	if (r->left < w.len || !span_equal(span_of(r->at, w.len), w))
		return false;
	read_span(r, w.len);
	return true;
}

/* A value that is no string. */
static const char *skip_value(struct reader *r)
{
	if (next_is(r, '{') || next_is(r, '['))
		return "objects and lists inside are not accepted";
	if (next_is(r, '-') || (r->left > 0 && *r->at >= '0' && *r->at <= '9'))
		return skip_number(r);
	if (skip_word(r, "true") || skip_word(r, "false") || skip_word(r, "null"))
		return NULL;
	return "a value is missing";
}

static struct json_field *find(struct json_field *fields, size_t count, struct span name)
{
	for (size_t i = 0; i < count; i++) {
		if (span_is(name, fields[i].name))
			return &fields[i];
	}
	return NULL;
}

static const char *read_member(struct reader *r, struct json_field *fields, size_t count,
			       struct writer *scratch)
{
	struct span name, text;
	const char *wrong = read_string(r, scratch, &name);
	if (wrong)
		return wrong;
	struct json_field *field = find(fields, count, name);
	skip_blanks(r);
	if (!skip(r, ':'))
		return "a colon is missing";
	skip_blanks(r);
	struct reader before = *r;
	bool string = next_is(r, '"');
	wrong = string ? read_string(r, scratch, &text) : skip_value(r);
	if (wrong || !field)
		return wrong;
	if (!string && !field->number)
		return "a string is wanted";
	if (field->number && (string || !text_read_u64(span_of(before.at, before.left - r->left),
						       LARGEST, &field->value)))
		return "a whole number is wanted";
	if (field->given)
		return "a name comes twice";
	field->given = true;
	if (string)
		field->text = text;
	return NULL;
}

const char *json_read(struct span line, struct json_field *fields, size_t count,
		      struct writer *scratch)
{
	struct reader r = reader_of(line);
	if (!utf8_valid(line))
		return "not UTF-8";
	for (size_t i = 0; i < count; i++)
		fields[i].given = false;
	skip_blanks(&r);
	if (!skip(&r, '{'))
		return "not an object";
	skip_blanks(&r);
	for (bool first = true; !skip(&r, '}'); first = false) {
		if (!first && !skip(&r, ','))
			return "a comma or the end of the object is missing";
		skip_blanks(&r);
		const char *wrong = read_member(&r, fields, count, scratch);
		if (wrong)
			return wrong;
		skip_blanks(&r);
	}
	skip_blanks(&r);
	if (!read_end(&r))
		return "more than one object in a line";
	return scratch->full ? "too long" : NULL;
}
