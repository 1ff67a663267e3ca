/* Tests of ui/pipe.c: bytes as they are, both ways, each once. */
#include "tests/unit/fetch.h"
#include "tests/unit/support.h"
#include "ui/interactor.h"

static struct interactor *ui;

static void start(bool quiet)
{
	struct interactor_config config = { .utf8 = true, .quiet = quiet };
	ui = interactor_new(interactor_class_named(span_text("pipe")), &config);
	assert_non_null(ui);
	assert_int_equal(ui->class->mode, MODE_PIPE);
}

/* What the chat takes in parts goes on where it stopped; the end comes after the last byte. */
static void test_pipe_input(void **state)
{
	(void)state;
	uint8_t bytes[256];
	struct command command;
	for (unsigned i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)i;
	start(false);
	interactor_input(ui, span_of(bytes, 200), 1, 1);
	assert_true(interactor_take(ui, &command));
	assert_int_equal(command.kind, COMMAND_BYTES);
	assert_int_equal(command.text.len, 200);
	interactor_answer(ui, ANSWER_TAKEN, 50);
	uint8_t *place = interactor_place(ui); /* read to where it stays */
	assert_non_null(place);
	memcpy(place, bytes + 200, 56);
	interactor_input(ui, span_of(place, 56), 1, 1);
	interactor_input_end(ui);
	assert_true(interactor_take(ui, &command));
	assert_int_equal(command.text.len, 206);
	assert_memory_equal(command.text.at, bytes + 50, 206);
	interactor_answer(ui, ANSWER_LATER, 0);
	assert_true(interactor_take(ui, &command));
	assert_int_equal(command.text.len, 206);
	assert_true(interactor_take(ui, &command)); /* nobody spoke: taken */
	assert_int_equal(command.kind, COMMAND_END);
	assert_false(interactor_take(ui, &command));
	interactor_free(ui);
}

/* An event that is repeated until it is written puts each byte out once. */
static void test_pipe_output_once(void **state)
{
	(void)state;
	static uint8_t stream[1 << 20], got[1 << 20];
	size_t got_len = 0;
	struct test_random r = test_random(3);
	random_fill(&r.random, stream, sizeof stream);
	start(false);
	while (got_len < sizeof stream) {
		/* As chat does: the event begins at what was written. */
		size_t offered = (size_t)random_below(&r.random, 300000) + 1;
		offered = offered < sizeof stream - got_len ? offered : sizeof stream - got_len;
		struct event event = { .kind = EVENT_BYTES,
			               .number = got_len,
			               .text = span_of(stream + got_len, offered) };
		interactor_show(ui, &event);
		int where;
		size_t len =
		    fetch(ui, &where, got + got_len, (size_t)random_below(&r.random, 100000));
		assert_true(len == 0 || where == UI_OUT);
		got_len += len;
	}
	assert_memory_equal(got, stream, sizeof stream);
	interactor_free(ui);
}

/* Talk is on standard error, and with -q only what went wrong. */
static void test_pipe_talk(void **state)
{
	(void)state;
	for (int quiet = 0; quiet < 2; quiet++) {
		uint8_t text[500];
		int where = 0;
		size_t len;
		start(quiet);
		interactor_show(
		    ui, &(struct event){ .kind = EVENT_NOTICE, .text = span_text("hello") });
		interactor_show(ui, &(struct event){ .kind = EVENT_OVER, .err = ERR_CUT });
		len = fetch(ui, &where, text, sizeof text);
		assert_int_equal(where, UI_ERR);
		assert_span_text(span_of(text, len),
		                 quiet ? "schat: cut off\n" : "schat: hello\nschat: cut off\n");
		interactor_free(ui);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pipe_input),
		cmocka_unit_test(test_pipe_output_once),
		cmocka_unit_test(test_pipe_talk),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
