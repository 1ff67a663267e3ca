/* vectors: see vectors.h. Strings in the file have no escapes. */
#include "tests/unit/vectors.h"

#include <stdio.h>
#include <stdlib.h>

#define FILE_NAME "tests/vectors/protocol.json"

struct source {
	char *at;
};

static char peek(struct source *s)
{
	while (*s->at == ' ' || *s->at == '\n')
		s->at++;
	return *s->at;
}

static void expect(struct source *s, char c)
{
	if (peek(s) != c)
		fail_msg(FILE_NAME ": '%c' expected before %.40s", c, s->at);
	s->at++;
}

/* A string; ends in the text itself, whose quote becomes a 0. */
static const char *read_string(struct source *s)
{
	expect(s, '"');
	char *start = s->at, *end = strchr(start, '"');
	assert_non_null(end);
	assert_null(memchr(start, '\\', (size_t)(end - start)));
	*end = 0;
	s->at = end + 1;
	return start;
}

static struct json *read_value(struct source *s, const char *key);

static void read_children(struct source *s, struct json *parent, bool keyed, char close)
{
	struct json **place = &parent->first;

	s->at++;
	while (peek(s) != close) {
		const char *key = "";
		if (keyed) {
			key = read_string(s);
			expect(s, ':');
		}
		*place = read_value(s, key);
		place = &(*place)->next;
		if (peek(s) != close)
			expect(s, ',');
	}
	s->at++;
}

static struct json *read_value(struct source *s, const char *key)
{
	struct json *j = calloc(1, sizeof *j);
	static char word[64];
	size_t len = 0;

	assert_non_null(j);
	j->key = key;
	switch (peek(s)) {
	case '{':
		j->kind = JSON_OBJECT;
		read_children(s, j, true, '}');
		break;
	case '[':
		j->kind = JSON_ARRAY;
		read_children(s, j, false, ']');
		break;
	case '"':
		j->kind = JSON_STRING;
		j->text = read_string(s);
		break;
	default: /* a number, true, false */
		j->kind = JSON_OTHER;
		while (strchr(",]} \n", *s->at) == NULL && len + 1 < sizeof word)
			word[len++] = *s->at++;
		assert_true(len > 0);
		word[len] = 0;
		j->text = strdup(word);
		break;
	}
	return j;
}

const struct json *vectors(void)
{
	static struct json *whole;
	static char *text;
	long len;

	if (whole != NULL)
		return whole;
	FILE *f = fopen(FILE_NAME, "r");
	if (f == NULL)
		fail_msg(FILE_NAME " cannot be read; tests are run in the folder of the source");
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	len = ftell(f);
	assert_true(len > 0);
	rewind(f);
	text = calloc(1, (size_t)len + 1);
	assert_non_null(text);
	assert_int_equal(fread(text, 1, (size_t)len, f), len);
	fclose(f);
	struct source s = { text };
	whole = read_value(&s, "");
	return whole;
}

const struct json *json_find(const struct json *object, const char *key)
{
	const struct json *j = object->first;

	while (j != NULL && strcmp(j->key, key) != 0)
		j = j->next;
	return j;
}

const struct json *json_in(const struct json *object, const char *key)
{
	const struct json *j = json_find(object, key);

	if (j == NULL)
		fail_msg(FILE_NAME ": no \"%s\" in \"%s\"", key, object->key);
	return j;
}

const char *json_string_of(const struct json *object, const char *key)
{
	const struct json *j = json_in(object, key);

	assert_non_null(j->text);
	return j->text;
}

uint64_t json_number_of(const struct json *object, const char *key)
{
	const char *text = json_string_of(object, key);
	char *end;
	uint64_t n = strtoull(text, &end, 10);

	assert_true(end > text && *end == 0);
	return n;
}

struct span json_hex(const struct json *object, const char *key, uint8_t *out, size_t cap)
{
	return unhex(json_string_of(object, key), out, cap);
}

/* ---- what is drawn ---- */

static void fill(struct random *r, void *to, size_t len)
{
	struct drawn *d = (struct drawn *)r;

	if (d->at == d->len) {
		random_fill(&d->rest.random, to, len);
		return;
	}
	assert_true(len <= d->len - d->at);
	memcpy(to, d->bytes + d->at, len);
	d->at += len;
}

void drawn_start(struct drawn *d)
{
	memset(d, 0, sizeof *d);
	d->random.fill = fill;
	d->rest = test_random(1);
}

void drawn_add(struct drawn *d, const struct json *object, const char *key)
{
	d->len += json_hex(object, key, d->bytes + d->len, sizeof d->bytes - d->len).len;
}

void drawn_any(struct drawn *d, size_t len)
{
	assert_true(len <= sizeof d->bytes - d->len);
	memset(d->bytes + d->len, 0x5a, len);
	d->len += len;
}

void drawn_used_up(const struct drawn *d)
{
	assert_int_equal(d->at, d->len);
}
