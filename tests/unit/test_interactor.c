/* Tests of the contract of ui/interactor.h, for every interactor of the table. */
#include <stdlib.h>

#include "base/text.h"
#include "base/utf8.h"
#include "tests/unit/fetch.h"
#include "tests/unit/support.h"
#include "ui/interactor.h"

static const struct interactor_config configs[] = {
	{ .columns = 80, .utf8 = true, .colour = true },
	{ .columns = 20 },
	{ .columns = 0, .utf8 = true, .quiet = true },
	{ .columns = 1, .utf8 = true, .dumb = true },
	{ .columns = 1000000, .colour = true, .dumb = true, .quiet = true },
};

/* What came out, and where. */
static struct {
	uint8_t at[1 << 22];
	size_t len;
} got[3];

static void collect(struct interactor *ui, size_t cap)
{
	static uint8_t buffer[5000 + 16];
	size_t len;
	int where = 0;
	memset(buffer + cap, 0xee, 16);
	while ((len = fetch(ui, &where, buffer, cap)) > 0) {
		assert_true(len <= cap);
		assert_true(where == UI_OUT || where == UI_ERR);
		for (size_t i = 0; i < 16; i++)
			assert_int_equal(buffer[cap + i], 0xee);
		assert_true(got[where].len + len <= sizeof got[where].at);
		memcpy(got[where].at + got[where].len, buffer, len);
		got[where].len += len;
	}
}

/* Calls fn for each interactor with each way to set it up. */
static void with_each(void (*fn)(struct interactor *ui))
{
	for (size_t i = 0; interactor_classes[i]; i++) {
		for (size_t k = 0; k < sizeof configs / sizeof configs[0]; k++) {
			struct interactor *ui = interactor_new(interactor_classes[i], &configs[k]);
			assert_non_null(ui);
			got[UI_OUT].len = got[UI_ERR].len = 0;
			fn(ui);
			interactor_free(ui);
		}
	}
}

/* Each class is found by its name, and has what may not be missing. */
static void test_interactor_table(void **state)
{
	(void)state;
	static const char *const names[] = { "console", "lines", "json", "pipe" };
	for (size_t i = 0; i < 4; i++) {
		const struct interactor_class *class = interactor_class_named(span_text(names[i]));
		assert_non_null(class);
		assert_string_equal(class->name, names[i]);
		assert_int_equal(class->mode,
		                 strcmp(names[i], "pipe") == 0 ? MODE_PIPE : MODE_CHAT);
		assert_int_equal(class->terminal, strcmp(names[i], "console") == 0);
		assert_non_null(class->show);
		assert_int_equal(class->waiting == 0, class->input != NULL);
		assert_int_equal(class->room != NULL, class->input != NULL);
	}
	assert_null(interactor_class_named(span_text("nobody")));
	assert_null(interactor_class_named(span_text("")));
	interactor_free(NULL);
}

/* An event with everything a peer or a program could put into it. */
static struct event event_of(enum event_kind kind, struct span text, bool full)
{
	struct event e = { .kind = kind, .number = 1, .text = text };
	if (!full)
		return e;
	e.hint = text;
	e.code = "7-velvet-acorn";
	e.peer = "bob\x1b[2J\n\xe2\x80\xae";
	e.fingerprint = "k3v7-6xqa";
	e.suite = "noise";
	e.path = "direct udp";
	e.words = "one two three";
	e.rtt_us = 12345;
	e.clock_s = 86399;
	e.unix_ms = UINT64_MAX;
	e.err = ERR_CUT;
	e.exit_code = 5;
	e.insecure = true;
	return e;
}

static void show(struct interactor *ui, struct event e)
{
	for (int tries = 0; !interactor_show(ui, &e); tries++) {
		assert_true(tries < 100);
		collect(ui, 4000);
	}
}

static void show_everything(struct interactor *ui)
{
	static uint8_t big[LIMIT_TEXT];
	static const char nasty[] = "\x1b]0;x\x07\xc2\x9b\xff \xe2\x80\xae\n\t\x7f\xf3\xa0\x81\x81";
	uint64_t offset = 0;
	for (size_t i = 0; i < sizeof big; i++)
		big[i] = (uint8_t)nasty[i % (sizeof nasty - 1)];
	for (int full = 0; full < 2; full++) {
		for (unsigned kind = 0; kind <= EVENT_BYTES; kind++) {
			const struct span texts[] = { { 0 },
				                      span_text("plain"),
				                      span_of(nasty, sizeof nasty - 1),
				                      span_of(big, sizeof big) };
			if (kind == EVENT_CLOSED)
				continue;
			for (size_t i = 0; i < 4; i++) {
				struct event e = event_of((enum event_kind)kind, texts[i], full);
				e.number = kind == EVENT_BYTES ? offset : i;
				if (kind == EVENT_CONNECTED)
					offset = 0;
				if (kind == EVENT_BYTES)
					offset += texts[i].len;
				show(ui, e);
			}
		}
	}
	show(ui, event_of(EVENT_CLOSED, span_text("over"), true));
	collect(ui, 3);
	interactor_end(ui);
	collect(ui, 5000);
}

/* Every event can be shown; what a peer sent never reaches a terminal as it is; standard output has
 * data alone. */
static void check_show(struct interactor *ui)
{
	show_everything(ui);
	bool pipe = ui->class->mode == MODE_PIPE;
	for (int where = UI_OUT; where <= UI_ERR; where++) {
		struct span all = span_of(got[where].at, got[where].len);
		if (pipe && where == UI_OUT)
			continue;
		assert_true(utf8_valid(all));
		for (size_t i = 0; i < all.len; i++) {
			assert_true(all.at[i] != 0x07 && all.at[i] != 0x7f);
			/* No C1 control, direction mark or tag in UTF-8. */
			assert_false(i + 1 < all.len && all.at[i] == 0xc2 && all.at[i + 1] < 0xa0);
			assert_false(i + 2 < all.len && all.at[i] == 0xe2 &&
			             all.at[i + 1] == 0x80 && all.at[i + 2] == 0xae);
			assert_false(i + 1 < all.len && all.at[i] == 0xf3 && all.at[i + 1] == 0xa0);
			if (!ui->class->terminal)
				assert_true(all.at[i] >= 0x20 || all.at[i] == '\n' ||
				            all.at[i] == '\t');
			else if (all.at[i] == 0x1b)
				assert_true(i + 1 < all.len && all.at[i + 1] == '[');
		}
	}
	if (ui->class->terminal || span_is(span_text(ui->class->name), "json"))
		assert_int_equal(got[UI_ERR].len, 0);
	if (span_is(span_text(ui->class->name), "lines")) {
		size_t lines = 0;
		for (size_t i = 0; i < got[UI_OUT].len; i++)
			lines += got[UI_OUT].at[i] == '\n';
		assert_int_equal(lines, 8); /* one for each EVENT_TEXT */
	}
}

static void test_interactor_shows_every_event(void **state)
{
	(void)state;
	with_each(check_show);
}

/* Takes whatever there is, as a program does; counts texts and bytes, and how often it was asked to
 * leave. */
static size_t take_all(struct interactor *ui, size_t *quits)
{
	struct command c;
	size_t sum = 0;
	uint64_t n = 0;
	while (interactor_take(ui, &c)) {
		if (c.kind == COMMAND_TEXT) {
			assert_true(c.text.len <= LIMIT_TEXT && utf8_valid(c.text));
			assert_true(utf8_valid(c.id));
		}
		if (c.kind == COMMAND_TEXT || c.kind == COMMAND_BYTES) {
			assert_true(c.kind == COMMAND_TEXT || c.text.len > 0);
			assert_int_equal(c.kind == COMMAND_BYTES, ui->class->mode == MODE_PIPE);
			sum += c.text.len;
			interactor_answer(ui, ANSWER_TAKEN, c.text.len);
			if (c.kind == COMMAND_TEXT)
				show(ui, (struct event){ .kind = EVENT_SENT, .number = ++n });
		}
		*quits += c.kind == COMMAND_QUIT || c.kind == COMMAND_END;
	}
	return sum;
}

/* Any bytes may come in, in any pieces; the end comes once, after everything else. */
static void check_input(struct interactor *ui)
{
	static const char *const pieces[] = { "hello\n",   "\r",
		                              "\x1b[A",    "\x1b[200~",
		                              "\x1b[201~", "{\"cmd\":\"send\",\"text\":\"x\"}\n",
		                              "/help\n",   "\xff\xfe",
		                              "你好\n",    "\x12",
		                              "\x1a",      "\x0c",
		                              "/x\r",      "{\"cmd\":\"who\"}\n" };
	struct test_random r = test_random(configs[0].columns);
	size_t quits = 0;
	uint64_t now = 1;
	for (int i = 0; i < 1000; i++) {
		const char *piece =
		    pieces[random_below(&r.random, sizeof pieces / sizeof pieces[0])];
		size_t len = strlen(piece), room = interactor_room(ui);
		interactor_input(ui, span_of(piece, len < room ? len : room), 1, now);
		now += random_below(&r.random, 100000);
		if (interactor_deadline(ui) <= now)
			interactor_timer(ui, now);
		if (random_below(&r.random, 3) == 0)
			take_all(ui, &quits);
		if (random_below(&r.random, 10) == 0)
			interactor_resize(ui, (unsigned)random_below(&r.random, 300),
			                  (unsigned)random_below(&r.random, 60));
		collect(ui, (size_t)random_below(&r.random, 300) + 1);
		got[UI_OUT].len = got[UI_ERR].len = 0;
	}
	interactor_input_end(ui);
	for (int i = 0; i < 100; i++) {
		take_all(ui, &quits);
		collect(ui, 1000);
		got[UI_OUT].len = got[UI_ERR].len = 0;
	}
	assert_int_equal(quits, 1);
	interactor_end(ui);
	collect(ui, 1000);
}

static void test_interactor_takes_any_input(void **state)
{
	(void)state;
	with_each(check_input);
}

/* Input beyond the room that was promised is the caller's mistake. */
static void test_interactor_asserts_room(void **state)
{
	(void)state;
	static uint8_t big[1 << 20];
	for (size_t i = 0; interactor_classes[i]; i++) {
		struct interactor *ui = interactor_new(interactor_classes[i], &configs[0]);
		size_t room = interactor_room(ui);
		assert_true(room > 0);
		assert_true(room < sizeof big);
		assert_panics(interactor_input(ui, span_of(big, room + 1), 1, 1));
		interactor_free(ui);
	}
}

/* Without memory for it there is none; nothing is left of one that is freed (checked by
 * sanitizers). */
static void test_interactor_unused(void **state)
{
	(void)state;
	for (size_t i = 0; interactor_classes[i]; i++) {
		struct interactor *ui = interactor_new(interactor_classes[i], &configs[0]);
		struct command c;
		assert_false(interactor_take(ui, &c));
		interactor_answer(ui, ANSWER_LATER, 0);
		assert_true(interactor_deadline(ui) == NEVER);
		interactor_timer(ui, 5);
		interactor_end(ui);
		interactor_free(ui);
	}
}

/* An event that was not shown because there was no room is shown later, and none is lost or
 * doubled. */
static void check_order(struct interactor *ui)
{
	char text[8000];
	memset(text, '.', sizeof text);
	for (unsigned i = 0; i < 100; i++) {
		struct text t = text_of(text, sizeof text);
		text_add(&t, "<");
		text_add_u64(&t, i);
		text_add(&t, ">");
		text[t.len] = '.';
		struct event e = { .kind = EVENT_ERROR, .text = span_of(text, sizeof text) };
		while (!interactor_show(ui, &e))
			collect(ui, 5000);
	}
	collect(ui, 5000);
	for (int where = UI_OUT; where <= UI_ERR; where++) {
		unsigned want = 0;
		for (size_t i = 0; i < got[where].len; i++) {
			uint64_t number;
			size_t len = 1;
			if (got[where].at[i] != '<')
				continue;
			while (i + len < got[where].len && got[where].at[i + len] != '>' && len < 5)
				len++;
			if (text_read_u64(span_of(got[where].at + i + 1, len - 1), 1000, &number))
				assert_int_equal(number, want++);
		}
		assert_true(want == 0 || want == 100);
		got[0].len += want;
	}
	assert_int_equal(got[0].len, 100);
	got[0].len = 0;
}

static void test_interactor_loses_no_event(void **state)
{
	(void)state;
	with_each(check_order);
}

/* Whoever looks first whether it is crowded finds room for what there is to tell, also when nobody
 * fetches the output and the chat has filled it. */
static void check_room(struct interactor *ui)
{
	char text[LIMIT_TEXT];
	unsigned shown = 0;
	memset(text, 1, sizeof text); /* takes more than one byte each */
	struct event connected = { .kind = EVENT_CONNECTED, .peer = "anna", .conv = 1 };
	struct event said = { .kind = EVENT_TEXT, .text = span_of(text, sizeof text) };
	struct event news[] = {
		{ .kind = EVENT_ERROR, .text = span_of(text, 1024), .hint = span_of(text, 1024) },
		{ .kind = EVENT_AWAY },
		{ .kind = EVENT_OVER, .conv = 1, .text = span_of(text, 1024) },
		connected
	};
	assert_true(interactor_show(ui, &connected));
	for (unsigned i = 0; i < 100 && ui->class->mode == MODE_CHAT; i++) {
		said.number = i + 1;
		if (!interactor_show(ui, &said))
			break;
	}
	while (!interactor_crowded(ui) && shown < 100000)
		assert_true(interactor_show(ui, &news[shown++ % 4]));
	assert_true(interactor_crowded(ui));
	collect(ui, 5000);
	assert_false(interactor_crowded(ui));
}

static void test_interactor_is_crowded_before_news_is_lost(void **state)
{
	(void)state;
	with_each(check_room);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interactor_is_crowded_before_news_is_lost),
		cmocka_unit_test(test_interactor_loses_no_event),
		cmocka_unit_test(test_interactor_table),
		cmocka_unit_test(test_interactor_shows_every_event),
		cmocka_unit_test(test_interactor_takes_any_input),
		cmocka_unit_test(test_interactor_asserts_room),
		cmocka_unit_test(test_interactor_unused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
