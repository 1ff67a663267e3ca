/* Every communicator keeps the same contract; then what tcp and udp do each by itself. test_p2p.c
 * has the rest of p2p. */
#include "tests/unit/wire.h"

#include "wire/cookies.h"
#include "wire/signaling.h"

enum { ALICE, BOB, SERVER, OTHER, PORT = 7000 };

static const uint8_t token[TOKEN_LEN] = "a room for two..";

static struct communicator_config initiator_of(struct wire *w, int host)
{
	return (struct communicator_config){ .initiator = true,
		                             .peers = { wire_addr(w, host, true, PORT) },
		                             .peers_count = 1 };
}

static struct communicator_config listening(struct wire *w)
{
	(void)w;
	return (struct communicator_config){ .listen = { addr_v4(0, 0, 0, 0, PORT) },
		                             .listen_count = 1 };
}

/* Alice connects to Bob by any class; with p2p there is a server. */
static void start(struct wire *w, const struct communicator_class *class)
{
	if (class == &p2p_communicator) {
		struct communicator_config config = { .initiator = true,
			                              .peers = { wire_addr(w, SERVER, true, 7242) },
			                              .peers_count = 1 };
		wire_serve(w, SERVER);
		wire_open(w, ALICE, class, config);
		config.initiator = false;
		wire_open(w, BOB, class, config);
		assert_int_equal(communicator_join(w->hosts[ALICE].c, token, w->now), OK);
		assert_int_equal(communicator_join(w->hosts[BOB].c, token, w->now), OK);
		return;
	}
	wire_open(w, BOB, class, listening(w));
	wire_open(w, ALICE, class, initiator_of(w, BOB));
}

/* Alice says something until Bob has heard it, and he answers. False: not within us. */
static bool meet(struct wire *w, uint64_t us)
{
	uint64_t until = w->now + us;
	while (w->now < until) {
		const struct wire_packet *packet = NULL;
		if (w->hosts[ALICE].is_up &&
		    wire_send(w, ALICE, &w->hosts[ALICE].up, PACKET_HANDSHAKE, 1, 200))
			packet = wire_receive(w, BOB, 100 * MS);
		else
			wire_run(w, 100 * MS);
		if (packet == NULL || packet->type != PACKET_HANDSHAKE || !packet->proved)
			continue;
		struct route back = packet->route;
		if (!wire_send(w, BOB, &back, PACKET_HANDSHAKE, 2, 1200))
			continue;
		packet = wire_receive(w, ALICE, 100 * MS);
		if (packet != NULL && packet->number == 2 &&
		    route_same(&packet->route, &w->hosts[ALICE].up))
			return true;
	}
	return false;
}

static void for_each_class(void (*test)(const struct communicator_class *class))
{
	for (size_t i = 0; communicator_classes[i] != NULL; i++)
		test(communicator_classes[i]);
}

/* ---- the contract ---- */

static void test_communicator_is_found_by_its_scheme(void **state)
{
	(void)state;
	struct span address = span_text("tcp://[::1]:5"), none = span_text("tcp:/x");
	assert_ptr_equal(communicator_class_of_scheme(&address), &tcp_communicator);
	assert_span_text(address, "[::1]:5");
	assert_null(communicator_class_of_scheme(&none));
	assert_ptr_equal(communicator_class_that_meets(), &p2p_communicator);
	uint8_t expected[TOKEN_LEN] = { [13] = 1, [15] = 7 }, got[TOKEN_LEN];
	communicator_nameplate_token(0x00010007, got);
	assert_memory_equal(got, expected, TOKEN_LEN);
	communicator_free(NULL);
}

static void both_ways(const struct communicator_class *class)
{
	struct wire *w = wire_new(1);
	start(w, class);
	assert_true(meet(w, 2 * SECOND));
	struct route there = w->hosts[ALICE].up;
	struct route back = w->hosts[BOB].packets[w->hosts[BOB].packets_count - 1].route;
	int far = class == &p2p_communicator ? SERVER : ALICE;
	assert_true(addr_same_ip(&back.remote, &w->hosts[far].v4));
	communicator_regard(w->hosts[ALICE].c, &there, STANDING_HELD);
	communicator_regard(w->hosts[BOB].c, &back, STANDING_HELD);
	for (uint8_t i = 0; i < 40; i++) {
		assert_true(
		    wire_send(w, ALICE, &there, PACKET_SEALED + i % 4, i, i % 2 ? 1200 : 2));
		assert_true(wire_send(w, BOB, &back, PACKET_SEALED, i, 1 + (size_t)i * 20));
	}
	for (uint8_t i = 0; i < 40; i++) {
		const struct wire_packet *packet = wire_receive(w, BOB, SECOND);
		assert_non_null(packet);
		assert_int_equal(packet->number, i);
		assert_int_equal(packet->type, PACKET_SEALED + i % 4);
		assert_int_equal(packet->len, i % 2 ? 1200 : 2);
		assert_true(route_same(&packet->route, &back));
		packet = wire_receive(w, ALICE, SECOND);
		assert_non_null(packet);
		assert_int_equal(packet->len, 1 + i * 20);
		assert_true(route_same(&packet->route, &there));
	}
	wire_run(w, 100 * SECOND); /* held: it stays */
	assert_true(w->hosts[ALICE].is_up);
	assert_true(wire_send(w, ALICE, &there, PACKET_SEALED, 9, 100));
	assert_non_null(wire_receive(w, BOB, SECOND));
	wire_free(w);
}

/* What goes in at one end comes out at the other, whole and in order, and the route it came on
 * leads back. */
static void test_communicator_carries_packets_both_ways_in_order(void **state)
{
	(void)state;
	for_each_class(both_ways);
}

static bool lose_one(struct wire *w, const struct wire_flight *f)
{
	return f->kind == WIRE_DATAGRAM && w->seen++ == w->lose_number;
}

static bool lose_some(struct wire *w, const struct wire_flight *f)
{
	return f->kind == WIRE_DATAGRAM && random_below(&w->random.random, 100) < w->lose_percent;
}

static void any_lost(const struct communicator_class *class)
{
	for (uint64_t number = 0; number < 24; number++) {
		struct wire *w = wire_new(number);
		w->lose = lose_one;
		w->lose_number = number;
		start(w, class);
		assert_true(meet(w, 2 * SECOND));
		wire_free(w);
	}
}

/* Whichever one datagram of the beginning is lost, a timer repairs it. */
static void test_communicator_repairs_any_lost_datagram(void **state)
{
	(void)state;
	for_each_class(any_lost);
}

static void much_lost(const struct communicator_class *class)
{
	for (uint64_t seed = 0; seed < 20; seed++) {
		struct wire *w = wire_new(seed);
		w->lose = lose_some;
		w->lose_percent = 40;
		start(w, class);
		assert_true(meet(w, 40 * SECOND));
		wire_free(w);
	}
}

static void test_communicator_gets_through_heavy_loss(void **state)
{
	(void)state;
	for_each_class(much_lost);
}

static void inject_garbage(struct wire *w, int host, struct addr from)
{
	static const uint8_t types[] = { 0,    0xC0, 0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6,
		                         0xC7, 0xD0, 0xD1, 0xD2, 0xE0, 0xE4, 0xF0, 0xFF };
	uint8_t bytes[LIMIT_DATAGRAM];
	for (size_t i = 0; i < 64; i++) {
		size_t len = random_below(&w->random.random, 80);
		if (i % 4 == 0)
			len = 1201 + random_below(&w->random.random, sizeof bytes - 1200);
		random_fill(&w->random.random, bytes, sizeof bytes);
		bytes[0] = types[i % sizeof types];
		bytes[1] = 1;
		struct wire_socket *s = wire_socket_of(w, host, (uint16_t)(1 + i % 2));
		if (s != NULL && s->kind == LINK_UDP)
			wire_inject(w, host, s->link, &from, bytes, len);
	}
	/* those that looked like packets are the session's affair */
	w->hosts[host].packets_count = w->hosts[host].packets_read;
}

static void garbage(const struct communicator_class *class)
{
	struct wire *w = wire_new(3);
	start(w, class);
	for (int i = 0; i < 30; i++) { /* at every state on the way */
		wire_run(w, 7 * MS);
		inject_garbage(w, ALICE, wire_addr(w, SERVER, true, 7242));
		inject_garbage(w, ALICE, wire_addr(w, BOB, true, PORT));
		inject_garbage(w, BOB, wire_addr(w, SERVER, true, 7242));
		inject_garbage(w, BOB, wire_addr(w, OTHER, true, 99));
	}
	assert_true(meet(w, 3 * SECOND));
	for (size_t i = 0; i < w->hosts[BOB].packets_count; i++)
		assert_true(w->hosts[BOB].packets[i].len <= LIMIT_PACKET);
	wire_free(w);
}

static void test_communicator_drops_garbage_in_every_state(void **state)
{
	(void)state;
	for_each_class(garbage);
}

static void dropped(const struct communicator_class *class)
{
	struct wire *w = wire_new(4);
	start(w, class);
	assert_true(meet(w, 2 * SECOND));
	struct route back = w->hosts[BOB].packets[w->hosts[BOB].packets_count - 1].route;
	communicator_regard(w->hosts[BOB].c, &back, STANDING_HELD);
	communicator_regard(w->hosts[BOB].c, &back, STANDING_UNWANTED);
	communicator_regard(w->hosts[BOB].c, &back, STANDING_UNWANTED);
	bool gone = !wire_send(w, BOB, &back, PACKET_SEALED, 1, 100);
	/* where there is nothing to close, nothing is closed */
	assert_int_equal(gone, class != &udp_communicator);
	wire_run(w, SECOND);
	assert_false(wire_had(w, BOB, COMMUNICATOR_DOWN)); /* it was the session's own wish */
	wire_free(w);
}

static void test_communicator_drops_a_route_for_good(void **state)
{
	(void)state;
	for_each_class(dropped);
}

static void unknown_route(const struct communicator_class *class)
{
	struct wire *w = wire_new(5);
	start(w, class);
	assert_true(meet(w, 2 * SECOND));
	struct route wrong = w->hosts[ALICE].up;
	wrong.link = 77;
	assert_false(wire_send(w, ALICE, &wrong, PACKET_SEALED, 1, 100));
	wrong = w->hosts[ALICE].up;
	communicator_finish(w->hosts[ALICE].c);
	wire_run(w, 100 * SECOND);
	wire_free(w);
}

static void test_communicator_refuses_routes_it_does_not_know(void **state)
{
	(void)state;
	for_each_class(unknown_route);
}

/* An initiator may be made before it is known where to: then it says nothing, and misses nothing.
 */
static void waits_for_an_address(const struct communicator_class *class)
{
	struct wire *w = wire_new(9);
	const struct communicator_place place = { .name = "" };
	bool meets = class == &p2p_communicator;
	struct addr there = wire_addr(w, meets ? SERVER : BOB, true, meets ? 7242 : PORT),
		    nobody = wire_addr(w, OTHER, true, PORT);
	if (meets)
		wire_serve(w, SERVER);
	wire_open(w, BOB, class,
	          meets ? (struct communicator_config){ .peers = { there }, .peers_count = 1 }
	                : listening(w));
	wire_open(w, ALICE, class, (struct communicator_config){ .initiator = true });
	communicator_join(w->hosts[ALICE].c, token, w->now);
	communicator_join(w->hosts[BOB].c, token, w->now);
	uint64_t sent = w->sent;
	wire_run(w, 100 * SECOND);
	assert_false(wire_had(w, ALICE, COMMUNICATOR_FAILED));
	if (!meets) /* where Bob keeps his place at the server */
		assert_int_equal(w->sent, sent);
	communicator_peers(w->hosts[ALICE].c, &place, &nobody, 1, w->now);
	assert_true(wire_event(w, ALICE, COMMUNICATOR_FAILED, 10 * SECOND, NULL));
	communicator_peers(w->hosts[ALICE].c, &place, &there, 1, w->now);
	assert_true(meet(w, 5 * SECOND));
	wire_free(w);
}

static void test_communicator_waits_for_an_address(void **state)
{
	(void)state;
	for_each_class(waits_for_an_address);
}

/* A responder has to listen somewhere. */
static void needs_address(const struct communicator_class *class)
{
	struct test_random random = test_random(1);
	struct communicator_config config = { .random = &random.random };
	enum err err = OK;
	if (class == &p2p_communicator)
		return;
	assert_null(communicator_new(class, &config, SECOND, &err));
	assert_int_equal(err, ERR_USAGE);
}

static void test_communicator_needs_an_address(void **state)
{
	(void)state;
	for_each_class(needs_address);
}

/* ---- tcp ---- */

static void test_tcp_reconnects_when_the_link_breaks(void **state)
{
	(void)state;
	struct wire *w = wire_new(10);
	struct communicator_event event;
	start(w, &tcp_communicator);
	assert_true(wire_event(w, BOB, COMMUNICATOR_LISTENING, SECOND, &event));
	assert_int_equal(event.addr.port, PORT);
	assert_true(meet(w, SECOND));
	struct route first = w->hosts[ALICE].up;
	communicator_regard(w->hosts[ALICE].c, &first, STANDING_HELD);

	uint64_t broke = w->now;
	wire_break(w, ALICE, first.link);
	assert_true(wire_event(w, ALICE, COMMUNICATOR_DOWN, SECOND, &event));
	assert_true(route_same(&event.route, &first));
	assert_true(wire_event(w, BOB, COMMUNICATOR_DOWN, SECOND, &event));
	assert_false(wire_send(w, ALICE, &first, PACKET_SEALED, 1, 100));
	assert_true(wire_event(w, ALICE, COMMUNICATOR_UP, SECOND, &event));
	assert_true(w->now - broke >= 180 * MS);
	assert_false(route_same(&event.route, &first));
	assert_true(meet(w, SECOND));
	wire_free(w);
}

/* While the peer is away the pauses grow to 5 s and no further; FAILED is told once. */
static void test_tcp_tries_again_with_growing_pauses(void **state)
{
	(void)state;
	struct wire *w = wire_new(11);
	struct communicator_event event;
	wire_open(w, ALICE, &tcp_communicator, initiator_of(w, BOB));
	assert_true(wire_event(w, ALICE, COMMUNICATOR_FAILED, SECOND, &event));
	assert_int_equal(event.err, ERR_UNREACHABLE);
	assert_false(event.fatal);
	wire_run(w, 60 * SECOND);
	assert_false(wire_had(w, ALICE, COMMUNICATOR_FAILED));
	/* connects and refusals: .2 .4 .8 1.6 3.2 5 5 5... */
	assert_in_range(w->sent, 2 * 12, 2 * 20);
	wire_open(w, BOB, &tcp_communicator, listening(w));
	assert_true(wire_event(w, ALICE, COMMUNICATOR_UP, 6 * SECOND, &event));
	wire_free(w);
}

/* An address that does not answer delays the next by 250 ms, one that refuses by nothing. */
static void test_tcp_tries_all_addresses(void **state)
{
	(void)state;
	for (int refuses = 0; refuses < 2; refuses++) {
		struct wire *w = wire_new(12);
		struct communicator_config config = initiator_of(w, BOB);
		config.peers[1] = config.peers[0];
		config.peers[0] =
		    refuses ? wire_addr(w, OTHER, true, PORT) : addr_v4(203, 0, 113, 1, PORT);
		config.peers_count = 2;
		wire_open(w, BOB, &tcp_communicator, listening(w));
		uint64_t began = w->now;
		wire_open(w, ALICE, &tcp_communicator, config);
		assert_true(wire_event(w, ALICE, COMMUNICATOR_UP, SECOND, NULL));
		uint64_t took = w->now - began;
		if (refuses)
			assert_int_equal(took, 4 * WIRE_DELAY_US);
		else
			assert_int_equal(took, 250 * MS + 2 * WIRE_DELAY_US);
		assert_false(wire_had(w, ALICE, COMMUNICATOR_FAILED));
		wire_run(w, 20 * SECOND);
		assert_int_equal(wire_links(w, ALICE, LINK_TCP), 1); /* the others are closed */
		wire_free(w);
	}
}

static void test_tcp_gives_strangers_ten_seconds(void **state)
{
	(void)state;
	struct wire *w = wire_new(13);
	start(w, &tcp_communicator);
	assert_true(meet(w, SECOND));
	wire_run(w, 9 * SECOND);
	assert_false(wire_had(w, BOB, COMMUNICATOR_DOWN));
	assert_int_equal(wire_links(w, BOB, LINK_TCP), 1);
	wire_run(w, 2 * SECOND);
	/* it had brought packets, so the session hears of its end */
	assert_true(wire_had(w, BOB, COMMUNICATOR_DOWN));
	assert_true(wire_had(w, ALICE, COMMUNICATOR_DOWN));
	wire_free(w);
}

static void test_tcp_responder_asks_only_to_listen(void **state)
{
	(void)state;
	struct test_random random = test_random(43);
	struct communicator_config config = { .random = &random.random,
		                              .listen_count = 1,
		                              .listen = { addr_v4(0, 0, 0, 0, PORT) } };
	struct link_request request;
	struct route route;
	uint8_t bytes[LIMIT_WIRE];
	enum err err = OK;
	struct communicator *c = communicator_new(&tcp_communicator, &config, SECOND, &err);
	assert_non_null(c);
	assert_int_equal(c->class->output(c, &route, bytes, sizeof bytes, SECOND), 0);
	assert_true(c->class->request(c, &request));
	assert_true(request.open);
	assert_int_equal(request.kind, LINK_LISTEN);
	assert_false(c->class->request(c, &request));
	communicator_free(c);
}

/* A second link that cannot be had changes nothing about the first. */
static void test_tcp_refresh_in_vain(void **state)
{
	(void)state;
	struct wire *w = wire_new(44);
	start(w, &tcp_communicator);
	assert_true(meet(w, SECOND));
	communicator_regard(w->hosts[ALICE].c, &w->hosts[ALICE].up, STANDING_HELD);
	communicator_regard(w->hosts[BOB].c, &w->hosts[BOB].packets[0].route, STANDING_HELD);
	wire_socket_of(w, BOB, 1)->open = false; /* listens no more */
	communicator_refresh(w->hosts[ALICE].c, w->now);
	uint64_t before = w->sent;
	wire_run(w, 30 * SECOND);
	assert_int_equal(w->sent, before + 2); /* one attempt */
	assert_false(wire_had(w, ALICE, COMMUNICATOR_FAILED));
	assert_true(w->hosts[ALICE].is_up);
	wire_free(w);
}

/* That one was held says nothing about the next in its place. */
static void test_tcp_holds_a_link_not_its_place(void **state)
{
	(void)state;
	struct wire *w = wire_new(38);
	start(w, &tcp_communicator);
	assert_true(meet(w, SECOND));
	struct route back = w->hosts[BOB].packets[0].route;
	communicator_regard(w->hosts[BOB].c, &back, STANDING_HELD);
	wire_run(w, 20 * SECOND);
	assert_true(w->hosts[ALICE].is_up);
	wire_break(w, BOB, back.link);
	assert_true(wire_event(w, BOB, COMMUNICATOR_DOWN, SECOND, NULL));
	assert_true(meet(w, 2 * SECOND));
	wire_run(w, 11 * SECOND);
	assert_true(wire_had(w, BOB, COMMUNICATOR_DOWN));
	wire_free(w);
}

static void accept_from(struct wire *w, int host, uint16_t link, const struct addr *remote)
{
	w->hosts[host].c->class->link(w->hosts[host].c,
	                              &(struct link_event){ .state = LINK_ACCEPTED,
	                                                    .link = link,
	                                                    .listener = 1,
	                                                    .kind = LINK_TCP,
	                                                    .remote = *remote },
	                              w->now);
}

static void accept_link(struct wire *w, int host, uint16_t link)
{
	w->hosts[host].c->class->link(
	    w->hosts[host].c,
	    &(struct link_event){ .state = LINK_ACCEPTED,
	                          .link = link,
	                          .listener = 1,
	                          .kind = LINK_TCP,
	                          .remote = addr_v4(198, 51, 100, 1, link) },
	    w->now);
}

/* Above sixteen the one that has waited longest in silence goes, so that silence keeps nobody out.
 */
static void test_tcp_keeps_sixteen_strangers(void **state)
{
	(void)state;
	struct wire *w = wire_new(14);
	struct link_request request;
	wire_open(w, BOB, &tcp_communicator, listening(w));
	struct communicator *c = w->hosts[BOB].c;
	wire_run(w, SECOND);
	for (uint16_t i = 0; i < 16; i++) {
		accept_link(w, BOB, (uint16_t)(0x5000 + i));
		w->now += MS;
	}
	assert_false(c->class->request(c, &request));
	static const uint8_t keepalive[] = { 0, 0 };
	c->class->input(c, &(struct route){ .kind = ROUTE_TCP, .link = 0x5001 },
	                span_of(keepalive, sizeof keepalive),
	                w->now); /* that is as good as silence */
	communicator_regard(c, &(struct route){ .kind = ROUTE_TCP, .link = 0x5000 },
	                    STANDING_VERIFIED);
	for (uint16_t i = 16; i < 20; i++)
		accept_link(w, BOB, (uint16_t)(0x5000 + i));
	for (int i = 0; i < 4; i++) {
		assert_true(c->class->request(c, &request));
		assert_false(request.open);
		assert_in_range(request.link, 0x5001, 0x5004); /* 0x5000 has spoken */
	}
	assert_false(c->class->request(c, &request));
	/* Who is held makes room for another stranger. */
	communicator_regard(c, &(struct route){ .kind = ROUTE_TCP, .link = 0x5000 }, STANDING_HELD);
	accept_link(w, BOB, 0x5020);
	assert_false(c->class->request(c, &request));
	wire_free(w);
}

/* One host opens connections by the hundred: it loses its own, not those of others; and a contact's
 * is the last to go, also when it comes from that host. H1. */
static void test_tcp_shares_its_places_by_host(void **state)
{
	(void)state;
	struct wire *w = wire_new(16);
	struct link_request request;
	struct addr eve = addr_v4(198, 51, 100, 1, 1000), bob = addr_v4(198, 51, 100, 2, 1000);
	wire_open(w, BOB, &tcp_communicator, listening(w));
	struct communicator *c = w->hosts[BOB].c;
	wire_run(w, SECOND);
	accept_from(w, BOB, 0x5001, &bob);
	accept_from(w, BOB, 0x5002, &eve);
	communicator_regard(c, &(struct route){ .kind = ROUTE_TCP, .link = 0x5002 },
	                    STANDING_KNOWN);
	for (uint16_t i = 0; i < 400; i++) {
		w->now += 10 * MS;
		accept_from(w, BOB, (uint16_t)(0x6000 + i), &eve);
		while (c->class->request(c, &request))
			assert_true(request.link >= 0x6000);
	}
	for (uint16_t link = 0x5001; link <= 0x5002; link++) { /* both are there yet */
		struct route route = { .kind = ROUTE_TCP, .link = link };
		uint8_t buffer[LIMIT_WIRE];
		size_t len;
		assert_true(c->class->wrap(c, &route, buffer, 20, &len, w->now) >= 0);
	}
	wire_free(w);
}

/* However many connections a peer opens and proves itself on, strangers have their sixteen places,
 * and what is released is closed and free. H1. */
static void test_tcp_held_links_leave_strangers_their_places(void **state)
{
	(void)state;
	struct wire *w = wire_new(17);
	struct link_request request;
	struct route route;
	wire_open(w, BOB, &tcp_communicator, listening(w));
	struct communicator *c = w->hosts[BOB].c;
	wire_run(w, SECOND);
	const uint16_t held = LIMIT_LINKS - 16, first = 0x5000;
	for (uint16_t i = 0; i < 2 * held; i++) {
		accept_link(w, BOB, (uint16_t)(first + i));
		communicator_regard(
		    c, &(struct route){ .kind = ROUTE_TCP, .link = (uint16_t)(first + i) },
		    STANDING_HELD);
		w->now += MS;
		while (c->class->request(c, &request))
			assert_true(request.link >= first + held); /* those that are held stay */
	}
	assert_true(communicator_held(c, held - 1, &route));
	assert_false(communicator_held(c, held, &route));
	for (uint16_t i = 0; i < 16; i++) { /* others come; only those that are held stay */
		accept_from(w, BOB, (uint16_t)(0x6000 + i),
		            &(struct addr){ .ip = { 0x20, 1, 13, 184, (uint8_t)i }, .port = 9 });
		while (c->class->request(c, &request))
			assert_in_range(request.link, first + held, 0x5fff);
		w->now += MS;
	}
	while (communicator_held(c, 0, &route)) {
		communicator_regard(c, &route, STANDING_UNUSED);
		assert_true(c->class->request(c, &request));
		assert_int_equal(request.link, route.link);
	}
	accept_link(w, BOB, 0x7000);
	route = (struct route){ .kind = ROUTE_TCP, .link = 0x7000 };
	communicator_regard(c, &route, STANDING_HELD);
	assert_true(communicator_held(c, 0, &route));
	assert_int_equal(route.link, 0x7000);
	wire_free(w);
}

static void test_tcp_closes_on_bad_framing(void **state)
{
	(void)state;
	struct wire *w = wire_new(15);
	start(w, &tcp_communicator);
	assert_true(meet(w, SECOND));
	uint16_t link = w->hosts[BOB].packets[0].route.link;
	struct route from = { .kind = ROUTE_TCP, .link = link };
	static const uint8_t keepalive[] = { 0, 0, 0, 0 },
			     bad[] = { 0x40, PACKET_HANDSHAKE, PACKET_SEALED };
	wire_inject(w, BOB, link, &from.remote, keepalive, sizeof keepalive);
	assert_non_null(wire_socket_of(w, BOB, link));
	wire_inject(w, BOB, link, &from.remote, bad, sizeof bad);
	wire_run(w, SECOND);
	assert_null(wire_socket_of(w, BOB, link));
	assert_true(wire_had(w, BOB, COMMUNICATOR_DOWN));
	wire_free(w);
}

/* 2.2-9. A length in bounds, but of nothing that follows: whoever reads on waits for good. */
static void test_tcp_initiator_gives_up_a_stream_it_cannot_read(void **state)
{
	(void)state;
	static const uint8_t garbage[] = { 0x3f, 0xff, 1, 2, 3 };
	struct wire *w = wire_new(19);
	struct communicator_event event;
	start(w, &tcp_communicator);
	assert_true(meet(w, SECOND));
	struct route first = w->hosts[ALICE].up;
	communicator_regard(w->hosts[BOB].c, &w->hosts[BOB].packets[0].route, STANDING_HELD);
	wire_inject(w, ALICE, first.link, &first.remote, garbage, sizeof garbage);
	wire_run(w, 25 * SECOND);
	assert_int_equal(wire_links(w, ALICE, LINK_TCP), 1);
	assert_false(wire_had(w, ALICE, COMMUNICATOR_DOWN));
	assert_true(wire_event(w, ALICE, COMMUNICATOR_DOWN, 10 * SECOND, &event));
	assert_true(route_same(&event.route, &first));
	assert_true(wire_event(w, ALICE, COMMUNICATOR_UP, SECOND, &event));
	assert_false(route_same(&event.route, &first));
	wire_free(w);
}

static void test_tcp_tells_when_a_link_is_stuffed(void **state)
{
	(void)state;
	struct wire *w = wire_new(16);
	struct communicator_event event;
	start(w, &tcp_communicator);
	assert_true(wire_event(w, ALICE, COMMUNICATOR_UP, SECOND, &event));
	uint16_t link = event.route.link;
	wire_tell(w, ALICE, link, LINK_BLOCKED);
	assert_true(wire_event(w, ALICE, COMMUNICATOR_BLOCKED, 0, &event));
	assert_int_equal(event.route.link, link);
	wire_tell(w, ALICE, link, LINK_WRITABLE);
	assert_true(wire_event(w, ALICE, COMMUNICATOR_WRITABLE, 0, &event));
	wire_tell(w, ALICE, 999, LINK_BLOCKED);
	wire_free(w);
}

/* A dead link cannot be told from a quiet one: refresh opens another, and the old one goes when the
 * new one is held. */
static void test_tcp_refresh_opens_a_second_link(void **state)
{
	(void)state;
	struct wire *w = wire_new(17);
	struct communicator_event event;
	start(w, &tcp_communicator);
	assert_true(meet(w, SECOND));
	struct communicator *c = w->hosts[ALICE].c;
	struct route first = w->hosts[ALICE].up;
	communicator_regard(c, &first, STANDING_HELD);
	wire_event(w, ALICE, COMMUNICATOR_UP, 0, NULL);

	communicator_refresh(c, w->now);
	assert_true(wire_event(w, ALICE, COMMUNICATOR_UP, SECOND, &event));
	communicator_refresh(c, w->now); /* once is enough */
	wire_run(w, SECOND);
	assert_int_equal(wire_links(w, ALICE, LINK_TCP), 2);
	assert_true(wire_send(w, ALICE, &first, PACKET_SEALED, 1, 50));
	communicator_regard(c, &event.route, STANDING_HELD);
	assert_true(wire_event(w, ALICE, COMMUNICATOR_DOWN, SECOND, &event));
	assert_true(route_same(&event.route, &first));
	assert_int_equal(wire_links(w, ALICE, LINK_TCP), 1);
	wire_free(w);
}

static void busy_port(const struct communicator_class *class)
{
	struct wire *w = wire_new(18);
	struct communicator_event event;
	if (class != &p2p_communicator) {
		w->hosts[BOB].ports_busy = true;
		wire_open(w, BOB, class, listening(w));
		assert_true(wire_event(w, BOB, COMMUNICATOR_FAILED, SECOND, &event));
		assert_int_equal(event.err, ERR_BUSY);
		assert_true(event.fatal);
		assert_int_equal(event.addr.port, PORT);
	}
	wire_free(w);
}

static void test_communicator_port_busy_is_fatal(void **state)
{
	(void)state;
	for_each_class(busy_port);
}

static void one_family(const struct communicator_class *class)
{
	struct wire *w = wire_new(19);
	struct communicator_event event;
	if (class != &p2p_communicator) {
		struct communicator_config config = listening(w);
		config.listen[1] = (struct addr){ .port = PORT };
		config.listen_count = 2;
		wire_open(w, BOB, class, config); /* this host has no IPv6 */
		assert_true(wire_event(w, BOB, COMMUNICATOR_LISTENING, SECOND, &event));
		assert_int_equal(event.addr.port, PORT);
		assert_true(wire_event(w, BOB, COMMUNICATOR_FAILED, SECOND, &event));
		assert_false(event.fatal);
		wire_open(w, ALICE, class, initiator_of(w, BOB));
		assert_true(meet(w, SECOND));
	}
	wire_free(w);
}

static void test_communicator_without_ipv6_listens_on_ipv4(void **state)
{
	(void)state;
	for_each_class(one_family);
}

static void both_families(const struct communicator_class *class)
{
	struct wire *w = wire_new(20);
	if (class != &p2p_communicator) {
		for (int i = 0; i < 2; i++)
			w->hosts[i].v6 = (struct addr){ .ip = { 0x20, 0x01, 0x0d,
				                                0xb8, [15] = (uint8_t)(i + 1) } };
		struct communicator_config config = listening(w), initiator = initiator_of(w, BOB);
		config.listen[0] = (struct addr){ .port = PORT };
		wire_open(w, BOB, class, config); /* IPv6 only */
		initiator.peers[1] = wire_addr(w, BOB, false, PORT);
		initiator.peers_count = 2;
		wire_open(w, ALICE, class, initiator);
		assert_true(meet(w, 2 * SECOND));
		assert_false(addr_is_v4(&w->hosts[ALICE].up.remote));
	}
	wire_free(w);
}

static void test_communicator_finds_the_family_that_works(void **state)
{
	(void)state;
	for_each_class(both_families);
}

/* ---- udp ---- */

static void test_udp_responder_takes_handshakes_only_with_a_cookie(void **state)
{
	(void)state;
	struct wire *w = wire_new(30);
	wire_open(w, BOB, &udp_communicator, listening(w));
	wire_run(w, SECOND);
	struct addr stranger = addr_v4(198, 51, 100, 7, 1000);
	uint8_t bytes[300] = { PACKET_HANDSHAKE, 1 };
	wire_inject(w, BOB, 1, &stranger, bytes, sizeof bytes);
	assert_null(wire_receive(w, BOB, SECOND));

	bytes[0] = PACKET_SEALED; /* these a session tells apart by itself */
	wire_inject(w, BOB, 1, &stranger, bytes, sizeof bytes);
	const struct wire_packet *packet = wire_receive(w, BOB, SECOND);
	assert_non_null(packet);
	assert_false(packet->proved);

	memset(bytes, 0, sizeof bytes); /* OPEN with a wrong cookie, around a handshake */
	bytes[0] = PACKET_OPEN;
	bytes[1] = 1;
	bytes[OPEN_HEADER] = PACKET_HANDSHAKE;
	uint64_t before = w->sent;
	wire_inject(w, BOB, 1, &stranger, bytes, 55);
	wire_run(w, SECOND);
	assert_int_equal(w->sent, before);
	wire_inject(w, BOB, 1, &stranger, bytes, 56);
	wire_run(w, SECOND);
	assert_int_equal(w->sent, before + 1); /* ERROR */
	assert_null(wire_receive(w, BOB, SECOND));
	wire_free(w);
}

static bool count_hello(struct wire *w, const struct wire_flight *f)
{
	if (f->kind == WIRE_DATAGRAM && f->bytes[0] == PACKET_HELLO) {
		assert_int_equal(f->len, HELLO_LEN);
		w->seen++;
	}
	return false;
}

static void test_udp_says_hello_at_the_times_of_the_protocol(void **state)
{
	(void)state;
	static const uint64_t at_ms[] = { 0, 250, 750, 1750, 3750, 5750, 7750 };
	struct wire *w = wire_new(31);
	w->lose = count_hello;
	wire_open(w, ALICE, &udp_communicator, initiator_of(w, BOB)); /* Bob is not there */
	uint64_t began = w->now;
	assert_int_equal(w->seen, 1);
	for (size_t i = 1; i < sizeof at_ms / sizeof at_ms[0]; i++) {
		wire_run(w, began + at_ms[i] * MS - 1 - w->now);
		assert_int_equal(w->seen, i);
		wire_run(w, 1);
		assert_int_equal(w->seen, i + 1);
	}
	struct communicator_event event;
	assert_true(wire_event(w, ALICE, COMMUNICATOR_FAILED, 0, &event));
	assert_int_equal(event.err, ERR_UNREACHABLE);
	assert_false(event.fatal);
	wire_free(w);
}

static bool last_type(struct wire *w, const struct wire_flight *f)
{
	if (f->kind == WIRE_DATAGRAM && f->from_host == ALICE)
		w->lose_number = f->bytes[0];
	return false;
}

static void test_udp_wraps_in_open_until_held(void **state)
{
	(void)state;
	struct wire *w = wire_new(32);
	w->lose = last_type;
	start(w, &udp_communicator);
	assert_true(meet(w, SECOND));
	assert_int_equal(w->lose_number, PACKET_OPEN);
	communicator_regard(w->hosts[ALICE].c, &w->hosts[ALICE].up, STANDING_HELD);
	assert_true(wire_send(w, ALICE, &w->hosts[ALICE].up, PACKET_SEALED, 1, 100));
	assert_int_equal(w->lose_number, PACKET_SEALED);
	uint64_t before = w->sent;
	wire_run(w, 100 * SECOND);
	assert_int_equal(w->sent, before); /* and no HELLO */
	wire_free(w);
}

/* A responder that was restarted does not know our cookie: it says so, and we get another. */
static void test_udp_gets_another_cookie_when_refused(void **state)
{
	(void)state;
	struct wire *w = wire_new(33);
	start(w, &udp_communicator);
	assert_true(wire_event(w, ALICE, COMMUNICATOR_UP, SECOND, NULL));
	communicator_free(w->hosts[BOB].c);
	memset(w->hosts[BOB].sockets, 0, sizeof w->hosts[BOB].sockets);
	wire_open(w, BOB, &udp_communicator, listening(w));
	assert_true(meet(w, SECOND));

	/* Forged errors make it ask once a second at most. */
	uint8_t bytes[ERROR_LEN];
	struct writer writer = writer_of(bytes, sizeof bytes);
	signaling_write_error(&writer, &(struct error){ .code = SIGNALING_BAD_COOKIE });
	w->lose = count_hello;
	w->seen = 0;
	struct addr bob = wire_addr(w, BOB, true, PORT);
	for (int i = 0; i < 100; i++) {
		wire_inject(w, ALICE, 1, &bob, bytes, sizeof bytes);
		wire_run(w, 100 * MS);
	}
	assert_in_range(w->seen, 1, 11);
	wire_free(w);
}

/* The answers of a batch wait for output; those that have no place are dropped. */
static void test_udp_answers_a_flood_within_its_memory(void **state)
{
	(void)state;
	struct wire *w = wire_new(39);
	wire_open(w, BOB, &udp_communicator, listening(w));
	struct communicator *c = w->hosts[BOB].c;
	uint8_t bytes[HELLO_LEN], out[LIMIT_WIRE];
	struct writer writer = writer_of(bytes, sizeof bytes);
	signaling_write_hello(&writer, &(struct hello){ .nonce = { 7 } }, HELLO_LEN);
	struct route from = { .kind = ROUTE_UDP, .link = 1 }, to;
	for (uint16_t i = 0; i < 200; i++) {
		from.remote = addr_v4(198, 51, 100, 1, (uint16_t)(1000 + i));
		c->class->input(c, &from, written(&writer), w->now);
	}
	uint16_t answers = 0;
	while (c->class->output(c, &to, out, sizeof out, w->now) > 0) {
		struct cookie cookie;
		assert_true(signaling_read_cookie(span_of(out, COOKIE_LEN), &cookie));
		assert_int_equal(cookie.nonce[0], 7);
		assert_int_equal(to.remote.port, 1000 + answers++);
		assert_true(addr_equal(&cookie.observed, &to.remote));
	}
	assert_int_equal(answers, LIMIT_BATCH);
	c->class->input(c, &from, span_of(bytes, 0), w->now); /* nothing at all */
	wire_free(w);
}

/* Cookies come from a key that nobody else has. */
static void test_udp_refuses_a_cookie_of_its_own_making(void **state)
{
	(void)state;
	struct wire *w = wire_new(40);
	wire_open(w, BOB, &udp_communicator, listening(w));
	struct addr stranger = addr_v4(198, 51, 100, 7, 1000);
	uint8_t bytes[OPEN_HEADER + 100] = { PACKET_OPEN, SIGNALING_VERSION };
	bytes[OPEN_HEADER] = PACKET_HANDSHAKE;
	cookies_make(&(struct cookies){ .key = { 0 } }, &stranger, w->now, bytes + 2);
	wire_inject(w, BOB, 1, &stranger, bytes, sizeof bytes);
	assert_null(wire_receive(w, BOB, SECOND));
	wire_free(w);
}

static bool lose_cookie_once(struct wire *w, const struct wire_flight *f)
{
	return f->kind == WIRE_DATAGRAM && f->bytes[0] == PACKET_COOKIE && w->seen++ == 0;
}

/* Asking again begins with short pauses again. */
static void test_udp_asks_again_as_fast_as_at_first(void **state)
{
	(void)state;
	struct wire *w = wire_new(41);
	wire_open(w, ALICE, &udp_communicator, initiator_of(w, BOB));
	wire_run(w, 20 * SECOND);
	wire_open(w, BOB, &udp_communicator, listening(w));
	assert_true(wire_event(w, ALICE, COMMUNICATOR_UP, 3 * SECOND, NULL));
	communicator_free(w->hosts[BOB].c);
	memset(w->hosts[BOB].sockets, 0, sizeof w->hosts[BOB].sockets);
	wire_open(w, BOB, &udp_communicator, listening(w));
	w->lose = lose_cookie_once;
	uint64_t began = w->now;
	assert_true(meet(w, 2 * SECOND));
	assert_int_equal(w->seen, 2);
	assert_true(w->now - began < 700 * MS);
	wire_free(w);
}

/* Who knows that something has changed need not wait for the next HELLO. */
static void test_udp_refresh_asks_at_once(void **state)
{
	(void)state;
	struct wire *w = wire_new(42);
	wire_open(w, ALICE, &udp_communicator, initiator_of(w, BOB));
	wire_run(w, 20 * SECOND);
	wire_open(w, BOB, &udp_communicator, listening(w));
	communicator_refresh(w->hosts[ALICE].c, w->now);
	assert_true(wire_event(w, ALICE, COMMUNICATOR_UP, 2 * WIRE_DELAY_US, NULL));
	wire_free(w);
}

static void test_udp_believes_only_cookies_it_asked_for(void **state)
{
	(void)state;
	struct wire *w = wire_new(34);
	wire_open(w, ALICE, &udp_communicator, initiator_of(w, BOB));
	wire_run(w, 100 * MS);
	uint8_t bytes[COOKIE_LEN];
	struct writer writer = writer_of(bytes, sizeof bytes);
	signaling_write_cookie(&writer, &(struct cookie){ .nonce = { 0 } });
	struct addr bob = wire_addr(w, BOB, true, PORT), other = wire_addr(w, OTHER, true, PORT);
	wire_inject(w, ALICE, 1, &bob, bytes, sizeof bytes);
	wire_inject(w, ALICE, 1, &other, bytes, sizeof bytes);
	assert_false(wire_event(w, ALICE, COMMUNICATOR_UP, SECOND, NULL));
	wire_free(w);
}

static void test_udp_first_answer_wins(void **state)
{
	(void)state;
	struct wire *w = wire_new(35);
	struct communicator_config config = initiator_of(w, BOB);
	config.peers[1] = config.peers[0];
	config.peers[0] = addr_v4(203, 0, 113, 1, PORT);
	config.peers[2] = wire_addr(w, OTHER, true, PORT);
	/* no IPv6 here */
	config.peers[3] = (struct addr){ .ip = { 0x20, 1, [15] = 1 }, .port = PORT };
	config.peers_count = 4;
	wire_open(w, BOB, &udp_communicator, listening(w));
	uint64_t began = w->now;
	wire_open(w, ALICE, &udp_communicator, config);
	assert_true(wire_event(w, ALICE, COMMUNICATOR_UP, SECOND, NULL));
	assert_int_equal(w->now - began, 2 * WIRE_DELAY_US);
	assert_true(meet(w, SECOND));

	/* Refresh asks all of them again; the same answer is no news. */
	communicator_refresh(w->hosts[ALICE].c, w->now);
	wire_run(w, 5 * SECOND);
	assert_false(wire_had(w, ALICE, COMMUNICATOR_UP));
	wire_free(w);
}

/* A socket that the system takes away is bound again. */
static void test_udp_binds_again(void **state)
{
	(void)state;
	struct wire *w = wire_new(36);
	start(w, &udp_communicator);
	assert_true(meet(w, SECOND));
	for (int host = ALICE; host <= BOB; host++) {
		wire_socket_of(w, host, 1)->open = false;
		wire_tell(w, host, 1, LINK_DOWN);
		assert_false(wire_send(w, host, &w->hosts[ALICE].up, PACKET_SEALED, 1, 10));
		assert_true(wire_event(w, host, COMMUNICATOR_FAILED, SECOND, NULL));
	}
	/* at once; Bob after a while */
	communicator_refresh(w->hosts[ALICE].c, w->now);
	communicator_refresh(w->hosts[ALICE].c, w->now);
	assert_true(wire_event(w, BOB, COMMUNICATOR_LISTENING, 3 * SECOND, NULL));
	assert_true(meet(w, 3 * SECOND));

	wire_socket_of(w, ALICE, 1)->open = false;
	wire_tell(w, ALICE, 1, LINK_DOWN);
	/* no HELLO is due */
	communicator_regard(w->hosts[ALICE].c, &w->hosts[ALICE].up, STANDING_HELD);
	wire_run(w, 3 * SECOND);
	assert_non_null(wire_socket_of(w, ALICE, 1)); /* by itself */
	wire_free(w);
}

/* What we close and what closes by itself may cross. */
static void test_tcp_does_not_close_what_is_closed(void **state)
{
	(void)state;
	struct wire *w = wire_new(37);
	struct link_request request;
	start(w, &tcp_communicator);
	assert_true(meet(w, SECOND));
	struct communicator *c = w->hosts[BOB].c;
	struct route route = w->hosts[BOB].packets[0].route;
	communicator_regard(c, &route, STANDING_UNWANTED);
	wire_tell(w, BOB, route.link, LINK_BLOCKED);
	/* only that: it is closed */
	assert_true(wire_event(w, ALICE, COMMUNICATOR_DOWN, SECOND, NULL));
	assert_true(meet(w, 2 * SECOND));
	route = w->hosts[BOB].packets[w->hosts[BOB].packets_count - 1].route;
	communicator_regard(c, &route, STANDING_UNWANTED);
	wire_tell(w, BOB, route.link, LINK_DOWN);
	/* os/ may have given the number to somebody else already */
	assert_false(c->class->request(c, &request));
	wire_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_communicator_is_found_by_its_scheme),
		cmocka_unit_test(test_communicator_carries_packets_both_ways_in_order),
		cmocka_unit_test(test_communicator_repairs_any_lost_datagram),
		cmocka_unit_test(test_communicator_gets_through_heavy_loss),
		cmocka_unit_test(test_communicator_drops_garbage_in_every_state),
		cmocka_unit_test(test_communicator_drops_a_route_for_good),
		cmocka_unit_test(test_communicator_refuses_routes_it_does_not_know),
		cmocka_unit_test(test_communicator_needs_an_address),
		cmocka_unit_test(test_communicator_waits_for_an_address),
		cmocka_unit_test(test_communicator_port_busy_is_fatal),
		cmocka_unit_test(test_communicator_without_ipv6_listens_on_ipv4),
		cmocka_unit_test(test_communicator_finds_the_family_that_works),
		cmocka_unit_test(test_tcp_reconnects_when_the_link_breaks),
		cmocka_unit_test(test_tcp_tries_again_with_growing_pauses),
		cmocka_unit_test(test_tcp_tries_all_addresses),
		cmocka_unit_test(test_tcp_gives_strangers_ten_seconds),
		cmocka_unit_test(test_tcp_responder_asks_only_to_listen),
		cmocka_unit_test(test_tcp_refresh_in_vain),
		cmocka_unit_test(test_tcp_holds_a_link_not_its_place),
		cmocka_unit_test(test_tcp_keeps_sixteen_strangers),
		cmocka_unit_test(test_tcp_shares_its_places_by_host),
		cmocka_unit_test(test_tcp_held_links_leave_strangers_their_places),
		cmocka_unit_test(test_tcp_closes_on_bad_framing),
		cmocka_unit_test(test_tcp_initiator_gives_up_a_stream_it_cannot_read),
		cmocka_unit_test(test_tcp_tells_when_a_link_is_stuffed),
		cmocka_unit_test(test_tcp_refresh_opens_a_second_link),
		cmocka_unit_test(test_udp_responder_takes_handshakes_only_with_a_cookie),
		cmocka_unit_test(test_udp_says_hello_at_the_times_of_the_protocol),
		cmocka_unit_test(test_udp_wraps_in_open_until_held),
		cmocka_unit_test(test_udp_gets_another_cookie_when_refused),
		cmocka_unit_test(test_udp_answers_a_flood_within_its_memory),
		cmocka_unit_test(test_udp_refuses_a_cookie_of_its_own_making),
		cmocka_unit_test(test_udp_asks_again_as_fast_as_at_first),
		cmocka_unit_test(test_udp_refresh_asks_at_once),
		cmocka_unit_test(test_udp_believes_only_cookies_it_asked_for),
		cmocka_unit_test(test_udp_first_answer_wins),
		cmocka_unit_test(test_udp_binds_again),
		cmocka_unit_test(test_tcp_does_not_close_what_is_closed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
