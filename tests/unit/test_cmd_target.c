/* target: what connect is told is read as it is printed; where serve may wait. */
#include "cmd/talk/target.h"

#include "tests/unit/cmd_world.h"

static void test_target_is_read_as_it_is_printed(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int code;
		const char *class;
		bool has_code;
		uint32_t number;
		const char *host;
		uint16_t port;
	} table[] = {
		{ "7-velvet-anchor@vps.example", 0, "p2p", true, 7, "vps.example", 7242 },
		{ "7-velvet-anchor@vps.example:99", 0, "p2p", true, 7, "vps.example", 99 },
		{ "7-Velvet-ANCHOR", 0, "p2p", true, 7, "", 0 },
		{ "7-velvet-anchor@[2001:db8::1]:99", 0, "p2p", true, 7, "2001:db8::1", 99 },
		{ "12@vps", 0, "p2p", false, 12, "vps", 7242 },
		{ "tcp://velvet-anchor@192.0.2.1:5000", 0, "tcp", true, 0, "192.0.2.1", 5000 },
		{ "udp://velvet-anchor@[::1]:5000", 0, "udp", true, 0, "::1", 5000 },
		{ "tcp://host", 0, "tcp", false, 0, "host", 7242 },
		{ "velvet-anchor@vps", 2, "p2p", false, 0, "", 0 },  /* no number */
		{ "7-velvet-anchr@vps", 2, "p2p", false, 0, "", 0 }, /* no word of the list */
		{ "7-velvet-anchor@", 2, "p2p", false, 0, "", 0 },
		{ "tcp://7-velvet-anchor@host", 2, "p2p", false, 0, "", 0 },
		{ "tcp://velvet-anchor@a@host", 2, "p2p", false, 0, "", 0 },
		{ "7-velvet-anchor@a@host", 2, "p2p", false, 0, "", 0 },
		{ "tcp://host:0", 2, "p2p", false, 0, "", 0 },
		{ "tcp://host:70000", 2, "p2p", false, 0, "", 0 },
		{ "stranger", 2, "p2p", false, 0, "", 0 },
		{ "", 2, "p2p", false, 0, "", 0 },
	};
	struct book *b = load_book();
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct target t;
		assert_int_equal(target_read(&t, span_text(table[i].text), b, false),
		                 table[i].code);
		if (table[i].code)
			continue;
		assert_string_equal(t.class->name, table[i].class);
		assert_int_equal(t.has_code, table[i].has_code);
		assert_int_equal(t.code.nameplate, table[i].number);
		assert_string_equal(t.host, table[i].host);
		assert_int_equal(t.port, table[i].port);
		assert_int_equal(target_has_secret(span_text(table[i].text)), table[i].has_code);
	}
	book_wipe(b);
}

static void test_target_contacts_by_name_and_address(void **state)
{
	(void)state;
	write_peers("alice " KEY_A " signal=vps:99\nbob " KEY_B " addr=udp://[::1]:5\ncarol " KEY_C
	            " addr=upd://[::1]:5 signal=vps\n");
	struct book *b = load_book();
	struct target t;
	assert_int_equal(target_read(&t, span_text("alice"), b, false), 0);
	assert_true(t.has_contact && t.class->meets);
	assert_string_equal(t.host, ""); /* its server is in the contact */
	assert_int_equal(target_read(&t, span_text("bob"), b, false), 0);
	assert_true(t.has_contact && t.port == 5);
	assert_string_equal(t.class->name, "udp");
	char text[LIMIT_HOST];
	assert_true(target_direct_text(&t, text));
	assert_string_equal(text, "udp://[::1]:5");
	assert_int_equal(target_read(&t, span_text("udp://[::1]:5"), b, false), 0);
	assert_true(t.has_contact);
	assert_int_equal(target_read(&t, span_text("udp://velvet-anchor@[::1]:5"), b, false), 0);
	assert_false(t.has_contact);
	assert_int_equal(target_read(&t, span_text("alcie"), b, false), 2);
	/* who is met directly is not met at a server instead */
	assert_int_equal(target_read(&t, span_text("carol"), b, false), 2);
	book_wipe(b);
}

/* A contact that has moved is called by its name at the new place. */
static void test_target_contact_at_another_place(void **state)
{
	(void)state;
	write_peers("alice " KEY_A " signal=vps:99\nbob " KEY_B " addr=tcp://host\n");
	struct book *b = load_book();
	struct target t;
	assert_int_equal(target_read(&t, span_text("alice@new:5"), b, false), 0);
	assert_true(t.has_contact && !t.has_code && t.class->meets && t.port == 5);
	assert_string_equal(t.host, "new");
	assert_int_equal(target_read(&t, span_text("tcp://alice@new:5"), b, false), 0);
	assert_true(t.has_contact && !t.has_code && !t.class->meets);
	assert_string_equal(t.contact.name, "alice");
	assert_int_equal(target_read(&t, span_text("bob@new"), b, false), 0);
	assert_true(t.has_contact && t.class->meets);
	assert_int_equal(target_read(&t, span_text("bob"), b, true), 0);
	assert_true(t.has_contact && t.class->meets);
	assert_int_equal(target_read(&t, span_text("bob"), b, false), 0);
	assert_false(t.class->meets);
	/* the port may be left out in the peers file, too */
	assert_int_equal(target_read(&t, span_text("tcp://host:7242"), b, false), 0);
	assert_true(t.has_contact);
	assert_int_equal(target_read(&t, span_text("udp://host:7242"), b, false), 0);
	assert_false(t.has_contact);
	assert_int_equal(target_read(&t, span_text("carol@new"), b, false), 2);
	book_wipe(b);
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
		struct target t;
		struct addr at[2];
		size_t count = 0;
		char text[ADDR_TEXT];
		assert_int_equal(target_listen(&t, span_text(table[i].text), at, &count),
		                 table[i].code);
		if (table[i].code)
			continue;
		assert_int_equal(count, table[i].count);
		addr_format(&at[0], text);
		assert_string_equal(text, table[i].first);
	}
}

#define KEY "mfrggzdfmztwq2lknnwg23tpoa"

static void test_target_servers_of_a_list(void **state)
{
	(void)state;
	struct span list =
	    span_text(" vps.example, [::1]:9;b:7242 ::1 e:8/" KEY " f/" KEY " g/ c:x d:0 a/x ");
	char text[LIMIT_HOST];
	struct target_server s;
	static const char *const want[] = {
		"vps.example", "[::1]:9", "b", "[::1]", "e:8", "f", "g"
	};
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		assert_true(target_next_server(&list, &s));
		assert_int_equal(s.ported, i == 1 || i == 2 || i == 4);
		assert_int_equal(s.key.given, i == 4 || i == 5);
		assert_true(!s.key.given || memcmp(s.key.bytes, "abcdefghijklmnop", 16) == 0);
		target_server_text(s.host, s.port, text);
		assert_string_equal(text, want[i]);
	}
	static const char *const wrong[] = { "c:x", "d:0", "a" };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_true(target_next_server(&list, &s));
		assert_int_equal(s.port, 0);
		assert_string_equal(s.host, wrong[i]);
	}
	assert_false(target_next_server(&list, &s));
}

/* A way that needs no HOST:PORT takes what stands after its scheme as it is. */
static void test_target_by_name_is_kept_as_it_is(void **state)
{
	(void)state;
	const struct communicator_class line = { .scheme = "line://", .by_name = true };
	struct target t = { .class = &line, .host = "/dev/ttyS0" };
	char text[LIMIT_HOST];
	assert_true(target_direct_text(&t, text));
	assert_string_equal(text, "line:///dev/ttyS0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_target_is_read_as_it_is_printed),
		WORLD_TEST(test_target_contacts_by_name_and_address),
		WORLD_TEST(test_target_contact_at_another_place),
		WORLD_TEST(test_target_listen_forms),
		WORLD_TEST(test_target_servers_of_a_list),
		WORLD_TEST(test_target_by_name_is_kept_as_it_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
