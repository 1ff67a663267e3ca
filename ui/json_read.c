#include "ui/json_read.h"

#include "base/text.h"
#include "base/utf8.h"

/* The largest integer that every JSON reader represents exactly (RFC 8259 section 6). */
#define LARGEST ((UINT64_C(1) << 53) - 1)

struct parse {
	struct reader in;
	struct writer *out; /* decoded strings */
	const char *wrong;  /* the first mistake, in a few words; NULL: none */
	unsigned mistakes;
};

static bool fail(struct parse *p, const char *why)
{
	if (p->wrong == NULL)
		p->wrong = why;
	p->mistakes++;
	return false;
}

static bool next_is(const struct parse *p, char c)
{
	return p->in.left > 0 && *p->in.at == (uint8_t)c;
}

static bool skip(struct parse *p, char c)
{
	if (!next_is(p, c))
		return false;
	read_u8(&p->in);
	return true;
}

static void skip_blanks(struct parse *p)
{
	while (skip(p, ' ') || skip(p, '\t') || skip(p, '\r'))
		continue;
}

/* ---- strings ---- */

/* False: they are not there, and nothing was read. */
static bool read_hex4(struct parse *p, uint32_t *v)
{
	if (p->in.left < 4 || !text_read_hex(span_of(p->in.at, 4), v))
		return false;
	read_span(&p->in, 4);
	return true;
}

/* After \u: one unit, or the two of a surrogate pair. */
static bool read_unicode(struct parse *p)
{
	static const char half[] = "half of a surrogate pair";
	uint32_t rune, low;
	if (!read_hex4(p, &rune))
		return fail(p, "\\u needs four hexadecimal digits");
	if (rune >= 0xd800 && rune <= 0xdbff) {
		if (!skip(p, '\\') || !skip(p, 'u') || !read_hex4(p, &low) || low < 0xdc00 ||
		    low > 0xdfff)
			return fail(p, half);
		rune = 0x10000 + ((rune - 0xd800) << 10) + (low - 0xdc00);
	}
	if (rune >= 0xdc00 && rune <= 0xdfff)
		return fail(p, half);
	utf8_write(p->out, rune);
	return true;
}

static bool read_escape(struct parse *p)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	uint8_t c = read_u8(&p->in);
	if (c == 'u')
		return read_unicode(p);
	for (size_t i = 0; i < sizeof names - 1; i++) {
		if (c == (uint8_t)names[i]) {
			write_u8(p->out, (uint8_t)values[i]);
			return true;
		}
	}
	return fail(p, "unknown escape");
}

/* Reads to the end of the string even if something in it is wrong. False: it has no end. */
static bool read_string(struct parse *p, struct span *text)
{
	size_t begin = p->out->len;
	if (!skip(p, '"'))
		return fail(p, "a string is missing");
	while (p->in.left > 0) {
		uint8_t c = read_u8(&p->in);
		if (c == '"') {
			*text = span_of(p->out->at + begin, p->out->len - begin);
			return true;
		}
		if (c < 0x20)
			fail(p, "a control character in a string");
		else if (c == '\\')
			read_escape(p);
		else
			write_u8(p->out, c);
	}
	return fail(p, "a string does not end");
}

/* ---- other values ---- */

static bool skip_digits(struct parse *p)
{
	size_t before = p->in.left;
	while (p->in.left > 0 && *p->in.at >= '0' && *p->in.at <= '9')
		read_u8(&p->in);
	return p->in.left < before;
}

static bool skip_number(struct parse *p)
{
	skip(p, '-');
	bool good = skip(p, '0') || skip_digits(p);
	if (good && skip(p, '.'))
		good = skip_digits(p);
	if (good && (skip(p, 'e') || skip(p, 'E'))) {
		if (!skip(p, '+'))
			skip(p, '-');
		good = skip_digits(p);
	}
	return good || fail(p, "not a number");
}

static bool skip_word(struct parse *p, const char *word)
{
	struct span w = span_text(word);
	if (p->in.left < w.len || !span_equal(span_of(p->in.at, w.len), w))
		return false;
	read_span(&p->in, w.len);
	return true;
}

/* A value that is not a string. */
static bool skip_value(struct parse *p)
{
	if (next_is(p, '{') || next_is(p, '['))
		return fail(p, "objects and lists inside are not accepted");
	if (next_is(p, '-') || (p->in.left > 0 && *p->in.at >= '0' && *p->in.at <= '9'))
		return skip_number(p);
	if (skip_word(p, "true") || skip_word(p, "false") || skip_word(p, "null"))
		return true;
	return fail(p, "a value is missing");
}

/* ---- members ---- */

static struct json_field *find(struct json_field *fields, size_t count, struct span name)
{
	for (size_t i = 0; i < count; i++) {
		if (span_is(name, fields[i].name))
			return &fields[i];
	}
	return NULL;
}

/* Takes the value for field, if it is of the wanted kind. */
static void take_value(struct parse *p, struct json_field *field, bool string, struct span text,
                       struct span raw)
{
	if (!string && !field->number)
		fail(p, "a string is wanted");
	else if (field->number && (string || !text_read_u64(raw, LARGEST, &field->value)))
		fail(p, "a whole number is wanted");
	else if (utf8_valid(text))
		field->given = true;
	field->text = text;
}

/* False: the syntax is broken, so the rest can't be read. */
static bool read_member(struct parse *p, struct json_field *fields, size_t count)
{
	struct span name, text = span_of(NULL, 0);
	unsigned before = p->mistakes;
	if (!read_string(p, &name))
		return false;
	struct json_field *field = p->mistakes == before ? find(fields, count, name) : NULL;
	skip_blanks(p);
	if (!skip(p, ':'))
		return fail(p, "a colon is missing");
	skip_blanks(p);
	struct reader raw = p->in;
	bool string = next_is(p, '"');
	if (string ? !read_string(p, &text) : !skip_value(p))
		return false;
	if (field == NULL || field->times > 1)
		return true;
	if (++field->times > 1) {
		field->given = false;
		fail(p, "a name comes twice");
	} else if (p->mistakes == before) {
		take_value(p, field, string, text, span_of(raw.at, raw.left - p->in.left));
	}
	return true;
}

/* The members, up to the closing brace. */
static bool read_members(struct parse *p, struct json_field *fields, size_t count)
{
	for (bool any = false; !skip(p, '}'); any = true) {
		if (any && !skip(p, ','))
			return fail(p, "a comma or the end of the object is missing");
		skip_blanks(p);
		if (!read_member(p, fields, count))
			return false;
		skip_blanks(p);
	}
	return true;
}

static void read_object(struct parse *p, struct json_field *fields, size_t count)
{
	skip_blanks(p);
	if (!skip(p, '{')) {
		fail(p, "not an object");
		return;
	}
	skip_blanks(p);
	if (!read_members(p, fields, count))
		return;
	skip_blanks(p);
	if (!read_end(&p->in))
		fail(p, "more than one object in a line");
	if (p->out->full)
		fail(p, "too long");
}

const char *json_read(struct span line, struct json_field *fields, size_t count,
                      struct writer *scratch)
{
	struct parse p = { .in = reader_of(line), .out = scratch };
	for (size_t i = 0; i < count; i++) {
		fields[i].given = false;
		fields[i].times = 0;
	}
	read_object(&p, fields, count);
	return utf8_valid(line) ? p.wrong : "not UTF-8";
}
