/* roll: who waits is read again by the next process, whole entries only, and only from a roll that
 * is its own and new; each is told twice, and not all at once. */
#include "tests/unit/support.h"

#include "rendezvous/roll.h"
#include "rendezvous/rooms.h"

enum { PLACES = 100, LINKS_OF_US = 77 };

#define NOW_S 1700000000

static uint8_t memory[ROLL_HEADER + PLACES * ROLL_ENTRY];
static struct roll roll;
static struct roll_call call;

static int start(void **state)
{
	(void)state;
	memset(memory, 0, sizeof memory);
	roll_begin(&roll, memory, LINKS_OF_US, NOW_S);
	roll_enlarge(&roll, PLACES);
	return 0;
}

static struct route route_to(unsigned n)
{
	return (struct route){ .kind = ROUTE_UDP,
		               .link = (uint16_t)(1 + n % 2),
		               .local = addr_v4(192, 0, 2, 1, 7242),
		               .remote = addr_v4(198, 51, 100, (uint8_t)n, (uint16_t)(1000 + n)) };
}

static void write_place(uint32_t place)
{
	uint8_t secret[SECRET_BYTES] = { (uint8_t)place };
	struct route at = route_to(place);
	roll_write(&roll, place, secret, &at);
}

static bool begin(uint64_t links, uint64_t wall_s)
{
	return roll_call_begin(&call, span_of(memory, sizeof memory), links, wall_s);
}

/* Calls all at once, and returns how many messages that took. last: the secret in the last one. */
static unsigned call_all(uint8_t *last)
{
	struct route to;
	uint8_t wire[ERROR_LEN];
	unsigned count = 0;
	for (uint64_t now = SECOND; roll_call_deadline(&call) != NEVER; now += MS)
		while (roll_call_output(&call, &to, wire, now) > 0) {
			struct error error;
			assert_true(signaling_read_error(span_of(wire, sizeof wire), &error));
			assert_int_equal(error.code, SIGNALING_GOES);
			struct route want = route_to(error.about[0]);
			assert_true(route_same(&to, &want));
			assert_true(addr_same_ip(&to.local, &want.local));
			*last = error.about[0];
			count++;
		}
	return count;
}

static void test_roll_tells_each_twice(void **state)
{
	(void)state;
	uint8_t last = 0;
	for (uint32_t place = 1; place <= 60; place++)
		write_place(place);
	roll_erase(&roll, 60);
	assert_true(begin(LINKS_OF_US, NOW_S));
	assert_int_equal(call_all(&last), 2 * 59);
	assert_int_equal(last, 59);
	assert_int_equal(roll_call_count(&call), 59);
}

static void test_roll_is_not_called_at_once(void **state)
{
	(void)state;
	struct route to;
	uint8_t wire[ERROR_LEN];
	unsigned in_a_moment = 0;
	for (uint32_t place = 1; place <= PLACES; place++)
		write_place(place);
	assert_true(begin(LINKS_OF_US, NOW_S));
	assert_int_equal(roll_call_deadline(&call), 0);
	while (roll_call_output(&call, &to, wire, SECOND) > 0)
		in_a_moment++;
	assert_int_equal(in_a_moment, 2 * 20);
	assert_int_equal(roll_call_deadline(&call), SECOND + MS);
	assert_int_equal(roll_call_output(&call, &to, wire, SECOND + MS - 1), 0);
	assert_int_equal(roll_call_output(&call, &to, wire, SECOND + MS), ERROR_LEN);
}

/* Other links have other numbers, and old members have gone. */
static void test_roll_of_others_is_not_called(void **state)
{
	(void)state;
	write_place(1);
	assert_false(begin(LINKS_OF_US + 1, NOW_S));
	assert_false(begin(LINKS_OF_US, NOW_S + ROLL_LIFE_S + 1));
	assert_false(begin(LINKS_OF_US, NOW_S - 3600));
	assert_true(begin(LINKS_OF_US, NOW_S - 10));
	assert_true(begin(LINKS_OF_US, NOW_S + ROLL_LIFE_S));
	roll_alive(&roll, NOW_S + 1000);
	assert_true(begin(LINKS_OF_US, NOW_S + ROLL_LIFE_S + 1000));
	memory[0] ^= 1;
	assert_false(begin(LINKS_OF_US, NOW_S));
}

/* Cut short anywhere, and with each byte changed: nobody is told who is not in it. */
static void test_roll_that_is_damaged_tells_nobody_else(void **state)
{
	(void)state;
	uint8_t last = 0;
	write_place(1);
	for (size_t len = 0; len < ROLL_HEADER + ROLL_ENTRY; len++) {
		bool begun = roll_call_begin(&call, span_of(memory, len), LINKS_OF_US, NOW_S);
		assert_int_equal(begun, len >= ROLL_HEADER);
		if (begun)
			assert_int_equal(call_all(&last), 0);
	}
	for (size_t i = ROLL_HEADER; i < ROLL_HEADER + ROLL_ENTRY; i++) {
		memory[i] ^= 0x10;
		assert_true(begin(LINKS_OF_US, NOW_S));
		assert_int_equal(call_all(&last), 0);
		memory[i] ^= 0x10;
	}
	assert_true(begin(LINKS_OF_US, NOW_S));
	assert_int_equal(call_all(&last), 2);
}

static void test_roll_aims_at_hosts_only(void **state)
{
	(void)state;
	static const uint8_t secret[SECRET_BYTES] = { 1 };
	const struct addr bad[] = { addr_v4(224, 0, 0, 1, 9), addr_v4(255, 255, 255, 255, 9),
		                    addr_v4(0, 0, 0, 0, 9), addr_v4(192, 0, 2, 9, 0) };
	uint8_t last = 0;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		struct route at = route_to(1);
		at.remote = bad[i];
		roll_write(&roll, 1, secret, &at);
		assert_true(begin(LINKS_OF_US, NOW_S));
		assert_int_equal(call_all(&last), 0);
	}
}

/* Without memory nothing is written, and it is known how much is wanted. */
static void test_roll_without_memory(void **state)
{
	(void)state;
	struct route at = route_to(1);
	struct roll none = { .memory = NULL };
	static const uint8_t secret[SECRET_BYTES];
	roll_write(NULL, 1, secret, &at);
	roll_erase(NULL, 1);
	roll_write(&none, 1, secret, &at);
	roll_alive(&none, 1);
	roll_enlarge(&roll, 1);
	write_place(1);
	write_place(3);
	assert_int_equal(roll.wanted, 3);
	assert_true(bytes_zero(memory + ROLL_HEADER + ROLL_ENTRY, 2 * ROLL_ENTRY));
}

/* A member over UDP is in the roll as it is; one on a stream is not. */
static bool is_written(const struct members *members, uint32_t place, bool keeps)
{
	const uint8_t *entry = memory + ROLL_HEADER + ROLL_ENTRY * (place - 1);
	const struct member *who = &members->at[place];
	assert_int_equal(who->keeps, keeps);
	if (who->stream)
		return false;
	assert_memory_equal(entry, who->secret, SECRET_BYTES);
	assert_memory_equal(entry + SECRET_BYTES, who->remote.ip, 16);
	return true;
}

/* Whatever happens in the rooms of a server: the roll has all its members over UDP, no others. */
static void test_roll_has_who_waits(void **state)
{
	(void)state;
	struct test_random chance = test_random(5);
	static struct rooms rooms;
	assert_true(rooms_init(&rooms, PLACES, PLACES, 0, &roll, &chance.random));
	for (uint64_t now = SECOND; now < 3000 * SECOND; now += SECOND) {
		uint32_t slot = 1 + (uint32_t)random_below(&chance.random, PLACES);
		const struct member *there = &rooms.members.at[slot];
		struct route at = route_to((unsigned)random_below(&chance.random, 40));
		at.kind = random_below(&chance.random, 4) == 0 ? ROUTE_TCP : ROUTE_UDP;
		bool waits = members_find(&rooms.members, there->token, there->secret) == slot;
		bool keeps = at.kind == ROUTE_UDP && random_below(&chance.random, 2) == 0;
		struct member who = { .responder = random_below(&chance.random, 2) == 0,
			              .keeps = keeps };
		who.token[0] = (uint8_t)random_below(&chance.random, 30);
		random_fill(&chance.random, who.secret, SECRET_BYTES);
		members_reach(&who, &at);
		rooms_timer(&rooms, now);
		waits = waits && members_find(&rooms.members, there->token, there->secret) == slot;
		switch (random_below(&chance.random, 8)) {
		case 0:
			if (waits)
				rooms_leave(&rooms, slot);
			break;
		case 1: rooms_link_down(&rooms, at.link); break;
		case 2:
		case 3:
			if (waits)
				(void)rooms_keep(&rooms, slot, &at, keeps, now);
			break;
		case 4:
			if (waits && there->keeps)
				rooms_touch(&rooms, slot, &at, now);
			break;
		default: (void)rooms_enter(&rooms, &who, now);
		}
		size_t written = 0, members = 0;
		for (uint32_t i = 1; i <= PLACES; i++)
			written +=
			    !bytes_zero(memory + ROLL_HEADER + ROLL_ENTRY * (i - 1), ROLL_ENTRY);
		for (unsigned k = 0; k < 2; k++)
			for (uint32_t i = members_oldest(&rooms.members, k); i;
			     i = rooms.members.places.links[i].after)
				members += is_written(&rooms.members, i, k);
		assert_int_equal(written, members);
	}
	assert_true(rooms.pushed_out > 0);
	rooms_free(&rooms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_roll_tells_each_twice, start),
		cmocka_unit_test_setup(test_roll_is_not_called_at_once, start),
		cmocka_unit_test_setup(test_roll_of_others_is_not_called, start),
		cmocka_unit_test_setup(test_roll_that_is_damaged_tells_nobody_else, start),
		cmocka_unit_test_setup(test_roll_aims_at_hosts_only, start),
		cmocka_unit_test_setup(test_roll_without_memory, start),
		cmocka_unit_test_setup(test_roll_has_who_waits, start),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
