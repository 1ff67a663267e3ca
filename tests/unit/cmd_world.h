/* cmd_world: a home folder of its own for tests of cmd/, with a peers file in it. */
#pragma once

#include <sys/stat.h>

#include "cmd/book.h"
#include "tests/unit/folder.h"

#define KEY_A "schat-x25519 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
#define KEY_B "schat-x25519 AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="
#define KEY_C "schat-x25519 AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM="

static inline int world_setup(void **state)
{
	return folder_setup(state) == 0 ? setenv("SCHAT_HOME", folder, 1) : -1;
}

static inline void write_peers(const char *text)
{
	char path[128];
	snprintf(path, sizeof path, "%s/peers", folder);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static inline struct contact world_contact(const char *name, const char *key)
{
	struct contact c = { .name = "" };
	strcpy(c.name, name);
	assert_int_equal(public_key_read(span_text(key), &c.key), OK);
	return c;
}

static inline struct book *load_book(void)
{
	static struct book b;
	assert_int_equal(book_load(&b), 0);
	return &b;
}

/* A test with a home of its own. */
#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, folder_teardown)
