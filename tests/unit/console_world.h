/* console_world: a console, a model of a terminal that shows what it writes, and a person who
 * types. */
#pragma once

#include "tests/unit/fetch.h"
#include "tests/unit/support.h"
#include "tests/unit/terminal.h"
#include "ui/interactor.h"

static struct interactor *ui;
static struct terminal terminal;
static uint32_t clock_s = 12 * 3600 + 60;
static uint64_t now = 1000, conv = 1; /* for which conversation is typed */

static inline void start_with(struct interactor_config config)
{
	terminal_begin(&terminal, config.columns);
	ui = interactor_new(interactor_class_named(span_text("console")), &config);
	assert_non_null(ui);
}

static inline void stop(void)
{
	interactor_free(ui);
	ui = NULL;
}

static inline void draw(void)
{
	int where = 0;
	uint8_t some[13];
	size_t len;
	while ((len = fetch(ui, &where, some, sizeof some)) > 0) {
		assert_int_equal(where, UI_OUT);
		terminal_write(&terminal, span_of(some, len));
	}
}

static inline void type(const char *keys)
{
	struct span s = span_text(keys);
	while (s.len > 0) {
		size_t len = interactor_room(ui) < s.len ? interactor_room(ui) : s.len;
		assert_true(len > 0);
		interactor_input(ui, span_of(s.at, len), conv, now);
		s = span_of(s.at + len, s.len - len);
		draw();
	}
}

static inline void show(struct event event)
{
	event.clock_s = clock_s;
	while (!interactor_show(ui, &event))
		draw();
	draw();
}

static inline void hear(const char *text)
{
	show((struct event){ .kind = EVENT_TEXT, .text = span_text(text) });
}

static inline void start(unsigned columns)
{
	start_with((struct interactor_config){ .columns = columns, .utf8 = true, .quiet = true });
	show((struct event){ .kind = EVENT_CONNECTED, .peer = "bob" });
}

/* The rows, the last of them the prompt's; how many rows above the last the cursor is, and in which
 * column. */
#define assert_screen_at(rows, above, cursor)                                                      \
	do {                                                                                       \
		assert_span_text(span_text(terminal_text(&terminal)), rows);                       \
		assert_int_equal(terminal.last - terminal.row, above);                             \
		assert_int_equal(terminal.column, cursor);                                         \
	} while (0)
#define assert_screen(rows, cursor) assert_screen_at(rows, 0, cursor)

static inline void assert_command(enum command_kind kind)
{
	struct command command;
	assert_true(interactor_take(ui, &command));
	assert_int_equal(command.kind, kind);
}

static inline void assert_nothing_wanted(void)
{
	struct command command;
	assert_false(interactor_take(ui, &command));
}

/* The program takes the next message as number n. */
static inline void take(const char *text, uint64_t n)
{
	struct command command;
	assert_true(interactor_take(ui, &command));
	assert_int_equal(command.kind, COMMAND_TEXT);
	assert_span_text(command.text, text);
	interactor_answer(ui, ANSWER_TAKEN, command.text.len);
	show((struct event){ .kind = EVENT_SENT, .number = n });
}

static inline void delivered(uint64_t n)
{
	show((struct event){ .kind = EVENT_DELIVERED, .number = n });
}
