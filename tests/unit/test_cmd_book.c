/* book: the contacts on disk are changed without losing what is not ours. */
#include "cmd/book.h"

#include "tests/unit/cmd_world.h"

static const char *peers(void)
{
	static char text[8192];
	char path[128];
	snprintf(path, sizeof path, "%s/peers", folder);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	text[fread(text, 1, sizeof text - 1, f)] = 0;
	fclose(f);
	return text;
}

static void test_book_without_a_file_is_empty_and_takes_the_first(void **state)
{
	(void)state;
	struct book *b = load_book();
	struct contact c = world_contact("alice", KEY_A);
	struct stat st;
	char path[128];
	assert_int_equal(b->count, 0);
	assert_int_equal(book_add(b, &c), 0);
	assert_string_equal(peers(), "alice " KEY_A "\n");
	assert_int_equal(b->count, 1);
	assert_non_null(book_named(b, span_text("alice")));
	assert_non_null(book_of_key(b, &c.key));
	snprintf(path, sizeof path, "%s/peers", folder);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	book_wipe(b);
}

static void test_book_taken_name_gets_a_suffix(void **state)
{
	(void)state;
	struct book *b = load_book();
	struct contact first = world_contact("alice", KEY_A),
		       second = world_contact("alice", KEY_B),
		       third = world_contact("alice", KEY_C);
	assert_int_equal(book_add(b, &first), 0);
	assert_int_equal(book_add(b, &second), 0);
	assert_int_equal(book_add(b, &third), 0);
	assert_string_equal(second.name, "alice-2");
	assert_string_equal(third.name, "alice-3");
	assert_true(contact_name_valid(span_text(second.name)));
	assert_int_equal(b->count, 3);
	book_wipe(b);
}

/* A name that the eye takes for one that is there gets a suffix too. */
static void test_book_look_alike_names_get_a_suffix(void **state)
{
	static const struct {
		const char *there, *name;
		bool alike;
	} table[] = {
		{ "alice", "alice", true },     { "alice", "Alice", true },
		{ "alice", "ALICE", true },     { "alice", "aIice", true },
		{ "alice", "a1ice", true },     { "alice", "al1ce", true },
		{ "alice", "aiIce", true },     { "bob", "b0b", true },
		{ "bob", "BOB", true },         { "bob", "8ob", false },
		{ "modem", "rnodem", true },    { "modern", "modem", true },
		{ "will", "vvill", true },      { "will", "VVi1I", true },
		{ "alice", "alice-2", false },  { "alice-2", "alice", false },
		{ "alice", "alices", false },   { "alice", "alic", false },
		{ "ann", "arn", false },        { "w", "vv", true },
		{ "alice-1", "alice-l", true },
	};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		write_peers("");
		struct book *b = load_book();
		struct contact first = world_contact(table[i].there, KEY_A),
			       second = world_contact(table[i].name, KEY_B);
		char want[LIMIT_NAME + 3];
		assert_int_equal(book_add(b, &first), 0);
		assert_int_equal(book_alike(b, span_text(second.name)) != NULL, table[i].alike);
		assert_int_equal(book_add(b, &second), 0);
		snprintf(want, sizeof want, "%s%s", table[i].name, table[i].alike ? "-2" : "");
		assert_string_equal(second.name, want);
		book_wipe(b);
	}
}

/* The suffixed name must not look like a third one either. */
static void test_book_suffix_is_no_look_alike(void **state)
{
	(void)state;
	write_peers("alice " KEY_A "\nALICE-2 " KEY_B "\n");
	struct book *b = load_book();
	struct contact c = world_contact("Alice", KEY_C);
	assert_int_equal(book_add(b, &c), 0);
	assert_string_equal(c.name, "Alice-3");
	book_wipe(b);
}

static void test_book_longest_name_keeps_room_for_its_suffix(void **state)
{
	(void)state;
	struct book *b = load_book();
	char name[] = "abcdefghijabcdefghijabcdefghijxy";
	struct contact first = world_contact(name, KEY_A), second = world_contact(name, KEY_B);
	assert_int_equal(strlen(name), LIMIT_NAME);
	assert_int_equal(book_add(b, &first), 0);
	assert_int_equal(book_add(b, &second), 0);
	assert_string_equal(second.name, "abcdefghijabcdefghijabcdefghij-2");
	book_wipe(b);
}

static void test_book_change_keeps_what_is_not_ours(void **state)
{
	(void)state;
	write_peers(
	    "# my friends\n\nalice " KEY_A
	    " since=2026-01-02 colour=green addr=tcp://h:1 shoe=42\n  # the other\nbob " KEY_B);
	struct book *b = load_book();
	struct contact c = *book_named(b, span_text("alice"));
	strcpy(c.verified, "2026-02-03");
	c.addr[0] = 0;
	assert_int_equal(book_change(b, "alice", &c), 0);
	assert_string_equal(peers(), "# my friends\n\nalice " KEY_A
	                             " since=2026-01-02 verified=2026-02-03 colour=green shoe=42\n"
	                             "  # the other\nbob " KEY_B "\n");
	assert_int_equal(book_change(b, "bob", NULL), 0);
	assert_int_equal(b->count, 1);
	assert_null(strstr(peers(), "bob"));
	assert_non_null(strstr(peers(), "  # the other\n"));
	book_wipe(b);
}

/* What another process wrote meanwhile stays. */
static void test_book_change_is_made_on_the_file_as_it_is_then(void **state)
{
	(void)state;
	write_peers("alice " KEY_A "\n");
	struct book *b = load_book();
	write_peers("alice " KEY_A "\nbob " KEY_B "\n");
	struct contact c = world_contact("bob", KEY_C);
	assert_int_equal(book_add(b, &c), 0);
	assert_string_equal(c.name, "bob-2");
	assert_int_equal(b->count, 3);
	write_peers("");
	assert_int_equal(book_change(b, "alice", NULL), 6);
	book_wipe(b);
}

static void test_book_wrong_line_is_an_error(void **state)
{
	(void)state;
	static const char *const files[] = {
		"alice\n",
		("alice " KEY_A "\nalice " KEY_B "\n"),
		"alice schat-x25519 AAAA\n",
		("7-velvet-anchor " KEY_A),
	};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		static struct book b;
		write_peers(files[i]);
		assert_int_equal(book_load(&b), 6);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_book_without_a_file_is_empty_and_takes_the_first),
		WORLD_TEST(test_book_taken_name_gets_a_suffix),
		WORLD_TEST(test_book_look_alike_names_get_a_suffix),
		WORLD_TEST(test_book_suffix_is_no_look_alike),
		WORLD_TEST(test_book_longest_name_keeps_room_for_its_suffix),
		WORLD_TEST(test_book_change_keeps_what_is_not_ours),
		WORLD_TEST(test_book_change_is_made_on_the_file_as_it_is_then),
		WORLD_TEST(test_book_wrong_line_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
