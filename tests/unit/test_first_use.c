/* first_use: two endpoints with --tofu, over a network that only passes packets on. Neither program
 * hears of the other before there are words to compare (docs/PROTOCOL.md 4.3), and what does not
 * keep to the order ends the session. */
#include "endpoint/endpoint.h"
#include "endpoint/roster.h"
#include "session/compare.h"
#include "tests/unit/keys.h"
#include "transport/carrier.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- a communicator that is a wire ---- */

struct straight {
	struct communicator base;
	bool up_due, down_due; /* down: of the newest that was up */
	uint32_t members;      /* to be told; 0: nothing */
	uint64_t turn;         /* which route: another one for each try */
	struct route from;
	struct span packet;
	bool waiting;
};

static struct straight *straight_of(const struct communicator *c)
{
	return (struct straight *)(uintptr_t)c;
}

static struct route straight_route(uint64_t turn)
{
	return (struct route){ .kind = ROUTE_FORWARD_UDP,
		               .link = 1,
		               .remote = addr_v4(192, 0, 2, 1, 7242),
		               .pair = 1 + turn };
}

static enum err straight_init(struct communicator *c, const struct communicator_config *config,
                              uint64_t now)
{
	(void)now;
	straight_of(c)->up_due = config->initiator;
	return OK;
}

static void straight_link(struct communicator *c, const struct link_event *event, uint64_t now)
{
	(void)c, (void)event, (void)now;
}

static bool straight_request(struct communicator *c, struct link_request *request)
{
	(void)c, (void)request;
	return false;
}

static void straight_input(struct communicator *c, const struct route *from, struct span wire,
                           uint64_t now)
{
	(void)now;
	straight_of(c)->from = *from;
	straight_of(c)->packet = wire;
	straight_of(c)->waiting = true;
}

static bool straight_receive(struct communicator *c, struct route *route, struct span *packet,
                             bool *proved)
{
	struct straight *s = straight_of(c);
	bool waiting = s->waiting;

	s->waiting = false;
	*route = s->from;
	*packet = s->packet;
	*proved = true;
	return waiting;
}

static int straight_wrap(struct communicator *c, struct route *route, uint8_t *buffer, size_t len,
                         size_t *wire_len, uint64_t now)
{
	(void)c, (void)route, (void)buffer, (void)now;
	*wire_len = len;
	return LIMIT_HEADROOM;
}

static size_t straight_output(struct communicator *c, struct route *route, uint8_t *wire,
                              size_t cap, uint64_t now)
{
	(void)c, (void)route, (void)wire, (void)cap, (void)now;
	return 0;
}

static uint64_t straight_deadline(const struct communicator *c)
{
	(void)c;
	return NEVER;
}

static bool straight_take(struct communicator *c, struct communicator_event *event)
{
	struct straight *s = straight_of(c);

	if (s->members > 0) {
		*event = (struct communicator_event){ .kind = COMMUNICATOR_WAITING,
			                              .number = s->members };
		s->members = 0;
		return true;
	}
	if (s->down_due) {
		s->down_due = false;
		*event = (struct communicator_event){ .kind = COMMUNICATOR_DOWN,
			                              .route = straight_route(s->turn - 1) };
		return true;
	}
	if (!s->up_due)
		return false;
	s->up_due = false;
	*event = (struct communicator_event){ .kind = COMMUNICATOR_UP,
		                              .route = straight_route(s->turn++) };
	return true;
}

static enum err straight_join(struct communicator *c, const uint8_t token[static TOKEN_LEN],
                              uint64_t now)
{
	(void)c, (void)token, (void)now;
	return OK;
}

static void straight_leave(struct communicator *c, const uint8_t token[static TOKEN_LEN])
{
	(void)c, (void)token;
}

static void straight_finish(struct communicator *c)
{
	(void)c;
}

static void straight_refresh(struct communicator *c, uint64_t now)
{
	(void)c, (void)now;
}

static const struct communicator_class straight_class = {
	.name = "straight",
	.scheme = "",
	.size = sizeof(struct straight),
	.init = straight_init,
	.link = straight_link,
	.request = straight_request,
	.input = straight_input,
	.receive = straight_receive,
	.wrap = straight_wrap,
	.output = straight_output,
	.deadline = straight_deadline,
	.take = straight_take,
	.join = straight_join,
	.leave = straight_leave,
	.finish = straight_finish,
	.refresh = straight_refresh,
};

/* ---- two endpoints ---- */

enum { ALICE, BOB, SESSION };

struct world {
	struct test_random random;
	struct identity keys[3];
	struct endpoint *ep[2];        /* Alice connects, Bob serves */
	struct straight *wire[2];      /* their communicators */
	struct endpoint_event peer[2]; /* what each was told; kind PEER once it was */
	bool told[2], accepts;
	bool deaf;                    /* nothing of Alice's reaches Bob any more */
	struct endpoint_event failed; /* the newest FAILED of Alice */
	unsigned failures;
	unsigned guesses;                /* events of Alice */
	unsigned over;                   /* Alice was told that three tries are all */
	void (*meddle)(struct world *w); /* after each packet */
	bool closed[2];                  /* this side's session has been closed */
	bool blamed[2];                  /* ... by the other, because of the words to compare */
	unsigned nonces;                 /* of Alice that reached Bob */
	uint64_t now;
};

static void world_start(struct world *w, enum suite suite, const struct code *code)
{
	enum err err;

	memset(w, 0, sizeof *w);
	w->random = test_random(11);
	w->now = 1000 * SECOND;
	w->accepts = true;
	const struct encryptor_class *class = encryptor_class_of(suite);
	for (unsigned i = 0; i < 3; i++)
		w->keys[i] = test_identity(class->key_type, i);
	for (unsigned i = 0; i < 2; i++) {
		struct communicator_config cc = { .initiator = i == ALICE,
			                          .random = &w->random.random };
		struct endpoint_config config = {
			.keying.initiator = i == ALICE,
			.communicator = communicator_new(&straight_class, &cc, w->now, &err),
			.keying.suite = class,
			.keying.identity = &w->keys[i],
			.keying.code = code,
			.keying.first_use = code == NULL,
			.mode = MODE_CHAT,
			.nick = span_text(i == ALICE ? "alice" : "bob"),
			.silence_us = NEVER,
			.handshake_us = NEVER,
			.keying.random = &w->random.random,
		};
		w->wire[i] = straight_of(config.communicator);
		w->ep[i] = endpoint_new(&config, w->now, &err);
		assert_non_null(w->ep[i]);
	}
	if (suite == SUITE_RSA)
		endpoint_pair(w->ep[BOB], &w->keys[SESSION]);
}

static void world_stop(struct world *w)
{
	endpoint_free(w->ep[ALICE]);
	endpoint_free(w->ep[BOB]);
}

static void listen(struct world *w, unsigned i)
{
	struct endpoint_event e;

	while (endpoint_take(w->ep[i], &e)) {
		if (e.kind == ENDPOINT_PEER) {
			w->told[i] = true;
			w->peer[i] = e;
			if (i == BOB && !w->accepts)
				endpoint_refuse(w->ep[i], CLOSE_BUSY, span_text("busy"));
			else
				endpoint_accept(w->ep[i], w->now);
		}
		w->guesses += e.kind == ENDPOINT_GUESS && i == ALICE;
		w->over += e.kind == ENDPOINT_WRONG_CODE;
		if (e.kind == ENDPOINT_FAILED && i == ALICE) {
			w->failed = e;
			w->failures++;
		}
	}
}

static struct session *session_at(struct world *w, unsigned i, int place)
{
	struct peer *p = endpoint_roster(w->ep[i])->at[place];

	return p != NULL ? p->session : NULL;
}

/* The one session of this side; NULL: none. */
static struct session *session_of(struct world *w, unsigned i)
{
	for (int place = 0; place < ROSTER_PLACES; place++) {
		struct session *s = session_at(w, i, place);
		enum err err;
		struct span text;
		if (s != NULL && !session_over(s, &err, &text))
			return s;
	}
	return NULL;
}

static void note_closes(struct world *w)
{
	static const char because[] = "words to compare";

	for (unsigned i = 0; i < 2 * ROSTER_PLACES; i++) {
		struct session *s = session_at(w, i % 2, (int)(i / 2));
		enum err err;
		struct span text;
		if (s == NULL)
			continue;
		w->closed[i % 2] |= session_closing(s);
		if (session_over(s, &err, &text) && err == ERR_CUT && text.len >= strlen(because))
			w->blamed[i % 2] |= memcmp(text.at, because, strlen(because)) == 0 ||
			                    memcmp(text.at, "the ", 4) == 0;
	}
}

/* A control message (docs/PROTOCOL.md 6.3) that its session would not say by itself. */
static void say(struct session *s, uint8_t type, struct span body)
{
	const uint8_t header[] = { type, 0, (uint8_t)body.len };

	session_write(s, STREAM_CONTROL, span_of(header, sizeof header));
	session_write(s, STREAM_CONTROL, body);
}

/* Everything due is carried over; then time jumps to the next deadline, as long as until allows. */
static void run(struct world *w, uint64_t us)
{
	uint64_t until = w->now + us;
	unsigned packets = 0;

	while (packets < 100000) {
		bool any = false;
		for (unsigned i = 0; i < 2; i++) {
			uint8_t buffer[LIMIT_WIRE];
			const uint8_t *wire;
			struct route to;

			endpoint_timer(w->ep[i], w->now);
			size_t len =
			    endpoint_output(w->ep[i], &to, buffer, sizeof buffer, &wire, w->now);

			note_closes(w);
			listen(w, i);
			if (len == 0)
				continue;
			any = true;
			packets++;
			if (i != ALICE || !w->deaf)
				endpoint_input(w->ep[1 - i], &to, span_of(wire, len), w->now);
			if (w->meddle != NULL)
				w->meddle(w);
			note_closes(w);
			listen(w, 1 - i);
		}
		if (any)
			continue;
		uint64_t a = endpoint_deadline(w->ep[ALICE]), b = endpoint_deadline(w->ep[BOB]),
			 at = a < b ? a : b;
		if (at > until)
			break;
		w->now = at > w->now ? at : w->now + MS;
	}
	w->now = until;
}

/* ---- words ---- */

/* Told early is told too soon: words are there first. */
static void nobody_is_told_early(struct world *w)
{
	for (unsigned i = 0; i < 2; i++) {
		struct session *own = session_of(w, i);
		if (w->told[i])
			assert_true(own != NULL && *session_compared(own) != '\0');
	}
}

static void test_first_use_tells_both_programs_the_same_words(void **state)
{
	(void)state;
	static const enum suite suites[] = { SUITE_NOISE, SUITE_RSA };

	for (size_t i = 0; i < COUNT(suites); i++) {
		struct world w;
		world_start(&w, suites[i], NULL);
		w.meddle = nobody_is_told_early;
		run(&w, 2 * SECOND);
		assert_true(w.told[ALICE] && w.told[BOB]);
		assert_int_equal(w.peer[ALICE].trust, TRUST_FIRST_USE);
		assert_string_not_equal(w.peer[ALICE].words, "");
		assert_string_equal(w.peer[ALICE].words, w.peer[BOB].words);
		run(&w, 20 * SECOND);
		assert_int_equal(w.guesses, 0);
		world_stop(&w);
	}
}

/* By a code or a key there is nothing to compare, and the messages for it are out of place. */
static void test_first_use_by_code_has_no_words(void **state)
{
	(void)state;
	struct code code;
	struct span unknown;
	assert_int_equal(code_parse(span_text("velvet-anchor"), &code, &unknown), OK);

	for (uint8_t type = CONTROL_COMMIT; type <= CONTROL_REVEAL; type++)
		for (unsigned from = 0; from < 2; from++) {
			struct world w;
			uint8_t body[COMPARE_BODY] = { 1 };
			world_start(&w, SUITE_NOISE, &code);
			run(&w, 2 * SECOND);
			assert_true(w.told[ALICE] && w.told[BOB]);
			assert_string_equal(w.peer[ALICE].words, "");
			assert_string_equal(w.peer[BOB].words, "");

			say(session_of(&w, from), type, span_of(body, sizeof body));
			run(&w, SECOND);
			assert_true(w.closed[1 - from] && w.blamed[from]);
			world_stop(&w);
		}
}

/* A busy or unwilling responder refuses when the initiator has its words: no try is counted against
 * it. */
static void test_first_use_refusal_is_no_try(void **state)
{
	(void)state;
	struct world w;
	world_start(&w, SUITE_NOISE, NULL);
	w.accepts = false;
	run(&w, 2 * SECOND);
	assert_true(w.told[ALICE] && w.told[BOB]);
	run(&w, 20 * SECOND);
	assert_int_equal(w.guesses, 0);
	world_stop(&w);
}

/* A man in the middle who takes REVEAL and falls silent when the words do not suit him has had a
 * try: Bob's program hears of it all the same, with the words, so that none is hidden. */
static void turns_silent(struct world *w)
{
	struct session *s = session_of(w, BOB);
	w->deaf = s != NULL && *session_compared(s) != '\0';
}

static void test_first_use_no_try_is_hidden_from_the_responder(void **state)
{
	(void)state;
	struct world w;
	world_start(&w, SUITE_NOISE, NULL);
	w.meddle = turns_silent;
	run(&w, SECOND);
	assert_true(w.deaf);
	assert_true(w.told[BOB]);
	assert_string_not_equal(w.peer[BOB].words, "");
	world_stop(&w);
}

/* ---- the unruly ---- */

enum moment { AT_START, NONCE_DUE };

static struct meddling {
	unsigned from;    /* who cheats */
	enum moment when; /* as soon as his session stands, or as it has Alice's nonce to send */
	uint8_t type;     /* what he says then */
	size_t len;
	bool done;
} meddling;

static bool nonce_is_written(struct world *w)
{
	static size_t room;
	struct session *s = session_of(w, ALICE);
	size_t now = s != NULL ? session_write_room(s, STREAM_CONTROL) : 0;

	room = now > room ? now : room;
	return s != NULL && now < room;
}

static void meddle(struct world *w)
{
	struct session *s = session_of(w, meddling.from);
	static const uint8_t body[COMPARE_BODY + 1] = { 9 };

	if (meddling.done || s == NULL || (meddling.when == NONCE_DUE && !nonce_is_written(w)))
		return;
	meddling.done = true;
	say(s, meddling.type, span_of(body, meddling.len));
}

/* Whatever is said out of turn, twice, in another length, or not as it was committed to, ends the
 * session with CLOSE 5 and no program is told of the peer. */
static void test_first_use_ends_what_is_out_of_turn(void **state)
{
	(void)state;
	static const struct meddling table[] = {
		{ BOB, AT_START, CONTROL_COMMIT, 32, false }, /* twice */
		{ BOB, AT_START, CONTROL_REVEAL, 32, false }, /* before NONCE */
		{ BOB, AT_START, CONTROL_NONCE, 32, false },  /* of the wrong side */
		{ BOB, AT_START, CONTROL_REVEAL, 31, false },
		{ BOB, AT_START, CONTROL_COMMIT, 33, false },
		{ ALICE, AT_START, CONTROL_COMMIT, 32, false },
		{ ALICE, AT_START, CONTROL_REVEAL, 32, false },
		{ ALICE, AT_START, CONTROL_NONCE, 0, false },
		{ ALICE, NONCE_DUE, CONTROL_NONCE, 32, false }, /* twice */
	};

	for (size_t i = 0; i < COUNT(table); i++) {
		struct world w;
		world_start(&w, SUITE_NOISE, NULL);
		meddling = table[i];
		w.meddle = meddle;
		run(&w, 5 * SECOND);
		assert_true(meddling.done);
		unsigned victim = 1 - table[i].from;
		if (w.told[victim] || !w.closed[victim] || !w.blamed[table[i].from])
			fail_msg("row %zu: told %d, closed %d, blamed %d", i, w.told[victim],
			         w.closed[victim], w.blamed[table[i].from]);
		world_stop(&w);
	}
}

/* Bob shows another r than he committed to. */
static void test_first_use_refuses_another_reveal(void **state)
{
	(void)state;
	struct world w;
	world_start(&w, SUITE_NOISE, NULL);
	meddling = (struct meddling){ BOB, NONCE_DUE, CONTROL_REVEAL, 32, false };
	w.meddle = meddle;
	run(&w, 5 * SECOND);
	assert_true(meddling.done);
	assert_false(w.told[ALICE]);
	assert_int_equal(w.failures, 1);
	assert_int_equal(w.failed.err, ERR_AUTH);
	assert_int_equal(w.failed.number, 1);
	world_stop(&w);
}

/* H4: Bob's place is taken by a man in the middle who, whenever he has Alice's nonce and her words
 * do not suit him, breaks off. Alice's program gives him three of them, however often a route comes
 * up, and ends with a failure of trust. */
static void breaks_off(struct world *w)
{
	struct session *s = session_of(w, BOB);
	if (s == NULL || *session_compared(s) == '\0' || session_closing(s))
		return;
	w->nonces++;
	session_close(s, CLOSE_OTHER, span_text("bad luck"));
}

static void test_first_use_breaking_off_is_a_try_and_three_are_all(void **state)
{
	(void)state;
	struct world w;
	world_start(&w, SUITE_NOISE, NULL);
	w.meddle = breaks_off;
	w.wire[ALICE]->members = 9; /* others are there, says the server */
	for (unsigned i = 0; i < 8; i++) {
		w.wire[ALICE]->up_due = true;
		run(&w, SECOND / 2);
		assert_false(w.told[ALICE]);
		assert_int_equal(w.over, i + 1 >= LIMIT_CODE_GUESSES);
	}
	assert_int_equal(w.nonces, LIMIT_CODE_GUESSES);
	assert_int_equal(w.failures, 0);
	world_stop(&w);
}

/* The same, but he hangs up: the connection is gone, another comes up, and so on. The third ends
 * the run at once, not when its user has lost patience; and no session waits for a path that will
 * not come. */
static void hangs_up(struct world *w)
{
	for (int place = 0; place < ROSTER_PLACES; place++) {
		struct session *s = session_at(w, BOB, place);
		if (s == NULL || *session_compared(s) == '\0')
			continue;
		w->nonces++;
		roster_remove(endpoint_roster(w->ep[BOB]), endpoint_roster(w->ep[BOB])->at[place]);
		w->wire[ALICE]->down_due = true;
	}
}

static void test_first_use_hanging_up_is_a_try_and_the_third_ends_the_run(void **state)
{
	(void)state;
	struct world w;
	world_start(&w, SUITE_NOISE, NULL);
	w.meddle = hangs_up;
	for (unsigned i = 0; i < 8; i++) {
		w.wire[ALICE]->up_due = true;
		run(&w, SECOND);
		assert_false(w.told[ALICE]);
		assert_int_equal(w.over, i + 1 >= LIMIT_CODE_GUESSES);
		for (int place = 0; place < ROSTER_PLACES; place++)
			assert_null(session_at(&w, ALICE, place));
	}
	assert_int_equal(w.nonces, LIMIT_CODE_GUESSES);
	assert_int_equal(w.failures, 0);
	world_stop(&w);
}

/* Who proves a key and then says nothing is forgotten after a minute; the program never hears of
 * him. */
static void falls_silent(struct world *w)
{
	w->deaf |= session_of(w, BOB) != NULL;
}

static void test_first_use_silent_peers_are_forgotten(void **state)
{
	(void)state;
	struct world w;
	world_start(&w, SUITE_NOISE, NULL);
	w.meddle = falls_silent;
	run(&w, 2 * SECOND);
	assert_non_null(session_of(&w, BOB));
	run(&w, LIMIT_HANDSHAKE_US + 10 * SECOND);
	for (int place = 0; place < ROSTER_PLACES; place++)
		assert_null(endpoint_roster(w.ep[BOB])->at[place]);
	assert_false(w.told[BOB]);
	world_stop(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_use_tells_both_programs_the_same_words),
		cmocka_unit_test(test_first_use_by_code_has_no_words),
		cmocka_unit_test(test_first_use_refusal_is_no_try),
		cmocka_unit_test(test_first_use_no_try_is_hidden_from_the_responder),
		cmocka_unit_test(test_first_use_ends_what_is_out_of_turn),
		cmocka_unit_test(test_first_use_refuses_another_reveal),
		cmocka_unit_test(test_first_use_breaking_off_is_a_try_and_three_are_all),
		cmocka_unit_test(test_first_use_hanging_up_is_a_try_and_the_third_ends_the_run),
		cmocka_unit_test(test_first_use_silent_peers_are_forgotten),
	};
	return cmocka_run_group_tests_name("first_use", tests, NULL, NULL);
}
