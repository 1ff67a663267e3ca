/* Tests of ui/json.c, json_read.c and json_events.c: strict in what is read, valid in what is
 * written. */
#include <stdio.h>

#include "base/utf8.h"
#include "tests/unit/fetch.h"
#include "tests/unit/support.h"
#include "ui/interactor.h"
#include "ui/json_events.h"
#include "ui/json_read.h"

/* ---- reading ---- */

static uint8_t scratch[1 << 18];

/* NULL, or what is wrong; *text: the field "a". */
static const char *read_a(struct span line, struct span *text)
{
	struct json_field fields[] = { { .name = "a" }, { .name = "b" } };
	struct writer w = writer_of(scratch, line.len);
	const char *wrong = json_read(line, fields, 2, &w);
	*text = fields[0].given ? fields[0].text : span_of(NULL, 0);
	return wrong;
}

static void test_json_read_accepts(void **state)
{
	(void)state;
	static const struct {
		const char *line, *a;
	} cases[] = {
		{ "{}", "" },
		{ " { } ", "" },
		{ "{\"a\":\"x\"}", "x" },
		{ "{\"a\":\"\"}\r", "" },
		{ "\t{ \"a\" : \"x\" , \"z\" : 1 }", "x" },
		{ "{\"z\":\"y\",\"a\":\"x\",\"z\":true}", "x" },
		{ "{\"z\":-1.5e+10,\"y\":0,\"x\":0.5,\"w\":null,\"v\":false,\"a\":\"x\"}", "x" },
		{ "{\"\\u0061\":\"x\"}", "x" },
		{ "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}", "\"\\/\b\f\n\r\t" },
		{ "{\"a\":\"\\u00e9\\u20AC\"}", "é€" },
		{ "{\"a\":\"\\ud83d\\ude00\"}", "\U0001f600" },
		{ "{\"a\":\"\\udbff\\udfff\"}", "\U0010ffff" },
		{ "{\"a\":\"你\x7f\"}", "你\x7f" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct span a;
		assert_null(read_a(span_text(cases[i].line), &a));
		assert_span_text(a, cases[i].a);
	}
	struct span a;
	assert_null(read_a(span_text("{\"a\":\"\\u0000\"}"), &a));
	assert_span_hex(a, "00");
}

static void test_json_read_refuses(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"",
		"{",
		"}",
		"[]",
		"\"a\"",
		"1",
		"null",
		"{a:1}",
		"{\"a\"}",
		"{\"a\":}",
		"{\"a\":\"x\"",
		"{\"a\":\"x\",}",
		"{,}",
		"{\"a\":\"x\"}{}",
		"{\"a\":\"x\"} x",
		"{\"a\":\"x}",
		"{\"a\":\"x\" \"b\":\"y\"}",
		"{\"a\":'x'}",
		"{'a':\"x\"}",
		"{\"a\":\"x\",\"a\":\"y\"}",
		"{\"a\":1}",
		"{\"a\":null}",
		"{\"z\":{}}",
		"{\"z\":[]}",
		"{\"z\":01}",
		"{\"z\":1.}",
		"{\"z\":.5}",
		"{\"z\":+1}",
		"{\"z\":-}",
		"{\"z\":1e}",
		"{\"z\":nul}",
		"{\"z\":truex}",
		"{\"z\":NaN}",
		"{\"a\":\"\\x\"}",
		"{\"a\":\"\\u12\"}",
		"{\"a\":\"\\u12g4\"}",
		"{\"a\":\"\\ud800\"}",
		"{\"a\":\"\\ud800x\"}",
		"{\"a\":\"\\ud800\\u0041\"}",
		"{\"a\":\"\\udc00\"}",
		"{\"a\":\"\\udc00\\ud800\"}",
		"{\"a\":\"\\ud83d\\",
		"{\"a\":\"\t\"}",
		"{\"a\":\"\x1b\"}",
		"{\"a\":\"\xff\"}",
		"{\"a\":\"\xed\xa0\x80\"}",
		"\xef\xbb\xbf{}",
		"{\"a\":\"x\"}\n",
	};
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct span a;
		if (!read_a(span_text(lines[i]), &a)) {
			fprintf(stderr, "taken: %s\n", lines[i]);
			fail();
		}
	}
	struct span a;
	assert_non_null(read_a(span_of("{\"a\":\"\0\"}", 9), &a));
}

/* What was written reads as it was, whatever it is; on the line stands nothing but visible text. */
static void test_json_write_round_trip(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 5000; seed++) {
		static uint8_t line[1 << 15];
		struct test_random r = test_random(seed);
		uint8_t text[200];
		size_t len = 0;
		while (len < 150) {
			uint32_t max = seed % 3 == 0 ? 0x110000 : seed % 3 == 1 ? 0x100 : 0x3000;
			len += utf8_encode((uint32_t)random_below(&r.random, max), text + len);
		}
		struct json_events events = { .conv = 0 };
		struct event event = { .kind = EVENT_TEXT, .text = span_of(text, len) };
		struct json_field field = { .name = "text" };
		struct writer w = writer_of(line, json_events_room(&events, &event)),
			      read = writer_of(scratch, sizeof scratch);
		assert_true(w.cap <= sizeof line);
		json_events_write(&events, &event, &w);
		size_t around = strlen("{'v':1,'ev':'msg','ts':0.000,'n':0,'text':''}\n");
		assert_true(!w.full && w.len <= JSON_TEXT_ROOM(len) + around);
		assert_true(line[w.len - 1] == '\n');
		for (size_t i = 0; i + 1 < w.len; i++)
			assert_true(line[i] >= 0x20 && line[i] != 0x7f);
		assert_null(json_read(span_of(line, w.len - 1), &field, 1, &read));
		assert_true(span_equal(field.text, event.text));
	}
}

/* ---- the interactor ---- */

static struct interactor *ui;
static char out[1 << 19];
static size_t out_len;

static void start(void)
{
	struct interactor_config config = { .utf8 = false };
	ui = interactor_new(interactor_class_named(span_text("json")), &config);
	assert_non_null(ui);
	out_len = 0;
}

static void collect(void)
{
	int where = 0;
	size_t len;
	while ((len = fetch(ui, &where, (uint8_t *)out + out_len, 1000)) > 0) {
		assert_int_equal(where, UI_OUT);
		out_len += len;
	}
	out[out_len] = 0;
}

static void show(struct event event)
{
	event.unix_ms = 1700000000042;
	assert_true(interactor_show(ui, &event));
	collect();
}

#define assert_written(want)                                                                       \
	do {                                                                                       \
		assert_string_equal(out, want);                                                    \
		out_len = 0;                                                                       \
	} while (0)

static void type(const char *lines)
{
	assert_true(interactor_room(ui) >= strlen(lines));
	interactor_input(ui, span_text(lines), 1, 1);
}

static void take(const char *text, const char *id)
{
	struct command c;
	assert_true(interactor_take(ui, &c));
	assert_int_equal(c.kind, COMMAND_TEXT);
	assert_span_text(c.text, text);
	assert_span_text(c.id, id);
	interactor_answer(ui, ANSWER_TAKEN, c.text.len);
}

static void take_nothing(void)
{
	struct command c;
	assert_false(interactor_take(ui, &c));
	collect();
}

#define TS "\"ts\":1700000000.042"

/* Every event as docs/JSON.md has it. */
static void test_json_events(void **state)
{
	(void)state;
	start();
	show((struct event){ .kind = EVENT_HELLO, .text = span_text("1.0") });
	assert_written("{\"v\":1,\"ev\":\"hello\"," TS ",\"version\":\"1.0\"}\n");
	show((struct event){ .kind = EVENT_NOTICE, .text = span_text("new identity") });
	assert_written("{\"v\":1,\"ev\":\"notice\"," TS ",\"text\":\"new identity\"}\n");
	show((struct event){ .kind = EVENT_LISTENING, .text = span_text("[::]:7242") });
	assert_written("{\"v\":1,\"ev\":\"listening\"," TS ",\"text\":\"[::]:7242\"}\n");
	show((struct event){
	    .kind = EVENT_CODE, .text = span_text("schat connect 7-a-b@c"), .code = "7-a-b" });
	assert_written("{\"v\":1,\"ev\":\"code\"," TS
	               ",\"code\":\"7-a-b\",\"text\":\"schat connect 7-a-b@c\"}\n");
	show((struct event){ .kind = EVENT_WAITING, .text = span_text("alice") });
	assert_written("{\"v\":1,\"ev\":\"waiting\"," TS ",\"text\":\"alice\"}\n");
	show((struct event){ .kind = EVENT_GUESS, .number = 2, .text = span_text("wrong") });
	assert_written("{\"v\":1,\"ev\":\"guess\"," TS ",\"n\":2,\"text\":\"wrong\"}\n");
	show((struct event){ .kind = EVENT_CONNECTED,
	                     .peer = "bob",
	                     .fingerprint = "k3v7",
	                     .suite = "noise",
	                     .path = "direct udp",
	                     .rtt_us = 38250,
	                     .words = "a b",
	                     .hint = span_text("If they differ") });
	assert_written("{\"v\":1,\"ev\":\"connected\"," TS
	               ",\"peer\":\"bob\",\"fp\":\"k3v7\",\"suite\":\"noise\","
	               "\"words\":\"a b\",\"hint\":\"If they differ\",\"path\":\"direct "
	               "udp\",\"ms\":38.250}\n");
	show((struct event){ .kind = EVENT_PATH, .path = "relay udp", .rtt_us = 1000 });
	assert_written("{\"v\":1,\"ev\":\"path\"," TS
	               ",\"peer\":\"bob\",\"path\":\"relay udp\",\"ms\":1.000}\n");
	show((struct event){ .kind = EVENT_AWAY });
	show((struct event){ .kind = EVENT_BACK });
	assert_written("{\"v\":1,\"ev\":\"away\"," TS
	               ",\"peer\":\"bob\"}\n{\"v\":1,\"ev\":\"back\"," TS ",\"peer\":\"bob\"}\n");
	show((struct event){
	    .kind = EVENT_TEXT, .number = 3, .text = span_text("a\"\\\n\x1b\u202e\U000e0041") });
	assert_written("{\"v\":1,\"ev\":\"msg\"," TS ",\"peer\":\"bob\",\"n\":3,"
	               "\"text\":\"a\\\"\\\\\\n\\u001b\\u202e\\udb40\\udc41\"}\n");
	show((struct event){ .kind = EVENT_TEXT, .number = 4, .text = span_text("\xff") });
	assert_written("{\"v\":1,\"ev\":\"msg\"," TS
	               ",\"peer\":\"bob\",\"n\":4,\"text\":\"\ufffd\"}\n");
	show((struct event){ .kind = EVENT_DELIVERED, .number = 5 });
	assert_written("{\"v\":1,\"ev\":\"receipt\"," TS ",\"peer\":\"bob\",\"n\":5}\n");
	show((struct event){ .kind = EVENT_ERROR,
	                     .err = ERR_UNREACHABLE,
	                     .text = span_text("no answer"),
	                     .hint = span_text("try") });
	assert_written("{\"v\":1,\"ev\":\"error\"," TS
	               ",\"err\":\"unreachable\",\"text\":\"no answer\",\"hint\":\"try\"}\n");
	show((struct event){ .kind = EVENT_PEER_LEFT });
	assert_written("{\"v\":1,\"ev\":\"peer-left\"," TS ",\"peer\":\"bob\"}\n");
	show((struct event){
	    .kind = EVENT_CLOSED, .err = ERR_CUT, .exit_code = 5, .text = span_text("cut") });
	assert_written("{\"v\":1,\"ev\":\"closed\"," TS
	               ",\"err\":\"cut\",\"exit\":5,\"text\":\"cut\"}\n");
	interactor_free(ui);
}

/* Where nothing is encrypted every line says so. */
static void test_json_insecure(void **state)
{
	(void)state;
	start();
	show((struct event){ .kind = EVENT_CONNECTED, .suite = "pseudo", .insecure = true });
	show((struct event){ .kind = EVENT_DELIVERED, .number = 1 });
	assert_written("{\"v\":1,\"ev\":\"connected\"," TS
	               ",\"suite\":\"pseudo\",\"insecure\":true,\"warning\":\"NOT ENCRYPTED\"}\n"
	               "{\"v\":1,\"ev\":\"receipt\"," TS
	               ",\"n\":1,\"insecure\":true,\"warning\":\"NOT ENCRYPTED\"}\n");
	interactor_free(ui);
}

/* Commands come one a line, each message's id comes back with its number. */
static void test_json_commands(void **state)
{
	(void)state;
	struct command c;
	start();
	type("{\"cmd\":\"send\",\"text\":\"hi\\n\\ud83d\\ude00\",\"id\":\"a1\"}\n\n \t\n{\"cmd\":"
	     "\"send\",\"text\":\"two\"}\n{\"cmd\":\"who\",\"extra\":7}\n"
	     "{\"cmd\":\"send\",\"text\":\"3\",\"id\":\"\\\"x\\\"\"}\n");
	take("hi\n\U0001f600", "a1");
	take("two", "");
	assert_true(interactor_take(ui, &c));
	assert_int_equal(c.kind, COMMAND_WHO);
	assert_true(interactor_take(ui, &c));
	interactor_answer(ui, ANSWER_LATER, 0); /* comes again */
	take("3", "\"x\"");
	take_nothing();
	for (uint64_t n = 1; n <= 3; n++)
		show((struct event){ .kind = EVENT_SENT, .number = n });
	assert_written("{\"v\":1,\"ev\":\"sent\"," TS
	               ",\"id\":\"a1\",\"n\":1}\n{\"v\":1,\"ev\":\"sent\"," TS ",\"n\":2}\n"
	               "{\"v\":1,\"ev\":\"sent\"," TS ",\"id\":\"\\\"x\\\"\",\"n\":3}\n");
	type("{\"cmd\":\"quit\"}\n{\"cmd\":\"send\",\"text\":\"late\",\"id\":\"l\"}");
	assert_true(interactor_take(ui, &c));
	assert_int_equal(c.kind, COMMAND_QUIT);
	interactor_input_end(ui);
	take_nothing();
	assert_written("{\"v\":1,\"ev\":\"error\",\"ts\":0.000,\"id\":\"l\",\"err\":\"state\","
	               "\"text\":\"nothing can be said after quit\"}\n");
	interactor_free(ui);
}

/* What makes no sense is answered, does nothing, and the next line counts again. */
static void test_json_bad_commands(void **state)
{
	(void)state;
	static const struct {
		const char *line, *text, *id;
	} cases[] = {
		{ "hello", "not an object", NULL },
		{ "{\"cmd\":\"dance\",\"id\":\"7\"}", "unknown cmd", "7" },
		{ "{\"id\":\"7\"}", "cmd is missing", "7" },
		{ "{\"cmd\":\"send\",\"id\":\"7\"}", "text is missing", "7" },
		{ "{\"cmd\":\"send\",\"text\":\"x\",\"conv\":\"1\"}", "a whole number is wanted",
		  NULL },
		{ "{\"cmd\":\"send\",\"text\":\"x\",\"conv\":-1}", "a whole number is wanted",
		  NULL },
		{ "{\"cmd\":\"send\",\"text\":\"x\",\"conv\":1e3}", "a whole number is wanted",
		  NULL },
		{ "{\"cmd\":\"send\",\"text\":\"x\",\"conv\":9007199254740992}",
		  "a whole number is wanted", NULL },
		{ "{\"cmd\":\"send\",\"text\":\"\\ud800\"}", "half of a surrogate pair", NULL },
		{ "{\"cmd\":\"send\",\"text\":\"\\u12\",\"id\":\"7\"}",
		  "\\\\u needs four hexadecimal digits", "7" },
		{ "{\"cmd\":1}", "a string is wanted", NULL },
		{ "{\"cmd\":\"who\",\"id\":"
		  "\"0123456789012345678901234567890123456789012345678901234567890123x\"}",
		  "id must have at most 64 bytes", NULL },
	};
	start();
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char want[300];
		snprintf(want, sizeof want,
		         "{\"v\":1,\"ev\":\"error\",\"ts\":0.000%s%s%s,\"err\":\"usage\",\"text\":"
		         "\"%s\"}\n",
		         cases[i].id ? ",\"id\":\"" : "", cases[i].id ? cases[i].id : "",
		         cases[i].id ? "\"" : "", cases[i].text);
		type(cases[i].line);
		type("\n{\"cmd\":\"send\",\"text\":\"good\"}\n");
		take("good", "");
		collect();
		assert_written(want);
		show((struct event){ .kind = EVENT_SENT, .number = i + 1 });
		out_len = 0;
	}
	interactor_free(ui);
}

/* The error about a line names its id wherever that stands, if the id itself is right and the
 * line's form is not broken before it. */
static void test_json_errors_carry_the_id(void **state)
{
	(void)state;
	static const struct {
		const char *rest, *text;
	} cases[] = {
		{ "\"conv\":-1", "a whole number is wanted" },
		{ "\"conv\":1.5", "a whole number is wanted" },
		{ "\"conv\":\"1\"", "a whole number is wanted" },
		{ "\"conv\":null", "a whole number is wanted" },
		{ "\"conv\":1,\"conv\":2", "a name comes twice" },
		{ "\"text\":7", "a string is wanted" },
		{ "\"text\":\"\\ud800 x\"", "half of a surrogate pair" },
		{ "\"text\":\"\\q\\ud800\",\"conv\":-1", "unknown escape" },
		{ "\"te\\xt\":\"x\"", "unknown escape" },
		{ "\"text\":\"a\x01z\"", "a control character in a string" },
		{ "\"text\":\"a\xffz\"", "not UTF-8" },
		{ "\"cmd\":\"no\"", "unknown cmd" },
		{ "\"a\":1", "cmd is missing" },
	};
	char line[256], want[256];
	start();
	for (size_t i = 0; i < 2 * (sizeof cases / sizeof cases[0]); i++) {
		const char *rest = cases[i / 2].rest;
		const char *form = i % 2 ? "{%s,\"id\":\"me\"}\n" : "{\"id\":\"me\",%s}\n";
		snprintf(line, sizeof line, form, rest);
		type(line);
		take_nothing();
		snprintf(want, sizeof want,
		         "{\"v\":1,\"ev\":\"error\",\"ts\":0.000,\"id\":\"me\",\"err\":\"usage\","
		         "\"text\":\"%s\"}\n",
		         cases[i / 2].text);
		assert_written(want);
	}
	static const char *const without[] = {
		"{\"cmd\":\"send\",\"id\":7,\"conv\":-1}\n",
		"{\"cmd\":\"send\",\"id\":\"a\",\"conv\":-1,\"id\":\"a\"}\n",
		"{\"cmd\":\"send\",\"id\":\"\\ud800\"}\n",
		"{\"cmd\":\"send\",\"id\":\"\xff\"}\n",
		"{\"cmd\":\"send\" \"id\":\"a\"}\n",
	};
	for (size_t i = 0; i < sizeof without / sizeof without[0]; i++) {
		type(without[i]);
		take_nothing();
		assert_non_null(strstr(out, "\"err\":\"usage\""));
		assert_null(strstr(out, "\"id\""));
		out_len = 0;
	}
	interactor_free(ui);
}

/* The longest message fits, even all escaped; one byte more is an error, and so is a line without
 * end. */
static void test_json_long_lines(void **state)
{
	(void)state;
	static char line[7 * LIMIT_TEXT];
	struct command c;
	for (size_t extra = 0; extra < 2; extra++) {
		size_t len = (size_t)sprintf(line, "{\"cmd\":\"send\",\"text\":\"");
		for (size_t i = 0; i < LIMIT_TEXT + extra; i++)
			len += (size_t)sprintf(line + len, "\\u0001");
		sprintf(line + len, "\"}\n");
		start();
		type(line);
		assert_int_equal(interactor_take(ui, &c), extra == 0);
		if (extra == 0)
			assert_int_equal(c.text.len, LIMIT_TEXT);
		interactor_free(ui);
	}
	start();
	memset(line, 'x', sizeof line);
	for (int i = 0; i < 10; i++) {
		size_t room = interactor_room(ui);
		assert_true(room > 1000);
		interactor_input(ui, span_of(line, room < sizeof line ? room : sizeof line), 1, 1);
		assert_false(interactor_take(ui, &c));
	}
	collect();
	assert_written("{\"v\":1,\"ev\":\"error\",\"ts\":0.000,\"err\":\"usage\",\"text\":\"the "
	               "line is too long\"}\n");
	type("x\n{\"cmd\":\"send\",\"text\":\"good\"}\n");
	take("good", "");
	interactor_free(ui);
}

/* More messages than numbers are out for wait; none is lost, and each keeps its id. */
static void test_json_many_ids(void **state)
{
	(void)state;
	char line[100];
	struct command c;
	unsigned asked = 0, sent = 0;
	start();
	for (unsigned i = 0; i < 200; i++) {
		snprintf(line, sizeof line, "{\"cmd\":\"send\",\"text\":\"t%u\",\"id\":\"i%u\"}\n",
		         i, i);
		type(line);
	}
	while (sent < 200) {
		while (interactor_take(ui, &c)) {
			snprintf(line, sizeof line, "t%u", asked++);
			assert_span_text(c.text, line);
			interactor_answer(ui, ANSWER_TAKEN, c.text.len);
		}
		assert_true(asked > sent);
		show((struct event){ .kind = EVENT_SENT, .number = sent + 1 });
		snprintf(line, sizeof line,
		         "{\"v\":1,\"ev\":\"sent\"," TS ",\"id\":\"i%u\",\"n\":%u}\n", sent,
		         sent + 1);
		assert_written(line);
		sent++;
	}
	interactor_free(ui);
}

/* A message names its conversation, or is for the one it was read in; with --keep it has to. What
 * is refused comes back with its id. */
static void test_json_conversations(void **state)
{
	(void)state;
	struct command c;
	for (int keep = 0; keep < 2; keep++) {
		struct interactor_config config = { .keep = keep };
		ui = interactor_new(interactor_class_named(span_text("json")), &config);
		out_len = 0;
		interactor_input(ui, span_text("{\"cmd\":\"send\",\"text\":\"a\",\"id\":\"i\","), 1,
		                 1);
		interactor_input(ui, span_text("\"conv\":7}\n{\"cmd\":\"send\",\"text\":\"b\"}\n"),
		                 2, 1);
		assert_true(interactor_take(ui, &c));
		assert_int_equal(c.conv, 7);
		interactor_answer(ui, ANSWER_NOBODY, 0);
		collect();
		assert_written(
		    "{\"v\":1,\"ev\":\"error\",\"ts\":0.000,\"conv\":7,\"id\":\"i\",\"err\":"
		    "\"state\",\"text\":\"not sent: there is no such conversation now\"}\n");
		if (keep) {
			take_nothing();
			assert_written("{\"v\":1,\"ev\":\"error\",\"ts\":0.000,\"err\":\"usage\","
			               "\"text\":\"conv or to is "
			               "missing: with serve --keep, send and hangup name their "
			               "conversation\"}\n");
		} else {
			assert_true(interactor_take(ui, &c));
			assert_int_equal(c.conv, 2);
			interactor_answer(ui, ANSWER_OVER, 0);
			collect();
			assert_written(
			    "{\"v\":1,\"ev\":\"error\",\"ts\":0.000,\"conv\":2,\"err\":\"state\","
			    "\"text\":\"not sent: that conversation is over\"}\n");
		}
		interactor_free(ui);
	}
}

/* What belongs to a conversation has its number; the end of one is an event, and nothing follows
 * the last. */
static void test_json_borders(void **state)
{
	(void)state;
	start();
	show((struct event){ .kind = EVENT_CONNECTED, .conv = 4, .peer = "bob" });
	show((struct event){ .kind = EVENT_TEXT, .number = 1, .more = true });
	show((struct event){
	    .kind = EVENT_OVER, .err = ERR_CUT, .exit_code = 5, .text = span_text("o") });
	show((struct event){ .kind = EVENT_NOTICE, .text = span_text("n") });
	show((struct event){ .kind = EVENT_UNSENT, .number = 3, .text = span_text("3 lines") });
	show((struct event){ .kind = EVENT_CLOSED, .err = ERR_CUT, .exit_code = 143 });
	show((struct event){ .kind = EVENT_NOTICE, .text = span_text("late") });
	assert_written(
	    "{\"v\":1,\"ev\":\"connected\"," TS ",\"conv\":4,\"peer\":\"bob\"}\n"
	    "{\"v\":1,\"ev\":\"msg\"," TS ",\"conv\":4,\"peer\":\"bob\",\"n\":1,\"more\":true,"
	    "\"text\":\"\"}\n"
	    "{\"v\":1,\"ev\":\"over\"," TS ",\"conv\":4,\"peer\":\"bob\",\"err\":\"cut\","
	    "\"exit\":5,\"text\":\"o\"}\n"
	    "{\"v\":1,\"ev\":\"notice\"," TS ",\"text\":\"n\"}\n"
	    "{\"v\":1,\"ev\":\"closed\"," TS ",\"err\":\"cut\",\"exit\":143}\n");
	interactor_free(ui);
}

/* Nobody fetches what is written: the peer's texts wait, the program's own events find room. */
static void test_json_end_has_room(void **state)
{
	(void)state;
	static uint8_t big[LIMIT_TEXT];
	struct event text = { .kind = EVENT_TEXT, .number = 1, .text = span_of(big, sizeof big) };
	size_t texts = 0;
	memset(big, 1, sizeof big);
	start();
	while (interactor_show(ui, &text))
		assert_true(++texts < 100);
	for (int i = 0; i < 20; i++)
		assert_true(interactor_show(
		    ui, &(struct event){ .kind = EVENT_PATH, .path = "direct udp" }));
	assert_true(
	    interactor_show(ui, &(struct event){ .kind = EVENT_OVER, .text = span_of(big, 1024) }));
	assert_true(interactor_show(ui, &(struct event){ .kind = EVENT_CLOSED }));
	collect();
	assert_non_null(strstr(out, "\"ev\":\"closed\""));
	interactor_free(ui);
}

/* At the end the program learns which of its messages never had a number. */
static void test_json_unsent(void **state)
{
	(void)state;
	start();
	type("{\"cmd\":\"send\",\"text\":\"x\",\"id\":\"a\"}\n");
	take("x", "a");
	show((struct event){ .kind = EVENT_CLOSED, .text = span_text("over") });
	assert_written("{\"v\":1,\"ev\":\"error\"," TS ",\"conv\":1"
	               ",\"id\":\"a\",\"err\":\"state\",\"text\":\"not sent\"}\n"
	               "{\"v\":1,\"ev\":\"closed\"," TS
	               ",\"err\":\"none\",\"exit\":0,\"text\":\"over\"}\n");
	interactor_free(ui);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_read_accepts),
		cmocka_unit_test(test_json_read_refuses),
		cmocka_unit_test(test_json_write_round_trip),
		cmocka_unit_test(test_json_events),
		cmocka_unit_test(test_json_insecure),
		cmocka_unit_test(test_json_commands),
		cmocka_unit_test(test_json_bad_commands),
		cmocka_unit_test(test_json_errors_carry_the_id),
		cmocka_unit_test(test_json_long_lines),
		cmocka_unit_test(test_json_many_ids),
		cmocka_unit_test(test_json_unsent),
		cmocka_unit_test(test_json_conversations),
		cmocka_unit_test(test_json_borders),
		cmocka_unit_test(test_json_end_has_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
