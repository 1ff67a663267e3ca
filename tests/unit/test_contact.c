/* Lines of the peers file: what we write we read, what we do not know does not hurt, what is wrong
 * is named. */
#include "tests/unit/support.h"

#include <stdio.h>

#include "crypto/contact.h"
#include "tests/unit/keys.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#define PAIR       "aebagbafaydqqcikbmga2dqpcaireeyuculbogazdinryhi6d4qa" /* 1, 2, ... 32 */
#define PAIR_UPPER "AEBAGBAFAYDQQCIKBMGA2DQPCAIREEYUCULBOGAZDINRYHI6D4QA"
#define KEY        "schat-x25519 aGk1bWFzaC1vZi0zMi1ieXRlcy1mb3ItYS1rZXktLT8="

static const char *why_of(const char *line)
{
	struct contact c;
	const char *why = NULL;
	enum err err = contact_read(span_text(line), &c, &why);
	assert_int_equal(err, why ? ERR_FORMAT : OK);
	return why;
}

static void test_contact_reads_all_fields_in_any_order(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"bob " KEY " addr=tcp://example.org:7000 signal=vps.example:7242 pair=" PAIR
		" since=2026-01-31 verified=2026-02-01",
		"  bob\t" KEY "\t verified=2026-02-01 pair=" PAIR_UPPER
		" since=2026-01-31 signal=vps.example:7242 addr=tcp://example.org:7000 \r",
		"bob " KEY " # my friend addr=tcp://example.org:7000 colour=blue Addr=x "
		"signal=vps.example:7242 pair=" PAIR
		" since=2026-01-31 verified=2026-02-01 \xc3\xa9",
	};
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct contact c;
		const char *why;
		assert_int_equal(contact_read(span_text(lines[i]), &c, &why), OK);
		assert_string_equal(c.name, "bob");
		assert_int_equal(c.key.type, KEY_X25519);
		assert_string_equal(c.addr, "tcp://example.org:7000");
		assert_string_equal(c.signal, "vps.example:7242");
		assert_true(c.has_pair);
		for (unsigned j = 0; j < 32; j++)
			assert_int_equal(c.pair[j], j + 1);
		assert_string_equal(c.since, "2026-01-31");
		assert_string_equal(c.verified, "2026-02-01");
	}
}

static void test_contact_needs_name_and_key_alone(void **state)
{
	(void)state;
	struct contact c;
	const char *why;
	memset(&c, 0x5a, sizeof c);
	assert_int_equal(contact_read(span_text("a " KEY), &c, &why), OK);
	assert_string_equal(c.name, "a");
	assert_string_equal(c.addr, "");
	assert_string_equal(c.signal, "");
	assert_string_equal(c.since, "");
	assert_string_equal(c.verified, "");
	assert_false(c.has_pair);
}

static void test_contact_skips_blank_and_comment_lines(void **state)
{
	(void)state;
	static const char *const lines[] = { "", " ", "\t \r", "#", ("# bob " KEY), "  #x" };
	for (size_t i = 0; i < COUNT(lines); i++) {
		struct contact c;
		const char *why;
		memset(&c, 0x5a, sizeof c);
		assert_int_equal(contact_read(span_text(lines[i]), &c, &why), OK);
		assert_int_equal(c.name[0], 0);
	}
}

static void test_contact_says_what_is_wrong(void **state)
{
	(void)state;
	static const char name[] = CONTACT_NAME_RULE;
	static const char key[] =
	    "the name is not followed by schat-x25519 or schat-rsa and a public key";
	static const char addr[] = "addr is not SCHEME://PLACE, such as tcp://HOST:PORT",
			  signal[] = "signal is not HOST or HOST:PORT, with /KEY behind it if "
				     "the server wants one";
	static const char suite[] = "suite is not one for keys of that type",
			  pair[] = "pair is not 52 characters of base32",
			  date[] = "a date is not YYYY-MM-DD";
	static const char text[] = "the line has characters that are not text";
	static const struct {
		const char *line, *why;
	} table[] = {
		{ "velvet-anchor " KEY, name },
		{ "bob@vps " KEY, name },
		{ "-bob " KEY, name },
		{ "bob", key },
		{ "bob schat-x25519", key },
		{ "bob " KEY "x", key },
		{ "bob schat-ed25519 aGk1bWFzaC1vZi0zMi1ieXRlcy1mb3ItYS1rZXktLT8=", key },
		{ "bob schat-rsa aGk1bWFzaC1vZi0zMi1ieXRlcy1mb3ItYS1rZXktLT8=", key },
		{ "bob addr=tcp://x:1 " KEY, key },
		{ "bob " KEY " addr=", addr },
		{ "bob " KEY " addr=example.org:7000", addr },
		{ "bob " KEY " addr=tcp://", addr },
		{ "bob " KEY " addr=tcp:example.org:7000", addr },
		{ "bob " KEY " addr=://example.org:7000", addr },
		{ "bob " KEY " addr=t3p://example.org:7000", addr },
		{ "bob " KEY " signal=vps:", signal },
		{ "bob " KEY " signal=vps", NULL }, /* as -s takes it */
		{ "bob " KEY " signal=", signal },
		{ "bob " KEY " suite=noise", NULL },
		{ "bob " KEY " suite=hybrid", NULL },
		{ "bob " KEY " suite=rsa", suite }, /* it is for other keys */
		{ "bob " KEY " suite=pseudo", suite },
		{ "bob " KEY " suite=later", suite },
		{ "bob " KEY " suite=", suite },
		{ "bob " KEY " suite=hybrid suite=hybrid", "a field stands twice" },
		{ "bob " KEY " pair=aebag", pair },
		{ "bob " KEY " pair=aebagbafaydqqcikbmga2dqpcaireeyuculbogazdinryhi6d4q1", pair },
		{ "bob " KEY " since=yesterday", date },
		{ "bob " KEY " since=2026-13-01", date },
		{ "bob " KEY " since=2026-00-01", date },
		{ "bob " KEY " verified=2026-01-32", date },
		{ "bob " KEY " verified=2026-1-1", date },
		{ "bob " KEY " since=2026-01-01 since=2026-01-01", "a field stands twice" },
		{ "bob " KEY " addr=tcp://x:1 addr=tcp://x:1", "a field stands twice" },
		{ "bob " KEY " x=\033[31m", text },
		{ "bob " KEY " x=\x7f", text },
		{ "bob " KEY " x=\xff", text },
		{ "# \x01", text },
		{ "bob " KEY " addr=tcp://[::1]:7000 signal=[2001:db8::1]:1 colour=a=b =", NULL },
		{ "bob " KEY " addr=udp://10.0.0.1:65535", NULL },
		{ "bob " KEY " addr=serial:///dev/ttyS0", NULL },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		const char *why = why_of(table[i].line);
		if (!why != !table[i].why || (why && strcmp(why, table[i].why) != 0))
			fail_msg("%s: %s", table[i].line, why ? why : "no complaint");
	}
}

static void test_contact_failure_leaves_the_contact_alone(void **state)
{
	(void)state;
	struct contact c, before;
	const char *why;
	memset(&c, 0x5a, sizeof c);
	before = c;
	assert_int_equal(contact_read(span_text("bob " KEY " since=never"), &c, &why), ERR_FORMAT);
	assert_memory_equal(&c, &before, sizeof c);
}

static void test_contact_bounds_lines_and_hosts(void **state)
{
	(void)state;
	static char line[LIMIT_CONTACT_LINE + 2];
	int start = snprintf(line, sizeof line, "bob " KEY " ");
	memset(line + start, 'x', sizeof line - (size_t)start - 1);
	line[LIMIT_CONTACT_LINE] = 0;
	assert_null(why_of(line));
	line[LIMIT_CONTACT_LINE] = 'x';
	assert_string_equal(why_of(line), "the line is too long");

	for (size_t len = LIMIT_HOST - 1; len <= LIMIT_HOST; len++) {
		char host[LIMIT_HOST + 1], with[LIMIT_CONTACT_LINE];
		memset(host, 'h', len);
		memcpy(host + len - 3, ":99", 4);
		snprintf(with, sizeof with, "bob " KEY " signal=%s", host);
		assert_int_equal(why_of(with) == NULL, len < LIMIT_HOST);
	}
}

static struct contact random_contact(struct test_random *r)
{
	struct contact c = { .has_pair = random_below(&r->random, 2) };
	unsigned bits = (unsigned)random_below(&r->random, 16);
	struct identity id = test_identity(bits & 1 ? KEY_RSA : KEY_X25519, bits & 1 ? 5 : 0);
	size_t len = 1 + random_below(&r->random, LIMIT_NAME);
	for (size_t i = 0; i < len; i++)
		c.name[i] = "abcXYZ019_."[random_below(&r->random, i == 0 ? 9 : 11)];
	c.key = id.public;
	if (bits & 2)
		strcpy(c.addr, "udp://example.org:7000");
	if (bits & 4)
		strcpy(c.signal, "[2001:db8::1]:7242");
	if (c.has_pair)
		random_fill(&r->random, c.pair, sizeof c.pair);
	if (bits & 8)
		strcpy(c.since, "2026-12-31");
	return c;
}

static void test_contact_round_trip(void **state)
{
	(void)state;
	struct test_random random = test_random(4);
	for (int i = 0; i < 200; i++) {
		struct contact c = random_contact(&random), read;
		uint8_t line[LIMIT_CONTACT_LINE], again[LIMIT_CONTACT_LINE];
		struct writer w = writer_of(line, sizeof line), v = writer_of(again, sizeof again);
		const char *why = "";
		if (!contact_name_valid(span_text(c.name)))
			continue; /* numbers with dots */
		assert_int_equal(contact_write(&c, &w), OK);
		assert_int_equal(line[w.len - 1], '\n');
		if (contact_read(span_of(line, w.len - 1), &read, &why))
			fail_msg("%.*s: %s", (int)w.len, (char *)line, why);
		assert_string_equal(read.name, c.name);
		assert_true(public_key_equal(&read.key, &c.key));
		assert_string_equal(read.addr, c.addr);
		assert_string_equal(read.signal, c.signal);
		assert_int_equal(read.has_pair, c.has_pair);
		assert_memory_equal(read.pair, c.pair, sizeof c.pair);
		assert_string_equal(read.since, c.since);
		assert_string_equal(read.verified, c.verified);
		assert_int_equal(contact_write(&read, &v), OK);
		assert_true(span_equal(written(&w), written(&v)));

		/* where it does not fit nothing is written */
		struct writer small = writer_of(again, w.len - 1);
		assert_int_equal(contact_write(&c, &small), ERR_FULL);
		assert_int_equal(small.len, 0);
		assert_false(small.full);
	}
}

static void test_contact_nameless_is_not_written(void **state)
{
	(void)state;
	struct contact nameless = { .has_pair = false };
	struct writer w = writer_of(NULL, 0);
	assert_panics(contact_write(&nameless, &w));
}

static void test_contact_wipes(void **state)
{
	(void)state;
	struct contact c;
	memset(&c, 0x5a, sizeof c);
	bytes_wipe(&c, sizeof c);
	assert_true(bytes_zero(&c, sizeof c));
}

/* Where a contact is found may be set and taken away; nothing else. */
static void test_contact_sets_where_it_is_found(void **state)
{
	(void)state;
	struct contact c = { .addr = "tcp://h:1" };
	assert_null(contact_set(&c, span_text("signal=vps:9")));
	assert_string_equal(c.signal, "vps:9");
	assert_null(contact_set(&c, span_text("addr=")));
	assert_string_equal(c.addr, "");
	assert_null(contact_set(&c, span_text("addr=udp://[::1]:5")));
	assert_string_equal(c.addr, "udp://[::1]:5");
	static const char *const wrong[] = {
		"signal=a:b", "addr=host", ("pair=" PAIR), "verified=2026-01-01", "colour=blue",
		"vps",        ""
	};
	for (size_t i = 0; i < COUNT(wrong); i++)
		assert_non_null(contact_set(&c, span_text(wrong[i])));
	assert_string_equal(c.signal, "vps:9");
	assert_string_equal(c.addr, "udp://[::1]:5");
	assert_false(c.has_pair || c.verified[0]);
}

/* A line that names no suite is of the oldest for its key, and only another is written. */
static void test_contact_has_one_suite(void **state)
{
	(void)state;
	static const struct {
		const char *line, *set, *suite, *written;
	} table[] = {
		{ "bob " KEY, NULL, "noise", "bob " KEY "\n" },
		{ "bob " KEY " suite=noise", NULL, "noise", "bob " KEY "\n" },
		{ "bob " KEY " suite=hybrid", NULL, "hybrid", "bob " KEY " suite=hybrid\n" },
		{ "bob " KEY, "suite=hybrid", "hybrid", "bob " KEY " suite=hybrid\n" },
		{ "bob " KEY " suite=hybrid", "suite=noise", "noise", "bob " KEY "\n" },
		{ "bob " KEY " suite=hybrid", "suite=", "noise", "bob " KEY "\n" },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct contact c;
		const char *why;
		uint8_t text[LIMIT_CONTACT_LINE];
		struct writer w = writer_of(text, sizeof text);
		assert_int_equal(contact_read(span_text(table[i].line), &c, &why), OK);
		if (table[i].set)
			assert_null(contact_set(&c, span_text(table[i].set)));
		assert_string_equal(contact_suite(&c)->name, table[i].suite);
		assert_int_equal(contact_write(&c, &w), OK);
		assert_true(span_is(written(&w), table[i].written));
	}
	struct contact c;
	const char *why;
	assert_int_equal(contact_read(span_text("bob " KEY), &c, &why), OK);
	assert_string_equal(contact_set(&c, span_text("suite=rsa")),
	                    "suite is not one for keys of that type");
	assert_null(c.suite);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contact_reads_all_fields_in_any_order),
		cmocka_unit_test(test_contact_needs_name_and_key_alone),
		cmocka_unit_test(test_contact_skips_blank_and_comment_lines),
		cmocka_unit_test(test_contact_says_what_is_wrong),
		cmocka_unit_test(test_contact_failure_leaves_the_contact_alone),
		cmocka_unit_test(test_contact_bounds_lines_and_hosts),
		cmocka_unit_test(test_contact_round_trip),
		cmocka_unit_test(test_contact_nameless_is_not_written),
		cmocka_unit_test(test_contact_wipes),
		cmocka_unit_test(test_contact_has_one_suite),
		cmocka_unit_test(test_contact_sets_where_it_is_found),
	};
	return cmocka_run_group_tests_name("contact", tests, NULL, NULL);
}
