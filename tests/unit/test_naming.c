/* naming: a peer's path stays below the folder, and shows nothing that a terminal would obey. */
#include "files/naming.h"

#include "tests/unit/support.h"

static char clean[PARCEL_PATH + 1];

/* The path as it is used; NULL: it is refused. */
static const char *path_of(struct span raw)
{
	struct writer w = writer_of(clean, sizeof clean - 1);
	if (!naming_path(raw, &w))
		return NULL;
	clean[w.len] = 0;
	assert_true(w.len <= raw.len);
	return clean;
}

static void test_good_paths_stay_as_they_are(void **state)
{
	(void)state;
	static const char *const good[] = { "a",
		                            "a/b/c",
		                            "a b (1).txt",
		                            "dir/.hidden",
		                            "dir/-rf",
		                            "a\\b",
		                            "C:",
		                            "a..",
		                            "...x",
		                            "\xc3\xa9t\xc3\xa9",
		                            "\xe5\xb0\x8f\xe6\x98\x8e",
		                            "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae",
		                            "~",
		                            "*",
		                            "nul",
		                            "$(x)" };
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		const char *want = strcmp(good[i], "...x") == 0 ? "_..x" : good[i];
		assert_string_equal(path_of(span_text(good[i])), want);
	}
}

static void test_what_a_terminal_would_obey_is_replaced(void **state)
{
	(void)state;
	static const struct {
		const char *raw, *want;
	} cases[] = {
		{ "\x1b[2Jx", "_[2Jx" },
		{ "a\nb\tc\rd\x7f", "a_b_c_d_" },
		{ "\xc2\x9b", "_" }, /* CSI of C1 */
		{ "gnp.\xe2\x80\xae"
		  "exe",
		  "gnp._exe" }, /* right-to-left override */
		{ "a\xe2\x81\xa6"
		  "b\xe2\x80\xa8"
		  "c",
		  "a_b_c" },
		{ "\xff\xfe", "__" },
		{ "\xc0\xae\xc0\xae/x", "____/x" }, /* overlong dots */
		{ "\xed\xa0\x80", "___" },          /* a surrogate */
		{ "\xe2\x82", "__" },               /* cut */
		{ ".ssh/authorized_keys", "_ssh/authorized_keys" },
		{ "-rf", "_rf" },
		{ ".bashrc", "_bashrc" },
		{ "...", "_.." },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_string_equal(path_of(span_text(cases[i].raw)), cases[i].want);
	struct writer w = writer_of(clean, sizeof clean);
	assert_true(naming_clean(span_text(".x\n"), false, &w)); /* a name inside an item */
	assert_span_text(written(&w), ".x_");
}

static void test_what_would_lead_elsewhere_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = { "",   "/",    "/a",    "a/",   "a//b",     ".",
		                           "..", "a/..", "a/./b", "../a", "a/../../b" };
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_null(path_of(span_text(bad[i])));
	assert_null(path_of(span_of("a\0b", 3)));
	assert_null(path_of(span_of("\0", 1)));
}

static void test_paths_are_bounded(void **state)
{
	(void)state;
	char long_path[PARCEL_PATH + 2];
	memset(long_path, 'a', sizeof long_path);
	assert_non_null(path_of(span_of(long_path, PARCEL_NAME)));
	assert_null(path_of(span_of(long_path, PARCEL_NAME + 1)));
	for (size_t i = 1; i < sizeof long_path; i += 2)
		long_path[i] = '/';
	assert_non_null(path_of(span_of(long_path, 2 * PARCEL_DEPTH - 1)));
	assert_null(path_of(span_of(long_path, 2 * PARCEL_DEPTH + 1)));
	memset(long_path, 'a', sizeof long_path);
	for (size_t i = 200; i < sizeof long_path; i += 200)
		long_path[i] = '/';
	assert_non_null(path_of(span_of(long_path, PARCEL_PATH)));
	assert_null(path_of(span_of(long_path, PARCEL_PATH + 1)));
}

static void test_parts_of_different_files_have_different_names(void **state)
{
	(void)state;
	char names[5][NAMING_PART];
	uint8_t peer[32] = "peer", other[32] = "other", version[PARCEL_VERSION] = "1";
	struct span first = span_of(version, sizeof version), none = span_of(NULL, 0);
	naming_part(peer, first, span_text("a"), names[0]);
	naming_part(peer, first, span_text("b"), names[1]);
	naming_part(other, first, span_text("a"), names[2]);
	naming_part(peer, none, span_text("a"), names[3]);
	version[15] = 1;
	naming_part(peer, first, span_text("a"), names[4]);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(strlen(names[i]), NAMING_PART - 1);
		assert_memory_equal(names[i], ".schat-", 7);
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(names[i], names[j]);
	}
	/* an item cannot have such a name */
	char path[NAMING_PART];
	memcpy(path, names[0], sizeof path);
	assert_int_equal(path_of(span_text(path))[0], '_');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_paths_stay_as_they_are),
		cmocka_unit_test(test_what_a_terminal_would_obey_is_replaced),
		cmocka_unit_test(test_what_would_lead_elsewhere_is_refused),
		cmocka_unit_test(test_paths_are_bounded),
		cmocka_unit_test(test_parts_of_different_files_have_different_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
