/* Tests of ui/speech.c: no line reaches another than the one it was written for, and every line is
 * delivered, or said to be not sent, or known to be unconfirmed. A host that keeps on, its user,
 * and two contacts that come and go at any moment, over every interactor. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chat/posting.h"
#include "tests/unit/fake_session.h"
#include "tests/unit/fetch.h"
#include "tests/unit/support.h"
#include "ui/speech.h"

static const char *const contacts[] = { "yy", "zz" };

static struct {
	struct random *random;
	const char *ui;
	bool canonical; /* at a terminal that keeps a line back until its Enter */

	/* the host, as cmd/talk/conversation.c is one */
	struct speech speech;
	struct speech_talk *talk; /* the last */
	struct chat *chat;        /* ... its, or of the next */
	bool talking;
	struct event held;
	bool holding;
	uint64_t now;

	/* between the host and its user */
	char typed[1 << 16], printed[1 << 18];
	size_t typed_len, printed_len, seen;
	char line[4096]; /* of what was printed */
	size_t line_len;

	/* the user */
	uint64_t believes; /* the conversation it knows of; 0: none */
	bool half;         /* a line is begun: */
	uint64_t half_for;

	/* the one who is here */
	struct session ours, theirs;
	struct chat *peer;
	unsigned who; /* of contacts */
	bool again;   /* ... as before */
	uint64_t
	    run_began; /* the first conversation with this one, of those since the other left */
	uint64_t heard;
	bool peer_gone;

	/* the account */
	uint64_t lines, delivered, unsent, lost, sent;
} w;

static unsigned chance(unsigned below)
{
	return (unsigned)random_below(w.random, below);
}

static void clear(struct session *s, struct session *peer)
{
	for (unsigned i = 0; i < LIMIT_STREAMS; i++) {
		struct fake_stream *f = &s->streams[i];
		f->out_len = f->in_len = 0;
		f->finished = f->end_moved = f->unacked = f->in_end = false;
	}
	s->closing = s->over = false;
	s->farewell_us = 0;
	s->close_text[0] = 0;
	s->peer = peer;
}

/* ---- the user ---- */

static void type(const char *text)
{
	size_t len = strlen(text);
	assert_true(w.typed_len + len <= sizeof w.typed);
	memcpy(w.typed + w.typed_len, text, len);
	w.typed_len += len;
}

static bool is(const char *ui)
{
	return strcmp(w.ui, ui) == 0;
}

static void begin_line(void)
{
	char text[128];
	const char *json = "{\"cmd\":\"send\",\"id\":\"i\",\"conv\":%u,\"text\":\"for %u";
	w.half = true;
	w.half_for = w.believes;
	snprintf(text, sizeof text, is("json") ? json : "for %u", (unsigned)w.half_for,
	         (unsigned)w.half_for);
	type(text);
}

/* Ctrl-U: a line that the console does not send is not for the next either. */
static void end_line(void)
{
	type(is("json") ? "\"}\n" : is("console") ? "\r\x15" : "\n");
	w.half = false;
	w.lines++;
}

static uint64_t number_after(const char *line, const char *words)
{
	const char *at = strstr(line, words);
	return at ? strtoull(at + strlen(words), NULL, 10) : 0;
}

static void read_line(const char *line)
{
	uint64_t came =
	    number_after(line, is("json") ? "\"ev\":\"connected\",\"ts\":0.000,\"conv\":"
	                                  : "connected to contact");
	if (came > 0)
		w.believes = came;
	if (strstr(line, "all over"))
		w.believes = 0;
	if (is("json"))
		w.unsent += strstr(line, "\"text\":\"not sent") != NULL;
	else if (strstr(line, "schat: not sent:") != NULL) /* the console, to Enter */
		w.unsent++;
	else if (strstr(line, " not sent") != NULL)
		w.unsent += number_after(line, "schat: ");
}

static void read_printed(size_t max)
{
	for (; w.seen < w.printed_len && max > 0; max--) {
		char c = w.printed[w.seen++];
		if (c == '\n') {
			w.line[w.line_len] = 0;
			read_line(w.line);
			w.line_len = 0;
		} else if (w.line_len + 1 < sizeof w.line) {
			w.line[w.line_len++] = c ? c : ' ';
		}
	}
	if (w.seen == w.printed_len)
		w.seen = w.printed_len = 0;
}

/* A program with json names the conversation it has read of, however late that is. With the others
 * what counts is what schat has said. */
static void user(void)
{
	read_printed(!is("json") || chance(3) ? SIZE_MAX : chance(200));
	if (w.typed_len > sizeof w.typed / 2)
		return;
	if (chance(3) == 0 && !w.half)
		begin_line();
	if (chance(2) == 0 && w.half)
		end_line();
}

/* ---- the contact ---- */

static void hear(void)
{
	struct event e;
	if (!w.peer)
		return;
	chat_step(w.peer);
	while (chat_take(w.peer, &e)) {
		if (e.kind == EVENT_TEXT) {
			char text[32] = "";
			assert_true(e.text.len < sizeof text);
			memcpy(text, e.text.at, e.text.len);
			uint64_t meant = number_after(text, "for ");
			/* 0: written while nobody was here, and read when the same one was back */
			assert_true(meant <= w.speech.number);
			assert_true(meant >= w.run_began || (meant == 0 && w.again));
			assert_true(!is("json") || meant == w.speech.number);
			w.heard++;
			chat_shown(w.peer, e.number);
		}
	}
	chat_step(w.peer);
}

static void contact(void)
{
	if (!w.peer)
		return;
	hear();
	if (w.peer_gone)
		return;
	if (chance(12) == 0) {
		chat_finish(w.peer);
		w.peer_gone = true;
	} else if (chance(20) == 0) {
		fake_end(&w.ours, CLOSE_OTHER, ERR_CUT);
		fake_end(&w.theirs, CLOSE_OTHER, ERR_CUT);
		w.peer_gone = true;
	} else if (chance(4) == 0) {
		(void)chat_text(w.peer, span_text("hi"), false);
	}
}

static void network(void)
{
	if (!w.peer)
		return;
	for (unsigned i = 0; i < LIMIT_STREAMS; i++) {
		fake_move(&w.ours, i, chance(3) ? SIZE_MAX : chance(100));
		fake_move(&w.theirs, i, SIZE_MAX);
		fake_ack(&w.ours, i);
		fake_ack(&w.theirs, i);
	}
	fake_move_close(&w.ours);
	fake_move_close(&w.theirs);
}

/* ---- the host ---- */

static bool flush(bool blocked)
{
	struct interactor *ui = w.speech.ui;
	int where;
	size_t len = 1;
	while (!blocked && len > 0 && w.printed_len + 4096 < sizeof w.printed) {
		len = fetch(ui, &where, (uint8_t *)w.printed + w.printed_len, 4096);
		w.printed_len += len;
	}
	return len == 0;
}

static bool show(struct event e)
{
	return interactor_show(w.speech.ui, &e);
}

static void come(void)
{
	char name[32];
	clear(&w.ours, &w.theirs);
	clear(&w.theirs, &w.ours);
	w.peer = chat_new(MODE_CHAT);
	chat_attach(w.peer, &w.theirs);
	chat_attach(w.chat, &w.ours);
	w.heard = w.sent = 0;
	w.peer_gone = false;
	w.talking = true;
	unsigned who = chance(2);
	uint64_t last = w.speech.number;
	w.again = last > 0 && who == w.who;
	w.run_began = w.again ? w.run_began : w.speech.number + 1;
	w.who = who;
	w.talk = speech_connected(&w.speech, w.chat, contacts[who], NULL, w.again ? last : 0);
	snprintf(name, sizeof name, "contact%u", (unsigned)w.speech.number);
	assert_true(show((struct event){ .kind = EVENT_CONNECTED,
	                                 .conv = w.speech.number,
	                                 .peer = name,
	                                 .again = w.again ? last : 0 }));
}

/* How much of what was typed can be read. */
static size_t readable(void)
{
	size_t len = w.typed_len;
	while (w.canonical && len > 0 && w.typed[len - 1] != '\n')
		len--;
	return len;
}

static void give_input(size_t len)
{
	interactor_input(w.speech.ui, span_of(w.typed, len), speech_now(&w.speech), w.now);
	memmove(w.typed, w.typed + len, w.typed_len - len);
	w.typed_len -= len;
}

/* As screen_read_typed. */
static void read_typed(void)
{
	size_t room = interactor_room(w.speech.ui);
	if (w.canonical)
		give_input(w.typed_len < room ? w.typed_len : room);
}

static void over(enum err err)
{
	struct chat *next = chat_new(MODE_CHAT);
	hear(); /* what has arrived */
	w.delivered += w.heard;
	w.lost += w.sent - w.heard;
	if (err == OK) {
		assert_int_equal(w.sent, w.heard);
		assert_int_equal(chat_unconfirmed(w.chat), 0);
	}
	assert_true(chat_unconfirmed(w.chat) >= w.sent - w.heard);
	assert_true(
	    show((struct event){ .kind = EVENT_OVER, .text = span_text("all over"), .err = err }));
	chat_free(w.peer);
	w.peer = NULL;
	chat_free(w.chat);
	read_typed();
	speech_over(&w.speech, w.talk, err != OK);
	w.chat = next;
	w.talking = w.holding = false;
}

static void chat_events(void)
{
	if (!w.talking)
		return;
	chat_step(w.chat);
	while (w.holding || chat_take(w.chat, &w.held)) {
		w.holding = !show(w.held);
		if (w.holding)
			return;
		w.sent += w.held.kind == EVENT_SENT;
		if (w.held.kind == EVENT_TEXT)
			chat_shown(w.chat, w.held.number);
		if (w.held.kind == EVENT_PEER_LEFT)
			speech_peer_left(&w.speech, w.talk, w.now);
	}
	chat_step(w.chat);
}

static void read_input(void)
{
	struct interactor *ui = w.speech.ui;
	size_t room = interactor_room(ui), len = chance(3) || w.canonical ? readable() : chance(30);
	len = len < readable() ? len : readable();
	len = len < room ? len : room;
	if (len > 0)
		give_input(len);
}

static void take_commands(void)
{
	struct command c;
	struct event e;
	char sentence[SPEECH_SENTENCE];
	bool any;
	assert_false(speech_take(&w.speech, &c, &any, w.now)); /* nobody leaves here */
	if (speech_unsent(&w.speech, false, &e, sentence) && show(e))
		speech_reported(&w.speech, &e);
	speech_step(&w.speech, readable() > 0, w.now);
}

static void host(bool blocked)
{
	enum err err;
	struct span words;
	/* a person has time to read who came */
	w.now += chance(w.speech.config.typed ? 2000 : 200) * MS;
	read_input();
	take_commands();
	chat_events();
	if (w.talking && chat_over(w.chat, &err, &words))
		over(err);
	bool told = flush(blocked);
	if (speech_settles(&w.speech, told, w.now))
		read_typed();
	if (w.speech.settling)
		speech_settle(&w.speech, told, readable() > 0, w.now);
	speech_step(&w.speech, readable() > 0, w.now);
	assert_true(speech_deadline(&w.speech) > w.now); /* whatever is waited for, it sleeps */
}

/* Everything on its way arrives; nobody comes any more. */
static void settle_all(void)
{
	if (w.half)
		end_line();
	for (int i = 0; i < 400; i++) {
		if (w.peer && !w.peer_gone) {
			chat_finish(w.peer);
			w.peer_gone = true;
		}
		host(false);
		network();
		hear();
		read_printed(SIZE_MAX);
	}
	assert_false(w.talking);
	assert_int_equal(w.typed_len, 0);
	/* what waits for the last one to come back is told at the end of the program */
	assert_true(interactor_unsent(w.speech.ui) == 0 || w.talk->returns);
	w.unsent += interactor_unsent(w.speech.ui);
}

static unsigned departures(void)
{
	const char *wanted = getenv("DEPARTURES");
	return wanted ? (unsigned)strtoul(wanted, NULL, 10) : 10000;
}

static void check_departures(const char *name, bool canonical, uint64_t seed, unsigned count)
{
	struct test_random r = test_random(seed);
	struct interactor_config config = { .columns = 1000, .keep = true, .utf8 = true };
	struct interactor *ui = interactor_new(interactor_class_named(span_text(name)), &config);
	memset(&w, 0, sizeof w);
	w.random = &r.random;
	w.ui = name;
	w.canonical = canonical;
	w.now = 1;
	w.believes = 1; /* what is written before the first comes is for the first */
	struct speech_config how = { .keep = true,
		                     .serving = true,
		                     .typed = canonical || is("console") };
	speech_init(&w.speech, ui, &how);
	w.chat = chat_new(MODE_CHAT);
	while (w.speech.number < count || w.talking) {
		if (!w.talking && chance(4) == 0 && w.speech.number < count)
			come();
		user();
		host(chance(8) == 0);
		network();
		contact();
	}
	settle_all();
	assert_int_equal(w.lines, w.delivered + w.unsent + w.lost);
	assert_true(w.delivered > count && w.unsent > count / 2);
	chat_free(w.chat);
	interactor_free(ui);
}

/* 10,000 departures (or $DEPARTURES) of two contacts of one host. */
static void test_speech_no_line_reaches_another(void **state)
{
	(void)state;
	static const char *const names[] = { "lines", "json", "console" };
	for (unsigned i = 0; i < 3; i++)
		check_departures(names[i], false, i + 1, (departures() + 2) / 3);
}

/* The same where lines are typed at a terminal: also the line that was begun for one and ended for
 * another, however late. */
static void test_speech_no_line_typed_at_a_terminal_reaches_another(void **state)
{
	(void)state;
	check_departures("lines", true, 4, departures() / 3);
}

/* ---- one conversation ---- */

static struct interactor *ui;

static void start(const char *name, bool keep, bool serving, bool whole)
{
	struct interactor_config config = { .utf8 = true, .keep = keep };
	memset(&w, 0, sizeof w);
	ui = interactor_new(interactor_class_named(span_text(name)), &config);
	clear(&w.ours, &w.theirs);
	clear(&w.theirs, &w.ours);
	struct speech_config how = {
		.keep = keep, .serving = serving, .whole = whole, .typed = ui->class->terminal
	};
	speech_init(&w.speech, ui, &how);
	w.chat = chat_new(ui->class->mode);
}

static void connected_with(const char *peer, struct outbox *o)
{
	chat_attach(w.chat, &w.ours);
	w.talk = speech_connected(&w.speech, w.chat, peer, o, 0);
	if (o != NULL)
		speech_outbox(&w.speech, w.talk, o);
}

static void connected(const char *peer)
{
	connected_with(peer, NULL);
}

static void input(const char *text)
{
	interactor_input(ui, span_text(text), speech_now(&w.speech), 1);
}

static void take(void)
{
	struct command c;
	bool any;
	assert_false(speech_take(&w.speech, &c, &any, w.now));
	speech_step(&w.speech, false, 1 + SPEECH_END_US);
}

static void stop(void)
{
	chat_free(w.chat);
	interactor_free(ui);
}

#define assert_unsent(end, want)                                                                   \
	do {                                                                                       \
		struct event told;                                                                 \
		char sentence[SPEECH_SENTENCE];                                                    \
		assert_true(speech_unsent(&w.speech, end, &told, sentence));                       \
		assert_span_text(told.text, want);                                                 \
		speech_reported(&w.speech, &told);                                                 \
		assert_false(speech_unsent(&w.speech, false, &told, sentence));                    \
	} while (0)

/* Input before the first conversation is for the first, and waits for it. Between two it is for
 * nobody; in a later one, too, until all is read that was written before. */
static void test_speech_to_whom_input_goes(void **state)
{
	(void)state;
	start("lines", true, true, false);
	assert_int_equal(speech_now(&w.speech), CONV_FIRST);
	input("early\n");
	take();
	assert_true(w.speech.blocked);
	connected("yy");
	assert_int_equal(speech_now(&w.speech), 1);
	take();
	assert_int_equal(chat_unconfirmed(w.chat), 1);
	speech_over(&w.speech, w.talk, false);
	assert_int_equal(speech_now(&w.speech), CONV_NOBODY);
	clear(&w.ours, &w.theirs);
	connected("zz");
	assert_int_equal(speech_now(&w.speech), CONV_NOBODY);
	speech_settle(&w.speech, true, false, 1);
	assert_int_equal(speech_now(&w.speech), 2);
	stop();
}

static void say_and_take(const char *line)
{
	input(line);
	take();
}

static uint64_t taken(void)
{
	struct event e;
	while (chat_take(w.chat, &e))
		continue;
	return chat_unconfirmed(w.chat);
}

static void reconnected(const char *peer, bool again)
{
	clear(&w.ours, &w.theirs);
	clear(&w.theirs, &w.ours);
	chat_attach(w.chat, &w.ours);
	w.talk = speech_connected(&w.speech, w.chat, peer, NULL, again ? w.speech.number : 0);
	if (again)
		queue_again(&ui->in, w.speech.number - 1, w.speech.number);
}

/* Where the same peer is awaited, input waits for it, however often it goes and comes. */
static void test_speech_waits_for_the_same_peer(void **state)
{
	(void)state;
	start("lines", false, false, false);
	w.speech.config.same = true;
	connected("bob");
	say_and_take("one\n");
	assert_int_equal(taken(), 1);
	for (unsigned conv = 2; conv < 5; conv++) {
		speech_over(&w.speech, w.talk, false);
		assert_int_equal(speech_now(&w.speech), conv);
		say_and_take("two\n");
		assert_true(w.speech.blocked);
		reconnected("bob", true);
		assert_false(w.speech.settling);
		take();
		assert_int_equal(taken(), 1);
	}
	assert_int_equal(w.speech.refused.count, 0);
	stop();
}

/* While nothing is heard of the peer, texts stay where they are not lost with the session; and when
 * that is cut off, they are for the same identity, or for nobody. */
static void test_speech_keeps_what_the_peer_did_not_get(void **state)
{
	(void)state;
	for (int again = 0; again < 2; again++) {
		start("lines", true, true, false);
		connected("yy");
		speech_away(w.talk, true);
		say_and_take("a\nb\n");
		assert_true(w.speech.blocked);
		assert_int_equal(taken(), 0);
		speech_over(&w.speech, w.talk, true);
		take();
		assert_true(w.speech.blocked);
		reconnected(again ? "yy" : "zz", again);
		take();
		assert_int_equal(taken(), again ? 2 : 0);
		if (!again) {
			speech_settle(&w.speech, true, false, 1);
			assert_unsent(false, "2 lines were not sent to yy, who is gone");
		}
		stop();
	}
}

/* ... and while the peer that was not heard is back, they go at once. */
static void test_speech_goes_on_when_the_peer_is_back(void **state)
{
	(void)state;
	start("lines", false, false, false);
	connected("bob");
	speech_away(w.talk, true);
	say_and_take("a\n");
	speech_away(w.talk, false);
	take();
	assert_int_equal(taken(), 1);
	stop();
}

/* A program that names conversations means them. */
static void test_speech_json_is_never_carried_over(void **state)
{
	(void)state;
	start("json", true, false, false);
	w.speech.config.same = true;
	connected("bob");
	speech_over(&w.speech, w.talk, true);
	say_and_take("{\"cmd\":\"send\",\"text\":\"x\",\"conv\":1}\n");
	assert_false(w.speech.blocked);
	assert_int_equal(w.speech.refused.count, 1);
	say_and_take("{\"cmd\":\"send\",\"text\":\"x\",\"conv\":2}\n");
	assert_true(w.speech.blocked); /* the next, which is with the same peer */
	reconnected("bob", true);
	take();
	assert_int_equal(taken(), 1);
	stop();
}

/* Half a line is not a line: where its beginning went with the session, its end goes nowhere. */
static void test_speech_does_not_send_the_end_of_a_torn_line(void **state)
{
	(void)state;
	static char part[LIMIT_TEXT + 1];
	memset(part, 'a', sizeof part);
	start("lines", true, true, false);
	connected("yy");
	interactor_input(ui, span_of(part, sizeof part), 1, 1);
	take();
	assert_true(w.talk->saying);
	speech_over(&w.speech, w.talk, true);
	reconnected("yy", true);
	say_and_take("end\nwhole\n");
	assert_int_equal(taken(), 1);
	assert_unsent(false, "1 line was not sent to yy, who is gone");
	stop();
}

/* A person who ends the input leaves, also where a script would go on receiving. */
static void test_speech_person_leaves_while_nobody_is_here(void **state)
{
	(void)state;
	struct command c;
	bool any;
	start("lines", true, true, false);
	w.speech.config.typed = true;
	connected("yy");
	speech_over(&w.speech, w.talk, false);
	interactor_input_end(ui);
	assert_true(speech_take(&w.speech, &c, &any, w.now));
	assert_int_equal(c.kind, COMMAND_QUIT);
	stop();
}

/* Whatever happens, a number is never for a conversation but its own, and waits only for the first.
 */
static void test_speech_by_construction(void **state)
{
	(void)state;
	struct test_random r = test_random(5);
	start("json", true, true, false);
	for (int i = 0; i < 3000; i++) {
		char line[64], sentence[SPEECH_SENTENCE];
		struct event event;
		if (random_below(&r.random, 3) == 0 && w.speech.open == 0) {
			clear(&w.ours, &w.theirs);
			connected("yy");
		} else if (random_below(&r.random, 3) == 0 && w.speech.open > 0) {
			speech_over(&w.speech, w.talk, false);
		}
		uint64_t now = speech_now(&w.speech), first = w.speech.number == 0;
		uint64_t n = random_below(&r.random, w.speech.number + 3);
		uint64_t before = chat_unconfirmed(w.chat);
		assert_true(now == CONV_NOBODY || now == w.speech.number || first);
		if (first && n == CONV_FIRST)
			continue; /* it would wait: see above */
		snprintf(line, sizeof line, "{\"cmd\":\"send\",\"text\":\"x\",\"conv\":%u}\n",
		         (unsigned)n);
		input(line);
		take();
		bool said = chat_unconfirmed(w.chat) > before;
		assert_int_equal(said, w.speech.open > 0 && n == w.speech.number);
		assert_false(w.speech.blocked);
		if (speech_unsent(&w.speech, true, &event, sentence))
			speech_reported(&w.speech, &event);
		while (chat_take(w.chat, &event))
			show(event);
		flush(false);
		w.printed_len = 0;
	}
	stop();
}

/* The end of input leaves, but not where others are waited for: a host that keeps on, or whose
 * input never had a byte. A pipe's end is only its own. */
static void test_speech_end_of_input(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		bool keep, serving, byte, leaves;
	} cases[] = {
		{ "lines", false, false, false, true }, { "lines", false, false, true, true },
		{ "lines", false, true, false, false }, { "lines", false, true, true, true },
		{ "lines", true, true, false, false },  { "lines", true, true, true, false },
		{ "json", false, true, false, false },  { "json", false, false, false, true },
		{ "json", true, true, true, false },    { "pipe", false, true, false, true },
		{ "pipe", true, true, true, true },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		start(cases[i].name, cases[i].keep, cases[i].serving, false);
		if (cases[i].byte)
			input("\n");
		interactor_input_end(ui);
		connected("bob");
		take();
		assert_int_equal(chat_finished(w.chat), cases[i].leaves);
		speech_peer_left(&w.speech, w.talk, 1);
		take();
		assert_true(chat_finished(w.chat));
		assert_false(w.talk->left_early);
		stop();
	}
}

/* Our user hangs up: what was said goes, no more is taken, and the next conversation is another. */
static void test_speech_hangs_up(void **state)
{
	(void)state;
	struct command c;
	bool any;
	start("json", true, true, false);
	connected("bob");
	input("{\"cmd\":\"send\",\"conv\":1,\"text\":\"bye\"}\n{\"cmd\":\"hangup\",\"conv\":1}\n"
	      "{\"cmd\":\"send\",\"conv\":1,\"text\":\"late\"}\n");
	assert_true(speech_take(&w.speech, &c, &any, w.now));
	assert_int_equal(c.kind, COMMAND_HANGUP);
	assert_true(speech_hang_up(w.talk));
	speech_step(&w.speech, false, 1);
	assert_true(chat_finished(w.chat));
	assert_false(speech_hang_up(w.talk));
	assert_false(speech_take(&w.speech, &c, &any, w.now));
	assert_int_equal(chat_unconfirmed(w.chat), 1);
	assert_int_equal(w.speech.refused.count, 1);
	chat_free(w.chat);
	w.chat = chat_new(MODE_CHAT);
	speech_over(&w.speech, w.talk, false);
	speech_step(&w.speech, false, 1);
	assert_false(chat_finished(w.chat));
	connected("eve");
	speech_step(&w.speech, false, 1);
	assert_false(chat_finished(w.chat));
	assert_true(speech_hang_up(w.talk));
	stop();
}

/* A peer that leaves before a whole input has ended leaves early. What is ready is said before: of
 * a whole input all that is, else for a while, for a host that keeps on has others to wait for. */
static void test_speech_peer_leaves_first(void **state)
{
	(void)state;
	for (int whole = 0; whole < 2; whole++) {
		struct command c;
		bool any;
		start("lines", false, false, whole);
		connected("bob");
		speech_peer_left(&w.speech, w.talk, 1);
		input("one more\n");
		assert_false(speech_take(&w.speech, &c, &any, w.now));
		speech_step(&w.speech, true, 2);
		assert_false(chat_finished(w.chat));
		assert_int_equal(chat_unconfirmed(w.chat), 1);
		assert_false(chat_finished(w.chat));
		speech_step(&w.speech, true, 2 + SPEECH_DRAIN_US);
		assert_int_equal(chat_finished(w.chat), !whole);
		assert_int_equal(chat_finished(w.chat), !whole);
		speech_step(&w.speech, false, 2 + SPEECH_DRAIN_US);
		assert_true(chat_finished(w.chat));
		assert_true(chat_finished(w.chat));
		assert_int_equal(w.talk->left_early, whole);
		input("too late\n");
		take();
		assert_unsent(false, "1 line was not sent to bob, who is gone");
		stop();
	}
}

/* Both may leave at the same time: the end of a whole input is waited for a moment. */
static void test_speech_both_leave(void **state)
{
	(void)state;
	struct command c;
	bool any;
	start("lines", false, false, true);
	connected("bob");
	speech_peer_left(&w.speech, w.talk, 1);
	speech_step(&w.speech, false, 2);
	assert_false(chat_finished(w.chat));
	assert_int_equal(speech_deadline(&w.speech), 1 + SPEECH_END_US);
	interactor_input_end(ui);
	assert_false(speech_take(&w.speech, &c, &any, w.now));
	speech_step(&w.speech, false, 3);
	assert_true(chat_finished(w.chat));
	assert_true(chat_finished(w.chat));
	assert_false(w.talk->left_early);
	assert_true(speech_deadline(&w.speech) == NEVER);
	stop();
}

/* While input cannot be said, or is not read, there is nothing to do but to wait for something to
 * happen: the program sleeps, also when every moment at which it had to look has passed. */
static void test_speech_waiting_sleeps(void **state)
{
	(void)state;
	static const uint64_t drained = 1 + SPEECH_DRAIN_US;
	for (int whole = 0; whole < 2; whole++) { /* the peer has left, and input goes on */
		start("lines", false, false, whole);
		connected("bob");
		speech_peer_left(&w.speech, w.talk, 1);
		speech_step(&w.speech, true, 1);
		assert_false(chat_finished(w.chat));
		if (whole)
			assert_int_equal(speech_deadline(&w.speech), 1 + SPEECH_END_US);
		speech_step(&w.speech, true, 1 + SPEECH_END_US);
		assert_false(chat_finished(w.chat));
		assert_true(speech_deadline(&w.speech) == (whole ? NEVER : drained));
		speech_step(&w.speech, true, drained);
		assert_int_equal(chat_finished(w.chat), !whole);
		assert_true(speech_deadline(&w.speech) == NEVER);
		stop();
	}
	start("lines", true, true, false);
	connected("yy");
	speech_over(&w.speech, w.talk, false);
	connected("zz");
	speech_settle(&w.speech, false, true, 1); /* nobody reads what we print */
	assert_true(speech_deadline(&w.speech) == NEVER);
	speech_settle(&w.speech, true, true, 2); /* input from before waits to be read */
	assert_true(w.speech.settling);
	assert_true(speech_deadline(&w.speech) == NEVER);
	speech_settle(&w.speech, true, false, 3);
	assert_false(w.speech.settling);
	stop();
}

/* A text that goes on is ended before we leave. */
static void test_speech_ends_its_text(void **state)
{
	(void)state;
	static char part[LIMIT_TEXT + 1];
	memset(part, 'a', sizeof part);
	start("lines", false, false, true);
	connected("bob");
	interactor_input(ui, span_of(part, sizeof part), 1, 1);
	take();
	assert_true(w.talk->saying);
	speech_peer_left(&w.speech, w.talk, 1);
	take();
	assert_false(w.talk->saying);
	assert_true(chat_finished(w.chat));
	assert_int_equal(chat_unconfirmed(w.chat), 2);
	stop();
}

static struct outbox *outbox_for_bob(void)
{
	static const uint8_t key[32] = "bob";
	static struct test_random r;
	r = test_random(1);
	struct outbox *o =
	    outbox_new(span_of(key, sizeof key), span_of(key, sizeof key), &r.random, 0);
	assert_non_null(o);
	return o;
}

/* Where nobody but one contact is meant, what was typed for it is kept when it has left, whoever of
 * the two was quicker. */
static void test_speech_keeps_for_the_only_contact(void **state)
{
	(void)state;
	static const struct {
		const char *ui, *before, *after;
	} cases[] = { { "lines", "a\n", "b\n" }, { "console", "a\r", "b\r" } };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct outbox *o = outbox_for_bob();
		start(cases[i].ui, true, true, false);
		speech_outbox(&w.speech, NULL, o);
		connected_with("bob", o);
		input(cases[i].before);
		speech_over(&w.speech, w.talk, false);
		take();
		assert_int_equal(outbox_waiting(o), 1);
		input(cases[i].after);
		take();
		assert_int_equal(outbox_waiting(o), 2);
		assert_int_equal(w.speech.refused.count, 0);
		stop();
		outbox_free(o);
	}
}

/* What was begun for that contact is kept for it, whoever comes before it is done: the first guest
 * of the run, or the next. If the contact itself comes, it is sent at once. */
static void test_speech_gives_no_guest_what_is_for_the_contact(void **state)
{
	(void)state;
	static const char *const cases[][4] = { { "lines", "half for b", "ob\n", "bob\n" },
		                                { "json", "{\"cmd\":\"send\",\"text\":\"half for b",
		                                  "ob\"}\n",
		                                  "{\"cmd\":\"send\",\"text\":\"bob\"}\n" } };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct outbox *o = outbox_for_bob();
		start(cases[i][0], false, true, false);
		speech_outbox(&w.speech, NULL, o);
		for (unsigned guest = 1; guest <= 2; guest++) {
			input(cases[i][1]);
			take();
			clear(&w.ours, &w.theirs);
			connected("eve");
			input(cases[i][2]);
			take();
			assert_int_equal(outbox_waiting(o), guest);
			assert_int_equal(chat_unconfirmed(w.chat), 0);
			speech_settle(&w.speech, true, false, 1);
			input(cases[i][3]);
			take();
			assert_int_equal(chat_unconfirmed(w.chat), 1); /* that is for eve */
			speech_over(&w.speech, w.talk, false);
			chat_free(w.chat);
			w.chat = chat_new(ui->class->mode);
		}
		input(cases[i][1]);
		take();
		clear(&w.ours, &w.theirs);
		connected_with("bob", o);
		assert_false(w.speech.settling);
		input(cases[i][2]);
		while (posting_next(w.chat, o))
			continue;
		take();
		assert_int_equal(chat_unconfirmed(w.chat), 3);
		assert_int_equal(w.speech.refused.count, 0);
		stop();
		outbox_free(o);
	}
}

/* Where a line that names a contact would be kept, the sentence says how: in lines, which have no
 * other way, and only where they are read for names. */
static void test_speech_says_how_a_line_is_kept(void **state)
{
	(void)state;
	static const char plain[] = "1 line was not sent: nobody is connected";
	static const struct {
		const char *ui;
		bool several, keeps, told;
	} cases[] = { { "lines", true, true, true },
		      { "lines", true, false, false },
		      { "lines", false, true, false } };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct event e;
		char words[SPEECH_SENTENCE];
		start(cases[i].ui, true, true, false);
		ui->config.several = cases[i].several;
		if (cases[i].keeps)
			sentences_keep(&ui->sentences);
		connected("bob");
		speech_over(&w.speech, w.talk, false);
		input("hello?\n");
		take();
		assert_true(speech_unsent(&w.speech, false, &e, words));
		assert_memory_equal(e.text.at, plain, sizeof plain - 1);
		assert_int_equal(e.text.len > sizeof plain - 1, cases[i].told);
		stop();
	}
}

/* What was not sent is told with the name of whom it was for, each name in a sentence of its own.
 */
static void test_speech_says_for_whom(void **state)
{
	(void)state;
	start("lines", true, true, false);
	connected("yy");
	input("a\nb\nc\n");
	speech_over(&w.speech, w.talk, false);
	input("d\n");
	take();
	assert_unsent(false, "3 lines were not sent to yy, who is gone");
	take();
	assert_unsent(false, "1 line was not sent: nobody is connected");
	clear(&w.ours, &w.theirs);
	connected("zz");
	input("e\n"); /* written before it was said that zz is here */
	take();
	struct event early;
	char words[SPEECH_SENTENCE];
	assert_false(speech_unsent(&w.speech, false, &early, words)); /* there may be more of it */
	speech_settle(&w.speech, false, false, 1);
	assert_true(w.speech.settling);
	speech_settle(&w.speech, true, true, 1);
	assert_true(w.speech.settling);
	speech_settle(&w.speech, true, false, 1);
	assert_unsent(false, "1 line was not sent to yy, who is gone");
	input("f\ng");
	take();
	assert_int_equal(chat_unconfirmed(w.chat), 1);
	assert_unsent(true, "1 line was not sent"); /* at the end of the program */
	stop();
}

/* Two are here. The console's user chooses whom a line is for; where nobody chooses, a line that
 * names nobody is for nobody, and one peer that takes nothing holds up the others for a moment
 * only. */
static void test_speech_to_one_of_two(void **state)
{
	(void)state;
	for (int chooses = 0; chooses < 2; chooses++) {
		struct command c;
		bool any;
		start(chooses ? "console" : "lines", true, true, true);
		struct chat *other = chat_new(MODE_CHAT);
		connected("yy");
		speech_connected(&w.speech, other, "zz", NULL, 0);
		interactor_show(
		    ui, &(struct event){ .kind = EVENT_CONNECTED, .peer = "yy", .conv = 1 });
		interactor_show(
		    ui, &(struct event){ .kind = EVENT_CONNECTED, .peer = "zz", .conv = 2 });
		assert_int_equal(speech_now(&w.speech), chooses);
		input("/to zz\r");
		while (speech_take(&w.speech, &c, &any, 1))
			continue;
		assert_int_equal(speech_now(&w.speech), chooses ? 2 : CONV_NOBODY);
		if (!chooses) {
			input("/to zz\n");
			take();
			assert_unsent(false, "1 line was not sent: begin each with NAME>, the "
			                     "name of a peer who is here");
		}
		assert_int_equal(speech_missed(&w.speech, w.talk), !chooses);
		speech_leave(&w.speech);
		assert_true(w.speech.leaving);
		chat_free(other);
		stop();
	}
}

static void test_speech_a_full_one_of_two(void **state)
{
	(void)state;
	static char line[LIMIT_TEXT + 16];
	struct command c;
	bool any;
	struct interactor_config config = { .utf8 = true, .keep = true, .several = true };
	start("lines", true, true, false);
	interactor_free(ui);
	ui = w.speech.ui = interactor_new(interactor_class_named(span_text("lines")), &config);
	struct chat *other = chat_new(MODE_CHAT);
	connected("yy");
	speech_connected(&w.speech, other, "zz", NULL, 0);
	interactor_show(ui, &(struct event){ .kind = EVENT_CONNECTED, .peer = "yy", .conv = 1 });
	memset(line, 'a', sizeof line - 1);
	memcpy(line, "yy> ", 4);
	line[LIMIT_TEXT] = '\n';
	line[LIMIT_TEXT + 1] = 0;
	for (int i = 0; i < 1000 && !w.speech.blocked; i++) {
		input(line);
		assert_false(speech_take(&w.speech, &c, &any, 1));
	}
	assert_true(w.speech.blocked);
	assert_false(speech_take(&w.speech, &c, &any, SPEECH_HOLD_US));
	assert_true(w.speech.blocked);
	assert_false(speech_take(&w.speech, &c, &any, 1 + SPEECH_HOLD_US));
	assert_false(w.speech.blocked);
	assert_unsent(false, "1 line was not sent to yy, who reads too slowly");
	chat_free(other);
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_speech_no_line_reaches_another),
		cmocka_unit_test(test_speech_no_line_typed_at_a_terminal_reaches_another),
		cmocka_unit_test(test_speech_to_whom_input_goes),
		cmocka_unit_test(test_speech_waits_for_the_same_peer),
		cmocka_unit_test(test_speech_keeps_what_the_peer_did_not_get),
		cmocka_unit_test(test_speech_goes_on_when_the_peer_is_back),
		cmocka_unit_test(test_speech_json_is_never_carried_over),
		cmocka_unit_test(test_speech_does_not_send_the_end_of_a_torn_line),
		cmocka_unit_test(test_speech_person_leaves_while_nobody_is_here),
		cmocka_unit_test(test_speech_by_construction),
		cmocka_unit_test(test_speech_end_of_input),
		cmocka_unit_test(test_speech_hangs_up),
		cmocka_unit_test(test_speech_peer_leaves_first),
		cmocka_unit_test(test_speech_both_leave),
		cmocka_unit_test(test_speech_waiting_sleeps),
		cmocka_unit_test(test_speech_ends_its_text),
		cmocka_unit_test(test_speech_says_for_whom),
		cmocka_unit_test(test_speech_keeps_for_the_only_contact),
		cmocka_unit_test(test_speech_gives_no_guest_what_is_for_the_contact),
		cmocka_unit_test(test_speech_says_how_a_line_is_kept),
		cmocka_unit_test(test_speech_to_one_of_two),
		cmocka_unit_test(test_speech_a_full_one_of_two),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
