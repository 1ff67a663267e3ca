/* A communicator that the program does not know of (tests/toys/serial.h), as serve and connect see
 * it: the code to type is shown, and who was met is saved with that address. */
#include "cmd/report.h"
#include "cmd/talk/meeting.h"
#include "cmd/talk/opening.h"
#include "cmd/talk/target.h"
#include "tests/toys/serial.h"
#include "tests/unit/cmd_world.h"

extern const struct communicator_class p2p_communicator;

const struct communicator_class *const communicator_classes[] = {
	&p2p_communicator,
	&serial_communicator,
	NULL,
};

static struct options options;
static struct plan plan;
static const struct directory nowhere; /* no server */
static struct meeting meeting;
static const struct decision *decision;

static void begin(bool serving)
{
	plan = (struct plan){ .options = &options, .serving = serving, .book = load_book() };
	plan.suite = encryptor_classes[0];
}

static void end(void)
{
	memset(&meeting, 0, sizeof meeting);
	book_wipe(plan.book);
}

/* What a responder's line that has come up says of itself. */
static struct endpoint_event line_is_up(void)
{
	struct test_random r = test_random(2);
	struct communicator_config config = { .name = plan.target.host, .random = &r.random };
	struct link_event up = { .state = LINK_UP, .link = 1, .kind = "serial" };
	struct endpoint_event e = { .kind = ENDPOINT_COMMUNICATOR };
	enum err err = OK;
	struct communicator *c = communicator_new(plan.target.class, &config, SECOND, &err);
	assert_non_null(c);
	assert_false(c->class->take(c, &e.communicator));
	c->class->link(c, &up, SECOND);
	assert_true(c->class->take(c, &e.communicator));
	communicator_free(c);
	return e;
}

/* The next decision for the user's eyes. */
static void shows(enum event_kind event)
{
	decision = decision_take(&meeting.decisions);
	assert_non_null(decision);
	assert_int_equal(decision->kind, DECISION_SHOW);
	assert_int_equal(decision->event, event);
}

static void test_toy_serial_code_is_shown_and_the_contact_keeps_the_line(void **state)
{
	(void)state;
	struct test_random r = test_random(1);
	struct addr at[2];
	size_t count = 1;
	char typed[256];

	begin(true);
	assert_int_equal(target_listen(&plan.target, span_text("serial:///dev/ttyS0"), at, &count),
	                 0);
	assert_int_equal(count, 0); /* no address to listen at */
	plan.target.has_code = true;
	code_make(&plan.target.code, CODE_WORDS, &r.random);
	meeting_init(&meeting, &plan, NULL, &nowhere, &r.random, 0);
	struct endpoint_event e = line_is_up();
	meeting_event(&meeting, &e, MEETING_FREE, SECOND);
	shows(EVENT_LISTENING);
	assert_string_equal(decision->phrase.text, "/dev/ttyS0");
	shows(EVENT_CODE);
	assert_memory_equal(decision->phrase.text, "schat connect serial://", 23);
	snprintf(typed, sizeof typed, "%s", decision->phrase.text + strlen("schat connect "));
	end();

	begin(false);
	assert_int_equal(target_read(&plan.target, span_text(typed), plan.book, false), 0);
	assert_true(plan.target.has_code);
	assert_string_equal(plan.target.host, "/dev/ttyS0");
	assert_true(target_direct_text(&plan.target, plan.direct));
	meeting_init(&meeting, &plan, NULL, &nowhere, &r.random, 0);
	e = (struct endpoint_event){ .kind = ENDPOINT_PEER, .trust = TRUST_CODE, .nick = "bob" };
	e.key = world_contact("bob", KEY_B).key;
	meeting_event(&meeting, &e, MEETING_FREE, SECOND);
	end();

	begin(false); /* the peers file reads as it was written */
	assert_int_equal(target_read(&plan.target, span_text("bob"), plan.book, false), 0);
	assert_string_equal(plan.target.contact.addr, "serial:///dev/ttyS0");
	assert_ptr_equal(plan.target.class, &serial_communicator);
	assert_string_equal(plan.target.host, "/dev/ttyS0");
	assert_int_equal(
	    target_read(&plan.target, span_text("serial:///dev/ttyS0"), plan.book, false), 0);
	assert_true(plan.target.has_contact);
	end();
}

/* What is not reachable is named as it was typed. */
static void test_toy_serial_silence_names_the_line(void **state)
{
	(void)state;
	struct endpoint_event e = { .kind = ENDPOINT_COMMUNICATOR,
		                    .communicator = { .kind = COMMUNICATOR_FAILED,
		                                      .err = ERR_UNREACHABLE } };
	struct test_random r = test_random(1);
	begin(false);
	assert_int_equal(
	    target_read(&plan.target, span_text("serial:///dev/ttyS0"), plan.book, false), 0);
	assert_true(target_direct_text(&plan.target, plan.direct));
	meeting_init(&meeting, &plan, NULL, &nowhere, &r.random, 0);
	meeting_event(&meeting, &e, MEETING_FREE, SECOND);
	decision = decision_take(&meeting.decisions);
	assert_non_null(decision);
	assert_int_equal(decision->kind, DECISION_FAIL);
	assert_non_null(strstr(decision->phrase.text, "/dev/ttyS0"));
	end();
}

/* A line that is not there is no lack of memory. */
static void test_toy_serial_that_cannot_be_used_says_why(void **state)
{
	(void)state;
	static const struct terminal_io io;
	struct endpoint *endpoint = NULL;
	struct addr at[2];
	size_t count = 1;
	char said[200];
	struct text t = text_of(said, sizeof said);

	begin(true);
	assert_int_equal(target_listen(&plan.target, span_text("serial://ttyS0"), at, &count), 0);
	report_errors_to(&t);
	assert_int_equal(opening_endpoint(&plan, NULL, &io, &endpoint), err_exit(ERR_UNREACHABLE));
	report_errors_to(NULL);
	assert_null(endpoint);
	assert_non_null(strstr(said, "can't use serial://: not reachable"));
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(test_toy_serial_code_is_shown_and_the_contact_keeps_the_line),
		WORLD_TEST(test_toy_serial_silence_names_the_line),
		WORLD_TEST(test_toy_serial_that_cannot_be_used_says_why),
	};
	return cmocka_run_group_tests_name("cmd_toy_serial", tests, NULL, NULL);
}
