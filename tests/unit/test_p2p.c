/* p2p against a real signaling server: names, rooms, pairs, and what happens when the server, the
 * network or the links go. */
#include "tests/unit/wire.h"

#include "wire/signaling.h"

enum { ALICE, BOB, SERVER, OTHER, SIGNAL = 7242 };

static const uint8_t token[TOKEN_LEN] = "a room for two.";
static const uint8_t other_token[TOKEN_LEN] = "another room...";

static struct communicator_config config_of(struct wire *w, bool initiator)
{
	return (struct communicator_config){ .initiator = initiator,
		                             .peers = { wire_addr(w, SERVER, true, SIGNAL) },
		                             .peers_count = 1 };
}

static void join(struct wire *w, int host, const uint8_t *room)
{
	assert_int_equal(communicator_join(w->hosts[host].c, room, w->now), OK);
}

static struct wire *start(uint64_t seed)
{
	struct wire *w = wire_new(seed);
	wire_serve(w, SERVER);
	wire_open(w, ALICE, &p2p_communicator, config_of(w, true));
	wire_open(w, BOB, &p2p_communicator, config_of(w, false));
	join(w, ALICE, token);
	join(w, BOB, token);
	return w;
}

static void read_all(struct wire *w)
{
	for (int i = 0; i < WIRE_HOSTS; i++) {
		w->hosts[i].events_read = w->hosts[i].events_count;
		w->hosts[i].packets_read = w->hosts[i].packets_count;
	}
}

/* A packet each way over the newest pair; both ends hold it. */
static void talk(struct wire *w, uint64_t us)
{
	uint64_t until = w->now + us;
	const struct wire_packet *packet = NULL;
	while (packet == NULL && w->now < until) {
		if (!w->hosts[ALICE].is_up ||
		    !wire_send(w, ALICE, &w->hosts[ALICE].up, PACKET_HANDSHAKE, 1, 600))
			wire_run(w, 50 * MS);
		packet = wire_receive(w, BOB, 50 * MS);
	}
	assert_non_null(packet);
	assert_true(packet->proved);
	struct route back = packet->route;
	while (wire_receive(w, ALICE, 0) != NULL)
		;
	assert_true(wire_send(w, BOB, &back, PACKET_HANDSHAKE, 2, 1200));
	packet = wire_receive(w, ALICE, SECOND);
	assert_non_null(packet);
	assert_int_equal(packet->number, 2);
	assert_true(route_same(&packet->route, &w->hosts[ALICE].up));
	communicator_regard(w->hosts[ALICE].c, &packet->route, STANDING_HELD);
	communicator_regard(w->hosts[BOB].c, &back, STANDING_HELD);
}

static bool lose_udp(struct wire *w, const struct wire_flight *f)
{
	(void)w;
	return f->kind == WIRE_DATAGRAM;
}

static bool lose_server(struct wire *w, const struct wire_flight *f)
{
	(void)w;
	return f->from_host == SERVER || f->to_host == SERVER;
}

static void test_p2p_tells_what_the_program_wants_to_know(void **state)
{
	(void)state;
	struct wire *w = start(1);
	struct communicator_event event;
	assert_true(wire_event(w, ALICE, COMMUNICATOR_BOUND, 0, &event));
	assert_int_equal(event.route.link, 1);
	assert_int_equal(event.addr.port, 40000);
	assert_true(wire_event(w, ALICE, COMMUNICATOR_OBSERVED, SECOND, &event));
	struct addr observed = wire_addr(w, ALICE, true, 40000);
	assert_true(addr_equal(&event.addr, &observed));
	assert_int_equal(event.route.link, 1);
	assert_true(wire_event(w, ALICE, COMMUNICATOR_SERVER, SECOND, &event));
	assert_int_equal(event.day, 1700000000 / 86400);
	assert_int_equal(event.relay_kbit, 64);
	assert_in_range(event.day_ends_s, 1, 86400);
	assert_int_equal(event.addr.port, SIGNAL);
	assert_true(wire_event(w, ALICE, COMMUNICATOR_WAITING, SECOND, &event));
	assert_true(wire_event(w, ALICE, COMMUNICATOR_UP, SECOND, &event));
	assert_ptr_equal(event.route.kind, ROUTE_FORWARD_UDP);
	assert_true(event.route.pair != 0);
	assert_true(w->now < SECOND + 200 * MS); /* three round trips */
	talk(w, SECOND);
	wire_free(w);
}

static void test_p2p_meets_by_nameplate(void **state)
{
	(void)state;
	struct wire *w = wire_new(2);
	struct communicator_event event;
	uint8_t room[TOKEN_LEN];
	struct communicator_config bob = config_of(w, false);
	bob.nameplate_wanted = true;
	wire_serve(w, SERVER);
	wire_open(w, BOB, &p2p_communicator, bob);
	assert_true(wire_event(w, BOB, COMMUNICATOR_NAMEPLATE, SECOND, &event));
	assert_true(event.number > 0);
	uint32_t number = event.number;
	communicator_nameplate_token(number, room);
	wire_open(w, ALICE, &p2p_communicator, config_of(w, true));
	join(w, ALICE, room);
	talk(w, SECOND);

	/* The number is told once, and is the same after many refreshes and a restart of the
	 * server. */
	wire_run(w, 200 * SECOND);
	wire_serve(w, SERVER);
	wire_run(w, 60 * SECOND);
	assert_false(wire_had(w, BOB, COMMUNICATOR_NAMEPLATE));
	read_all(w);
	talk(w, SECOND);

	communicator_leave(w->hosts[BOB].c, room);
	assert_true(wire_event(w, ALICE, COMMUNICATOR_WAITING, 25 * SECOND, &event));
	assert_int_equal(event.number, 0);
	wire_free(w);
}

static void know(struct wire *w, int host, uint8_t number, int server)
{
	static const char *const names[] = { "one.example:7242", "two.example:7242" };
	const struct communicator_place place = { .number = number, .name = names[number] };
	struct addr at = wire_addr(w, server, true, SIGNAL);
	communicator_peers(w->hosts[host].c, &place, &at, 1, w->now);
}

/* Alice and Bob know two servers, and Bob wants a number. */
static struct wire *start_at_two(uint64_t seed)
{
	struct wire *w = wire_new(seed);
	struct communicator_config bob = { .nameplate_wanted = true };
	wire_serve(w, SERVER);
	wire_serve(w, OTHER);
	wire_open(w, ALICE, &p2p_communicator, (struct communicator_config){ .initiator = true });
	wire_open(w, BOB, &p2p_communicator, bob);
	for (int host = ALICE; host <= BOB; host++) {
		know(w, host, 0, SERVER);
		know(w, host, 1, OTHER);
	}
	return w;
}

static bool lose_first_server(struct wire *w, const struct wire_flight *f)
{
	return w->seen > 0 && (f->from_host == SERVER || f->to_host == SERVER);
}

/* Both servers introduce, so that each of them may go; a number is of one of them. When that is
 * silent, the number is another server's after ten seconds, and stays there. */
static void test_p2p_is_at_two_servers(void **state)
{
	(void)state;
	struct wire *w = start_at_two(50);
	struct communicator_event event;
	struct addr second = wire_addr(w, OTHER, true, SIGNAL);
	join(w, ALICE, token);
	join(w, BOB, token);
	assert_true(wire_event(w, BOB, COMMUNICATOR_NAMEPLATE, SECOND, &event));
	assert_int_equal(event.server, 0);
	assert_true(wire_event(w, ALICE, COMMUNICATOR_UP, SECOND, NULL));
	assert_true(wire_event(w, ALICE, COMMUNICATOR_UP, 50 * MS, NULL));
	talk(w, SECOND);

	w->lose = lose_first_server;
	w->seen = 1;
	communicator_refresh(w->hosts[BOB].c, w->now);
	assert_true(wire_event(w, BOB, COMMUNICATOR_DOWN, 10 * SECOND, &event));
	assert_false(addr_equal(&event.route.remote, &second));
	assert_false(wire_event(w, BOB, COMMUNICATOR_NAMEPLATE, 9 * SECOND, NULL));
	assert_true(wire_event(w, BOB, COMMUNICATOR_NAMEPLATE, 2 * SECOND, &event));
	assert_int_equal(event.server, 1);
	wire_run(w, 30 * SECOND);
	read_all(w);
	w->seen = 0;
	wire_run(w, 200 * SECOND);
	assert_false(wire_had(w, BOB, COMMUNICATOR_NAMEPLATE));
	talk(w, SECOND);
	wire_free(w);
}

/* Contacts join at both at once, and a dead server takes none of their time; the number of a code
 * is from the second server after a second and a half, and looked for there as soon. */
static void test_p2p_dead_server_costs_nothing(void **state)
{
	(void)state;
	struct wire *w = start_at_two(51);
	struct communicator_event event;
	w->lose = lose_first_server;
	w->seen = 1;
	uint64_t began = w->now;
	join(w, ALICE, token);
	join(w, BOB, token);
	assert_true(wire_event(w, ALICE, COMMUNICATOR_UP, SECOND, NULL));
	assert_true(w->now < began + 200 * MS);
	assert_true(wire_event(w, BOB, COMMUNICATOR_NAMEPLATE, 2 * SECOND, &event));
	assert_int_equal(event.server, 1);
	wire_free(w);

	w = start_at_two(52);
	w->lose = lose_first_server;
	w->seen = 1;
	assert_true(wire_event(w, BOB, COMMUNICATOR_NAMEPLATE, 2 * SECOND, &event));
	uint8_t room[TOKEN_LEN];
	communicator_nameplate_token(event.number, room);
	began = w->now;
	join(w, ALICE, room);
	assert_true(wire_event(w, ALICE, COMMUNICATOR_UP, 2 * SECOND, NULL));
	assert_true(w->now >= began + 3 * SECOND / 2);
	wire_free(w);
}

/* Who is found under a number at the first server is not looked for at others, where somebody else
 * may have that number. */
static void test_p2p_looks_for_a_number_at_one_server(void **state)
{
	(void)state;
	struct wire *w = start_at_two(53);
	struct communicator_event event;
	uint8_t room[TOKEN_LEN];
	assert_true(wire_event(w, BOB, COMMUNICATOR_NAMEPLATE, SECOND, &event));
	communicator_nameplate_token(event.number, room);
	join(w, ALICE, room);
	wire_run(w, 400 * SECOND); /* what was said with an old cookie is found out by silence */
	assert_true(wire_had(w, ALICE, COMMUNICATOR_UP));
	assert_int_equal(server_counts(w->hosts[OTHER].server).joins, 0);
	wire_free(w);
}

struct lost {
	uint8_t type;
	int times;
};
static struct lost lost;

static bool lose_type(struct wire *w, const struct wire_flight *f)
{
	(void)w;
	if (f->kind != WIRE_DATAGRAM || f->bytes[0] != lost.type || lost.times == 0)
		return false;
	lost.times--;
	return true;
}

/* Each message of the protocol may be lost a few times: its timer repeats it. Where HELLO has no
 * answer for 300 ms, TCP may be first. */
static void test_p2p_repeats_what_was_lost(void **state)
{
	(void)state;
	static const uint8_t types[] = { PACKET_HELLO, PACKET_COOKIE, PACKET_JOIN,
		                         PACKET_WAIT,  PACKET_INTRO,  PACKET_FORWARD };
	for (size_t i = 0; i < sizeof types; i++) {
		for (int times = 1; times <= 4; times++) {
			struct wire *w = wire_new(i);
			lost = (struct lost){ types[i], times };
			w->lose = lose_type;
			wire_serve(w, SERVER);
			wire_open(w, ALICE, &p2p_communicator, config_of(w, true));
			wire_open(w, BOB, &p2p_communicator, config_of(w, false));
			join(w, ALICE, token);
			join(w, BOB, token);
			talk(w, 3 * SECOND);
			assert_true(lost.times < times);
			if (i > 1 || times < 3)
				assert_ptr_equal(w->hosts[ALICE].up.kind, ROUTE_FORWARD_UDP);
			wire_free(w);
		}
	}
}

static bool lose_intro_to_bob(struct wire *w, const struct wire_flight *f)
{
	return f->kind == WIRE_DATAGRAM && f->bytes[0] == PACKET_INTRO && f->to_host == BOB &&
	       ++w->seen <= w->lose_number;
}

/* What overtakes its INTRO is handed on when INTRO has come, and not before: only then is it known
 * whose host it is. Nobody has to say it twice. */
static void test_p2p_forward_waits_for_its_introduction(void **state)
{
	(void)state;
	struct wire *w = start(3);
	w->lose = lose_intro_to_bob;
	w->lose_number = 2;
	assert_true(wire_event(w, ALICE, COMMUNICATOR_UP, SECOND, NULL));
	assert_true(wire_send(w, ALICE, &w->hosts[ALICE].up, PACKET_HANDSHAKE, 1, 600));
	assert_true(wire_send(w, ALICE, &w->hosts[ALICE].up, PACKET_HANDSHAKE, 2, 1200));
	assert_null(wire_receive(w, BOB, 50 * MS));
	assert_false(wire_had(w, BOB, COMMUNICATOR_UP));
	const struct wire_packet *packet = wire_receive(w, BOB, SECOND);
	assert_non_null(packet);
	assert_int_equal(w->seen, 3);
	assert_int_equal(packet->number, 2); /* the newest */
	assert_int_equal(packet->len, 1200);
	assert_true(packet->proved && packet->route.host != 0);
	assert_null(wire_receive(w, BOB, SECOND));
	wire_free(w);
}

/* A responder whose INTROs were all lost asks for another when the initiator goes on speaking. */
static void test_p2p_forward_without_introduction_asks_for_one(void **state)
{
	(void)state;
	struct wire *w = start(3);
	w->lose = lose_intro_to_bob;
	w->lose_number = 4;
	talk(w, 3 * SECOND);
	assert_int_equal(w->seen, 5);
	assert_true(w->now < 2 * SECOND);
	assert_true(wire_had(w, BOB, COMMUNICATOR_UP));
	wire_free(w);
}

/* However many pairs a host has filled the table with, the next packet of its is known to be its
 * own: no new source, whose guesses would be counted anew. H6. */
static void test_p2p_host_that_comes_and_goes_is_the_same_host(void **state)
{
	(void)state;
	struct wire *w = start(5);
	talk(w, SECOND);
	wire_open(w, OTHER, &p2p_communicator, config_of(w, true));
	uint32_t host = 0;
	for (unsigned i = 0; i < 100; i++) {
		join(w, OTHER, token);
		assert_true(wire_event(w, OTHER, COMMUNICATOR_UP, SECOND, NULL));
		read_all(w);
		assert_true(wire_send(w, OTHER, &w->hosts[OTHER].up, PACKET_HANDSHAKE, 3, 100));
		const struct wire_packet *packet = wire_receive(w, BOB, 60 * MS);
		assert_non_null(packet);
		assert_true(packet->route.host != 0 && (host == 0 || packet->route.host == host));
		host = packet->route.host;
		communicator_leave(w->hosts[OTHER].c, token);
		wire_run(w, 5 * MS);
	}
	read_all(w);
	talk(w, SECOND); /* and alice has kept hers */
	assert_false(wire_had(w, ALICE, COMMUNICATOR_UP));
	wire_free(w);
}

static bool delay_first_wait(struct wire *w, const struct wire_flight *f)
{
	if (f->kind == WIRE_DATAGRAM && f->bytes[0] == PACKET_WAIT && f->to_host == ALICE)
		w->flights[w->flights_count - 1].at += w->seen++ == 0 ? 200 * MS : 0;
	return false;
}

/* A WAIT from before an INTRO may come after it: the room was empty then, and is not now. */
static void test_p2p_survives_a_late_wait(void **state)
{
	(void)state;
	struct wire *w = start(27);
	w->lose = delay_first_wait;
	assert_true(wire_event(w, ALICE, COMMUNICATOR_UP, SECOND, NULL));
	assert_false(wire_event(w, ALICE, COMMUNICATOR_DOWN, 10 * SECOND, NULL));
	assert_true(w->seen > 0);
	talk(w, SECOND);
	wire_free(w);
}

static bool lose_intros(struct wire *w, const struct wire_flight *f)
{
	if (f->kind == WIRE_DATAGRAM && f->bytes[0] == PACKET_JOIN && f->from_host == ALICE)
		w->lose_number++;
	return f->kind == WIRE_DATAGRAM && f->bytes[0] == PACKET_INTRO && w->seen > 0;
}

/* Who counts others but was not introduced asks again after a second, then less and less often. */
/* A route through the forwarder says whose host is at its other end, as far as the server tells. */
static void test_p2p_route_names_the_host_behind_it(void **state)
{
	(void)state;
	struct wire *w = start(4);
	talk(w, SECOND);
	assert_true(w->hosts[ALICE].up.host != 0 && w->hosts[BOB].up.host != 0);
	assert_true(w->hosts[ALICE].up.host != w->hosts[BOB].up.host);
	wire_free(w);
}

static void test_p2p_asks_for_lost_introductions(void **state)
{
	(void)state;
	struct wire *w = start(30);
	w->seen = 1;
	w->lose = lose_intros;
	wire_run(w, 100 * SECOND);
	assert_in_range(w->lose_number, 6, 12);
	w->seen = 0;
	assert_true(wire_event(w, ALICE, COMMUNICATOR_UP, 25 * SECOND, NULL));
	wire_free(w);

	w = start(31);
	w->seen = 1;
	w->lose = lose_intros;
	wire_run(w, SECOND);
	w->seen = 0;
	assert_true(wire_event(w, ALICE, COMMUNICATOR_UP, 2 * SECOND, NULL));
	talk(w, SECOND);
	wire_free(w);
}

static bool count_joins(struct wire *w, const struct wire_flight *f)
{
	if (f->kind == WIRE_DATAGRAM && f->bytes[0] == PACKET_JOIN && f->from_host == ALICE)
		w->seen++;
	if (f->kind == WIRE_DATAGRAM && f->bytes[0] == PACKET_HELLO && f->from_host == ALICE)
		w->lose_number++;
	return false;
}

static void test_p2p_refreshes_its_rooms_and_cookies(void **state)
{
	(void)state;
	struct wire *w = start(4);
	talk(w, SECOND);
	w->lose = count_joins;
	wire_run(w, 1000 * SECOND);
	/* after 20, 40, 80 s ...; KEEP keeps the place meanwhile */
	assert_in_range(w->seen, 4, 7);
	assert_in_range(w->lose_number, 3, 20);
	assert_int_equal(server_counts(w->hosts[SERVER].server).members, 2);
	assert_false(wire_had(w, ALICE, COMMUNICATOR_DOWN)); /* a held pair is kept */
	talk(w, SECOND);
	wire_free(w);
}

static void test_p2p_tells_the_new_day(void **state)
{
	(void)state;
	struct wire *w = start(5);
	struct communicator_event event;
	assert_true(wire_event(w, ALICE, COMMUNICATOR_SERVER, SECOND, &event));
	uint32_t day = event.day;
	uint64_t left = event.day_ends_s * SECOND;
	wire_run(w, left - 100 * SECOND);
	assert_false(wire_had(w, ALICE, COMMUNICATOR_SERVER));
	assert_true(wire_event(w, ALICE, COMMUNICATOR_SERVER, 200 * SECOND, &event));
	assert_int_equal(event.day, day + 1);
	wire_free(w);
}

/* What is sent from now on. */
static bool lose_server_later(struct wire *w, const struct wire_flight *f)
{
	return w->seen > 0 && f->number >= w->lose_number &&
	       (f->from_host == SERVER || f->to_host == SERVER);
}

static void test_p2p_rejoins_a_restarted_server(void **state)
{
	(void)state;
	struct wire *w = start(6);
	talk(w, SECOND);
	struct route old = w->hosts[ALICE].up;
	wire_serve(w, SERVER);
	read_all(w);
	/* The first packet tells that the pair is gone; joining again makes another within a few
	 * round trips. */
	assert_true(wire_send(w, ALICE, &old, PACKET_SEALED, 1, 100));
	assert_true(wire_event(w, ALICE, COMMUNICATOR_WAITING, SECOND, NULL) || true);
	uint64_t began = w->now;
	for (int i = 0; i < 40 && route_same(&w->hosts[ALICE].up, &old); i++) {
		wire_send(w, BOB, &w->hosts[BOB].up, PACKET_SEALED, 1, 100);
		wire_run(w, 50 * MS);
	}
	assert_false(route_same(&w->hosts[ALICE].up, &old));
	assert_true(w->now - began < 2 * SECOND);
	talk(w, SECOND);
	wire_run(w, 3 * SECOND);
	wire_send(w, ALICE, &old, PACKET_SEALED, 1, 100);
	wire_run(w, 3 * SECOND);
	wire_send(w, ALICE, &old, PACKET_SEALED, 1, 100);
	wire_run(w, 3 * SECOND);
	/* the dead one is known to be dead */
	assert_false(wire_send(w, ALICE, &old, PACKET_SEALED, 1, 100));
	talk(w, SECOND);
	wire_free(w);
}

/* A server that ends in order, and is back after a while: those who wait are there again within two
 * seconds, and not all at the same moment. */
static void test_p2p_comes_back_to_a_server_that_said_it_goes(void **state)
{
	(void)state;
	static const uint64_t away[] = { 0, SECOND / 2, 2 * SECOND, 4 * SECOND };
	uint64_t earliest = NEVER, latest = 0;
	for (uint64_t seed = 0; seed < 20; seed++) {
		struct wire *w = start(60 + seed);
		talk(w, SECOND);
		wire_run(w, 3 * SECOND);
		server_finish(w->hosts[SERVER].server);
		wire_run(w, MS);
		w->lose = lose_server_later;
		w->seen = 1;
		w->lose_number = w->sent;
		wire_run(w, away[seed % 4]);
		wire_serve(w, SERVER);
		w->seen = 0;
		uint64_t began = w->now;
		while (server_counts(w->hosts[SERVER].server).members < 2)
			wire_run(w, 10 * MS);
		assert_true(w->now - began < 2 * SECOND);
		if (seed % 4 == 0) {
			earliest = earliest < w->now - began ? earliest : w->now - began;
			latest = latest > w->now - began ? latest : w->now - began;
		}
		talk(w, SECOND);
		wire_free(w);
	}
	assert_true(latest > earliest + 100 * MS);
}

/* One that was killed says nothing. The next one calls the roll, and they are there again within
 * two seconds, also when they have looked for it in vain for so long that they hardly ask. */
static void test_p2p_comes_back_to_a_server_that_was_killed(void **state)
{
	(void)state;
	static const uint64_t away[] = { SECOND / 5, 2 * SECOND, 30 * SECOND, 200 * SECOND };
	for (uint64_t seed = 0; seed < 20; seed++) {
		static uint8_t memory[ROLL_HEADER + 64 * ROLL_ENTRY], old[sizeof memory];
		uint8_t bytes[ERROR_LEN];
		struct roll roll;
		struct roll_call call;
		struct route to;
		memset(memory, 0, sizeof memory);
		roll_begin(&roll, memory, 1, 0);
		roll_enlarge(&roll, 64);
		struct wire *w = start(160 + seed);
		w->roll = &roll;
		wire_serve(w, SERVER);
		talk(w, 60 * SECOND);
		memcpy(old, memory, sizeof old);
		w->lose = lose_server;
		wire_run(w, away[seed % 4]);
		w->lose = NULL;
		wire_serve(w, SERVER);
		uint64_t began = w->now;
		assert_true(roll_call_begin(&call, span_of(old, sizeof old), 1, 0));
		while (roll_call_output(&call, &to, bytes, w->now)) {
			int host = addr_same_ip(&to.remote, &w->hosts[ALICE].v4) ? ALICE : BOB;
			struct addr server = wire_addr(w, SERVER, true, SIGNAL);
			wire_inject(w, host, 1, &server, bytes, sizeof bytes);
		}
		while (server_counts(w->hosts[SERVER].server).members < 2)
			wire_run(w, 10 * MS);
		assert_true(w->now - began < 2 * SECOND);
		talk(w, 2 * SECOND);
		wire_free(w);
	}
}

/* Nobody else can say so: it takes the member's secret, and the server's address. */
static void test_p2p_believes_only_its_server_that_it_goes(void **state)
{
	(void)state;
	struct wire *w = start(61);
	uint8_t bytes[ERROR_LEN];
	talk(w, SECOND);
	read_all(w);
	struct addr server = wire_addr(w, SERVER, true, SIGNAL);
	for (unsigned i = 0; i < 1000; i++) {
		struct writer out = writer_of(bytes, sizeof bytes);
		struct error error = { .code = SIGNALING_GOES };
		random_fill(&w->random.random, error.about, sizeof error.about);
		signaling_write_error(&out, &error);
		wire_inject(w, ALICE, 1, &server, (const char *)bytes, out.len);
	}
	wire_run(w, SECOND);
	assert_false(wire_had(w, ALICE, COMMUNICATOR_DOWN));
	talk(w, SECOND);
	wire_free(w);
}

static void test_p2p_survives_a_silent_server(void **state)
{
	(void)state;
	struct wire *w = start(7);
	struct communicator_event event;
	talk(w, SECOND);
	read_all(w);
	w->lose = lose_server;
	assert_true(wire_event(w, ALICE, COMMUNICATOR_DOWN, 40 * SECOND, &event));
	assert_ptr_equal(event.route.kind, ROUTE_FORWARD_UDP);
	assert_true(wire_event(w, ALICE, COMMUNICATOR_FAILED, SECOND, &event));
	assert_int_equal(event.err, ERR_UNREACHABLE);
	assert_false(event.fatal);
	uint64_t before = w->sent;
	wire_run(w, 600 * SECOND);
	/* of two hosts: HELLO and a connection every 30 s */
	assert_in_range(w->sent - before, 2, 400);
	assert_false(wire_had(w, ALICE, COMMUNICATOR_FAILED));
	w->lose = NULL;
	assert_true(wire_event(w, ALICE, COMMUNICATOR_WAITING, 66 * SECOND, NULL));
	assert_true(wire_event(w, ALICE, COMMUNICATOR_UP, 66 * SECOND, NULL));
	talk(w, 66 * SECOND);
	read_all(w);
	w->lose = lose_server; /* and once more, it is news again */
	assert_true(wire_event(w, ALICE, COMMUNICATOR_FAILED, 40 * SECOND, NULL));
	wire_free(w);
}

/* Whenever it falls silent, also when a cookie is due before the next JOIN. */
static void test_p2p_notices_silence_at_any_time(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		struct wire *w = start(100 + i);
		talk(w, SECOND);
		wire_run(w, (20 + 9 * i) * SECOND);
		read_all(w);
		w->lose = lose_server;
		assert_true(wire_event(w, ALICE, COMMUNICATOR_DOWN, 100 * SECOND, NULL));
		wire_free(w);
	}
}

/* An outage shorter than the server's memory costs no new pair. */
static void test_p2p_wakes_its_pairs_after_an_outage(void **state)
{
	(void)state;
	struct wire *w = start(8);
	struct communicator_event event;
	talk(w, SECOND);
	uint64_t pair = w->hosts[ALICE].up.pair;
	read_all(w);
	w->lose = lose_server;
	assert_true(wire_event(w, ALICE, COMMUNICATOR_DOWN, 40 * SECOND, &event));
	w->lose = NULL;
	size_t from = w->hosts[ALICE].events_read;
	assert_true(wire_event(w, ALICE, COMMUNICATOR_UP, 20 * SECOND, &event));
	bool joined = false; /* the server has to know us before a pair is good for anything */
	for (; from < w->hosts[ALICE].events_read; from++)
		joined |= w->hosts[ALICE].events[from].kind == COMMUNICATOR_WAITING;
	assert_true(joined);
	assert_int_equal(event.route.pair, pair);
	assert_ptr_equal(event.route.kind, ROUTE_FORWARD_UDP);
	talk(w, 40 * SECOND);
	wire_free(w);
}

static void test_p2p_goes_over_tcp_where_udp_is_blocked(void **state)
{
	(void)state;
	struct wire *w = wire_new(9);
	struct communicator_event event;
	w->lose = lose_udp;
	wire_serve(w, SERVER);
	wire_open(w, ALICE, &p2p_communicator, config_of(w, true));
	wire_open(w, BOB, &p2p_communicator, config_of(w, false));
	uint64_t began = w->now;
	join(w, ALICE, token);
	join(w, BOB, token);
	join(w, ALICE, other_token); /* several rooms over the one link */
	join(w, BOB, other_token);
	assert_true(wire_event(w, ALICE, COMMUNICATOR_UP, 2 * SECOND, &event));
	assert_in_range(w->now - began, 300 * MS, 500 * MS);
	assert_ptr_equal(event.route.kind, ROUTE_FORWARD_TCP);
	assert_true(wire_event(w, ALICE, COMMUNICATOR_UP, SECOND, &event));
	assert_false(wire_had(w, ALICE, COMMUNICATOR_OBSERVED));
	talk(w, SECOND);

	uint16_t link = w->hosts[ALICE].up.link;
	wire_tell(w, ALICE, link, LINK_BLOCKED);
	assert_true(wire_event(w, ALICE, COMMUNICATOR_BLOCKED, 0, &event));
	assert_int_equal(event.route.link, link);
	wire_run(w, 4 * SECOND); /* and says nothing of its own meanwhile, and does not spin */
	wire_tell(w, ALICE, link, LINK_WRITABLE);
	assert_true(wire_event(w, ALICE, COMMUNICATOR_WRITABLE, 0, &event));
	wire_run(w, 100 * SECOND);
	assert_false(wire_had(w, ALICE, COMMUNICATOR_DOWN));
	talk(w, SECOND);

	/* The link breaks: another, and a new pair, since the server has let us go with it. */
	read_all(w);
	uint64_t old = w->hosts[ALICE].up.pair;
	size_t from = w->hosts[ALICE].events_count;
	wire_break(w, ALICE, link);
	assert_true(wire_event(w, ALICE, COMMUNICATOR_DOWN, SECOND, &event));
	assert_true(wire_event(w, ALICE, COMMUNICATOR_UP, 2 * SECOND, &event));
	assert_false(event.route.link == link);
	talk(w, SECOND);
	for (; from < w->hosts[ALICE].events_count; from++)
		if (w->hosts[ALICE].events[from].kind == COMMUNICATOR_UP)
			assert_true(w->hosts[ALICE].events[from].route.pair != old);
	assert_int_equal(wire_links(w, ALICE, LINK_TCP), 1);
	wire_free(w);
}

static bool lose_alices_udp(struct wire *w, const struct wire_flight *f)
{
	(void)w;
	return f->kind == WIRE_DATAGRAM && (f->from_host == ALICE || f->to_host == ALICE);
}

static void test_p2p_forwards_between_tcp_and_udp(void **state)
{
	(void)state;
	struct wire *w = start(10);
	w->lose = lose_alices_udp;
	talk(w, 3 * SECOND);
	assert_ptr_equal(w->hosts[ALICE].up.kind, ROUTE_FORWARD_TCP);
	assert_int_equal(w->hosts[BOB].up.kind, ROUTE_FORWARD_UDP);

	/* UDP works again: seen by the socket, no reason to move. */
	read_all(w);
	w->lose = NULL;
	assert_true(wire_event(w, ALICE, COMMUNICATOR_OBSERVED, 33 * SECOND, NULL));
	talk(w, SECOND);

	/* TCP dies without a word: whoever hears nothing says so, and is over UDP in no time. */
	wire_socket_of(w, ALICE, w->hosts[ALICE].up.link)->peer_link = 0;
	communicator_refresh(w->hosts[ALICE].c, w->now);
	struct communicator_event event;
	assert_true(wire_event(w, ALICE, COMMUNICATOR_UP, SECOND, &event));
	assert_ptr_equal(event.route.kind, ROUTE_FORWARD_UDP);
	talk(w, SECOND);
	wire_free(w);
}

static void test_p2p_refresh_without_need_changes_nothing(void **state)
{
	(void)state;
	struct wire *w = start(11);
	talk(w, SECOND);
	wire_run(w, 30 * SECOND);
	read_all(w);
	for (unsigned i = 0; i < 20; i++) {
		communicator_refresh(w->hosts[ALICE].c, w->now);
		wire_run(w, i * 30 * MS);
	}
	wire_run(w, 5 * SECOND);
	assert_int_equal(w->hosts[ALICE].events_read, w->hosts[ALICE].events_count);
	assert_int_equal(wire_links(w, ALICE, LINK_TCP), 0);
	talk(w, SECOND);
	wire_free(w);
}

/* A new address: the server refuses the cookie, the same secret moves the member, the pair goes on.
 */
static void test_p2p_moves_with_its_address(void **state)
{
	(void)state;
	for (int told = 0; told < 2; told++) {
		struct wire *w = start(12);
		struct communicator_event event;
		talk(w, SECOND);
		wire_run(w, SECOND);
		read_all(w);
		uint64_t pair = w->hosts[ALICE].up.pair;
		w->hosts[ALICE].v4 = addr_v4(198, 51, 100, 77, 0);
		if (told)
			communicator_refresh(w->hosts[ALICE].c, w->now);
		else /* or nobody noticed: the first packet brings it to light */
			assert_true(
			    wire_send(w, ALICE, &w->hosts[ALICE].up, PACKET_SEALED, 1, 100));
		assert_true(
		    wire_event(w, ALICE, COMMUNICATOR_OBSERVED, 10 * WIRE_DELAY_US, &event));
		assert_true(addr_same_ip(&event.addr, &w->hosts[ALICE].v4));
		wire_run(w, 500 * MS);
		talk(w, SECOND);
		assert_int_equal(w->hosts[ALICE].up.pair, pair);
		assert_false(wire_had(w, ALICE, COMMUNICATOR_DOWN));
		wire_free(w);
	}
}

static void test_p2p_leaves(void **state)
{
	(void)state;
	struct wire *w = start(13);
	struct communicator_event event;
	talk(w, SECOND);
	wire_run(w, 6 * SECOND); /* see test_p2p_survives_a_late_wait */
	read_all(w);
	communicator_leave(w->hosts[ALICE].c, token);
	communicator_leave(w->hosts[ALICE].c, other_token); /* not in there */
	/* the pair ends with the room */
	assert_true(wire_event(w, ALICE, COMMUNICATOR_DOWN, 0, &event));
	assert_true(wire_event(w, BOB, COMMUNICATOR_WAITING, 25 * SECOND, &event));
	assert_int_equal(event.number, 0);
	assert_true(wire_event(w, BOB, COMMUNICATOR_DOWN, 0, &event) || !w->hosts[BOB].is_up);

	join(w, ALICE, token); /* and comes back */
	talk(w, SECOND);
	communicator_finish(w->hosts[ALICE].c);
	communicator_finish(w->hosts[BOB].c);
	wire_run(w, SECOND);
	assert_int_equal(server_counts(w->hosts[SERVER].server).members, 0);
	uint64_t before = w->sent;
	wire_run(w, 100 * SECOND);
	assert_int_equal(w->sent, before);
	wire_free(w);
}

/* More than the server lets a host join at once, and than fit in one KEEP. */
static void test_p2p_has_rooms_for_all_contacts_and_peers(void **state)
{
	(void)state;
	struct wire *w = start(14);
	uint8_t room[TOKEN_LEN] = { 1 };
	struct communicator *c = w->hosts[ALICE].c;
	for (unsigned i = 1; i < LIMIT_ROOMS; i++) {
		room[1] = (uint8_t)i;
		room[2] = (uint8_t)(i >> 8);
		join(w, ALICE, room);
		join(w, ALICE, room); /* again is fine */
	}
	room[3] = 1;
	assert_int_equal(communicator_join(c, room, w->now), ERR_FULL);
	wire_run(w, 120 * SECOND);
	assert_int_equal(server_counts(w->hosts[SERVER].server).members, LIMIT_ROOMS + 1);
	wire_run(w, 1200 * SECOND);
	assert_int_equal(server_counts(w->hosts[SERVER].server).members, LIMIT_ROOMS + 1);
	communicator_leave(c, token);
	wire_run(w, 1);
	join(w, ALICE, room);
	wire_run(w, 400 * SECOND); /* what was said with an old cookie is found out by silence */
	assert_int_equal(server_counts(w->hosts[SERVER].server).members, LIMIT_ROOMS + 1);
	wire_free(w);
}

/* Packets straight from a peer come with their own address, unproved; ours go out as they are. */
static void test_p2p_carries_direct_packets(void **state)
{
	(void)state;
	struct wire *w = start(15);
	struct communicator_event event;
	talk(w, SECOND);
	struct route direct = {
		.kind = ROUTE_UDP, .link = 1, .remote = wire_addr(w, BOB, true, 40000), .ttl = 3
	};
	assert_true(wire_send(w, ALICE, &direct, PACKET_SEALED, 7, 1200));
	const struct wire_packet *packet = wire_receive(w, BOB, SECOND);
	assert_non_null(packet);
	assert_ptr_equal(packet->route.kind, ROUTE_UDP);
	assert_int_equal(packet->route.pair, 0);
	assert_false(packet->proved);
	struct addr alice = wire_addr(w, ALICE, true, 40000);
	assert_true(addr_equal(&packet->route.remote, &alice));
	direct.link = 2; /* there is no IPv6 socket */
	assert_false(wire_send(w, ALICE, &direct, PACKET_SEALED, 7, 1200));
	wire_event(w, ALICE, COMMUNICATOR_UP, 0, &event);
	wire_free(w);
}

/* A pair that no session uses any more stays as long as both are in its room: KEEP keeps both. */
static void test_p2p_released_pair_stays_while_its_room_is_kept(void **state)
{
	(void)state;
	struct wire *w = start(47);
	struct route route;
	talk(w, SECOND);
	struct communicator *c = w->hosts[BOB].c;
	assert_true(communicator_held(c, 0, &route));
	assert_false(communicator_held(c, 1, &(struct route){ .pair = 0 }));
	communicator_regard(c, &route, STANDING_UNUSED);
	assert_false(communicator_held(c, 0, &(struct route){ .pair = 0 }));
	assert_true(wire_send(w, BOB, &route, PACKET_HANDSHAKE, 3, 200));
	assert_non_null(wire_receive(w, ALICE, SECOND));
	wire_run(w, 299 * SECOND);
	assert_true(wire_send(w, BOB, &route, PACKET_HANDSHAKE, 4, 200));
	communicator_regard(w->hosts[ALICE].c, &w->hosts[ALICE].up, STANDING_UNUSED);
	wire_run(w, 900 * SECOND);
	assert_true(wire_send(w, BOB, &route, PACKET_HANDSHAKE, 5, 200));
	assert_non_null(wire_receive(w, ALICE, SECOND));
	wire_free(w);
}

/* Whatever comes straight to the UDP socket, its sender has not shown that it receives there: at
 * either end. Rule 2.3-2. */
static void test_p2p_vouches_for_nothing_that_comes_bare(void **state)
{
	(void)state;
	static const uint8_t types[] = { PACKET_HANDSHAKE, PACKET_REFUSE, PACKET_SEALED };
	struct wire *w = start(46);
	talk(w, SECOND);
	for (size_t i = 0; i < sizeof types; i++) {
		for (int host = ALICE; host <= BOB; host++) {
			int other = host == ALICE ? BOB : ALICE;
			struct route direct = { .kind = ROUTE_UDP,
				                .link = 1,
				                .remote = wire_addr(w, other, true, 40000) };
			assert_true(wire_send(w, host, &direct, types[i], 7, 600));
			const struct wire_packet *packet = wire_receive(w, other, SECOND);
			assert_non_null(packet);
			assert_int_equal(packet->type, types[i]);
			assert_false(packet->proved);
		}
	}
	wire_free(w);
}

static void test_p2p_uses_both_families(void **state)
{
	(void)state;
	struct wire *w = wire_new(16);
	for (int i = 0; i < WIRE_HOSTS; i++)
		w->hosts[i].v6 =
		    (struct addr){ .ip = { 0x20, 0x01, 0x0d, 0xb8, [15] = (uint8_t)(i + 1) } };
	struct communicator_config config = config_of(w, true);
	config.peers[1] = config.peers[0];
	config.peers[0] = wire_addr(w, SERVER, false, SIGNAL);
	config.peers_count = 2;
	wire_serve(w, SERVER);
	wire_open(w, ALICE, &p2p_communicator, config);
	config.initiator = false;
	wire_open(w, BOB, &p2p_communicator, config);
	join(w, ALICE, token);
	join(w, BOB, token);
	talk(w, SECOND);
	int seen = 0;
	for (size_t i = 0; i < w->hosts[ALICE].events_count; i++)
		if (w->hosts[ALICE].events[i].kind == COMMUNICATOR_OBSERVED)
			seen |= addr_is_v4(&w->hosts[ALICE].events[i].addr) ? 1 : 2;
	assert_int_equal(seen, 3);

	/* A host without IPv6 says nothing about it. */
	w->hosts[OTHER].v6 = (struct addr){ .port = 0 };
	config.initiator = true;
	wire_open(w, OTHER, &p2p_communicator, config);
	join(w, OTHER, token);
	assert_true(wire_event(w, OTHER, COMMUNICATOR_UP, SECOND, NULL));
	wire_run(w, 100 * SECOND);
	assert_false(wire_had(w, OTHER, COMMUNICATOR_FAILED));
	wire_free(w);
}

/* A server whose one family is dead, and one address that is not there at all, cost nothing. */
static void test_p2p_uses_the_address_that_answers(void **state)
{
	(void)state;
	struct wire *w = wire_new(17);
	struct communicator_config config = config_of(w, true);
	config.peers[2] = config.peers[0];
	config.peers[0] = addr_v4(203, 0, 113, 9, SIGNAL);
	config.peers[1] = (struct addr){ .ip = { 0x20, 1, [15] = 9 }, .port = SIGNAL };
	config.peers_count = 3;
	wire_serve(w, SERVER);
	wire_open(w, ALICE, &p2p_communicator, config);
	uint64_t began = w->now;
	assert_true(wire_event(w, ALICE, COMMUNICATOR_SERVER, SECOND, NULL));
	assert_int_equal(w->now - began, 2 * WIRE_DELAY_US);
	wire_free(w);
}

static void test_p2p_busy_port_is_fatal_only_when_asked_for(void **state)
{
	(void)state;
	for (int asked = 0; asked < 2; asked++) {
		struct wire *w = wire_new(18);
		struct communicator_event event;
		struct communicator_config config = config_of(w, true);
		config.listen[0] = addr_v4(0, 0, 0, 0, asked ? 5000 : 0);
		config.listen_count = 1;
		wire_serve(w, SERVER);
		w->hosts[ALICE].ports_busy = true;
		wire_open(w, ALICE, &p2p_communicator, config);
		assert_true(wire_event(w, ALICE, COMMUNICATOR_FAILED, SECOND, &event));
		assert_int_equal(event.err, ERR_BUSY);
		assert_int_equal(event.fatal, asked);
		if (!asked) /* TCP is left */
			assert_true(wire_event(w, ALICE, COMMUNICATOR_SERVER, 2 * SECOND, &event));
		wire_run(w, 100 * SECOND);
		assert_false(wire_had(w, ALICE, COMMUNICATOR_FAILED)); /* told once */
		w->hosts[ALICE].ports_busy = false;
		communicator_refresh(w->hosts[ALICE].c, w->now);
		assert_true(wire_event(w, ALICE, COMMUNICATOR_BOUND, 0, &event));
		wire_free(w);
	}
}

static void test_p2p_hears_when_there_is_no_place(void **state)
{
	(void)state;
	struct wire *w = start(19);
	struct communicator_event event;
	uint8_t numbered[TOKEN_LEN]; /* in a room of contacts, whoever comes last has a place */
	communicator_nameplate_token(500, numbered);
	join(w, BOB, numbered);
	wire_run(w, SECOND);
	join(w, ALICE, numbered);
	wire_run(w, SECOND);
	for (int i = 0; i < 2; i++) { /* three of one role fill it */
		communicator_free(w->hosts[ALICE].c);
		memset(w->hosts[ALICE].sockets, 0, sizeof w->hosts[ALICE].sockets);
		w->hosts[ALICE].v4.ip[15]++;
		w->hosts[ALICE].v4.ip[14]++;
		wire_open(w, ALICE, &p2p_communicator, config_of(w, true));
		join(w, ALICE, numbered);
		wire_run(w, SECOND);
	}
	wire_open(w, OTHER, &p2p_communicator, config_of(w, true));
	join(w, OTHER, numbered);
	assert_true(wire_event(w, OTHER, COMMUNICATOR_FAILED, SECOND, &event));
	assert_int_equal(event.err, ERR_BUSY);
	assert_false(event.fatal);
	wire_run(w, 50 * SECOND);
	assert_false(wire_had(w, OTHER, COMMUNICATOR_FAILED));
	/* the others' time is up */
	assert_true(wire_event(w, OTHER, COMMUNICATOR_UP, 270 * SECOND, &event));
	wire_free(w);
}

/* From the server's address, but not from the server: nothing is believed that needs our secret,
 * nonce or pair. */
static void test_p2p_believes_no_forged_messages(void **state)
{
	(void)state;
	struct wire *w = start(20);
	talk(w, SECOND);
	wire_run(w, SECOND);
	read_all(w);
	struct addr server = wire_addr(w, SERVER, true, SIGNAL);
	uint8_t bytes[128];
	for (int i = 0; i < 200; i++) {
		struct writer writer = writer_of(bytes, sizeof bytes);
		uint8_t eight[8];
		random_fill(&w->random.random, eight, sizeof eight);
		struct cookie cookie = { .day = 5 };
		struct wait wait = { .refresh_s = 1, .others = 0 };
		struct intro intro = { .pair = 99, .responder = i % 2 };
		struct error error = { .code = (uint8_t)(1 + i % 4) };
		memcpy(cookie.nonce, eight, 8);
		memcpy(wait.secret, eight, 8);
		memcpy(intro.own_secret, eight, 8);
		memcpy(error.about, eight, 8);
		if (i % 4 == 0)
			signaling_write_cookie(&writer, &cookie);
		else if (i % 4 == 1)
			signaling_write_wait(&writer, &wait);
		else if (i % 4 == 2)
			signaling_write_intro(&writer, &intro);
		else
			signaling_write_error(&writer, &error);
		wire_inject(w, ALICE, 1, &server, bytes, writer.len);
		wire_inject(w, BOB, 1, &server, bytes, writer.len);
	}
	wire_run(w, SECOND);
	assert_int_equal(w->hosts[ALICE].events_read, w->hosts[ALICE].events_count);
	assert_int_equal(w->hosts[BOB].events_read, w->hosts[BOB].events_count);
	talk(w, SECOND);
	wire_free(w);
}

/* Pairs that nobody holds make room; the one in use stays. */
static void test_p2p_survives_a_flood_of_pairs(void **state)
{
	(void)state;
	struct wire *w = start(21);
	talk(w, SECOND);
	struct addr server = wire_addr(w, SERVER, true, SIGNAL);
	uint8_t bytes[FORWARD_HEADER + 20] = { PACKET_FORWARD };
	bytes[FORWARD_HEADER] = PACKET_HANDSHAKE;
	read_all(w);
	for (uint8_t i = 1; i < 200; i++) {
		bytes[8] = i;
		wire_inject(w, BOB, 1, &server, bytes, sizeof bytes);
		if (i % 40 == 0)
			wire_run(w, SECOND);
	}
	wire_run(w, 3 * SECOND);

	/* The server never introduced one of them: they take no place, and nothing of them is
	 * heard. */
	assert_null(wire_receive(w, BOB, 0));
	assert_false(wire_had(w, BOB, COMMUNICATOR_UP));
	talk(w, SECOND);

	/* and there is room for another */
	wire_open(w, OTHER, &p2p_communicator, config_of(w, true));
	join(w, OTHER, token);
	assert_true(wire_event(w, OTHER, COMMUNICATOR_UP, SECOND, NULL));
	assert_true(wire_send(w, OTHER, &w->hosts[OTHER].up, PACKET_HANDSHAKE, 9, 200));
	const struct wire_packet *packet = wire_receive(w, BOB, SECOND);
	assert_non_null(packet);
	assert_int_equal(packet->number, 9);
	wire_free(w);
}

static void test_p2p_says_when_no_server_is_reached(void **state)
{
	(void)state;
	struct wire *w = wire_new(22);
	struct communicator_event event;
	wire_open(w, ALICE, &p2p_communicator, config_of(w, true));
	join(w, ALICE, token);
	uint64_t began = w->now;
	assert_true(wire_event(w, ALICE, COMMUNICATOR_FAILED, 10 * SECOND, &event));
	assert_in_range(w->now - began, 3 * SECOND, 6 * SECOND);
	uint8_t bytes[COOKIE_LEN]; /* an answer with a nonce that was guessed */
	struct writer writer = writer_of(bytes, sizeof bytes);
	struct addr server = wire_addr(w, SERVER, true, SIGNAL);
	signaling_write_cookie(&writer, &(struct cookie){ .nonce = { 0 } });
	wire_inject(w, ALICE, 1, &server, bytes, sizeof bytes);
	assert_false(wire_had(w, ALICE, COMMUNICATOR_SERVER));
	assert_int_equal(event.err, ERR_UNREACHABLE);
	assert_int_equal(event.addr.port, SIGNAL);
	for (int i = 0; i < 2 * LIMIT_ROOMS; i++) { /* rooms without a server come and go */
		communicator_leave(w->hosts[ALICE].c, token);
		join(w, ALICE, i % 2 ? token : other_token);
		communicator_leave(w->hosts[ALICE].c, other_token);
	}
	wire_run(w, 300 * SECOND);
	assert_false(wire_had(w, ALICE, COMMUNICATOR_FAILED));

	wire_serve(w, SERVER);
	/* who knows that something has changed need not wait for 30 s */
	for (unsigned i = 0; i < 10; i++) {
		communicator_refresh(w->hosts[ALICE].c, w->now);
		wire_run(w, 10 * MS);
	}
	assert_true(wire_had(w, ALICE, COMMUNICATOR_SERVER));
	wire_free(w);
}

/* A TCP link that dies without a word is given up when it does not answer; another is opened. */
static void test_p2p_gives_up_a_silent_link(void **state)
{
	(void)state;
	struct wire *w = start(23);
	struct communicator_event event;
	w->lose = lose_udp;
	talk(w, 3 * SECOND);
	read_all(w);
	uint16_t link = w->hosts[ALICE].up.link;
	wire_socket_of(w, ALICE, link)->peer_link = 0;
	assert_true(wire_event(w, ALICE, COMMUNICATOR_DOWN, 32 * SECOND, &event));
	assert_int_equal(event.route.link, link);
	assert_true(wire_event(w, ALICE, COMMUNICATOR_UP, 2 * SECOND, &event));
	assert_null(wire_socket_of(w, ALICE, link));
	talk(w, SECOND);
	wire_free(w);
}

static void test_p2p_closes_a_link_with_bad_framing(void **state)
{
	(void)state;
	struct wire *w = start(24);
	w->lose = lose_udp;
	talk(w, 3 * SECOND);
	uint16_t link = w->hosts[ALICE].up.link;
	struct addr server = wire_addr(w, SERVER, true, SIGNAL);
	wire_inject(w, ALICE, link, &server, "\xff\xff", 2);
	wire_run(w, SECOND);
	assert_null(wire_socket_of(w, ALICE, link));
	talk(w, 3 * SECOND);
	wire_free(w);
}

static bool lose_alices_v4(struct wire *w, const struct wire_flight *f)
{
	return lose_alices_udp(w, f) && addr_is_v4(&f->to);
}

/* The server is reached over the other family: the same pair goes on there. */
static void test_p2p_changes_the_family(void **state)
{
	(void)state;
	struct wire *w = wire_new(25);
	struct communicator_event event;
	for (int i = 0; i < WIRE_HOSTS; i++)
		w->hosts[i].v6 =
		    (struct addr){ .ip = { 0x20, 0x01, 0x0d, 0xb8, [15] = (uint8_t)(i + 1) } };
	struct communicator_config config = config_of(w, true);
	config.peers[1] = wire_addr(w, SERVER, false, SIGNAL);
	config.peers_count = 2;
	wire_serve(w, SERVER);
	wire_open(w, ALICE, &p2p_communicator, config);
	wire_open(w, BOB, &p2p_communicator, config_of(w, false));
	join(w, ALICE, token);
	join(w, BOB, token);
	talk(w, SECOND);
	struct route old = w->hosts[ALICE].up;
	assert_true(addr_is_v4(&old.remote));

	w->lose = lose_alices_v4;
	read_all(w);
	communicator_refresh(w->hosts[ALICE].c, w->now);
	assert_true(wire_event(w, ALICE, COMMUNICATOR_DOWN, SECOND, &event));
	assert_true(route_same(&event.route, &old));
	assert_true(wire_event(w, ALICE, COMMUNICATOR_UP, SECOND, &event));
	assert_false(addr_is_v4(&event.route.remote));
	assert_int_equal(event.route.pair, old.pair);
	/* of the past: says nothing about the new way */
	communicator_regard(w->hosts[ALICE].c, &old, STANDING_UNWANTED);
	talk(w, SECOND);
	w->lose = NULL;
	wire_run(w, 100 * SECOND);
	talk(w, SECOND);
	wire_free(w);
}

/* Nobody said refresh: the next JOIN has no answer. That the other family answers hides nothing. */
static void test_p2p_finds_the_other_family_by_itself(void **state)
{
	(void)state;
	struct wire *w = wire_new(28);
	for (int i = 0; i < WIRE_HOSTS; i++)
		w->hosts[i].v6 = (struct addr){ .ip = { 0x20, 1, [15] = (uint8_t)(i + 1) } };
	struct communicator_config config = config_of(w, true);
	config.peers[1] = wire_addr(w, SERVER, false, SIGNAL);
	config.peers_count = 2;
	wire_serve(w, SERVER);
	wire_open(w, ALICE, &p2p_communicator, config);
	wire_open(w, BOB, &p2p_communicator, config_of(w, false));
	join(w, ALICE, token);
	join(w, BOB, token);
	talk(w, SECOND);
	w->lose = lose_alices_v4;
	read_all(w);
	assert_true(wire_event(w, ALICE, COMMUNICATOR_DOWN, 30 * SECOND, NULL));
	assert_true(wire_event(w, ALICE, COMMUNICATOR_UP, SECOND, NULL));
	assert_false(addr_is_v4(&w->hosts[ALICE].up.remote));
	talk(w, SECOND);
	wire_free(w);
}

static bool lose_joins(struct wire *w, const struct wire_flight *f)
{
	bool lose = f->kind == WIRE_DATAGRAM && f->bytes[0] == PACKET_JOIN && f->from_host == ALICE;
	return lose && w->seen++ < 4;
}

/* Four lost JOINs in a row, long after the beginning, are repeated before anybody notices. */
static void test_p2p_repeats_a_late_join(void **state)
{
	(void)state;
	struct wire *w = start(29);
	talk(w, SECOND);
	wire_run(w, 200 * SECOND);
	w->lose = lose_joins;
	wire_run(w, 600 * SECOND);
	assert_true(w->seen > 4);
	assert_false(wire_had(w, ALICE, COMMUNICATOR_DOWN));
	assert_false(wire_had(w, ALICE, COMMUNICATOR_FAILED));
	wire_free(w);
}

/* A second address that answers faster is no reason to leave the one in use; when that one is
 * silent, it is. */
static void test_p2p_is_loyal_to_an_address(void **state)
{
	(void)state;
	struct wire *w = wire_new(26);
	struct communicator_event event;
	struct communicator_config config = config_of(w, true);
	config.peers[1] = config.peers[0];
	config.peers[0] = wire_addr(w, OTHER, true, SIGNAL);
	config.peers_count = 2;
	wire_serve(w, SERVER);
	wire_open(w, ALICE, &p2p_communicator, config);
	assert_true(wire_event(w, ALICE, COMMUNICATOR_SERVER, SECOND, &event));
	wire_serve(w, OTHER);
	communicator_refresh(w->hosts[ALICE].c, w->now);
	wire_run(w, 5 * SECOND);
	assert_false(wire_had(w, ALICE, COMMUNICATOR_SERVER));
	w->lose = lose_server;
	communicator_refresh(w->hosts[ALICE].c, w->now);
	assert_true(wire_event(w, ALICE, COMMUNICATOR_SERVER, 2 * SECOND, &event));
	assert_true(addr_equal(&event.addr, &config.peers[0]));
	wire_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_p2p_tells_what_the_program_wants_to_know),
		cmocka_unit_test(test_p2p_meets_by_nameplate),
		cmocka_unit_test(test_p2p_is_at_two_servers),
		cmocka_unit_test(test_p2p_dead_server_costs_nothing),
		cmocka_unit_test(test_p2p_looks_for_a_number_at_one_server),
		cmocka_unit_test(test_p2p_repeats_what_was_lost),
		cmocka_unit_test(test_p2p_forward_waits_for_its_introduction),
		cmocka_unit_test(test_p2p_forward_without_introduction_asks_for_one),
		cmocka_unit_test(test_p2p_host_that_comes_and_goes_is_the_same_host),
		cmocka_unit_test(test_p2p_survives_a_late_wait),
		cmocka_unit_test(test_p2p_route_names_the_host_behind_it),
		cmocka_unit_test(test_p2p_asks_for_lost_introductions),
		cmocka_unit_test(test_p2p_refreshes_its_rooms_and_cookies),
		cmocka_unit_test(test_p2p_tells_the_new_day),
		cmocka_unit_test(test_p2p_rejoins_a_restarted_server),
		cmocka_unit_test(test_p2p_comes_back_to_a_server_that_said_it_goes),
		cmocka_unit_test(test_p2p_comes_back_to_a_server_that_was_killed),
		cmocka_unit_test(test_p2p_believes_only_its_server_that_it_goes),
		cmocka_unit_test(test_p2p_survives_a_silent_server),
		cmocka_unit_test(test_p2p_notices_silence_at_any_time),
		cmocka_unit_test(test_p2p_wakes_its_pairs_after_an_outage),
		cmocka_unit_test(test_p2p_goes_over_tcp_where_udp_is_blocked),
		cmocka_unit_test(test_p2p_forwards_between_tcp_and_udp),
		cmocka_unit_test(test_p2p_refresh_without_need_changes_nothing),
		cmocka_unit_test(test_p2p_moves_with_its_address),
		cmocka_unit_test(test_p2p_leaves),
		cmocka_unit_test(test_p2p_has_rooms_for_all_contacts_and_peers),
		cmocka_unit_test(test_p2p_carries_direct_packets),
		cmocka_unit_test(test_p2p_vouches_for_nothing_that_comes_bare),
		cmocka_unit_test(test_p2p_released_pair_stays_while_its_room_is_kept),
		cmocka_unit_test(test_p2p_uses_both_families),
		cmocka_unit_test(test_p2p_uses_the_address_that_answers),
		cmocka_unit_test(test_p2p_busy_port_is_fatal_only_when_asked_for),
		cmocka_unit_test(test_p2p_hears_when_there_is_no_place),
		cmocka_unit_test(test_p2p_believes_no_forged_messages),
		cmocka_unit_test(test_p2p_survives_a_flood_of_pairs),
		cmocka_unit_test(test_p2p_says_when_no_server_is_reached),
		cmocka_unit_test(test_p2p_gives_up_a_silent_link),
		cmocka_unit_test(test_p2p_closes_a_link_with_bad_framing),
		cmocka_unit_test(test_p2p_changes_the_family),
		cmocka_unit_test(test_p2p_finds_the_other_family_by_itself),
		cmocka_unit_test(test_p2p_repeats_a_late_join),
		cmocka_unit_test(test_p2p_is_loyal_to_an_address),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
