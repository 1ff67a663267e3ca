/* remarks: the prompt says where a line goes, and what a paste would do; sentences name what they
 * are about. */
#include "ui/remarks.h"

#include "tests/unit/support.h"

static struct sentences s;
static char made[REMARKS_PROMPT];
static const char *prompts[REMARKS_PROMPTS];

static const char *prompt(struct remarks_typing typing)
{
	remarks_prompts(&s, &typing, made, prompts);
	return prompts[0];
}

static void test_remarks_prompts(void **state)
{
	(void)state;
	struct span pattern = span_text("x\x1b");
	sentences_init(&s, true, false);
	assert_string_equal(prompt((struct remarks_typing){ 0 }), "waiting> ");
	sentences_await(&s, "bob");
	assert_string_equal(prompt((struct remarks_typing){ 0 }), "waiting for bob> ");
	assert_string_equal(prompts[1], "waiting> ");
	s.here = true;
	assert_string_equal(prompt((struct remarks_typing){ 0 }), "you> ");
	assert_string_equal(prompt((struct remarks_typing){ .pattern = &pattern }),
	                    "find 'x\\x1b'> ");
	assert_string_equal(prompt((struct remarks_typing){ .pattern = &pattern, .missed = true }),
	                    "not found: 'x\\x1b'> ");
	assert_string_equal(prompt((struct remarks_typing){ .writing = true }), "Ctrl-D sends> ");
	struct remarks_typing paste = { .paste_lines = 30, .paste_bytes = 1540 };
	assert_string_equal(prompt(paste), "[paste: 30 lines, 1.5 KB] Enter sends, Esc drops> ");
	assert_string_equal(prompts[1], "Enter sends, Esc drops> "); /* before all, what to do */
	assert_string_equal(prompts[2], "paste?> ");
	s.insecure = true;
	assert_string_equal(prompt(paste),
	                    "NOT ENCRYPTED [paste: 30 lines, 1.5 KB] Enter sends, Esc drops> ");
	paste = (struct remarks_typing){ .paste_lines = 1, .paste_bytes = 999 };
	assert_string_equal(prompt(paste),
	                    "NOT ENCRYPTED [paste: 1 line, 999 bytes] Enter sends, Esc drops> ");
	assert_string_equal(prompts[1], "NOT ENCRYPTED paste?> ");
}

static void test_remarks_about_commands(void **state)
{
	(void)state;
	char at[400];
	sentences_init(&s, true, false);
	struct text t = text_of(at, sizeof at);
	remarks_no_command(&s, &t, span_text("/f\x1b"), NULL);
	assert_non_null(strstr(at, "schat: /f\\x1b is not a command; nothing was sent."));
	t = text_of(at, sizeof at);
	remarks_no_command(&s, &t, span_text("/log"), commands_named(span_text("/log")));
	assert_non_null(strstr(at, "schat: /log takes on|off; nothing was done."));
	t = text_of(at, sizeof at);
	remarks_recalled(&s, &t, 0, span_text("fox"));
	remarks_recalled(&s, &t, 1, span_of(NULL, 0));
	remarks_recalled(&s, &t, 0, span_of(NULL, 0));
	remarks_day(&t, 20260102);
	assert_string_equal(at, "schat: 0 messages with 'fox'\nschat: 1 message:\n"
	                        "schat: nothing has been said yet\nschat: 2026-01-02\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_remarks_prompts),
		cmocka_unit_test(test_remarks_about_commands),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
