/* paths: the best proved path carries the data, and another one when it goes silent; the table
 * never gives one id to two paths, and nothing is written to a path that takes nothing. */
#include "session/paths.h"

#include "tests/unit/support.h"

#define START (100 * SECOND)

static struct test_random randomness;
static struct recovery *recovery;
static struct paths p;

static void start(bool initiator)
{
	randomness = test_random(9);
	recovery = recovery_new();
	assert_non_null(recovery);
	paths_init(&p, initiator, recovery, &randomness.random);
}

static void stop(void)
{
	recovery_free(recovery);
}

static struct route route_of(const struct route_kind *kind, unsigned n)
{
	return (struct route){ .kind = kind,
		               .link = (uint16_t)(1 + n % 3),
		               .remote = addr_v4(203, 0, 113, (uint8_t)n, 4000),
		               .pair = kind->forward ? n : 0 };
}

static int add(const struct route_kind *kind, unsigned n, enum path_origin origin)
{
	struct route route = route_of(kind, n);

	return paths_add(&p, &route, origin, false, START);
}

static void test_paths_the_best_kind_carries_the_data(void **state)
{
	(void)state;
	start(false);
	assert_int_equal(p.data, -1);
	assert_false(paths_choose(&p, START));
	int relay_tcp = add(ROUTE_FORWARD_TCP, 1, PATH_PROVED);
	assert_true(paths_choose(&p, START));
	assert_int_equal(p.data, relay_tcp);
	assert_false(paths_choose(&p, START));
	int relay_udp = add(ROUTE_FORWARD_UDP, 2, PATH_PROVED),
	    tcp = add(ROUTE_TCP, 3, PATH_PROVED);
	assert_true(paths_choose(&p, START));
	assert_int_equal(p.data, tcp);
	assert_true(paths_direct(&p));
	int udp = add(ROUTE_UDP, 4, PATH_PROVED);
	struct route at_home = route_of(ROUTE_UDP, 5);
	int lan = paths_add(&p, &at_home, PATH_PROVED, true, START);
	paths_choose(&p, START);
	assert_int_equal(p.data, lan);
	paths_drop(&p, &at_home);
	assert_int_equal(p.data, -1);
	paths_choose(&p, START);
	assert_int_equal(p.data, udp);
	struct route gone = route_of(ROUTE_UDP, 4), gone_too = route_of(ROUTE_TCP, 3);
	paths_drop(&p, &gone);
	paths_drop(&p, &gone_too);
	paths_choose(&p, START);
	assert_int_equal(p.data, relay_udp);
	assert_true(paths_take_change(&p));
	assert_false(paths_take_change(&p));
	assert_false(paths_direct(&p));
	assert_true(paths_may_carry_chat(&p, p.data));
	paths_no_relay(&p, true);
	assert_false(paths_may_carry_chat(&p, p.data));
	stop();
}

static const uint8_t *asked_last(int path)
{
	const struct proof *proof = &p.at[path].proof;

	return proof->sent[(proof->count - 1) % PROOF_CHALLENGES].bytes;
}

/* All that is due now. Returns how many were for this path. */
static unsigned probe_all(int path, uint64_t now)
{
	uint8_t packet[LIMIT_PACKET];
	struct writer w = writer_of(packet, sizeof packet);
	unsigned count = 0;
	size_t pad;
	int to;

	for (; (to = paths_probe(&p, &w, &pad, now)) >= 0; w.len = 0)
		count += to == path;
	return count;
}

/* The response proves the path, whenever it comes. It measures the round trip unless the peer has
 * slept over it: a sample above the path's probe timeout is none. */
static void test_paths_measure_no_sleep(void **state)
{
	(void)state;
	for (unsigned late = 0; late < 2; late++) {
		start(false);
		int path = add(ROUTE_UDP, 1, PATH_OFFERED);
		assert_int_equal(probe_all(path, START), 1);
		paths_response(&p, asked_last(path), START + (late ? 20 * SECOND : MS));
		paths_choose(&p, START + 20 * SECOND);
		assert_int_equal(p.data, path);
		assert_int_equal(paths_rtt(&p)->smoothed, late ? 0 : MS);
		stop();
	}
}

/* After an outage the newest of many challenges is answered: the round trip is its own, not the
 * outage. */
static void test_paths_measure_no_outage(void **state)
{
	uint64_t now = START;

	(void)state;
	start(false);
	int path = add(ROUTE_FORWARD_UDP, 1, PATH_OFFERED);
	for (; now < START + 31 * SECOND; now += 100 * MS) {
		paths_timer(&p, now);
		(void)probe_all(path, now);
	}
	uint64_t asked_at = p.at[path].proof.asked_at;
	paths_response(&p, asked_last(path), asked_at + 40 * MS);
	paths_choose(&p, now);
	assert_int_equal(p.data, path);
	assert_int_equal(paths_rtt(&p)->smoothed, 40 * MS);
	stop();
}

/* Between equals the peer's newest use decides; the initiator follows once a second. */
static void test_paths_of_equal_kind_follow_the_peer(void **state)
{
	(void)state;
	for (unsigned initiator = 0; initiator < 2; initiator++) {
		start(initiator);
		int a = add(ROUTE_UDP, 1, PATH_PROVED), b = add(ROUTE_UDP, 2, PATH_PROVED);
		paths_heard(&p, a, 10, false, 40, START);
		paths_choose(&p, START);
		assert_int_equal(p.data, a);
		paths_heard(&p, b, 11, true, 40, START); /* probing says nothing */
		paths_choose(&p, START + 10 * MS);
		assert_int_equal(p.data, a);
		paths_heard(&p, b, 11, false, 40, START);
		paths_choose(&p, START + 10 * MS);
		assert_int_equal(p.data, initiator ? a : b);
		paths_choose(&p, START + SECOND);
		assert_int_equal(p.data, b);
		stop();
	}
}

/* The peer may have lost the address that it leaves: what that one has not answered is sent again,
 * at once. A path that is left for a better one works as before. */
static void test_paths_that_the_peer_leaves_are_not_waited_for(void **state)
{
	struct sent_frame frame = { .kind = SENT_STREAM, .len = 1 }, found;
	bool lost = false;

	(void)state;
	for (int moves = 0; moves < 2; moves++) {
		start(false);
		int a = add(moves ? ROUTE_UDP : ROUTE_FORWARD_UDP, 1, PATH_PROVED);
		paths_heard(&p, a, 10, false, 40, START);
		paths_choose(&p, START);
		recovery_sent(recovery, 0, (unsigned)a, 100, true, &frame, 1, START);
		int b = add(ROUTE_UDP, 2, PATH_PROVED);
		paths_heard(&p, b, 11, false, 40, START + MS);
		assert_true(paths_choose(&p, START + MS));
		assert_int_equal(p.data, b);
		assert_int_equal(sent_take(&recovery->sent, &found, &lost), moves);
		assert_int_equal(lost, moves);
		assert_int_equal(recovery_oldest(recovery, (unsigned)a), START); /* in flight yet */
		stop();
	}
}

static int add_at(uint16_t link, uint16_t port, uint64_t now)
{
	struct route route = { .kind = ROUTE_UDP,
		               .link = link,
		               .remote = addr_v4(203, 0, 113, 9, port) };

	return paths_add(&p, &route, PATH_PROVED, false, now);
}

/* A fresh socket takes the place of another: paths of an earlier one of that number are over, and
 * those of the old one are the last choice, however newly the peer has used them. */
static void test_paths_from_a_fresh_socket_come_first(void **state)
{
	(void)state;
	start(false);
	int relay = add(ROUTE_FORWARD_UDP, 2, PATH_PROVED);
	assert_int_equal(p.at[relay].route.link, 3);
	int earlier = add_at(3, 4000, START), old = add_at(1, 4000, START);
	paths_heard(&p, old, 7, false, 100, START);
	paths_choose(&p, START);
	assert_int_equal(p.data, old);
	paths_turn(&p, 1, 3);
	assert_false(path_there(&p.at[earlier]));
	assert_true(path_there(&p.at[relay]));
	assert_false(paths_choose(&p, START));
	int fresh = add_at(3, 4000, START);
	paths_heard(&p, old, 8, false, 100, START);
	assert_true(paths_choose(&p, START));
	assert_int_equal(p.data, fresh);
	stop();
}

/* Where the peer has another port now, the path to the one before ends: after a while, since it may
 * come back, and only while the path in use is known to work. */
static void test_paths_of_mappings_that_have_ended_go(void **state)
{
	uint64_t later = START + 26 * SECOND;

	(void)state;
	start(false);
	int old = add_at(1, 4000, START), other = add(ROUTE_UDP, 7, PATH_PROVED);
	paths_choose(&p, START);
	assert_int_equal(p.data, old);
	int new = add_at(1, 4001, START);
	paths_heard(&p, new, 9, false, 100, START);
	assert_true(paths_choose(&p, START));
	assert_int_equal(p.data, new);
	paths_timer(&p, START + 24 * SECOND);
	assert_true(path_there(&p.at[old]));
	paths_doubt(&p, later);
	paths_timer(&p, later);
	assert_true(path_there(&p.at[old]));
	(void)probe_all(new, later);
	paths_response(&p, asked_last(new), later + MS);
	paths_choose(&p, later + MS);
	assert_int_equal(p.data, new);
	paths_timer(&p, later + MS);
	assert_false(path_there(&p.at[old]));
	assert_true(path_there(&p.at[other]) && path_there(&p.at[new]));
	stop();
}

/* Unanswered data condemns a path after 400 ms, if there is another. */
static void test_paths_data_leaves_a_path_that_goes_silent(void **state)
{
	struct sent_frame frame = { .kind = SENT_STREAM };

	(void)state;
	start(false);
	int udp = add(ROUTE_UDP, 1, PATH_PROVED);
	paths_choose(&p, START);
	recovery_sent(recovery, 0, (unsigned)udp, 100, true, &frame, 1, START);
	assert_false(paths_choose(&p, START + SECOND)); /* nowhere to go */
	assert_int_equal(p.data, udp);
	int relay = add(ROUTE_FORWARD_UDP, 2, PATH_PROVED);
	assert_true(paths_deadline(&p) <= START + 400 * MS);
	assert_false(paths_choose(&p, START + 399 * MS));
	assert_true(paths_choose(&p, START + 400 * MS));
	assert_int_equal(p.data, relay);
	assert_int_equal(recovery->sent.count, 0); /* what was in flight there counts as lost */
	stop();
}

static void answer(int path, uint64_t now)
{
	paths_response(&p, asked_last(path), now);
}

/* Something has happened: all paths are asked, and the data stays where it is for as long as an
 * answer may take, then goes where one came from; and back when the old path answers after all. */
static void test_paths_in_doubt_follow_the_answers(void **state)
{
	struct sent_frame frame = { .kind = SENT_STREAM, .len = 1 };

	(void)state;
	for (unsigned alive = 0; alive < 2; alive++) {
		uint64_t now = START;

		start(true);
		int udp = add(ROUTE_UDP, 1, PATH_PROVED), other = add(ROUTE_UDP, 2, PATH_PROVED),
		    relay = add(ROUTE_FORWARD_UDP, 3, PATH_PROVED);
		paths_choose(&p, now);
		assert_int_equal(p.data, udp);
		recovery_sample(recovery, (unsigned)udp, 40 * MS);
		recovery_sent(recovery, 0, (unsigned)udp, 100, true, &frame, 1, now);
		assert_int_equal(probe_all(udp, now), 0); /* nothing is doubted */
		paths_doubt(&p, now);
		assert_true(p.doubt.on);
		assert_int_equal(paths_copy(&p), other);
		doubt_copied(&p.doubt, other);
		assert_int_equal(paths_copy(&p), relay);
		doubt_copied(&p.doubt, relay);
		assert_int_equal(paths_copy(&p), -1);
		assert_int_equal(probe_all(udp, now), 1);
		if (alive)
			answer(udp, now + 40 * MS);
		answer(relay, now += 50 * MS);
		assert_false(paths_choose(&p, now));
		assert_int_equal(p.data, udp);
		assert_int_equal(p.doubt.on, !alive);
		assert_true(alive || paths_deadline(&p) <= now + SECOND);
		now += 100 * MS;
		if (!alive) {
			assert_true(paths_choose(&p, now));
			assert_int_equal(p.data, relay); /* the other one has not answered */
			assert_false(p.doubt.on);
			assert_true(recovery->sent.slots[0].packet.handed_back ||
			            recovery->sent.count == 0);
			assert_int_equal(p.at[udp].proof.tries, 0); /* is it really gone? */
			assert_true(probe_all(other, now + SECOND) == 1);
			answer(other, now + SECOND);
			assert_true(paths_choose(&p, now + SECOND));
			assert_int_equal(p.data, other);
		}
		stop();
	}
}

/* The answer to a challenge that left before the doubt is not trusted: the path is asked again. */
static void test_paths_in_doubt_ask_again_what_answered_too_early(void **state)
{
	(void)state;
	start(true);
	(void)add(ROUTE_FORWARD_UDP, 1, PATH_PROVED);
	int udp = add(ROUTE_UDP, 2, PATH_OFFERED);
	paths_choose(&p, START);
	assert_int_equal(probe_all(udp, START), 1);
	paths_doubt(&p, START + 10 * MS);
	answer(udp, START + 20 * MS);
	assert_int_equal(p.at[udp].proof.stage, PROOF_VALID);
	paths_choose(&p, START + 20 * MS);
	assert_true(p.doubt.on);
	assert_int_equal(probe_all(udp, START + 20 * MS), 1);
	answer(udp, START + 40 * MS);
	paths_choose(&p, START + 40 * MS);
	assert_int_equal(p.data, udp);
	assert_false(p.doubt.on);
	stop();
}

/* Nothing answers at all: what was proved is asked often for a minute, and is kept. */
static void test_paths_in_doubt_are_asked_often(void **state)
{
	struct sent_frame frame = { .kind = SENT_STREAM, .len = 1 };
	unsigned count = 0;

	(void)state;
	start(true);
	int udp = add(ROUTE_UDP, 1, PATH_PROVED), relay = add(ROUTE_FORWARD_UDP, 2, PATH_PROVED);
	paths_choose(&p, START);
	recovery_sent(recovery, 0, (unsigned)udp, 100, true, &frame, 1, START);
	for (uint64_t now = START; now < START + 40 * SECOND; now += 10 * MS) {
		paths_choose(&p, now);
		paths_timer(&p, now);
		assert_true(paths_deadline(&p) > now || p.at[udp].proof.challenge_at <= now ||
		            p.at[relay].proof.challenge_at <= now);
		if (p.doubt.on && recovery->sent.count == 0)
			recovery_sent(recovery, recovery->next_number, (unsigned)p.data, 100, true,
			              &frame, 1, now);
		count += probe_all(udp, now);
		assert_true(p.data >= 0);
	}
	assert_int_equal(p.data, relay);
	assert_int_equal(p.at[udp].proof.stage, PROOF_LOST);
	assert_in_range(count, 40 * 10 / 7 - 4, 40 * 10 / 7 + 4);
	stop();
}

/* A candidate that was a path once is fired at like a new one. */
static void test_paths_that_were_lost_are_punched_again(void **state)
{
	struct route route = route_of(ROUTE_UDP, 1);
	unsigned count = 0;

	(void)state;
	start(true);
	int udp = add(ROUTE_UDP, 1, PATH_PROVED);
	(void)add(ROUTE_FORWARD_UDP, 2, PATH_PROVED);
	proof_lose(&p.at[udp].proof, START);
	paths_choose(&p, START);
	paths_candidate(&p, &route, false, START);
	for (uint64_t now = START; now < START + 1500 * MS; now += 10 * MS) {
		paths_timer(&p, now);
		count += probe_all(udp, now);
	}
	assert_int_equal(count, 7);
	stop();
}

/* Seeded: paths come from anywhere and go; at any moment all ids differ and the data goes over a
 * path that is there. */
static void test_paths_never_share_an_id(void **state)
{
	struct test_random t = test_random(4);
	static const struct route_kind *const kinds[] = { &route_udp, &route_tcp,
		                                          &route_forward_udp };
	uint64_t now = START;

	(void)state;
	start(false);
	for (unsigned step = 0; step < 5000; step++, now += 5 * MS) {
		struct route route = route_of(kinds[random_below(&t.random, 3)],
		                              (unsigned)random_below(&t.random, 60));
		int path = paths_find(&p, &route);
		uint8_t bytes[LIMIT_PACKET], seen[LIMIT_PATH_IDS] = { 0 };
		struct writer w = writer_of(bytes, sizeof bytes);
		size_t pad;

		if (path < 0)
			path = paths_add(&p, &route, (enum path_origin)random_below(&t.random, 4),
			                 false, now);
		else if (random_below(&t.random, 4) == 0)
			paths_drop(&p, &route);
		else
			paths_heard(&p, path, step, false, 100, now);
		paths_choose(&p, now);
		paths_timer(&p, now);
		while (paths_probe(&p, &w, &pad, now) >= 0)
			w.len = 0;
		for (unsigned i = 0; path_route_at(p.at, i) != NULL; i++) {
			int at = paths_find(&p, path_route_at(p.at, i));
			assert_true(at >= 0);
			assert_int_equal(seen[p.at[at].id]++, 0);
		}
		assert_true(p.data < 0 || p.at[p.data].route.kind != NULL);
		assert_true(paths_deadline(&p) > now);
	}
	stop();
}

static void test_paths_that_are_blocked_are_not_written_to(void **state)
{
	static const uint8_t theirs[CHALLENGE_LEN] = { 1 };
	uint8_t bytes[LIMIT_PACKET];
	struct writer w = writer_of(bytes, sizeof bytes);
	size_t pad;

	(void)state;
	start(false);
	int tcp = add(ROUTE_TCP, 2, PATH_HEARD);
	paths_block(&p, 3, true);
	proof_challenged(&p.at[tcp].proof, theirs, LIMIT_PACKET);
	paths_timer(&p, START);
	assert_int_equal(paths_probe(&p, &w, &pad, START), -1);
	assert_true(p.at[tcp].blocked);
	paths_block(&p, 3, false);
	assert_int_equal(paths_deadline(&p), 0);
	paths_timer(&p, START);
	assert_int_equal(paths_probe(&p, &w, &pad, START), tcp);
	assert_true(pad);
	assert_int_equal(bytes[0], FRAME_PATH_RESPONSE);
	assert_memory_equal(bytes + 1, theirs, CHALLENGE_LEN);
	assert_int_equal(bytes[27], FRAME_PATH_CHALLENGE); /* both in one packet */
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths_the_best_kind_carries_the_data),
		cmocka_unit_test(test_paths_measure_no_sleep),
		cmocka_unit_test(test_paths_measure_no_outage),
		cmocka_unit_test(test_paths_of_equal_kind_follow_the_peer),
		cmocka_unit_test(test_paths_from_a_fresh_socket_come_first),
		cmocka_unit_test(test_paths_of_mappings_that_have_ended_go),
		cmocka_unit_test(test_paths_that_the_peer_leaves_are_not_waited_for),
		cmocka_unit_test(test_paths_data_leaves_a_path_that_goes_silent),
		cmocka_unit_test(test_paths_in_doubt_follow_the_answers),
		cmocka_unit_test(test_paths_in_doubt_ask_again_what_answered_too_early),
		cmocka_unit_test(test_paths_in_doubt_are_asked_often),
		cmocka_unit_test(test_paths_that_were_lost_are_punched_again),
		cmocka_unit_test(test_paths_never_share_an_id),
		cmocka_unit_test(test_paths_that_are_blocked_are_not_written_to),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
