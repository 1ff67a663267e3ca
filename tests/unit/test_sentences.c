/* sentences: what is said about each event, in which words of the peer's, and what stays when
 * quiet. */
#include "ui/sentences.h"

#include "tests/unit/support.h"

static struct sentences s;
static uint8_t buffer[200000];

static struct span say(struct event event)
{
	assert_true(sentences_room(&event) <= sizeof buffer);
	struct writer w = writer_of(buffer, sentences_room(&event));
	sentences_note(&s, &event);
	sentences_write(&s, &event, &w);
	assert_false(w.full);
	return written(&w);
}

/* Whatever the peer's, it is made safe, and cut where it is too long. */
static void test_sentences_make_names_safe(void **state)
{
	(void)state;
	char name[2000];
	memset(name, 0x1b, sizeof name);
	name[sizeof name - 1] = 0;
	sentences_init(&s, true, false);
	assert_string_equal(s.peer, "the peer");
	assert_false(s.here);
	say((struct event){ .kind = EVENT_CONNECTED, .peer = name, .insecure = true });
	assert_true(s.here && s.insecure);
	assert_int_equal(strlen(s.peer), SENTENCES_PEER - 1);
	assert_null(strchr(s.peer, 0x1b));
	say((struct event){ .kind = EVENT_CONNECTED, .peer = "bob\n" });
	assert_string_equal(s.peer, "bob\\x0a");
	assert_false(s.insecure);
	say((struct event){ .kind = EVENT_OVER });
	assert_false(s.here);
	assert_string_equal(s.peer, "bob\\x0a");
}

/* Each sentence of an event begins with the program's name and is one line; nothing is said twice.
 */
static void test_sentences_of_each_event(void **state)
{
	(void)state;
	for (unsigned quiet = 0; quiet < 2; quiet++) {
		sentences_init(&s, true, quiet);
		for (unsigned kind = EVENT_NOTICE; kind <= EVENT_BYTES; kind++) {
			struct span said = say((struct event){ .kind = (enum event_kind)kind,
			                                       .text = span_text("text"),
			                                       .err = ERR_CUT,
			                                       .peer = "bob" });
			bool loud = kind == EVENT_ERROR || kind == EVENT_CODE ||
			            kind == EVENT_UNSENT || kind == EVENT_OVER ||
			            kind == EVENT_ITEM || kind == EVENT_TRANSFER;
			bool silent = kind == EVENT_FILE || kind == EVENT_NAMES ||
			              kind == EVENT_SAID ||
			              (kind >= EVENT_CLOSED && kind != EVENT_PEER_LEFT);
			assert_int_equal(said.len > 0, quiet ? loud : !silent);
			assert_true(said.len == 0 || said.at[said.len - 1] == '\n');
			assert_true(said.len == 0 || memcmp(said.at, "schat: ", 7) == 0);
		}
	}
}

/* Words to compare are said even when quiet. */
static void test_sentences_words_when_quiet(void **state)
{
	(void)state;
	sentences_init(&s, true, true);
	assert_span_text(
	    say((struct event){ .kind = EVENT_CONNECTED,
	                        .peer = "bob",
	                        .words = "a b c",
	                        .hint = span_text("forget") }),
	    "schat: compare these words with bob, by voice or in person: a b c\nschat: forget\n");
}

static bool has(struct span said, const char *part)
{
	return memmem(said.at, said.len, part, strlen(part)) != NULL;
}

/* Who asks about a peer that is not heard is told that, too. */
static void test_sentences_who_is_away(void **state)
{
	(void)state;
	static const char away[] = "schat: no answer from bob since 01:02; your messages wait\n";
	const struct event who = { .kind = EVENT_WHO, .peer = "bob", .path = "tcp" };
	sentences_init(&s, true, false);
	say((struct event){ .kind = EVENT_CONNECTED, .peer = "bob" });
	assert_span_text(say(who), "schat: bob (tcp)\n");
	assert_span_text(say((struct event){ .kind = EVENT_AWAY, .clock_s = 3720 }), away);
	say((struct event){ .kind = EVENT_NOTICE, .text = span_text("text"), .clock_s = 3790 });
	assert_true(has(say(who), away));
	say((struct event){ .kind = EVENT_BACK, .clock_s = 3800 });
	assert_span_text(say(who), "schat: bob (tcp)\n");
}

static void test_sentences_unsent(void **state)
{
	(void)state;
	static const struct {
		uint64_t count;
		bool bytes;
		enum unsent why;
		const char *peer, *want;
	} cases[] = {
		{ 1, false, UNSENT_GONE, "bob", "1 line was not sent to bob, who is gone" },
		{ 2, false, UNSENT_NOBODY, "", "2 lines were not sent: nobody is connected" },
		{ 1, false, UNSENT_ABSENT, "",
		  "1 line was not sent: nobody is connected. To leave something for a contact, "
		  "begin the line with NAME>" },
		{ 1, true, UNSENT_END, "", "1 byte was not sent" },
		{ 4, false, UNSENT_WHOM, "",
		  "4 lines were not sent: begin each with NAME>, the name of a peer who is here" },
		{ 1, false, UNSENT_CROWDED, "bob",
		  "1 line was not sent to bob, who reads too slowly" },
		{ 3, true, UNSENT_END, "", "3 bytes were not sent" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char line[200];
		struct text t = text_of(line, sizeof line);
		sentences_unsent(&t, cases[i].count, cases[i].bytes, cases[i].why, cases[i].peer);
		assert_string_equal(line, cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sentences_make_names_safe),
		cmocka_unit_test(test_sentences_of_each_event),
		cmocka_unit_test(test_sentences_words_when_quiet),
		cmocka_unit_test(test_sentences_who_is_away),
		cmocka_unit_test(test_sentences_unsent),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
