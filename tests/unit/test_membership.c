/* membership alone, with a server made of structs: rooms are joined, kept, left, and nothing is
 * believed that does not know a room's secret. */
#include "tests/unit/support.h"
#include "transport/membership.h"

static const uint8_t token[TOKEN_LEN] = "a room for two.",
		     other_token[TOKEN_LEN] = "another room...";
static const uint8_t cookie[COOKIE_BYTES] = "server's cookie";

/* The JOIN that is due now, if there is one. */
static bool said(struct membership *m, uint64_t now, struct join *join)
{
	uint8_t bytes[JOIN_LEN];
	struct writer w = writer_of(bytes, sizeof bytes);

	if (membership_output(m, cookie, true, 20 * SECOND, &w, now) == MEMBERSHIP_NOTHING)
		return false;
	assert_true(signaling_read_join(written(&w), join));
	assert_memory_equal(join->cookie, cookie, COOKIE_BYTES);
	return true;
}

static struct wait wait_for(const struct join *join, uint8_t others)
{
	struct wait wait = { .refresh_s = 20, .others = others };

	memcpy(wait.secret, join->secret, SECRET_BYTES);
	memcpy(wait.token, join->token, TOKEN_LEN);
	return wait;
}

static bool answered(struct membership *m, const struct wait *wait, uint64_t now)
{
	int room = membership_room_of_secret(m, wait->secret);

	return room >= 0 && membership_wait(m, room, wait, false, now);
}

/* 250 ms, doubling up to 2 s (S8-3); with WAIT, once in its refresh (S8-4). */
static void test_membership_repeats_join_until_it_is_answered(void **state)
{
	(void)state;
	static const uint64_t at_ms[] = { 0, 250, 750, 1750, 3750, 5750 };
	struct test_random random = test_random(1);
	struct membership m;
	struct join join;

	membership_init(&m, true, &random.random);
	assert_int_equal(membership_join(&m, token, SECOND), OK);
	for (size_t i = 0; i < sizeof at_ms / sizeof *at_ms; i++) {
		uint64_t at = SECOND + at_ms[i] * MS;

		assert_int_equal(membership_deadline(&m), at);
		assert_false(said(&m, at - 1, &join));
		assert_true(said(&m, at, &join));
		assert_false(said(&m, at, &join));
		assert_true(join.responder && !join.nameplate && !join.leave);
		assert_memory_equal(join.token, token, TOKEN_LEN);
	}
	struct wait wait = wait_for(&join, 0);
	assert_true(answered(&m, &wait, 10 * SECOND));
	assert_in_range(membership_deadline(&m), 28 * SECOND, 32 * SECOND);
}

/* Only who wants that is told to others by where its TCP connection is seen. */
static void test_membership_says_who_wants_to_be_known(void **state)
{
	(void)state;
	for (int i = 0; i < 4; i++) {
		bool crosses = i & 1, hides = i & 2;
		struct test_random random = test_random(1);
		struct membership m;
		struct join join;

		membership_init(&m, true, &random.random);
		if (crosses)
			membership_cross(&m);
		if (hides)
			membership_hide(&m);
		assert_int_equal(membership_join(&m, token, SECOND), OK);
		assert_true(said(&m, SECOND, &join));
		assert_int_equal(join.crosses, crosses);
		assert_int_equal(join.hides, hides);
	}
}

/* It says that it knows nobody in the room until INTRO comes, and when the server was lost (S8-5).
 */
static void test_membership_says_that_it_has_not_met_anybody(void **state)
{
	(void)state;
	struct test_random random = test_random(1);
	struct membership m;
	struct join join;

	membership_init(&m, true, &random.random);
	assert_int_equal(membership_join(&m, token, SECOND), OK);
	assert_true(said(&m, SECOND, &join) && join.unmet);
	struct wait wait = wait_for(&join, 1);
	assert_true(answered(&m, &wait, 2 * SECOND));
	membership_met(&m, 0);
	membership_rejoin(&m, false, 3 * SECOND);
	assert_true(said(&m, 3 * SECOND, &join) && !join.unmet);
	membership_rejoin(&m, true, 4 * SECOND);
	assert_true(said(&m, 4 * SECOND, &join) && join.unmet);
}

/* It joins as fast as an INTRO may have been lost (S8-5): after 1, 2, 4, 8, 16 s and then as usual.
 */
static void test_membership_asks_again_while_those_it_counts_are_not_introduced(void **state)
{
	(void)state;
	static const uint64_t after_s[] = { 1, 2, 4, 8, 16, 20, 20 };
	struct test_random random = test_random(2);
	struct membership m;
	struct join join;
	uint64_t now = SECOND;

	membership_init(&m, false, &random.random);
	membership_join(&m, token, now);
	for (size_t i = 0; i < sizeof after_s / sizeof *after_s; i++) {
		assert_true(said(&m, now, &join));
		struct wait wait = wait_for(&join, 2);
		assert_true(answered(&m, &wait, now));
		uint64_t pause = membership_deadline(&m) - now;
		assert_in_range(pause, after_s[i] * SECOND * 9 / 10, after_s[i] * SECOND * 11 / 10);
		now += pause;
	}
}

/* A server, or who poses as one, gets nowhere without the secret; a WAIT that names another room,
 * or a nameplate that is none, answers nothing. What it says of times is bounded. */
static void test_membership_bounds_what_a_hostile_server_can_do(void **state)
{
	(void)state;
	struct test_random random = test_random(3);
	struct membership m;
	struct join join, numbered;

	membership_init(&m, true, &random.random);
	membership_join(&m, token, SECOND);
	membership_join(&m, NULL, SECOND);
	assert_true(said(&m, SECOND, &join) && said(&m, SECOND, &numbered));
	assert_true(numbered.nameplate && bytes_zero(numbered.token, TOKEN_LEN));
	for (unsigned i = 0; i < 10000; i++) {
		struct wait wait = wait_for(&join, (uint8_t)i);
		random_fill(&random.random, wait.secret, SECRET_BYTES);
		assert_false(answered(&m, &wait, SECOND));
	}
	struct wait wrong = wait_for(&join, 1);
	wrong.token[0] ^= 1;
	assert_false(answered(&m, &wrong, SECOND));
	wrong = wait_for(&numbered, 1); /* no number, no token */
	assert_false(answered(&m, &wrong, SECOND));
	wrong.nameplate = 107;
	assert_false(answered(&m, &wrong, SECOND));

	for (unsigned refresh = 0; refresh <= UINT16_MAX; refresh += 13) {
		struct wait wait = wait_for(&join, 0);
		wait.refresh_s = (uint16_t)refresh;
		assert_true(answered(&m, &wait, SECOND));
		membership_rejoin_room(&m, 1, NEVER); /* the other is not asked about here */
		assert_in_range(membership_deadline(&m) - SECOND, 4500 * MS, 66 * SECOND);
	}
	struct communicator_event event; /* however often it says so, it is news once */
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(membership_refused(&m, 0, true, SECOND), i == 0);
	assert_true(membership_report(&m, &event));
	assert_int_equal(event.kind, COMMUNICATOR_WAITING);
	assert_false(membership_report(&m, &event));
	struct wait let_in = wait_for(&join, 0); /* which is news, after that */
	assert_true(answered(&m, &let_in, SECOND));
	assert_true(membership_report(&m, &event));
	assert_int_equal(event.kind, COMMUNICATOR_WAITING);
	assert_false(membership_report(&m, &event));
}

/* From WAIT on, the room is asked for by its token, which keeps the number over a restart. */
static void test_membership_keeps_its_nameplate(void **state)
{
	(void)state;
	struct test_random random = test_random(4);
	struct membership m;
	struct join join;
	struct communicator_event event;

	membership_init(&m, true, &random.random);
	membership_join(&m, NULL, SECOND);
	assert_true(said(&m, SECOND, &join));
	struct wait wait = wait_for(&join, 0);
	wait.nameplate = 107;
	communicator_nameplate_token(107, wait.token);
	assert_true(answered(&m, &wait, SECOND));
	assert_true(membership_report(&m, &event));
	assert_int_equal(event.kind, COMMUNICATOR_NAMEPLATE);
	assert_int_equal(event.number, 107);
	membership_rejoin(&m, true, 2 * SECOND);
	assert_true(said(&m, 2 * SECOND, &join));
	assert_false(join.nameplate);
	assert_memory_equal(join.token, wait.token, TOKEN_LEN);
	assert_true(answered(&m, &wait, 2 * SECOND));
	assert_true(membership_report(&m, &event));
	assert_int_equal(event.kind, COMMUNICATOR_WAITING);
}

/* One JOIN that leaves, where a server knows of us; none where it does not. The secret of another
 * stay is another one. */
static void test_membership_leaves_a_room_once(void **state)
{
	(void)state;
	struct test_random random = test_random(5);
	struct membership m;
	struct join join, again;

	membership_init(&m, false, &random.random);
	for (int reached = 0; reached < 2; reached++) {
		membership_join(&m, token, SECOND);
		assert_true(said(&m, SECOND, &join));
		struct wait wait = wait_for(&join, 0);
		assert_true(answered(&m, &wait, SECOND));
		membership_rejoin(&m, reached == 0, SECOND); /* the server may be lost */
		assert_int_equal(membership_leave(&m, token), 0);
		assert_int_equal(membership_leave(&m, token), -1);
		assert_int_equal(membership_room_of_secret(&m, join.secret), -1);
		assert_int_equal(said(&m, SECOND, &again), reached == 1);
		if (reached) {
			assert_true(again.leave);
			assert_memory_equal(again.secret, join.secret, SECRET_BYTES);
		}
		assert_false(said(&m, NEVER - 1, &again));
	}
	membership_join(&m, token, SECOND);
	assert_true(said(&m, SECOND, &again));
	assert_memory_not_equal(again.secret, join.secret, SECRET_BYTES);
}

static void test_membership_has_all_its_rooms_and_joins_each_once(void **state)
{
	(void)state;
	struct test_random random = test_random(6);
	struct membership m;
	struct join join;
	unsigned count = 0;

	membership_init(&m, false, &random.random);
	for (unsigned round = 0; round < 2; round++) {
		for (unsigned i = 0; i < LIMIT_ROOMS; i++) {
			uint8_t own[TOKEN_LEN] = { (uint8_t)i, (uint8_t)(i >> 8), 1 };
			assert_int_equal(membership_join(&m, own, SECOND), OK);
		}
	}
	assert_int_equal(membership_join(&m, other_token, SECOND), ERR_FULL);
	while (said(&m, SECOND, &join))
		count++;
	assert_int_equal(count, LIMIT_ROOMS);
}

/* A JOIN that needs an answer waits for a fresh cookie; one that leaves does not. */
static void test_membership_joins_only_with_a_fresh_cookie(void **state)
{
	(void)state;
	struct test_random random = test_random(7);
	uint8_t bytes[JOIN_LEN];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct membership m;
	struct join join;

	membership_init(&m, false, &random.random);
	membership_join(&m, token, SECOND);
	assert_int_equal(membership_output(&m, cookie, false, 20 * SECOND, &w, SECOND),
	                 MEMBERSHIP_NOTHING);
	assert_true(said(&m, SECOND, &join));
	struct wait wait = wait_for(&join, 0);
	assert_true(answered(&m, &wait, SECOND));
	membership_finish(&m);
	assert_int_equal(membership_output(&m, cookie, false, 20 * SECOND, &w, SECOND),
	                 MEMBERSHIP_LEAVES);
}

/* A contact has two rooms around midnight, and is in one of them. */
static void test_membership_others_are_those_of_all_rooms(void **state)
{
	(void)state;
	static const struct {
		bool second;
		uint8_t others;
		int told; /* -1: nothing */
	} table[] = { { false, 0, 0 },  { true, 0, 0 },  { true, 1, 1 },
		      { false, 0, -1 }, { false, 2, 3 }, { true, 0, 2 } };
	struct test_random random = test_random(4);
	struct membership m;
	struct join join[2];
	struct communicator_event e;

	membership_init(&m, false, &random.random);
	assert_int_equal(membership_join(&m, token, SECOND), OK);
	assert_int_equal(membership_join(&m, other_token, SECOND), OK);
	assert_true(said(&m, SECOND, &join[0]) && said(&m, SECOND, &join[1]));
	assert_false(membership_report(&m, &e));
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct wait wait = wait_for(&join[table[i].second], table[i].others);
		assert_true(answered(&m, &wait, SECOND));
		assert_int_equal(membership_report(&m, &e), table[i].told >= 0);
		if (table[i].told >= 0)
			assert_int_equal(e.number, table[i].told);
		assert_false(membership_report(&m, &e));
	}
	for (uint8_t silent = 2; silent < 4; silent--) { /* of two; then 1, and 0 */
		struct wait wait = wait_for(&join[0], 2);
		wait.silent = silent;
		assert_true(answered(&m, &wait, SECOND) && membership_report(&m, &e));
		assert_true(e.number == 2 && e.silent == silent && !membership_report(&m, &e));
		assert_int_equal(membership_others(&m), 2);
	}
	struct wait odd = wait_for(&join[0], 2); /* more are silent than there are */
	odd.silent = 255;
	assert_true(answered(&m, &odd, SECOND) && membership_report(&m, &e) && e.silent == 2);
	assert_true(membership_leave(&m, token) >= 0); /* who was there is not in our rooms */
	assert_true(membership_report(&m, &e) && e.kind == COMMUNICATOR_WAITING);
	assert_int_equal(e.number, 0);
}

/* One JOIN after each refresh, whatever room it is for, and no room waits for more than a minute, a
 * tenth more: for an hour, from 1 to 16 rooms that begin at once. */
static void test_membership_rooms_take_turns(void **state)
{
	(void)state;
	for (unsigned rooms = 1; rooms <= 16; rooms++) {
		struct test_random random = test_random(rooms);
		struct membership m;
		struct join join;
		uint64_t now = SECOND, last = SECOND, joined[256] = { 0 };
		unsigned joins = 0;

		membership_init(&m, true, &random.random);
		for (uint8_t i = 0; i < rooms; i++)
			assert_int_equal(membership_join(&m, (uint8_t[TOKEN_LEN]){ i, 1 }, now),
			                 OK);
		for (; now < 3600 * SECOND; now = membership_deadline(&m)) {
			assert_true(now - last <= 28 * SECOND);
			last = now;
			while (said(&m, now, &join)) {
				uint64_t *at = &joined[join.token[0]];
				struct wait wait = wait_for(&join, 0);

				assert_true(*at == 0 || now - *at <= 66 * SECOND);
				*at = now;
				joins++;
				assert_true(answered(&m, &wait, now));
			}
		}
		unsigned expected = rooms < 3 ? 180 : 60 * rooms;
		assert_in_range(joins, expected * 9 / 10, expected * 12 / 10 + rooms);
	}
}

/* KEEP of all rooms together, as often as the NAT needs it; each fourth is to come back, or all
 * rooms are joined again. JOIN goes less and less often, until something happens. */
static void test_membership_keeps_by_few_words(void **state)
{
	(void)state;
	struct test_random random = test_random(5);
	struct membership m;
	struct join join;
	uint64_t now = SECOND, last = 0;
	unsigned joins = 0, keeps = 0;

	membership_init(&m, true, &random.random);
	for (uint8_t i = 1; i <= 3; i++)
		assert_int_equal(membership_join(&m, (uint8_t[TOKEN_LEN]){ i }, now), OK);
	assert_int_equal(membership_keep_at(&m, 80 * SECOND), NEVER); /* it is not known yet */
	for (; now < 86400 * SECOND; now += 100 * MS) {
		uint8_t bytes[LIMIT_WIRE];
		struct writer w = writer_of(bytes, sizeof bytes);
		struct keep keep;

		membership_timer(&m, now);
		enum membership_message what =
		    membership_output(&m, cookie, true, 80 * SECOND, &w, now);
		if (what == MEMBERSHIP_NOTHING)
			continue;
		assert_true(last == 0 || now - last <= 80 * SECOND);
		last = now;
		if (what == MEMBERSHIP_JOINS) {
			assert_true(signaling_read_join(written(&w), &join) && join.keeps);
			struct wait wait = wait_for(&join, 0);
			wait.keep_s = 300;
			assert_true(answered(&m, &wait, now));
			joins++;
			continue;
		}
		assert_int_equal(what, MEMBERSHIP_KEEPS);
		assert_true(signaling_read_keep(written(&w), &keep) && keep.count == 3);
		keeps++;
		assert_true(!keep.echo || membership_echo(&m, &keep));
		assert_true(keep.echo == (keeps % 4 == 0));
	}
	assert_in_range(joins, 3 * 12, 3 * 24);
	assert_in_range(keeps, 1050, 1090);

	struct keep strange = { .count = 1, .secrets = { { 1 } } };
	assert_false(membership_echo(&m, &strange));
	m.echo_at = now; /* nothing has come back */
	membership_timer(&m, now);
	assert_int_equal(membership_deadline(&m), now);
	assert_true(m.echo_at == NEVER && said(&m, now, &join) && said(&m, now, &join));
	membership_rejoin(&m, true, now); /* elsewhere */
	assert_int_equal(membership_keep_at(&m, SECOND), NEVER);
}

/* More rooms than fit in one KEEP: several at once, with each room in one of them; and all of these
 * have to come back. */
static void test_membership_keeps_many_rooms_in_several_messages(void **state)
{
	(void)state;
	enum { ROOMS = 2 * KEEP_ROOMS + 3 };
	struct test_random random = test_random(6);
	struct membership m;
	struct join join;
	struct keep keep[3];
	uint64_t now = SECOND;

	membership_init(&m, true, &random.random);
	membership_echoes(&m, true);
	for (uint8_t i = 0; i < ROOMS; i++)
		assert_int_equal(membership_join(&m, (uint8_t[TOKEN_LEN]){ i, 1 }, now), OK);
	while (said(&m, now, &join)) {
		struct wait wait = wait_for(&join, 0);

		wait.keep_s = 300;
		assert_true(answered(&m, &wait, now));
	}
	now = membership_keep_at(&m, 10 * SECOND);
	assert_int_equal(now, 11 * SECOND);
	for (unsigned i = 0, kept = 0; i < 3; i++, kept += KEEP_ROOMS) {
		uint8_t bytes[LIMIT_WIRE];
		struct writer w = writer_of(bytes, sizeof bytes);

		assert_int_equal(membership_output(&m, cookie, true, 10 * SECOND, &w, now),
		                 MEMBERSHIP_KEEPS);
		assert_true(signaling_read_keep(written(&w), &keep[i]) && keep[i].echo);
		assert_int_equal(keep[i].count, i < 2 ? KEEP_ROOMS : 3);
		for (unsigned k = 0; k < keep[i].count; k++)
			assert_int_equal(membership_room_of_secret(&m, keep[i].secrets[k]),
			                 kept + k);
	}
	assert_true(membership_echo(&m, &keep[1]) && membership_echo(&m, &keep[0]));
	assert_int_equal(membership_keep_at(&m, 10 * SECOND), now + 2 * SECOND);
	assert_true(membership_echo(&m, &keep[2]));
	assert_int_equal(membership_keep_at(&m, 10 * SECOND), now + 10 * SECOND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_membership_repeats_join_until_it_is_answered),
		cmocka_unit_test(test_membership_says_who_wants_to_be_known),
		cmocka_unit_test(test_membership_says_that_it_has_not_met_anybody),
		cmocka_unit_test(
		    test_membership_asks_again_while_those_it_counts_are_not_introduced),
		cmocka_unit_test(test_membership_bounds_what_a_hostile_server_can_do),
		cmocka_unit_test(test_membership_keeps_its_nameplate),
		cmocka_unit_test(test_membership_leaves_a_room_once),
		cmocka_unit_test(test_membership_has_all_its_rooms_and_joins_each_once),
		cmocka_unit_test(test_membership_joins_only_with_a_fresh_cookie),
		cmocka_unit_test(test_membership_others_are_those_of_all_rooms),
		cmocka_unit_test(test_membership_rooms_take_turns),
		cmocka_unit_test(test_membership_keeps_by_few_words),
		cmocka_unit_test(test_membership_keeps_many_rooms_in_several_messages),
	};
	return cmocka_run_group_tests_name("membership", tests, NULL, NULL);
}
