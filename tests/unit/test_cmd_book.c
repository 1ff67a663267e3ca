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

/* A line that can't be read costs itself alone, is named, and stays when others change. */
static void test_book_wrong_line_costs_itself(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"alice\n",
		("bob " KEY_B "\n"),
		"alice schat-x25519 AAAA\n",
		("7-velvet-anchor " KEY_A "\n"),
		("alice " KEY_A " since=then\n"),
		("alice " KEY_A " \x1b[31m\n"),
	};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct book_faults faults;
		char file[1024];
		snprintf(file, sizeof file, "bob " KEY_C "\n%scarol " KEY_A "\n", lines[i]);
		write_peers(file);
		struct book *b = load_book();
		assert_int_equal(b->count, 2);
		assert_true(public_key_equal(
		    &book_named(b, span_text("bob"))->key,
		    &(struct public_key){ KEY_X25519, 32,
		                          "\3\3\3\3\3\3\3\3\3\3\3"
		                          "\3\3\3\3\3\3\3\3\3\3\3\3\3\3\3\3\3\3\3\3\3" }));
		book_read(b, span_text(file), &faults);
		assert_int_equal(faults.count, 1);
		assert_int_equal(faults.first[0].line, 2);
		assert_true(strlen(faults.first[0].why) > 0);
		assert_int_equal(book_change(b, "carol", NULL), 0);
		assert_non_null(strstr(peers(), lines[i]));
		assert_int_equal(b->count, 1);
		book_wipe(b);
	}
}

static void test_book_many_wrong_lines_are_counted(void **state)
{
	(void)state;
	struct book_faults faults;
	static struct book b;
	book_read(&b, span_text("a\nb\n\n# c\nd\ne\nf"), &faults);
	assert_int_equal(faults.count, 5);
	assert_int_equal(faults.first[2].line, 5);
}

/* Forgetting takes every line of the name: the second, which did not count, must not come up. */
static void test_book_forgets_every_line_of_a_name(void **state)
{
	(void)state;
	write_peers("alice " KEY_A "\nalice " KEY_B "\nbob " KEY_C "\n");
	struct book *b = load_book();
	assert_int_equal(book_change(b, "alice", NULL), 0);
	assert_string_equal(peers(), "bob " KEY_C "\n");
	book_wipe(b);
}

/* As another editor left it. */
static void test_book_reads_what_nobody_sees(void **state)
{
	(void)state;
	write_peers("\xef\xbb\xbf"
	            "alice\xc2\xa0" KEY_A "\r\n\xc2\xa0\r\nbob " KEY_B " shoe=42\xc2\xa0\r\n");
	struct book *b = load_book();
	assert_int_equal(b->count, 2);
	struct contact c = *book_named(b, span_text("alice"));
	strcpy(c.signal, "vps");
	assert_int_equal(book_change(b, "alice", &c), 0);
	assert_int_equal(b->count, 2);
	assert_non_null(strstr(peers(), "alice " KEY_A " signal=vps\n"));
	c = *book_named(b, span_text("bob"));
	strcpy(c.name, "rob");
	assert_int_equal(book_change(b, "bob", &c), 0);
	assert_non_null(strstr(peers(), "rob " KEY_B " shoe=42\n"));
	book_wipe(b);
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
		WORLD_TEST(test_book_wrong_line_costs_itself),
		WORLD_TEST(test_book_many_wrong_lines_are_counted),
		WORLD_TEST(test_book_forgets_every_line_of_a_name),
		WORLD_TEST(test_book_reads_what_nobody_sees),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
