/* book, target: the contacts on disk are changed without losing what is not ours; what connect is
 * told is read as it is printed. */
#include "cmd/book.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cmd/talk/target.h"
#include "tests/unit/support.h"

#define KEY_A "schat-x25519 AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
#define KEY_B "schat-x25519 AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="
#define KEY_C "schat-x25519 AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM="

static char folder[64];

static int setup(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/schat-test-XXXXXX");
	return mkdtemp(folder) ? setenv("SCHAT_HOME", folder, 1) : -1;
}

static int teardown(void **state)
{
	(void)state;
	char command[128];
	snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command);
}

static void write_peers(const char *text)
{
	char path[128];
	snprintf(path, sizeof path, "%s/peers", folder);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

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

static struct contact contact(const char *name, const char *key)
{
	struct contact c = { .name = "" };
	strcpy(c.name, name);
	assert_int_equal(public_key_read(span_text(key), &c.key), OK);
	return c;
}

static struct book *load(void)
{
	struct book *b;
	assert_int_equal(book_load(&b), 0);
	return b;
}

static void test_book_without_a_file_is_empty_and_takes_the_first(void **state)
{
	(void)state;
	struct book *b = load();
	struct contact c = contact("alice", KEY_A);
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
	book_free(b);
}

static void test_book_taken_name_gets_a_suffix(void **state)
{
	(void)state;
	struct book *b = load();
	struct contact first = contact("alice", KEY_A), second = contact("alice", KEY_B),
		       third = contact("alice", KEY_C);
	assert_int_equal(book_add(b, &first), 0);
	assert_int_equal(book_add(b, &second), 0);
	assert_int_equal(book_add(b, &third), 0);
	assert_string_equal(second.name, "alice-2");
	assert_string_equal(third.name, "alice-3");
	assert_true(contact_name_valid(span_text(second.name)));
	assert_int_equal(b->count, 3);
	book_free(b);
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
		struct book *b = load();
		struct contact first = contact(table[i].there, KEY_A),
			       second = contact(table[i].name, KEY_B);
		char want[LIMIT_NAME + 3];
		assert_int_equal(book_add(b, &first), 0);
		assert_int_equal(book_alike(b, span_text(second.name)) != NULL, table[i].alike);
		assert_int_equal(book_add(b, &second), 0);
		snprintf(want, sizeof want, "%s%s", table[i].name, table[i].alike ? "-2" : "");
		assert_string_equal(second.name, want);
		book_free(b);
	}
}

/* The suffixed name must not look like a third one either. */
static void test_book_suffix_is_no_look_alike(void **state)
{
	(void)state;
	write_peers("alice " KEY_A "\nALICE-2 " KEY_B "\n");
	struct book *b = load();
	struct contact c = contact("Alice", KEY_C);
	assert_int_equal(book_add(b, &c), 0);
	assert_string_equal(c.name, "Alice-3");
	book_free(b);
}

static void test_book_longest_name_keeps_room_for_its_suffix(void **state)
{
	(void)state;
	struct book *b = load();
	char name[] = "abcdefghijabcdefghijabcdefghijxy";
	struct contact first = contact(name, KEY_A), second = contact(name, KEY_B);
	assert_int_equal(strlen(name), LIMIT_NAME);
	assert_int_equal(book_add(b, &first), 0);
	assert_int_equal(book_add(b, &second), 0);
	assert_string_equal(second.name, "abcdefghijabcdefghijabcdefghij-2");
	book_free(b);
}

static void test_book_change_keeps_what_is_not_ours(void **state)
{
	(void)state;
	write_peers(
	    "# my friends\n\nalice " KEY_A
	    " since=2026-01-02 colour=green addr=tcp://h:1 shoe=42\n  # the other\nbob " KEY_B);
	struct book *b = load();
	struct contact c = *book_named(b, span_text("alice"));
	assert_non_null(book_at(b, span_text("tcp://h:1")));
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
	book_free(b);
}

/* What another process wrote meanwhile stays. */
static void test_book_change_is_made_on_the_file_as_it_is_then(void **state)
{
	(void)state;
	write_peers("alice " KEY_A "\n");
	struct book *b = load();
	write_peers("alice " KEY_A "\nbob " KEY_B "\n");
	struct contact c = contact("bob", KEY_C);
	assert_int_equal(book_add(b, &c), 0);
	assert_string_equal(c.name, "bob-2");
	assert_int_equal(b->count, 3);
	write_peers("");
	assert_int_equal(book_change(b, "alice", NULL), 6);
	book_free(b);
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
		struct book *b = NULL;
		write_peers(files[i]);
		assert_int_equal(book_load(&b), 6);
		assert_null(b);
	}
}

static void test_target_is_read_as_it_is_printed(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int code;
		enum target_kind kind;
		bool has_code;
		uint32_t number;
		const char *host;
		uint16_t port;
	} table[] = {
		{ "7-velvet-anchor@vps.example", 0, TARGET_P2P, true, 7, "vps.example", 7242 },
		{ "7-velvet-anchor@vps.example:99", 0, TARGET_P2P, true, 7, "vps.example", 99 },
		{ "7-Velvet-ANCHOR", 0, TARGET_P2P, true, 7, "", 0 },
		{ "7-velvet-anchor@[2001:db8::1]:99", 0, TARGET_P2P, true, 7, "2001:db8::1", 99 },
		{ "12@vps", 0, TARGET_P2P, false, 12, "vps", 7242 },
		{ "tcp://velvet-anchor@192.0.2.1:5000", 0, TARGET_TCP, true, 0, "192.0.2.1", 5000 },
		{ "udp://velvet-anchor@[::1]:5000", 0, TARGET_UDP, true, 0, "::1", 5000 },
		{ "tcp://host", 0, TARGET_TCP, false, 0, "host", 7242 },
		{ "velvet-anchor@vps", 2, TARGET_P2P, false, 0, "", 0 },  /* no number */
		{ "7-velvet-anchr@vps", 2, TARGET_P2P, false, 0, "", 0 }, /* no word of the list */
		{ "7-velvet-anchor@", 2, TARGET_P2P, false, 0, "", 0 },
		{ "tcp://7-velvet-anchor@host", 2, TARGET_P2P, false, 0, "", 0 },
		{ "tcp://host:0", 2, TARGET_P2P, false, 0, "", 0 },
		{ "tcp://host:70000", 2, TARGET_P2P, false, 0, "", 0 },
		{ "stranger", 2, TARGET_P2P, false, 0, "", 0 },
		{ "", 2, TARGET_P2P, false, 0, "", 0 },
	};
	struct book *b = load();
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct target t;
		assert_int_equal(target_read(&t, span_text(table[i].text), b), table[i].code);
		if (table[i].code)
			continue;
		assert_int_equal(t.kind, table[i].kind);
		assert_int_equal(t.has_code, table[i].has_code);
		assert_int_equal(t.code.nameplate, table[i].number);
		assert_string_equal(t.host, table[i].host);
		assert_int_equal(t.port, table[i].port);
		assert_int_equal(target_has_secret(span_text(table[i].text)), table[i].has_code);
	}
	book_free(b);
}

static void test_target_contacts_by_name_and_address(void **state)
{
	(void)state;
	write_peers("alice " KEY_A " signal=vps:99\nbob " KEY_B " addr=udp://[::1]:5\n");
	struct book *b = load();
	struct target t;
	assert_int_equal(target_read(&t, span_text("alice"), b), 0);
	assert_true(t.has_contact && t.kind == TARGET_P2P && t.port == 99);
	assert_string_equal(t.host, "vps");
	assert_int_equal(target_read(&t, span_text("bob"), b), 0);
	assert_true(t.has_contact && t.kind == TARGET_UDP && t.port == 5);
	char text[LIMIT_HOST];
	assert_true(target_direct_text(&t, text));
	assert_string_equal(text, "udp://[::1]:5");
	assert_int_equal(target_read(&t, span_text("udp://[::1]:5"), b), 0);
	assert_true(t.has_contact);
	assert_int_equal(target_read(&t, span_text("udp://velvet-anchor@[::1]:5"), b), 0);
	assert_false(t.has_contact);
	assert_int_equal(target_read(&t, span_text("alcie"), b), 2);
	book_free(b);
}

static void test_target_listen_forms(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int code;
		size_t count;
		const char *first;
	} table[] = {
		{ "tcp://0.0.0.0:80", 0, 1, "0.0.0.0:80" },
		{ "udp://[::]:80", 0, 2, "[::]:80" },
		{ "tcp://:80", 0, 2, "[::]:80" },
		{ "tcp://", 0, 2, "[::]:7242" },
		{ "tcp://localhost:9", 0, 1, "127.0.0.1:9" },
		{ "tcp://192.0.2.1", 0, 1, "192.0.2.1:7242" },
		{ "tcp://host:80", 2, 0, NULL },
		{ "0.0.0.0:80", 2, 0, NULL },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		enum target_kind kind;
		struct addr at[2];
		size_t count = 0;
		char text[ADDR_TEXT];
		assert_int_equal(target_listen(span_text(table[i].text), &kind, at, &count),
		                 table[i].code);
		if (table[i].code)
			continue;
		assert_int_equal(count, table[i].count);
		addr_format(&at[0], text);
		assert_string_equal(text, table[i].first);
	}
}

static void test_target_servers_of_a_list(void **state)
{
	(void)state;
	struct span list = span_text(" vps.example, [::1]:9;b:7242 "), server;
	char text[LIMIT_HOST];
	static const char *const want[] = { "vps.example", "[::1]:9", "b" };
	for (size_t i = 0; i < 3; i++) {
		assert_true(target_next_server(&list, &server));
		target_server_text(server, text);
		assert_string_equal(text, want[i]);
	}
	assert_false(target_next_server(&list, &server));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_book_without_a_file_is_empty_and_takes_the_first),
		TEST(test_book_taken_name_gets_a_suffix),
		TEST(test_book_look_alike_names_get_a_suffix),
		TEST(test_book_suffix_is_no_look_alike),
		TEST(test_book_longest_name_keeps_room_for_its_suffix),
		TEST(test_book_change_keeps_what_is_not_ours),
		TEST(test_book_change_is_made_on_the_file_as_it_is_then),
		TEST(test_book_wrong_line_is_an_error),
		TEST(test_target_is_read_as_it_is_printed),
		TEST(test_target_contacts_by_name_and_address),
		TEST(test_target_listen_forms),
		TEST(test_target_servers_of_a_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
