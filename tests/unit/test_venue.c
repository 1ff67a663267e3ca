/* venue: several of them on the same sockets. Each takes what its own server says, and nothing of
 * another's. */
#include "tests/unit/support.h"
#include "transport/venue.h"

enum { VENUES = 2 };

static const uint8_t token[TOKEN_LEN] = "a room for two.";
static const uint64_t unmeasured[2];

struct square {
	struct test_random random;
	struct venue at[VENUES];
	uint8_t nonce[VENUES][NONCE_BYTES], secret[VENUES][SECRET_BYTES];
	uint64_t now;
};

static struct route server_of(unsigned i)
{
	return (struct route){ .kind = ROUTE_UDP,
		               .link = 1,
		               .remote = addr_v4(192, 0, 2, (uint8_t)(i + 1), 9000) };
}

/* What all venues say now: the nonces and secrets are kept. */
static void turn(struct square *s)
{
	uint8_t bytes[LIMIT_WIRE];
	struct route to;
	size_t len;

	for (unsigned i = 0; i < VENUES; i++) {
		venue_timer(&s->at[i], unmeasured, s->now);
		while ((len = venue_output(&s->at[i], &to, bytes, sizeof bytes, s->now)) > 0) {
			struct route server = server_of(i);
			struct hello hello;
			struct join join;

			assert_true(addr_equal(&to.remote, &server.remote) && to.link == 1);
			if (signaling_read_hello(span_of(bytes, len), &hello))
				memcpy(s->nonce[i], hello.nonce, NONCE_BYTES);
			if (signaling_read_join(span_of(bytes, len), &join))
				memcpy(s->secret[i], join.secret, SECRET_BYTES);
		}
	}
}

/* How many venues take it; in: the packet in it. */
static unsigned tell(struct square *s, unsigned server, const struct writer *w,
                     struct carrier_inbox *in)
{
	struct route from = server_of(server);
	unsigned count = 0;

	for (unsigned i = 0; i < VENUES; i++)
		count += venue_message(&s->at[i], &from, span_of(w->at, w->len), in, s->now);
	return count;
}

static void answer_hellos(struct square *s)
{
	struct carrier_inbox in = { .full = false };

	for (unsigned i = 0; i < VENUES; i++) {
		uint8_t bytes[COOKIE_LEN];
		struct writer w = writer_of(bytes, sizeof bytes);
		struct cookie m = { .cookie = { 7 } };

		memcpy(m.nonce, s->nonce[i], NONCE_BYTES);
		signaling_write_cookie(&w, &m);
		assert_int_equal(tell(s, 1 - i, &w, &in), 0); /* of the wrong server */
		assert_int_equal(tell(s, i, &w, &in), 1);
	}
}

static void introduce(struct square *s, unsigned i, uint64_t pair)
{
	uint8_t bytes[INTRO_LEN];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct intro m = { .pair = pair, .host = 9 };
	struct carrier_inbox in = { .full = false };

	memcpy(m.own_secret, s->secret[i], SECRET_BYTES);
	signaling_write_intro(&w, &m);
	assert_int_equal(tell(s, 1 - i, &w, &in), 0);
	assert_int_equal(tell(s, i, &w, &in), 1);
}

static void start(struct square *s, uint64_t seed)
{
	const struct link_event up = { .state = LINK_UP, .link = 1 };

	memset(s, 0, sizeof *s);
	s->random = test_random(seed);
	s->now = SECOND;
	for (unsigned i = 0; i < VENUES; i++) {
		struct route server = server_of(i);

		venue_init(&s->at[i], i, false, &s->random.random, s->now);
		venue_link(&s->at[i], &up, true, s->now);
		venue_servers(&s->at[i], false, &server.remote, 1, s->now);
		assert_int_equal(venue_join(&s->at[i], token, s->now), OK);
	}
	turn(s);
	answer_hellos(s);
	turn(s);
}

static struct route up_of(struct venue *v)
{
	struct communicator_event event;

	while (venue_report(v, &event))
		if (event.kind == COMMUNICATOR_UP)
			return event.route;
	fail_msg("no pair");
	return (struct route){ .kind = NULL };
}

/* The same pair number at both, as a server may give it: it is another pair. */
static void test_venue_takes_what_its_own_server_says(void **state)
{
	(void)state;
	struct square s;
	struct route up[VENUES];
	uint8_t buffer[LIMIT_WIRE];
	size_t len;

	start(&s, 1);
	for (unsigned i = 0; i < VENUES; i++) {
		introduce(&s, i, 77);
		up[i] = up_of(&s.at[i]);
	}
	assert_false(route_same(&up[0], &up[1]));
	for (unsigned i = 0; i < VENUES; i++) {
		struct route to = up[i], server = server_of(i);

		assert_int_equal(venue_wrap(&s.at[1 - i], &to, buffer, 100, &len, s.now), -1);
		to = up[i];
		assert_true(venue_wrap(&s.at[i], &to, buffer, 100, &len, s.now) > 0);
		assert_true(addr_equal(&to.remote, &server.remote));
		assert_int_equal(len, FORWARD_HEADER + 100);
	}
}

/* Of all that are held, each is found once, whichever server's. */
static void test_venue_held_counts_on(void **state)
{
	(void)state;
	struct square s;
	struct route found;

	start(&s, 2);
	for (unsigned i = 0; i < VENUES; i++) {
		introduce(&s, i, 50 + i);
		struct route up = up_of(&s.at[i]);
		venue_regard(&s.at[1 - i], &up, STANDING_HELD); /* is none of its own */
		venue_regard(&s.at[i], &up, STANDING_HELD);
	}
	for (unsigned n = 0; n < 3; n++) {
		unsigned index = n;
		bool any = venue_held(&s.at[0], &index, &found);
		assert_int_equal(any, n == 0);
		assert_true(any || venue_held(&s.at[1], &index, &found) == (n == 1));
		assert_true(n == 2 || found.pair == 50 + n);
	}
}

/* TCP links of different servers never have the same number, however often they are opened. */
static void test_venue_numbers_its_own_links(void **state)
{
	(void)state;
	struct square s;
	struct link_request request;
	uint16_t last[VENUES] = { 0 };

	start(&s, 3);
	for (unsigned n = 0; n < 200; n++) {
		s.now += 60 * SECOND;
		for (unsigned i = 0; i < VENUES; i++) {
			venue_refresh(&s.at[i], s.now);
			venue_timer(&s.at[i], unmeasured, s.now);
			venue_timer(&s.at[i], unmeasured, s.now + SECOND);
			while (venue_request(&s.at[i], &request)) {
				if (!request.open)
					continue;
				const struct link_event down = { .state = LINK_DOWN,
					                         .link = request.link };
				assert_in_range(request.link, CHANNEL_TCP, LINK_ACCEPTED_FIRST - 1);
				assert_int_equal(request.link % CHANNEL_STEP / UPLINK_LINKS, i);
				assert_int_not_equal(request.link, last[i]);
				last[i] = request.link;
				venue_link(&s.at[0], &down, false, s.now);
				venue_link(&s.at[1], &down, false, s.now);
			}
		}
	}
	assert_true(last[0] != 0 && last[1] != 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_venue_takes_what_its_own_server_says),
		cmocka_unit_test(test_venue_held_counts_on),
		cmocka_unit_test(test_venue_numbers_its_own_links),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
