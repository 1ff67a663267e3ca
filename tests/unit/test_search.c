/* search, aim, allowance: who searches, with what, toward where and how often. */
#include "tests/unit/support.h"

#include "session/aim.h"
#include "session/allowance.h"
#include "session/search.h"

enum { A, B }; /* A is the initiator */

static struct search s[2];
static struct test_random randoms[2];
static uint64_t now;

static const struct nat_traits easy = { .known = true }, moving = { .known = true, .moves = true },
			       full = { .known = true, .hard = true, .first = 1024, .last = 65535 },
			       row = { .known = true, .hard = true, .step = 3 },
			       keeping = { .known = true, .hard = true, .keeps = true, .step = 1 },
			       low = { .known = true,
	                               .hard = true,
	                               .low = true,
	                               .first = 1024,
	                               .last = 65535 };

static struct addr host(int side)
{
	return addr_v4(203, 0, 113, (uint8_t)(1 + side), (uint16_t)(5000 + side));
}

static void tell_nat(int side, const struct nat_traits *nat)
{
	struct candidates c = { .own = { { CANDIDATE_SEEN, host(side) } },
		                .own_count = 1,
		                .udp_link = { 1, 2 },
		                .nat = *nat };
	search_candidates(&s[side], &c);
}

static void exchange(void)
{
	for (int side = 0; side < 2; side++) {
		uint8_t body[2 + SEARCH_NAT] = { 1, 1 };
		struct writer w = writer_of(body + 2, SEARCH_NAT);
		assert_true(search_write_nat(&s[side], &w));
		assert_int_equal(w.len, SEARCH_NAT);
		search_peer(&s[!side], span_of(body, sizeof body));
	}
}

static void begin(const struct nat_traits *a, const struct nat_traits *b)
{
	now = 1000 * SECOND;
	for (int side = 0; side < 2; side++) {
		randoms[side] = test_random((uint64_t)side + 1);
		search_init(&s[side], side == A, true, &randoms[side].random);
		tell_nat(side, side == A ? a : b);
	}
	exchange();
	for (int side = 0; side < 2; side++) {
		struct addr peer = host(!side);
		search_attested(&s[side], &peer);
	}
}

/* Sockets of links 100 and up, ports 30000 and up; the first is seen at 40000. */
static void give(int side)
{
	static struct search_socket sockets[LIMIT_SPARES];
	struct search_want want;
	struct addr seen = host(side);

	assert_true(search_wants(&s[side], &want));
	for (unsigned i = 0; i < want.count; i++)
		sockets[i] = (struct search_socket){ (uint16_t)(100 + i), (uint16_t)(30000 + i) };
	seen.port = want.measure ? 40000 : 0;
	search_sockets(&s[side], sockets, want.count, &seen, now);
}

static void talk(int side)
{
	uint8_t bytes[SEARCH_BODY_MAX];
	struct writer w = writer_of(bytes, sizeof bytes);

	if (search_say(&s[side], &w))
		search_input(&s[!side], written(&w), now);
}

static void start(void)
{
	struct search_want want;

	for (int side = 0; side < 2; side++) {
		search_after_probes(&s[side], now);
		assert_false(search_wants(&s[side], &want));
	}
	now += 400 * MS;
	for (int side = 0; side < 2; side++)
		search_timer(&s[side], false, now);
}

static struct search_want want_of(int side)
{
	struct search_want want;

	assert_true(search_wants(&s[side], &want));
	return want;
}

/* Runs until both have sent all, with what each port got in ports. */
static unsigned fire(int side, unsigned *ports, uint64_t *took)
{
	uint64_t from = now;
	unsigned count = 0;
	struct route route;

	for (; now < from + 11 * SECOND; now += MS) {
		while (search_fire(&s[side], &route, now)) {
			assert_true(addr_same_ip(&route.remote, &s[side].attested));
			ports[route.remote.port]++;
			count++;
			*took = now - from;
		}
	}
	return count;
}

static void run(const struct nat_traits *a, const struct nat_traits *b)
{
	begin(a, b);
	start();
	for (int side = 0; side < 2; side++)
		give(side);
	for (int turn = 0; turn < 4; turn++)
		talk(turn % 2);
}

static unsigned ports[2][65536];

static void test_search_full_range(void **state)
{
	(void)state;
	uint64_t took;
	unsigned most = 0, above = 0;

	run(&full, &easy);
	assert_int_equal(want_of(A).count, 256);
	assert_false(want_of(A).low);
	assert_int_equal(want_of(B).count, 0);
	memset(ports, 0, sizeof ports);
	assert_int_equal(fire(A, ports[A], &took), 512);
	assert_int_equal(ports[A][host(B).port], 512);

	run(&full, &easy);
	assert_int_equal(fire(B, ports[B], &took), SEARCH_PACKETS);
	assert_true(took >= 5 * (SEARCH_PACKETS - 5) * MS);
	for (unsigned i = 0; i < 65536; i++) {
		most = ports[B][i] > most ? ports[B][i] : most;
		above += ports[B][i] > 0 && i >= 32768;
		assert_true(ports[B][i] == 0 || i >= 1024);
	}
	assert_int_equal(most, 1); /* no port twice */
	assert_in_range(above, SEARCH_PACKETS / 3, SEARCH_PACKETS * 2 / 3);
}

static void test_search_low_ports(void **state)
{
	(void)state;
	uint64_t took;

	run(&low, &easy);
	assert_int_equal(want_of(A).count, 32);
	assert_true(want_of(A).low);
	memset(ports, 0, sizeof ports);
	assert_int_equal(fire(B, ports[B], &took), 2 * 424);
	for (unsigned i = 600; i < 1024; i++)
		assert_int_equal(ports[B][i], 2);

	/* both: from each of three sockets to each port */
	run(&low, &low);
	for (int side = 0; side < 2; side++) {
		assert_int_equal(want_of(side).count, 3);
		assert_true(want_of(side).low);
	}
	memset(ports, 0, sizeof ports);
	assert_int_equal(fire(A, ports[A], &took), 3 * 424);
	for (unsigned i = 600; i < 1024; i++)
		assert_int_equal(ports[A][i], 3);
}

static void test_search_ports_in_a_row(void **state)
{
	(void)state;
	uint64_t took;
	struct route route;

	run(&row, &easy);
	assert_int_equal(want_of(A).count, 25);
	assert_true(want_of(A).measure);
	for (unsigned i = 0; i < 64; i++, now += 5 * MS) {
		assert_true(search_fire(&s[B], &route, now));
		assert_int_equal(route.remote.port, 40003 + 3 * i);
	}

	/* both: every second one of the initiator's */
	run(&row, &row);
	assert_int_equal(want_of(A).count, 1);
	assert_true(search_fire(&s[A], &route, now) && route.remote.port == 40003);
	assert_true(search_fire(&s[B], &route, now) && route.remote.port == 40003);
	now += 5 * MS;
	assert_true(search_fire(&s[A], &route, now) && route.remote.port == 40006);
	assert_true(search_fire(&s[B], &route, now) && route.remote.port == 40009);

	run(&easy, &keeping);
	assert_int_equal(want_of(B).count, 4);
	assert_false(want_of(B).measure);
	memset(ports, 0, sizeof ports);
	fire(A, ports[A], &took);
	for (unsigned i = 0; i < 4; i++)
		assert_true(ports[A][30000 + i] >= 2);
}

/* One of two easy NATs sends before it says where it is to be found, the other one after; they
 * take turns in this. */
static void test_search_who_opens(void **state)
{
	(void)state;
	struct route route;
	uint8_t bytes[SEARCH_BODY_MAX];
	struct writer w = writer_of(bytes, sizeof bytes);

	begin(&easy, &easy);
	start();
	assert_int_equal(want_of(A).count, 1);
	give(B);
	assert_false(search_say(&s[B], &w));
	give(A);
	talk(A);
	assert_false(search_fire(&s[A], &route, now));
	assert_true(search_fire(&s[B], &route, now));
	assert_int_equal(route.ttl, 2);
	assert_int_equal(route.remote.port, 40000);
	talk(B);
	assert_true(search_fire(&s[A], &route, now));
	assert_int_equal(route.ttl, 0);

	unsigned turn = want_of(A).turn;
	now += 2 * SECOND;
	for (int side = 0; side < 2; side++)
		search_timer(&s[side], false, now);
	assert_true(want_of(A).turn != turn); /* other sockets */
	give(A);
	give(B);
	assert_false(search_say(&s[A], &w));
	talk(B);
	assert_true(search_fire(&s[A], &route, now));
	assert_false(search_fire(&s[B], &route, now));
	talk(A);
	assert_true(search_fire(&s[B], &route, now));

	for (int side = 0; side < 2; side++)
		search_timer(&s[side], true, now); /* direct: it is over */
	struct search_want want;
	assert_false(search_wants(&s[A], &want));
	assert_false(search_fire(&s[A], &route, now));
}

/* The third attempt of two that seem easy: the one that moves ports is taken for hard. */
static void test_search_suspects(void **state)
{
	(void)state;
	uint64_t took;

	begin(&moving, &easy);
	start();
	for (int attempt = 1; attempt < 3; attempt++) {
		for (int side = 0; side < 2; side++) {
			assert_int_equal(want_of(side).count, 1);
			give(side);
		}
		for (int turn = 0; turn < 4; turn++)
			talk(turn % 2);
		now += 3 * SECOND;
		for (int side = 0; side < 2; side++)
			search_timer(&s[side], false, now);
	}
	assert_int_equal(want_of(A).count, 256);
	assert_int_equal(want_of(B).count, 0);
	give(A);
	give(B);
	talk(A);
	talk(B);
	memset(ports, 0, sizeof ports);
	assert_int_equal(fire(B, ports[B], &took), SEARCH_PACKETS);
}

/* No packet without the server's word where the peer is, none between NATs that hide too much,
 * and none where the peer or the user does not want it. */
static void test_search_is_not_for_all(void **state)
{
	(void)state;
	struct search_want want;

	for (int i = 0; i < 4; i++) {
		begin(i == 0 ? &full : &easy, &full);
		if (i == 1)
			s[A].attested = (struct addr){ .port = 0 };
		if (i == 2)
			s[A].enabled = false;
		if (i == 3)
			s[A].peer_can = false;
		search_after_probes(&s[A], now);
		search_timer(&s[A], false, now + SECOND);
		assert_false(search_wants(&s[A], &want));
		static const uint8_t body[] = { 1, 0, 1, 40, 0, 50, 0, 0, 1 };
		search_input(&s[A], span_of(body, sizeof body), now);
		assert_false(search_wants(&s[A], &want));
		assert_int_equal(search_deadline(&s[A]), NEVER);
	}
	begin(&easy, &easy);
	struct addr v6 = { .ip = { 0x20, 1 }, .port = 5 }, many = addr_v4(224, 0, 0, 1, 5);
	search_attested(&s[A], &v6);
	search_attested(&s[A], &many);
	struct addr peer = host(B);
	assert_true(addr_equal(&s[A].attested, &peer));
}

/* Once in an hour after many packets, whatever the peer says; in another network at once. */
static void test_search_does_not_come_again_soon(void **state)
{
	(void)state;
	uint64_t took;
	struct search_want want;
	uint8_t body[] = { 1, 0, 1, 4, 0, 255, 255, 0, 1 };

	run(&easy, &full);
	uint64_t from = now;
	assert_int_equal(fire(A, ports[A], &took), SEARCH_PACKETS);
	for (now += 2 * SECOND; now < from + 3599 * SECOND; now += SECOND) {
		search_after_probes(&s[A], now);
		search_input(&s[A], span_of(body, sizeof body), now);
		search_timer(&s[A], false, now);
		assert_false(search_wants(&s[A], &want));
	}
	struct addr moved = host(B);
	moved.ip[12] ^= 1;
	search_attested(&s[A], &moved);
	search_after_probes(&s[A], now);
	search_timer(&s[A], false, now + SECOND);
	assert_true(search_wants(&s[A], &want));

	/* a peer that is everywhere: this search is over, the one elsewhere has to wait, and comes
	 * when it may, though there are no more probes */
	moved.ip[12] ^= 2;
	search_attested(&s[A], &moved);
	assert_false(search_wants(&s[A], &want));
	struct search waits = s[A];
	search_after_probes(&waits, now + 2 * SECOND);
	search_timer(&waits, false, now + 60 * SECOND);
	assert_false(search_wants(&waits, &want));
	search_timer(&waits, false, now + 62 * SECOND);
	assert_true(search_wants(&waits, &want));
	search_input(&s[A], span_of(body, sizeof body), now + 60 * SECOND - 1);
	assert_false(search_wants(&s[A], &want));
	search_input(&s[A], span_of(body, sizeof body), now + 61 * SECOND);
	assert_true(search_wants(&s[A], &want));
}

static void test_allowance_is_paid_back_in_an_hour(void **state)
{
	(void)state;
	struct allowance a = { .until = 0 };
	uint64_t at = SECOND;

	assert_false(allowance_rests(&a, at));
	assert_int_equal(allowance_left(&a, at), 4 * SEARCH_PACKETS);
	for (unsigned left = 4 * SEARCH_PACKETS; left-- > 0;) {
		allowance_spend(&a, at);
		assert_in_range(allowance_left(&a, at), left, left + 1);
	}
	assert_int_equal(allowance_left(&a, at + 1800 * SECOND), 2 * SEARCH_PACKETS);
	assert_int_equal(allowance_left(&a, at + 7200 * SECOND), 4 * SEARCH_PACKETS);

	/* an attempt more does not shorten the rest after many */
	allowance_begin(&a, at);
	allowance_many(&a, at);
	allowance_begin(&a, at + SECOND);
	assert_true(allowance_rests(&a, at + 3599 * SECOND));
	allowance_soon(&a);
	assert_true(allowance_rests(&a, at + 60 * SECOND));
	assert_false(allowance_rests(&a, at + 61 * SECOND));
}

/* What B, and a server that helps it, get out of A in an hour: calls trick each second. */
static unsigned coax(const struct nat_traits *b, void (*trick)(unsigned second))
{
	struct search_want want;
	struct route route;
	unsigned count = 0, turn = 0;

	begin(&easy, b);
	for (unsigned second = 0; second < 3600; second++, now += SECOND) {
		trick(second);
		search_after_probes(&s[A], now);
		search_timer(&s[A], false, now);
		if (search_wants(&s[A], &want) && want.turn != turn) {
			turn = want.turn;
			give(A);
		}
		trick(second);
		for (unsigned i = 0; i < 200; i++)
			count += search_fire(&s[A], &route, now + i * 5 * MS);
		(void)(search_deadline(&s[A]) > now || s[A].say_due);
	}
	return count;
}

static void say_all_ports(uint8_t attempt)
{
	uint8_t bytes[SEARCH_BODY_MAX];
	struct writer w = writer_of(bytes, sizeof bytes);
	const uint8_t body[] = { attempt, 0, 1, 4, 0, 255, 255, 0, 1 };

	search_input(&s[A], span_of(body, sizeof body), now);
	(void)search_say(&s[A], &w);
}

/* An easy NAT has one port; this one says all, and is silent in the attempt after. */
static void is_easy_and_everywhere(unsigned second)
{
	(void)second;
	if (s[A].attempt % 2 == 1)
		say_all_ports(s[A].attempt);
}

static void breaks_off_after_three(unsigned second)
{
	(void)second;
	tell_nat(A, &moving);
	s[A].own.moves = s[A].attempt != 3; /* as if B's moved */
	s[A].peer.moves = s[A].attempt == 3;
	if (s[A].attempt == 3)
		say_all_ports(3);
	else if (s[A].attempt < 3)
		say_all_ports((uint8_t)(s[A].attempt + 1));
}

/* The server says each minute that B, or A, is elsewhere. */
static void is_here_and_there(unsigned second)
{
	struct addr peer = host(B);

	peer.ip[15] = (uint8_t)(peer.ip[15] + second / 61 % 2);
	search_attested(&s[A], &peer);
	say_all_ports(1);
}

static void says_that_we_move(unsigned second)
{
	struct candidates c = { .own = { { CANDIDATE_SEEN, host(A) } },
		                .own_count = 1,
		                .udp_link = { 1, 2 },
		                .nat = easy };

	c.own[0].addr.ip[15] = (uint8_t)(c.own[0].addr.ip[15] + second / 61 % 2 * 4);
	search_candidates(&s[A], &c);
	say_all_ports(1);
}

static void test_search_is_no_flood_whatever_it_is_told(void **state)
{
	(void)state;
	assert_in_range(coax(&easy, is_easy_and_everywhere), 0, 60 * 8);
	assert_in_range(coax(&easy, breaks_off_after_three), 0, SEARCH_PACKETS + 60 * 8);
	assert_in_range(coax(&full, is_here_and_there), 4 * SEARCH_PACKETS, 8 * SEARCH_PACKETS);
	assert_in_range(coax(&full, says_that_we_move), 4 * SEARCH_PACKETS, 8 * SEARCH_PACKETS);
}

/* A server says of the peer that it is on this host, in its network, or where a cloud has its
 * secrets. Where the server sees us in such a network too, the peer may be there. */
static void test_search_is_not_aimed_inward(void **state)
{
	(void)state;
	const struct addr loopback = addr_v4(127, 0, 0, 1, 5000),
			  private = addr_v4(192, 168, 1, 1, 5000),
			  link = addr_v4(169, 254, 169, 254, 5000);
	const struct {
		struct addr seen, attested;
		bool searches, own; /* own: of an interface of ours */
	} cases[] = {
		{ host(A), host(B), true, false },  { host(A), loopback, false, false },
		{ host(A), private, false, false }, { host(A), link, false, false },
		{ private, private, true, false },  { private, loopback, false, false },
		{ private, link, false, false },    { loopback, loopback, true, false },
		{ loopback, private, true, false }, { private, host(B), true, false },
		{ host(A), host(A), true, false },  { host(A), host(A), false, true },
		{ private, private, false, true },  { loopback, loopback, true, true },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct candidates c = { .own = { { CANDIDATE_SEEN, cases[i].seen } },
			                .own_count = 1,
			                .udp_link = { 1, 2 },
			                .networks = { cases[i].attested },
			                .networks_count = cases[i].own,
			                .nat = easy };
		static const uint8_t body[] = { 1, 0, 1, 4, 0, 255, 255, 0, 1 };
		struct search_want want;

		begin(&easy, &full);
		search_candidates(&s[A], &c);
		search_attested(&s[A], &cases[i].attested);
		search_input(&s[A], span_of(body, sizeof body), now);
		assert_int_equal(search_wants(&s[A], &want), cases[i].searches);
	}
}

/* Ports below 600, backward and endless ranges, and bodies that are cut or too long. */
static void test_search_drops_bad_ports(void **state)
{
	(void)state;
	static const uint8_t good[] = { 1, 0, 1, 4, 0, 4, 0, 0, 1 };
	static const uint8_t bad[][9] = {
		{ 1, 0, 1, 2, 0x57, 4, 0, 0, 1 }, { 1, 0, 1, 4, 1, 4, 0, 0, 1 },
		{ 1, 0, 1, 4, 0, 4, 0, 0, 0 },    { 1, 0, 0, 4, 0, 4, 0, 0, 1 },
		{ 0, 0, 1, 4, 0, 4, 0, 0, 1 },    { 5, 0, 1, 4, 0, 4, 0, 0, 1 },
		{ 255, 0, 1, 4, 0, 4, 0, 0, 1 },  { 1, 0, 2, 4, 0, 4, 0, 0, 1 },
		{ 1, 0, 9, 4, 0, 4, 0, 0, 1 }
	};
	struct search_want want;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		begin(&easy, &full);
		search_input(&s[A], span_of(bad[i], sizeof bad[i]), now);
		assert_false(search_wants(&s[A], &want));
	}
	for (size_t len = 0; len < sizeof good; len++) {
		begin(&easy, &full);
		search_input(&s[A], span_of(good, len), now);
		assert_false(search_wants(&s[A], &want));
	}
	search_input(&s[A], span_of(good, sizeof good), now);
	assert_true(search_wants(&s[A], &want));
}

/* 6.12-7: few pairs get more packets each, and more slowly. */
static void test_search_of_few_pairs_is_slow(void **state)
{
	(void)state;

	for (unsigned pairs = 1; pairs < 12; pairs++) {
		uint8_t body[] = { 1, 0, 1, 4, 0, 4, (uint8_t)(pairs - 1), 0, 1 };
		unsigned want = pairs < 8 ? 4 * pairs + 4 : 2 * pairs;
		uint64_t took = 0;

		memset(ports, 0, sizeof ports);
		begin(&easy, &full);
		start();
		give(A);
		search_input(&s[A], span_of(body, sizeof body), now);
		assert_int_equal(fire(A, ports[A], &took), want);
		assert_int_equal(took, (want - 1) * (pairs < 8 ? 60 : 5) * MS);
		for (unsigned i = 0; i < pairs; i++)
			assert_true(ports[A][1024 + i] >= want / pairs);
	}
}

/* While something comes from the peer's address, no more goes out there for a moment. */
static void test_search_waits_when_it_hears(void **state)
{
	(void)state;
	struct route route;

	run(&easy, &full);
	assert_true(search_fire(&s[A], &route, now));
	struct addr peer = host(B), stranger = addr_v4(9, 9, 9, 9, 9);
	search_heard(&s[A], &stranger, now);
	assert_true(search_deadline(&s[A]) <= now + 5 * MS);
	search_heard(&s[A], &peer, now);
	assert_false(search_fire(&s[A], &route, now + 499 * MS));
	assert_true(search_fire(&s[A], &route, now + 500 * MS));
}

/* A peer that says another thing about its NAT before the search begins: what cannot be is not
 * tried, and ports one after the other that are none apart are no row. */
static void test_search_peer_changes_its_mind(void **state)
{
	(void)state;
	static const struct nat_traits both = {
		.known = true, .hard = true, .keeps = true, .low = true
	};
	struct search_want want;
	struct aim none = { .ranges = 0 };

	begin(&both, &low);
	search_after_probes(&s[A], now);
	assert_true(search_deadline(&s[A]) != NEVER);
	tell_nat(B, &full);
	exchange();
	now += 400 * MS;
	search_timer(&s[A], false, now);
	if (search_wants(&s[A], &want))
		give(A);
	assert_false(search_wants(&s[A], &want));
	assert_int_equal(search_deadline(&s[A]), NEVER);

	aim_add(&none, 5000, 6000, 0);
	assert_int_equal(none.ports, 0);
}

static struct nat_traits any_nat(void)
{
	uint64_t bits = random_below(&randoms[0].random, 64);

	return (struct nat_traits){ .known = bits & 1,
		                    .hard = bits & 2,
		                    .keeps = bits & 4,
		                    .low = bits & 8,
		                    .moves = bits & 16,
		                    .step = bits & 32
		                                ? (uint16_t)random_below(&randoms[0].random, 33)
		                                : 0,
		                    .first = 1024,
		                    .last = 65535 };
}

/* Anything in any order: no more packets than a search may cost, none to anybody else, and no turn
 * that comes at once without anything to do. */
static void test_search_bears_anything(void **state)
{
	(void)state;
	struct random *random = &randoms[0].random;

	begin(&easy, &full);
	for (int i = 0; i < 200000; i++) {
		struct search_want want;
		uint8_t body[SEARCH_BODY_MAX];
		size_t len = 3 + 6 * (size_t)random_below(random, 9);
		struct nat_traits nat = any_nat();
		struct route route;
		unsigned fired = 0;

		switch (random_below(random, 8)) {
		case 0: tell_nat(A, &nat); break;
		case 1:
			tell_nat(B, &nat);
			exchange();
			break;
		case 2: search_after_probes(&s[A], now); break;
		case 3:
			random_fill(random, body, sizeof body);
			body[0] &= 7;
			body[2] = (uint8_t)(len / 6);
			for (size_t k = 3; k < len; k += 6)
				body[k] &= 0x7f;
			search_input(&s[A], span_of(body, len < sizeof body ? len : sizeof body),
			             now);
			break;
		case 4:
			if (search_wants(&s[A], &want))
				give(A);
			break;
		case 5: {
			struct addr peer = host(B);
			peer.ip[15] ^= (uint8_t)random_below(random, 2);
			search_attested(&s[A], &peer);
			break;
		}
		case 6: talk(A); break;
		default:
			now +=
			    random_below(random, 4) ? 5 * MS : random_below(random, 100 * SECOND);
		}
		search_timer(&s[A], false, now);
		while (search_fire(&s[A], &route, now)) {
			assert_true(addr_same_ip(&route.remote, &s[A].attested));
			assert_true(route.remote.port >= AIM_PORT_MIN);
			assert_true(++fired <= 6); /* late turns are made up for a little */
		}
		assert_true(s[A].say_due || search_deadline(&s[A]) > now);
	}
}

/* Sockets that the system refuses: the search is given up. */
static void test_search_without_sockets(void **state)
{
	(void)state;
	struct search_want want;
	struct addr unseen = { .port = 0 };

	begin(&full, &easy);
	start();
	search_sockets(&s[A], NULL, 0, &unseen, now);
	assert_false(search_wants(&s[A], &want));
	begin(&full, &easy);
	start();
	assert_true(search_wants(&s[A], &want));
	search_timer(&s[A], false, now + 2 * SECOND);
	assert_false(search_wants(&s[A], &want));

	/* another search had its turn: a minute later it is ours */
	search_after_probes(&s[A], now + 59 * SECOND);
	search_timer(&s[A], false, now + 60 * SECOND - 1);
	assert_false(search_wants(&s[A], &want));
	search_after_probes(&s[A], now + 60 * SECOND);
	search_timer(&s[A], false, now + 61 * SECOND);
	assert_true(search_wants(&s[A], &want));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_search_full_range),
		cmocka_unit_test(test_search_low_ports),
		cmocka_unit_test(test_search_ports_in_a_row),
		cmocka_unit_test(test_search_who_opens),
		cmocka_unit_test(test_search_suspects),
		cmocka_unit_test(test_search_is_not_for_all),
		cmocka_unit_test(test_search_does_not_come_again_soon),
		cmocka_unit_test(test_allowance_is_paid_back_in_an_hour),
		cmocka_unit_test(test_search_is_no_flood_whatever_it_is_told),
		cmocka_unit_test(test_search_is_not_aimed_inward),
		cmocka_unit_test(test_search_drops_bad_ports),
		cmocka_unit_test(test_search_of_few_pairs_is_slow),
		cmocka_unit_test(test_search_waits_when_it_hears),
		cmocka_unit_test(test_search_peer_changes_its_mind),
		cmocka_unit_test(test_search_bears_anything),
		cmocka_unit_test(test_search_without_sockets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
