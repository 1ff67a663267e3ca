#include "base/text.h"

#include <string.h>

#include "base/assert.h"
#include "base/utf8.h"

ONE_COPY struct text text_of(char *at, size_t cap)
{
	assert(cap >= 1);
	at[0] = 0;
	return (struct text){ at, 0, cap, false };
}

/* After a cut nothing more is added: a text with a hole would read as another text. */
void text_add_span(struct text *t, struct span s)
{
	if (t->cut || s.len == 0)
		return;
	size_t room = t->cap - 1 - t->len;
	t->cut = s.len > room;
	memcpy(t->at + t->len, s.at, t->cut ? room : s.len);
	t->len += t->cut ? room : s.len;
	if (t->cut)
		t->len = utf8_whole(text_span(t));
	t->at[t->len] = 0;
}

void text_add(struct text *t, const char *s)
{
	text_add_span(t, span_text(s));
}

static void add_number(struct text *t, uint64_t v, unsigned base, unsigned width)
{
	char digits[20]; /* 2^64 - 1 has 20 */
	size_t count = 0;
	do {
		digits[sizeof digits - ++count] = text_hex_digit((unsigned)(v % base));
		v /= base;
	} while (v > 0);
	for (size_t i = count; i < width; i++)
		text_add(t, "0");
	text_add_span(t, span_of(digits + sizeof digits - count, count));
}

/* What stands behind a %; gives what stands behind that. */
static const char *fill_gap(struct text *t, const char *gap, va_list *more)
{
	unsigned width = 1;
	if (*gap == '0') {
		width = (unsigned)(gap[1] - '0');
		gap += 2;
	}
	if (*gap == 's')
		text_add(t, va_arg(*more, const char *));
	else if (*gap == 'u' || *gap == 'x')
		add_number(t, va_arg(*more, unsigned), *gap == 'u' ? 10 : 16, width);
	else if (*gap == 'j' && *++gap == 'u')
		add_number(t, va_arg(*more, uintmax_t), 10, width);
	else {
		assert(*gap == '%');
		text_add(t, "%");
	}
	return gap + 1;
}

void text_add_word(struct text *t, const char *word)
{
	static const char plain[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@:/._+,=-";
	bool quoted = word[strspn(word, plain)] != 0;
	text_add(t, quoted ? "'" : "");
	for (; *word; word++) {
		const char letter[] = { *word, 0 };
		text_add(t, *word == '\'' ? "'\\''" : letter);
	}
	text_add(t, quoted ? "'" : "");
}

void text_add_format_list(struct text *t, const char *format, va_list more)
{
	va_list rest;
	va_copy(rest, more);
	while (*format) {
		size_t plain = strcspn(format, "%");
		text_add_span(t, span_of(format, plain));
		format += plain;
		if (*format)
			format = fill_gap(t, format + 1, &rest);
	}
	va_end(rest);
}

void text_add_format(struct text *t, const char *format, ...)
{
	va_list more;
	va_start(more, format);
	text_add_format_list(t, format, more);
	va_end(more);
}

void text_write(struct writer *w, const char *format, ...)
{
	struct text t = { .at = (char *)w->at + w->len, .cap = writer_room(w) };
	va_list more;
	va_start(more, format);
	if (t.cap > 0)
		text_add_format_list(&t, format, more);
	va_end(more);
	w->full = t.cap == 0 || t.cut;
	w->len += w->full ? 0 : t.len;
}

void text_add_size(struct text *t, uint64_t bytes)
{
	static const char *const units[] = { "KB", "MB", "GB", "TB", "PB", "EB" };
	uint64_t tenths = bytes / 100;
	unsigned unit = 0;
	for (; tenths >= 10000 && unit < 5; unit++)
		tenths /= 1000;
	if (bytes < 1000)
		text_add_format(t, bytes == 1 ? "%ju byte" : "%ju bytes", bytes);
	else if (tenths < 100)
		text_add_format(t, "%ju.%ju %s", tenths / 10, tenths % 10, units[unit]);
	else
		text_add_format(t, "%ju %s", tenths / 10, units[unit]);
}

void text_add_time(struct text *t, uint64_t seconds)
{
	uint64_t minutes = seconds / 60, hours = minutes / 60;
	if (hours >= 48)
		text_add_format(t, "%ju days", hours / 24);
	else if (hours > 0)
		text_add_format(t, "%ju:%02u:%02u", hours, (unsigned)(minutes % 60),
		                (unsigned)(seconds % 60));
	else
		text_add_format(t, "%ju:%02u", minutes, (unsigned)(seconds % 60));
}

void text_copy(char *to, size_t cap, const char *from)
{
	struct text t = text_of(to, cap);
	text_add(&t, from);
}

struct span text_span(const struct text *t)
{
	return span_of(t->at, t->len);
}

void text_add_u64(struct text *t, uint64_t v)
{
	add_number(t, v, 10, 1);
}

char text_hex_digit(unsigned v)
{
	return "0123456789abcdef"[v & 15];
}

bool text_read_u64(struct span s, uint64_t max, uint64_t *v)
{
	uint64_t sum = 0;
	/*@ loop invariant i <= s.len && sum <= max;
	    loop assigns i, sum;
	    loop variant s.len - i; */
	for (size_t i = 0; i < s.len; i++) {
		if (s.at[i] < '0' || s.at[i] > '9')
			return false;
		uint64_t digit = (uint64_t)(s.at[i] - '0');
		if (digit > max || sum > (max - digit) / 10)
			return false;
		sum = sum * 10 + digit;
	}
	if (s.len == 0)
		return false;
	*v = sum;
	return true;
}

bool text_read_hex(struct span s, uint32_t *v)
{
	*v = 0;
	/*@ loop invariant i <= s.len;
	    loop assigns i, *v;
	    loop variant s.len - i; */
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = s.at[i], lower = c | 0x20;
		if (c >= '0' && c <= '9')
			*v = *v << 4 | (uint32_t)(c - '0');
		else if (lower >= 'a' && lower <= 'f')
			*v = *v << 4 | (uint32_t)(lower - 'a' + 10);
		else
			return false;
	}
	return s.len >= 1 && s.len <= 8;
}
