/* contact_name: what people are called under, and what can be mistaken for it. */
#include "crypto/contact_name.h"

#include "base/utf8.h"
#include "tests/unit/support.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void test_contact_names(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		bool valid;
	} table[] = {
		{ "a", true },
		{ "Bob", true },
		{ "bob.laptop_2-x", true },
		{ "7", false },
		{ "7a", true },
		{ "bob-2", true },
		{ "anna-maria-7", true },
		{ "a-b-c-d-e", true },
		{ "1.2.3", true },
		{ "12345678901234567890123456789012", false },
		{ "a2345678901234567890123456789012", true },
		{ "a23456789012345678901234567890123", false },
		{ "", false },
		{ ".a", false },
		{ "-a", false },
		{ "_a", false },
		{ "a b", false },
		{ "a/b", false },
		{ "a:b", false },
		{ "a@b", false },
		{ "b\xc3\xa9", true },
		{ "b\xc3", false },
		{ "Jörg", true },
		{ "小明", true },
		{ "Анна-2", true },
		{ "שלום", true },
		{ "सीता", true },
		{ "ต้น", true },
		{ "a\u0301", false }, /* é has a code of its own */
		{ "\u0301a", false },
		{ "a\u200bb", false }, /* invisible */
		{ "a\u202eb", false }, /* turns the direction */
		{ "a\u00adb", false }, /* a soft hyphen */
		{ "a\u3164b", false }, /* a filler */
		{ "a\u00a0b", false }, /* blanks */
		{ "a\u3000b", false },
		{ "ｂob", false }, /* full width */
		{ "ﬁn", false },   /* a ligature */
		{ "a👍", false },
		{ "a\x7f", false },
		{ "\uff0da", false },
		{ "小小小小小小小小小小", true },
		{ "小小小小小小小小小小小", false }, /* 33 bytes */
		{ "you", false },
		{ "You", false },
		{ "y0u", false },
		{ "уоu", false }, /* the first two are Cyrillic */
		{ "schat", false },
		{ "ѕсһаt", false },
		{ "yours", true },
		{ "you-2", true },
		{ "a\n", false },
		{ "velvet-anchor", false },
		{ "7-velvet-anchor", false },
		{ "bob-laptop", false },
		{ "a--b", false },
		{ "a-b-", false },
		{ "10.0.0.1", false },
	};
	for (size_t i = 0; i < COUNT(table); i++)
		if (contact_name_valid(span_text(table[i].name)) != table[i].valid)
			fail_msg("%s", table[i].name);
	assert_false(contact_name_valid(span_of("a\0b", 3)));
}

/* S1, S32: any nick, however hostile, becomes a name of ours. */
static void test_contact_names_from_nicks(void **state)
{
	(void)state;
	static const struct {
		const char *nick, *name;
	} table[] = {
		{ "bob", "bob" },
		{ "", "peer" },
		{ "...", "peer" },
		{ "Аня", "Аня" },
		{ "Ren\xc3\xa9 D.", "Ren\xc3\xa9_D." },
		{ "Jörg Müller", "Jörg_Müller" },
		{ " Jörg \t\u00a0 Müller ", "Jörg_Müller" },
		{ "小明", "小明" },
		{ "小\u3000明", "小_明" },
		{ "小小小小小小小小小小小", "小小小小小小小小小小" },
		{ "\u202eבוב\u202c", "בוב" },
		{ "a\u200b\u00adb", "ab" },
		{ "Jo\u0308rg", "Jorg" },
		{ "👍", "peer" },
		{ "bob 👍", "bob" },
		{ "you", "peer" },
		{ "YOU", "peer" },
		{ "уоu", "peer" },
		{ "schat", "peer" },
		{ "42", "42_" },
		{ "аlice", "alice" }, /* a Cyrillic letter */
		{ "Иван_PC", "Иван_PC" },
		{ "сара", "сара" },
		{ "../../etc/passwd", "etcpasswd" },
		{ "-rf", "rf" },
		{ "bob\033[31m\n", "bob31m" },
		{ "bob-laptop", "bob_laptop" },
		{ "7-velvet-anchor", "7_velvet_anchor" },
		{ "10.0.0.1", "10_0_0_1" },
		{ "1234567890123456789012345678901234567890", "1234567890123456789012345678901_" },
	};
	char name[LIMIT_NAME + 1];
	for (size_t i = 0; i < COUNT(table); i++) {
		contact_name_from(span_text(table[i].nick), name);
		assert_string_equal(name, table[i].name);
	}
	struct test_random random = test_random(8);
	for (int i = 0; i < 20000; i++) {
		uint8_t nick[40];
		size_t len = random_below(&random.random, sizeof nick);
		for (size_t j = 0; j < len; j++)
			nick[j] = i % 2 ? (uint8_t)random_below(&random.random, 256)
			                : (uint8_t) "ab-.7:_ "[random_below(&random.random, 8)];
		if (i % 3 == 0) {
			struct writer w = writer_of(nick, sizeof nick);
			while (!w.full)
				utf8_write(&w, (uint32_t)random_below(&random.random, 0x3400));
			len = w.len;
		}
		contact_name_from(span_of(nick, len), name);
		assert_true(contact_name_valid(span_text(name)));
	}
}

/* Case, accents and letters that look the same make no other name. */
static void test_contact_names_alike(void **state)
{
	(void)state;
	static const struct {
		const char *a, *b;
		bool alike;
	} table[] = {
		{ "alice", "alice", true },   { "alice", "Alice", true },
		{ "alice", "аlice", true },   { "ace", "асе", true },
		{ "jose", "José", true },     { "Иван", "иван", true },
		{ "ΑΘΗΝΑ", "αθηνα", false },  { "Θ", "θ", true },
		{ "bob", "вов", true },       { "Jörg", "Jörn", false },
		{ "小明", "小月", false },    { "小明", "小明", true },
		{ "anna", "аnnа", true },     { "", "", true },
		{ "a", "", false },           { "oso", "օѕо", true },
		{ "Łukasz", "lukasz", true }, { "bill", "b1ll", true },
		{ "tim", "t1m", true },       { "otto", "0tt0", true },
		{ "mary", "rnary", true },    { "wim", "vvim", true },
	};
	for (size_t i = 0; i < COUNT(table); i++) {
		struct span a = span_text(table[i].a), b = span_text(table[i].b);
		if (contact_name_alike(a, b) != table[i].alike ||
		    contact_name_alike(b, a) != table[i].alike)
			fail_msg("%s, %s", table[i].a, table[i].b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contact_names),
		cmocka_unit_test(test_contact_names_from_nicks),
		cmocka_unit_test(test_contact_names_alike),
	};
	return cmocka_run_group_tests_name("contact_name", tests, NULL, NULL);
}
