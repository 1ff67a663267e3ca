/* vectors: tests/vectors/protocol.json for tests: a reader of JSON that fails the test where
 * something is missing, and a struct random that gives what a vector says was drawn. */
#pragma once

#include "tests/unit/support.h"

enum json_kind { JSON_OBJECT, JSON_ARRAY, JSON_STRING, JSON_OTHER };

struct json {
	enum json_kind kind;
	const char *key;           /* in its object; "" elsewhere */
	const char *text;          /* of a string or number */
	struct json *first, *next; /* its own, and its brother */
};

/* The whole file; kept until the program ends. */
const struct json *vectors(void);
/* One whose key is this; fails the test when there is none. */
const struct json *json_in(const struct json *object, const char *key);
const struct json *json_find(const struct json *object, const char *key); /* NULL: none */
const char *json_string_of(const struct json *object, const char *key);
uint64_t json_number_of(const struct json *object,
                        const char *key); /* also of a string of digits */
struct span json_hex(const struct json *object, const char *key, uint8_t *out, size_t cap);

/* Bytes in the order in which they are to be drawn; after them the test's own randomness. */
struct drawn {
	struct random random;
	struct test_random rest;
	uint8_t bytes[512];
	size_t len, at;
};

void drawn_start(struct drawn *d);
void drawn_add(struct drawn *d, const struct json *object,
               const char *key);             /* a value of the vectors comes next */
void drawn_any(struct drawn *d, size_t len); /* something is drawn that shows nowhere */
void drawn_used_up(const struct drawn *d);   /* fails when not all was drawn */
