/* probes: addresses that only the peer has named get a few packets in a session's life, whatever
 * the peer says and how often. */
#include "session/probes.h"

#include "tests/unit/two_sessions.h"

static struct two t;
static struct probes p;

static const struct addr victim = { .ip = { [10] = 0xff, 0xff, 192, 0, 2, 7 }, .port = 5353 };

static unsigned take_many(const struct addr *to, unsigned count, uint64_t now)
{
	unsigned given = 0;

	while (count-- > 0)
		given += probes_take(&p, to, now);
	return given;
}

static void test_probes_ten_for_an_address_that_never_answers(void **state)
{
	(void)state;
	p = (struct probes){ .count = 0 };
	for (unsigned minute = 0; minute < 100; minute++)
		take_many(&victim, 5, (1 + minute) * 60 * SECOND);
	assert_int_equal(p.at[0].count, LIMIT_PROBES);
	probes_answered(&p, &victim);
	assert_int_equal(take_many(&victim, 20, 200 * 60 * SECOND), LIMIT_PROBES);
}

static void test_probes_for_all_ports_of_a_host_are_one_sum(void **state)
{
	unsigned given = 0;
	(void)state;
	p = (struct probes){ .count = 0 };
	for (uint16_t i = 0; i < 100; i++) {
		struct addr at = victim;
		at.port = (uint16_t)(2000 + i);
		given += take_many(&at, 10, (1u + i) * 60 * SECOND);
	}
	assert_int_equal(given, LIMIT_PROBES_HOST);
}

static void test_probes_sixty_a_minute_in_all(void **state)
{
	static uint64_t sent[4096];
	size_t count = 0;
	(void)state;
	p = (struct probes){ .count = 0 };
	for (uint64_t now = SECOND; now < 3600 * SECOND && count < 4096; now += 500 * MS) {
		struct addr at = addr_v4(198, 51, (uint8_t)(now / SECOND / 200),
		                         (uint8_t)(now / SECOND % 200), 4000);
		if (probes_take(&p, &at, now))
			sent[count++] = now;
	}
	for (size_t i = LIMIT_PROBES_MINUTE; i < count; i++)
		assert_true(sent[i] - sent[i - LIMIT_PROBES_MINUTE] >= 60 * SECOND);
	assert_true(count >= LIMIT_PROBED);
}

/* A host that answers does not count, whichever of its ports it was: somebody who moves all the
 * time is found all the time. */
static void test_probes_that_were_answered_do_not_count(void **state)
{
	(void)state;
	p = (struct probes){ .count = 0 };
	for (uint16_t i = 0; i < 100; i++) {
		struct addr peer = addr_v4(203, 0, 113, 7, (uint16_t)(2000 + i)), other = peer;

		other.port = 1999;
		assert_int_equal(take_many(&peer, 7, SECOND), 7);
		assert_int_equal(take_many(&victim, 7, SECOND), i == 0 ? 7 : i == 1 ? 3 : 0);
		probes_answered(&p, &other);
	}
}

/* A peer that names ever new addresses does not make us forget those we have bothered, before a day
 * has passed. */
static void test_probes_remember_for_a_day(void **state)
{
	(void)state;
	p = (struct probes){ .count = 0 };
	assert_int_equal(take_many(&victim, 20, SECOND), LIMIT_PROBES);
	for (unsigned i = 0; i < 1000; i++) {
		struct addr at = addr_v4(198, 51, (uint8_t)(i / 200), (uint8_t)(i % 200), 4000);
		take_many(&at, 1, (60 + i) * SECOND);
	}
	assert_int_equal(take_many(&victim, 20, 1200 * SECOND), 0);
	assert_int_equal(p.count, LIMIT_PROBED);
	struct addr fresh = addr_v4(203, 0, 113, 200, 4000);
	assert_int_equal(take_many(&fresh, 1, 1300 * SECOND), 0);
	assert_int_equal(take_many(&fresh, 1, 90000 * SECOND), 1);
}

/* ---- in a session ---- */

struct named {
	uint8_t kind;
	struct addr addr;
};

static void say_candidates(uint8_t round, const struct named *list, size_t count)
{
	uint8_t body[2 + LIMIT_CANDIDATES * (1 + ADDR_WIRE)];
	struct writer w = writer_of(body, sizeof body);

	write_u8(&w, round);
	write_u8(&w, (uint8_t)count);
	for (size_t i = 0; i < count; i++) {
		write_u8(&w, list[i].kind);
		addr_write(&w, &list[i].addr);
	}
	assert_true(control_send(&t.peer->parts.streams.at[STREAM_CONTROL].send, CONTROL_CANDIDATES,
	                         written(&w)));
}

static void start(const struct addr *own_seen, const struct addr *own_network)
{
	struct route forwarder = { .kind = ROUTE_FORWARD_UDP,
		                   .link = 1,
		                   .remote = addr_v4(198, 51, 100, 1, 7242),
		                   .pair = 7 };
	struct candidates ours = { .own = { { CANDIDATE_SEEN, *own_seen } },
		                   .own_count = 1,
		                   .networks_count = own_network != NULL,
		                   .udp_link = { 1, 1 } };

	two_start(&t, SUITE_PSEUDO, forwarder);
	punch_init(&t.peer->messages.punch, true, false); /* it speaks as the test wants */
	if (own_network != NULL)
		ours.networks[0] = *own_network;
	session_candidates(t.own, &ours);
	two_run(&t, SECOND);
}

static const struct addr seen_public = { .ip = { [10] = 0xff, 0xff, 203, 0, 113, 9 },
	                                 .port = 4000 };

/* Candidates every 2.2 s, always the same victim with twelve ports: what it gets is bounded,
 * however long the session lives. */
static void test_candidates_that_name_one_victim_cause_few_packets(void **state)
{
	struct named list[LIMIT_CANDIDATES];

	(void)state;
	start(&seen_public, NULL);
	for (unsigned i = 0; i < LIMIT_CANDIDATES; i++) {
		list[i] = (struct named){ .kind = 2, .addr = victim };
		list[i].addr.port = (uint16_t)(2000 + i);
	}
	for (unsigned i = 0; i < 500; i++) {
		size_t before = t.strayed;
		say_candidates((uint8_t)i, list, LIMIT_CANDIDATES);
		two_run(&t, 2200 * MS);
		assert_true(t.strayed - before <= LIMIT_PROBES_MINUTE);
	}
	assert_int_equal(t.strayed, LIMIT_PROBES_HOST);
	two_end(&t);
}

static void test_candidates_are_probed_where_a_peer_can_be(void **state)
{
	static const struct {
		const char *addr;
		uint8_t kind;
		bool seen_private, same_network, probed;
	} table[] = {
		{ "203.0.113.7:4000", 1, false, false, true },
		{ "203.0.113.7:4000", 2, false, false, true },
		{ "203.0.113.7:53", 1, false, false, false },
		{ "203.0.113.7:1023", 2, false, false, false },
		{ "203.0.113.7:1024", 2, false, false, true },
		{ "[2001:db8::7]:4000", 2, false, false, true },
		{ "192.168.7.3:4000", 1, false, false, false },
		{ "192.168.7.3:4000", 1, false, true, true },
		{ "192.168.7.3:4000", 2, false, false, false },
		{ "192.168.7.3:4000", 2, false, true, true },
		{ "192.168.7.3:4000", 2, true, false, true }, /* the server is in a private network,
								 and both are seen in it */
		{ "192.168.7.3:53", 1, false, true, false },
		{ "203.0.113.7:4000", 3, false, false, false },
		{ "127.0.0.1:4000", 2, false, false, false },
		{ "169.254.3.4:4000", 1, false, false, false },
		{ "224.0.0.5:4000", 2, false, false, false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		struct addr network = addr_v4(192, 168, 7, 2, 0), seen = addr_v4(10, 1, 2, 3, 4000);
		struct named named = { .kind = table[i].kind };

		assert_true(addr_parse(span_text(table[i].addr), 0, &named.addr));
		start(table[i].seen_private ? &seen : &seen_public,
		      table[i].same_network ? &network : NULL);
		say_candidates(1, &named, 1);
		two_run(&t, 3 * SECOND);
		assert_int_equal(t.strayed > 0, table[i].probed);
		two_end(&t);
	}
}

/* Candidates may be five bytes, their answer is hundreds: as many as can be crammed into a packet
 * get one answer a second. */
static void test_candidates_in_a_crowd_are_answered_once_a_second(void **state)
{
	(void)state;
	start(&seen_public, NULL);
	uint64_t before = t.own->parts.streams.at[STREAM_CONTROL].send.end;
	for (unsigned i = 0; i < 1000; i++)
		say_candidates((uint8_t)i, NULL, 0);
	two_run(&t, 500 * MS);
	uint64_t once = t.own->parts.streams.at[STREAM_CONTROL].send.end - before;
	assert_true(once > 0 && once <= CONTROL_HEADER + 2 + LIMIT_CANDIDATES * (1 + ADDR_WIRE));
	two_run(&t, 10 * SECOND);
	assert_true(t.own->parts.streams.at[STREAM_CONTROL].send.end - before <= 2 * once);
	assert_int_equal(t.own->messages.punch.round,
	                 (uint8_t)999); /* the newest is the one that is answered at last */
	two_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_probes_ten_for_an_address_that_never_answers),
		cmocka_unit_test(test_probes_for_all_ports_of_a_host_are_one_sum),
		cmocka_unit_test(test_probes_sixty_a_minute_in_all),
		cmocka_unit_test(test_probes_that_were_answered_do_not_count),
		cmocka_unit_test(test_probes_remember_for_a_day),
		cmocka_unit_test(test_candidates_that_name_one_victim_cause_few_packets),
		cmocka_unit_test(test_candidates_are_probed_where_a_peer_can_be),
		cmocka_unit_test(test_candidates_in_a_crowd_are_answered_once_a_second),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
