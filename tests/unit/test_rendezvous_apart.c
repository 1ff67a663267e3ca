/* rendezvous, two pairs at one server: whatever the second does, the first is not seen and not
 * disturbed. docs/SECURITY.md, S22. */
#include "tests/unit/rendezvous_world.h"

#include <stdlib.h>

static const uint8_t room[16] = { 0x5a, 1, 2, 3 }, other_room[16] = { 0x5b, 1, 2, 3 };

static struct world w;
static struct client a, b, c, d; /* two pairs: a responder and an initiator each */
static uint64_t pair, other_pair;

enum { STEPS = 30000 };

static void start(uint32_t relay_kbit)
{
	world_start_with(&w, 31, 64, 64, relay_kbit);
	a = client_of(&w, 1, ROUTE_UDP, true);
	b = client_of(&w, 2, ROUTE_UDP, false);
	c = client_of(&w, 3, ROUTE_UDP, true);
	d = client_of(&w, 4, ROUTE_TCP, false);
	client_join(&w, &a, room);
	client_join(&w, &b, room);
	pair = client_intro(&w, &a).pair;
	client_forward(&w, &a, pair, 100);
	client_forward(&w, &b, pair, 100);
	client_join(&w, &c, other_room);
	client_join(&w, &d, other_room);
	other_pair = client_intro(&w, &c).pair;
	client_forward(&w, &c, other_pair, 100);
	client_forward(&w, &d, other_pair, 100);
	world_skip(&w, 5 * SECOND); /* nobody is introduced any more */
}

/* Whether everything that was sent at the last step went to one of these two. */
static bool only_to(const struct client *one, const struct client *two)
{
	for (size_t i = 0; i < w.count; i++)
		if (!route_same(&w.sent[i].to, &one->route) &&
		    !route_same(&w.sent[i].to, &two->route))
			return false;
	return true;
}

/* A JOIN of its own, with anything of the other pair that it could have learnt put into it. */
static void join_oddly(const struct client *from)
{
	struct random *r = &w.random.random;
	struct client odd = *from;
	if (random_below(r, 2))
		memcpy(odd.secret, random_below(r, 2) ? a.secret : b.secret, SECRET_BYTES);
	if (random_below(r, 4) == 0)
		memcpy(odd.cookie, random_below(r, 2) ? a.cookie : b.cookie, COOKIE_BYTES);
	odd.responder ^= random_below(r, 2);
	memcpy(odd.token, other_room, sizeof odd.token);
	client_say(&w, &odd, random_below(r, 4) == 0);
}

/* Packets of the second pair: of its own, or with the first pair's id, which it was never told. */
static void second_pair_does_anything(void)
{
	struct random *r = &w.random.random;
	const struct client *from = random_below(r, 2) ? &c : &d;
	uint8_t noise[LIMIT_WIRE];
	switch (random_below(r, 5)) {
	case 0: join_oddly(from); break;
	case 1: client_forward(&w, from, pair, 20 + random_below(r, 1000)); break;
	case 2: client_forward(&w, from, pair ^ (1u << random_below(r, 31)), 100); break;
	case 3: client_forward(&w, from, other_pair, 10 + random_below(r, 1000)); break;
	default:
		random_fill(r, noise, sizeof noise);
		noise[0] = (uint8_t)(0xc0 + random_below(r, 8));
		world_send(&w, &from->route, span_of(noise, random_below(r, sizeof noise)));
	}
}

/* Whatever became of it, the second pair is together again. */
static void second_pair_meets(void)
{
	struct client *both[] = { &c, &d };
	for (int i = 0; i < 2; i++) {
		client_hello(&w, both[i]);
		memcpy(both[i]->token, other_room, sizeof other_room);
		client_say(&w, both[i], false);
		assert_true(only_to(&c, &d));
		const struct sent *sent = world_sent(&w, &both[i]->route, PACKET_INTRO);
		struct intro intro;
		if (sent && signaling_read_intro(sent_span(sent), &intro))
			other_pair = intro.pair;
	}
}

/* A packet of the first pair reaches the other end, as it is, and nobody else hears of it. */
static void first_pair_talks(const struct client *from, const struct client *to)
{
	uint8_t wire[1 + 8 + 500];
	random_fill(&w.random.random, wire, sizeof wire);
	wire[0] = PACKET_FORWARD;
	store_be64(wire + 1, pair);
	uint8_t copy[sizeof wire];
	memcpy(copy, wire, sizeof wire);
	world_send(&w, &from->route, span_of(wire, sizeof wire));
	assert_int_equal(w.count, 1);
	assert_true(route_same(&w.sent[0].to, &to->route));
	assert_int_equal(w.sent[0].len, sizeof copy);
	assert_memory_equal(w.sent[0].wire, copy, sizeof copy);
}

static void refresh(struct client *x)
{
	client_hello(&w, x);
	assert_true(only_to(x, x));
	struct wait wait = client_join(&w, x, room);
	assert_int_equal(wait.others, 1);
}

/* Thirty thousand steps of the second pair, told everything that a curious one could learn of the
 * first: nothing of that goes to the first, nothing of the first to it, and the first pair's
 * packets pass as before. */
static void test_apart_second_pair_neither_sees_nor_disturbs(void **state)
{
	(void)state;
	start(1000000);
	for (int step = 0; step < STEPS; step++) {
		world_wait(&w, 10 * MS);
		second_pair_does_anything();
		assert_true(only_to(&c, &d));
		if (step % 10 == 0)
			first_pair_talks(step % 20 ? &a : &b, step % 20 ? &b : &a);
		if (step % 50 == 0)
			second_pair_meets();
		if (step % 2000 == 0) {
			refresh(&a);
			refresh(&b);
			assert_true(only_to(&a, &b));
		}
	}
	first_pair_talks(&a, &b);
	first_pair_talks(&b, &a);
	assert_in_range(rendezvous_counts(w.server).forwarded, STEPS / 10 + 1000, STEPS);
	world_end(&w);
}

/* The control: somebody who does know the room is introduced there, so the checks above would see
 * it. */
static void test_apart_is_about_the_room_alone(void **state)
{
	(void)state;
	start(1000000);
	client_join(&w, &d, room);
	world_wait(&w, SECOND);
	assert_false(only_to(&c, &d));
	world_end(&w);
}

/* What the second pair sends takes nothing from the allowance of the first. */
static void test_apart_pairs_share_no_allowance(void **state)
{
	(void)state;
	for (int noisy = 0; noisy < 2; noisy++) {
		size_t carried = 0;
		start(0);
		for (int i = 0; i < 100; i++) {
			for (int k = 0; noisy && k < 5; k++)
				client_forward(&w, &c, other_pair, 1000);
			client_forward(&w, &a, pair, 1000);
			carried += w.count == 1 ? 1000 : 0;
		}
		assert_in_range(carried, 64000, 65536);
		world_end(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_apart_second_pair_neither_sees_nor_disturbs),
		cmocka_unit_test(test_apart_is_about_the_room_alone),
		cmocka_unit_test(test_apart_pairs_share_no_allowance),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
