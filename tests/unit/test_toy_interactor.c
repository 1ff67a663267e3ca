/* A new interactor is a file and a row: this table, which is linked instead of ui/interactors.c,
 * has one more, and a chat is shown and said through it. */
#include "chat/chat.h"
#include "tests/toys/telegraph.h"
#include "tests/unit/fake_session.h"
#include "tests/unit/fetch.h"
#include "tests/unit/support.h"
#include "ui/speech.h"

extern const struct interactor_class console_class, lines_class, json_class, pipe_class;

const struct interactor_class *const interactor_classes[] = {
	&console_class, &lines_class, &json_class, &pipe_class, &telegraph_class, NULL,
};

static struct session near, far;

static void move(void)
{
	fake_move(&near, STREAM_CHAT, SIZE_MAX);
	fake_move(&far, STREAM_CHAT, SIZE_MAX);
}

static void test_toy_interactor_carries_a_chat(void **state)
{
	(void)state;
	struct interactor *ui = interactor_new(interactor_class_named(span_text("telegraph")),
	                                       &(struct interactor_config){ 0 });
	struct chat *ours = chat_new(MODE_CHAT), *theirs = chat_new(MODE_CHAT);
	struct speech speech;
	struct command command;
	struct event event;
	bool any;
	assert_non_null(ui);
	fake_pair(&near, &far);
	chat_attach(ours, &near);
	chat_attach(theirs, &far);
	speech_init(&speech, ui, &(struct speech_config){ 0 });
	speech_connected(&speech, ours, "bob", NULL, 0);

	interactor_input(ui, span_text("we are here\nall well\n"), 1, SECOND);
	assert_false(speech_take(&speech, &command, &any, SECOND));
	assert_true(any);
	move();
	chat_step(theirs);
	assert_true(chat_take(theirs, &event));
	assert_span_text(event.text, "we are here");
	assert_true(chat_take(theirs, &event));
	assert_span_text(event.text, "all well");

	assert_int_equal(chat_text(theirs, span_text("send money"), false), OK);
	move();
	chat_step(ours);
	while (chat_take(ours, &event))
		assert_true(interactor_show(ui, &event));
	uint8_t out[100];
	int where = 0;
	size_t len = fetch(ui, &where, out, sizeof out);
	assert_int_equal(where, UI_OUT);
	assert_span_text(span_of(out, len), "SEND MONEY STOP\n");
	chat_free(ours);
	chat_free(theirs);
	interactor_free(ui);
}

/* What a class leaves out does nothing. */
static void test_toy_interactor_leaves_out_what_it_has_not(void **state)
{
	(void)state;
	struct interactor *ui = interactor_new(&telegraph_class, &(struct interactor_config){ 0 });
	assert_false(interactor_crowded(ui));
	assert_int_equal(interactor_unsent(ui), 0);
	assert_true(interactor_deadline(ui) == NEVER);
	interactor_timer(ui, SECOND);
	interactor_resize(ui, 80, 24);
	interactor_answer(ui, ANSWER_TAKEN, 0);
	interactor_input_end(ui);
	interactor_end(ui);
	interactor_free(ui);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_toy_interactor_carries_a_chat),
		cmocka_unit_test(test_toy_interactor_leaves_out_what_it_has_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
