/* cmd_world: a home folder of its own for tests of cmd/, with a peers file in it. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cmd/book.h"
#include "tests/unit/support.h"

#define KEY_A "schat-x25519 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
#define KEY_B "schat-x25519 AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="
#define KEY_C "schat-x25519 AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM="

static char folder[64];

static inline int world_setup(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/schat-test-XXXXXX");
	return mkdtemp(folder) ? setenv("SCHAT_HOME", folder, 1) : -1;
}

static inline int world_teardown(void **state)
{
	(void)state;
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command);
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
#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)
