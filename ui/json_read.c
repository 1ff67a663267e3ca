/* json_read: see json_read.h. */
#include "ui/json_read.h"

#include "base/text.h"
#include "base/utf8.h"

/* The largest integer that every JSON reader represents exactly (RFC 8259 section 6). */
#define LARGEST ((UINT64_C(1) << 53) - 1)

static const char not_utf8[] = "not UTF-8";

/* Functions that return const char * return what is wrong, in a few words, or NULL. */

static const char *first_of(const char *one, const char *other)
{
	return one != NULL ? one : other;
}

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
	if (!read_hex4(r, &rune))
		return "\\u needs four hexadecimal digits";
	if (rune >= 0xd800 && rune <= 0xdbff) {
		if (!skip(r, '\\') || !skip(r, 'u') || !read_hex4(r, &low) || low < 0xdc00 ||
		    low > 0xdfff)
			return "half of a surrogate pair";
		rune = 0x10000 + ((rune - 0xd800) << 10) + (low - 0xdc00);
	}
	if (rune >= 0xdc00 && rune <= 0xdfff)
		return "half of a surrogate pair";
	utf8_write(out, rune);
	return NULL;
}

static const char *read_escape(struct reader *r, struct writer *out)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	uint8_t c = read_u8(r);
	if (c == 'u')
		return read_unicode(r, out);
	for (size_t i = 0; i < sizeof names - 1; i++) {
		if (c == (uint8_t)names[i]) {
			write_u8(out, (uint8_t)values[i]);
			return NULL;
		}
	}
	return "unknown escape";
}

/* Reads to the end of the string even if something in it is wrong. False: it has no end. */
static bool read_string(struct reader *r, struct writer *out, struct span *text, const char **wrong)
{
	size_t begin = out->len;
	*wrong = NULL;
	if (!skip(r, '"')) {
		*wrong = "a string is missing";
		return false;
	}
	for (;;) {
		const char *why = NULL;
		if (r->left == 0) {
			*wrong = first_of(*wrong, "a string does not end");
			return false;
		}
		uint8_t c = read_u8(r);
		if (c == '"')
			break;
		if (c < 0x20)
			why = "a control character in a string";
		else if (c == '\\')
			why = read_escape(r, out);
		else
			write_u8(out, c);
		*wrong = first_of(*wrong, why);
	}
	*text = span_of(out->at + begin, out->len - begin);
	return true;
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

/* A value that is not a string. */
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

/* Takes the value for field, if it is of the wanted kind. */
static const char *take_value(struct json_field *field, bool string, struct span text,
                              struct span raw)
{
	if (!string && !field->number)
		return "a string is wanted";
	if (field->number && (string || !text_read_u64(raw, LARGEST, &field->value)))
		return "a whole number is wanted";
	if (!utf8_valid(text))
		return not_utf8;
	field->given = true;
	field->text = text;
	return NULL;
}

/* False: the syntax is broken, so the rest can't be read. */
static bool read_member(struct reader *r, struct json_field *fields, size_t count,
                        struct writer *scratch, const char **wrong)
{
	struct span name, text = span_of(NULL, 0);
	const char *name_wrong;
	if (!read_string(r, scratch, &name, wrong))
		return false;
	name_wrong = *wrong;
	struct json_field *field = name_wrong != NULL ? NULL : find(fields, count, name);
	skip_blanks(r);
	*wrong = "a colon is missing";
	if (!skip(r, ':'))
		return false;
	skip_blanks(r);
	struct reader before = *r;
	bool string = next_is(r, '"');
	if (string && !read_string(r, scratch, &text, wrong))
		return false;
	if (!string && (*wrong = skip_value(r)) != NULL)
		return false;
	*wrong = first_of(name_wrong, *wrong);
	if (field == NULL || field->twice)
		return true;
	field->twice = field->seen;
	field->seen = true;
	if (field->twice) {
		field->given = false;
		*wrong = first_of(*wrong, "a name comes twice");
	} else if (*wrong == NULL) {
		*wrong = take_value(field, string, text, span_of(before.at, before.left - r->left));
	}
	return true;
}

/* Reads the members up to the closing brace. Returns the first thing that is wrong. */
static const char *read_members(struct reader *r, struct json_field *fields, size_t count,
                                struct writer *scratch)
{
	const char *first = NULL, *wrong;
	for (bool any = false; !skip(r, '}'); any = true) {
		if (any && !skip(r, ','))
			return first_of(first, "a comma or the end of the object is missing");
		skip_blanks(r);
		bool goes_on = read_member(r, fields, count, scratch, &wrong);
		first = first_of(first, wrong);
		if (!goes_on)
			return first;
		skip_blanks(r);
	}
	return first;
}

const char *json_read(struct span line, struct json_field *fields, size_t count,
                      struct writer *scratch)
{
	struct reader r = reader_of(line);
	bool valid = utf8_valid(line);
	for (size_t i = 0; i < count; i++)
		fields[i].given = fields[i].seen = fields[i].twice = false;
	skip_blanks(&r);
	if (!skip(&r, '{'))
		return valid ? "not an object" : not_utf8;
	skip_blanks(&r);
	const char *wrong = read_members(&r, fields, count, scratch);
	if (wrong != NULL || !valid)
		return valid ? wrong : not_utf8;
	skip_blanks(&r);
	if (!read_end(&r))
		return "more than one object in a line";
	return scratch->full ? "too long" : NULL;
}
