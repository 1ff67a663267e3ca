/* reach: what a communicator says comes through, and what sessions may offer and hold is what is
 * there. */
#include "endpoint/reach.h"

#include "tests/unit/two_rosters.h"

/* A communicator that only has events, and routes that are held. */
struct stub {
	struct communicator base;
	struct communicator_event events[8];
	unsigned events_count, taken, refreshed;
	struct route held[4];
	unsigned held_count, unwanted;
	unsigned spares, spares_asked; /* sockets of a search, and how often they were asked */
};

static struct stub *stub;
static struct test_random randomness;
static struct roster roster;
static struct reach reach;

static enum err stub_init(struct communicator *c, const struct communicator_config *config,
                          uint64_t now)
{
	(void)config, (void)now;
	stub = (struct stub *)c;
	return OK;
}

static bool stub_take(struct communicator *c, struct communicator_event *event)
{
	(void)c;
	if (stub->taken == stub->events_count)
		return false;
	*event = stub->events[stub->taken++];
	return true;
}

static uint64_t stub_deadline(const struct communicator *c)
{
	(void)c;
	return NEVER;
}

static bool stub_held(struct communicator *c, unsigned index, struct route *route)
{
	(void)c;
	if (index >= stub->held_count)
		return false;
	*route = stub->held[index];
	return true;
}

static void stub_regard(struct communicator *c, const struct route *route,
                        enum communicator_standing standing)
{
	(void)c, (void)route;
	if (standing == STANDING_UNWANTED) {
		stub->unwanted++;
		return;
	}
	assert_int_equal(standing, STANDING_UNUSED);
	stub->held_count--;
	memmove(stub->held, stub->held + 1, stub->held_count * sizeof stub->held[0]);
}

static void stub_refresh(struct communicator *c, uint64_t now)
{
	(void)c, (void)now;
	stub->refreshed++;
}

static void stub_spare(struct communicator *c, unsigned count, bool low, bool measure, uint64_t now)
{
	(void)c, (void)low, (void)measure, (void)now;
	stub->spares = count;
	stub->spares_asked += count > 0;
}

static const struct communicator_class communicator_stub = {
	.name = "stub",
	.scheme = "",
	.size = sizeof(struct stub),
	.init = stub_init,
	.take = stub_take,
	.deadline = stub_deadline,
	.held = stub_held,
	.regard = stub_regard,
	.refresh = stub_refresh,
	.spare = stub_spare,
};

static void prepare(void)
{
	enum err err;
	struct session_config session = { .random = &randomness.random };
	struct communicator_config config = { .random = &randomness.random };

	randomness = test_random(1);
	roster_init(&roster, &session, MODE_CHAT, 1);
	reach_init(&reach, communicator_new(&communicator_stub, &config, 0, &err), &roster);
}

static void end(void)
{
	roster_free(&roster);
	reach_free(&reach);
}

static void happens(struct communicator_event event)
{
	stub->events[stub->events_count++] = event;
}

/* Events about sockets alone stay here; everything else comes through, in order. */
static void test_reach_passes_on_what_concerns_others(void **state)
{
	(void)state;
	struct communicator_event e;

	prepare();
	happens((struct communicator_event){ .kind = COMMUNICATOR_BOUND });
	happens((struct communicator_event){ .kind = COMMUNICATOR_UP });
	happens((struct communicator_event){ .kind = COMMUNICATOR_BLOCKED });
	happens((struct communicator_event){ .kind = COMMUNICATOR_WRITABLE });
	happens((struct communicator_event){ .kind = COMMUNICATOR_WAITING, .number = 3 });
	happens((struct communicator_event){ .kind = COMMUNICATOR_OBSERVED,
	                                     .addr = addr_v4(203, 0, 113, 9, 7000) });
	happens((struct communicator_event){ .kind = COMMUNICATOR_OBSERVED }); /* no more */
	static const enum communicator_event_kind want[] = { COMMUNICATOR_UP, COMMUNICATOR_WAITING,
		                                             COMMUNICATOR_OBSERVED };
	for (unsigned i = 0; i < 3; i++) {
		assert_true(reach_take(&reach, &e, 1));
		assert_int_equal(e.kind, want[i]);
	}
	assert_false(reach_take(&reach, &e, 1));
	end();
}

/* An address is offered for as long as a server sees it: where the last one does not, no UDP
 * passes, and TCP is offered. */
static void test_reach_offers_no_address_that_nobody_sees(void **state)
{
	(void)state;
	const struct candidates *c = &roster.candidates;
	struct communicator_event e;
	struct communicator_event seen[2], crossing = { .kind = COMMUNICATOR_OBSERVED,
		                                        .route.kind = ROUTE_TCP,
		                                        .addr = addr_v4(203, 0, 113, 9, 4000) };

	prepare();
	for (uint16_t link = 1; link <= 2; link++)
		happens((struct communicator_event){ .kind = COMMUNICATOR_BOUND,
		                                     .route.link = link,
		                                     .addr = link == 1
		                                                 ? addr_v4(0, 0, 0, 0, 7000)
		                                                 : (struct addr){ .port = 7000 } });
	for (uint8_t i = 0; i < 2; i++) {
		seen[i] = (struct communicator_event){ .kind = COMMUNICATOR_OBSERVED,
			                               .server = i,
			                               .route.link = 1,
			                               .addr = addr_v4(203, 0, 113, 9, 7000) };
		happens(seen[i]);
	}
	happens(crossing);
	for (uint8_t i = 0; i < 2; i++) {
		while (reach_take(&reach, &e, 1))
			;
		assert_int_equal(c->own_count, 1);
		assert_int_equal(c->own[0].kind, CANDIDATE_SEEN);
		seen[i].addr = (struct addr){ .port = 0 };
		happens(seen[i]);
	}
	assert_false(reach_take(&reach, &e, 1));
	assert_int_equal(c->own_count, 1);
	assert_int_equal(c->own[0].kind, CANDIDATE_CROSS);
	seen[1].addr = addr_v4(203, 0, 113, 10, 7000);
	happens(seen[1]);
	assert_true(reach_take(&reach, &e, 1));
	assert_int_equal(c->own_count, 1);
	assert_int_equal(c->own[0].kind, CANDIDATE_SEEN);
	end();
}

/* What is offered: the address seen from outside first, then interfaces with the socket's port,
 * none twice, and none that means nothing elsewhere. */
static void test_reach_offers_addresses_best_first(void **state)
{
	(void)state;
	const struct addr hosts[] = { addr_v4(192, 168, 1, 2, 0), addr_v4(127, 0, 0, 1, 0),
		                      addr_v4(169, 254, 3, 4, 0), addr_v4(203, 0, 113, 9, 0) };
	const struct candidates *c = &roster.candidates;
	struct communicator_event e;

	prepare();
	happens((struct communicator_event){
	    .kind = COMMUNICATOR_BOUND, .route.link = 5, .addr = addr_v4(0, 0, 0, 0, 7000) });
	happens((struct communicator_event){ .kind = COMMUNICATOR_OBSERVED,
	                                     .addr = addr_v4(203, 0, 113, 9, 7000) });
	while (reach_take(&reach, &e, 1))
		;
	reach_hosts(&reach, hosts, 4);
	assert_int_equal(c->own_count, 2);
	assert_false(c->nat.moves);
	assert_int_equal(c->own[0].kind, CANDIDATE_SEEN);
	assert_int_equal(c->own[0].addr.port, 7000);
	assert_int_equal(c->own[1].kind, CANDIDATE_HOST);
	assert_int_equal(c->own[1].addr.port, 7000);
	assert_int_equal(c->own[1].addr.ip[12], 192);
	assert_int_equal(c->networks_count, 4);
	assert_int_equal(c->udp_link[0], 5);
	assert_int_equal(c->udp_link[1], 0);
	/* the router's word counts where a server sees the same address */
	happens((struct communicator_event){ .kind = COMMUNICATOR_MAPPED,
	                                     .addr = addr_v4(198, 51, 100, 1, 7001) });
	while (reach_take(&reach, &e, 1))
		;
	assert_int_equal(c->own_count, 2);
	happens((struct communicator_event){ .kind = COMMUNICATOR_MAPPED,
	                                     .addr = addr_v4(203, 0, 113, 9, 7001) });
	while (reach_take(&reach, &e, 1))
		;
	assert_int_equal(c->own_count, 3);
	assert_int_equal(c->own[0].kind, CANDIDATE_SEEN);
	assert_int_equal(c->own[0].addr.port, 7001);
	happens((struct communicator_event){ .kind = COMMUNICATOR_MAPPED });
	while (reach_take(&reach, &e, 1))
		;
	assert_int_equal(c->own_count, 2);
	happens((struct communicator_event){ .kind = COMMUNICATOR_OBSERVED,
	                                     .addr = addr_v4(203, 0, 113, 9, 7009) });
	while (reach_take(&reach, &e, 1))
		;
	assert_true(c->nat.moves); /* another port outside than inside */
	struct addr many[3 * LIMIT_CANDIDATES];
	for (unsigned i = 0; i < 3 * LIMIT_CANDIDATES; i++)
		many[i] = addr_v4(10, 0, 0, (uint8_t)(i + 1), 0);
	reach_hosts(&reach, many, 3 * LIMIT_CANDIDATES);
	assert_int_equal(c->own_count, LIMIT_CANDIDATES);
	end();
}

/* Where a server sees our connection is offered while nothing better is known of us, for as long as
 * it is so; and neither that nor that one of a session stands is anything for others. */
static void test_reach_offers_connections_that_may_cross(void **state)
{
	(void)state;
	const struct candidates *c = &roster.candidates;
	const struct route tcp = { .kind = ROUTE_TCP, .local = addr_v4(192, 168, 1, 2, 5000) };
	struct communicator_event e, seen = { .kind = COMMUNICATOR_OBSERVED, .route = tcp };

	prepare();
	happens((struct communicator_event){
	    .kind = COMMUNICATOR_UP,
	    .route = { .kind = ROUTE_TCP, .remote = addr_v4(203, 0, 113, 7, 1) } });
	for (uint8_t server = 1; server < 3; server++) {
		seen.server = server;
		seen.addr = addr_v4(198, 51, 100, server, 6000);
		happens(seen);
	}
	assert_false(reach_take(&reach, &e, 1));
	assert_int_equal(c->own_count, 2);
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(c->own[i].kind, CANDIDATE_CROSS);
		assert_int_equal(c->own[i].addr.ip[15], i + 1);
		assert_true(addr_equal(&c->crossings[i + 1].local, &tcp.local));
	}
	seen.addr = (struct addr){ .port = 0 };
	happens(seen);
	assert_false(reach_take(&reach, &e, 1));
	assert_int_equal(c->own_count, 1);
	assert_false(addr_is_set(&c->crossings[2].seen));
	happens((struct communicator_event){ .kind = COMMUNICATOR_OBSERVED,
	                                     .addr = addr_v4(203, 0, 113, 9, 7000) });
	assert_true(reach_take(&reach, &e, 1));
	assert_int_equal(c->own_count, 1);
	assert_int_equal(c->own[0].kind, CANDIDATE_SEEN);
	end();
}

/* A route that no session has is not held any longer. */
static void test_reach_releases_what_no_session_uses(void **state)
{
	(void)state;
	prepare();
	for (unsigned i = 0; i < 3; i++)
		stub->held[stub->held_count++] = side_route(i);
	reach_timer(&reach, SECOND);
	assert_int_equal(stub->held_count, 0);
	assert_int_equal(stub->refreshed, 0);
	assert_true(reach_deadline(&reach) == NEVER);
	end();
}

/* A contact, who has proved its key. */
static struct peer *comes(struct side *own, unsigned n, uint64_t now)
{
	struct side other;
	struct route to_own = side_route(999), to_other = side_route(n);
	struct peer *p, *last = NULL;

	side_start(&other, &(struct side_config){ .initiator = true,
	                                          .identity = n,
	                                          .expected = &own->key.public,
	                                          .random = &randomness.random });
	seek_introduced(&other.seek, &to_own, now);
	side_talk(&other, &to_own, own, &to_other, now);
	for (int i = 0; (p = roster_next(&own->roster, &i)) != NULL;)
		last = p->session != NULL ? p : last;
	assert_non_null(last);
	side_end(&other);
	return last;
}

/* The peer, number n, wants a search. hard: our NAT is, else the peer's. */
static struct search *begins(struct peer *p, unsigned n, bool hard, uint64_t now)
{
	struct route to_other = side_route(n);
	const struct candidates ours = { .own = { { CANDIDATE_SEEN, addr_v4(192, 0, 2, 1, 9) } },
		                         .own_count = 1,
		                         .udp_link = { 1, 2 },
		                         .nat = { .known = true, .hard = hard, .last = 65535 } };
	const uint8_t nat[2 + SEARCH_NAT] = { 1, 1, 16, !hard, 0, 0, 4, 0, 255, 255 };
	static const uint8_t body[] = { 1, 0, 1, 4, 0, 255, 255, 0, 1 };
	struct search *search = session_search(p->session);

	search_init(search, false, true, &randomness.random);
	search_candidates(search, &ours);
	search_peer(search, span_of(nat, sizeof nat));
	search_attested(search, &to_other.remote);
	search_input(search, span_of(body, sizeof body), now);
	return search;
}

static struct side own;

static void prepare_contacts(void)
{
	enum err err;
	struct communicator_config config = { .random = &randomness.random };

	randomness = test_random(1);
	side_start(&own, &(struct side_config){ .contacts = true, .random = &randomness.random });
	reach_init(&reach, communicator_new(&communicator_stub, &config, 0, &err), &own.roster);
}

static void end_contacts(void)
{
	reach_free(&reach);
	side_end(&own);
}

/* However many sessions want one: one at a time, and the next a minute after the last began. */
static void test_reach_has_one_search_at_a_time(void **state)
{
	(void)state;
	uint64_t now = 1000 * SECOND;

	prepare_contacts();
	struct peer *one = comes(&own, 1, now), *two = comes(&own, 2, now);
	struct search *first = begins(one, 1, true, now);
	reach_timer(&reach, now);
	assert_int_equal(stub->spares_asked, 1);
	assert_int_equal(stub->spares, LIMIT_SPARES);
	struct search *second = begins(two, 2, true, now);
	assert_ptr_not_equal(first, second);
	for (unsigned i = 0; i < 10; i++)
		reach_timer(&reach, now += 100 * MS);
	assert_int_equal(stub->spares_asked, 1);
	assert_int_equal(stub->spares, LIMIT_SPARES);

	search_timer(first, true, now); /* it has found a path */
	reach_timer(&reach, now);
	assert_int_equal(stub->spares, 0);
	assert_int_equal(stub->spares_asked, 1);
	reach_timer(&reach, 1060 * SECOND - 1);
	assert_int_equal(stub->spares_asked, 1);
	reach_timer(&reach, 1060 * SECOND);
	assert_int_equal(stub->spares_asked, 2);
	end_contacts();
}

/* The sockets are for the session that has asked for them, and for what it asked last. */
static void test_reach_gives_sockets_to_who_asked(void **state)
{
	(void)state;
	uint64_t now = 1000 * SECOND;
	static const struct communicator_spare at[] = { { 1, 4000 }, { 2, 4001 } };
	struct communicator_event e, spares = { .kind = COMMUNICATOR_SPARES,
		                                .addr = addr_v4(192, 0, 2, 1, 9),
		                                .number = 2,
		                                .spares = at };

	prepare_contacts();
	struct peer *one = comes(&own, 1, now), *two = comes(&own, 2, now);
	struct search *first = begins(one, 1, true, now), *second = begins(two, 2, true, now);
	happens(spares); /* nobody has */
	assert_false(reach_take(&reach, &e, now));
	assert_int_equal(first->sockets_count + second->sockets_count, 0);
	reach_timer(&reach, now);
	reach_timer(&reach, now);
	assert_int_equal(stub->spares_asked, 1);
	first->want.turn++; /* it has begun anew */
	happens(spares);
	assert_false(reach_take(&reach, &e, now));
	assert_int_equal(first->sockets_count, 0);
	reach_timer(&reach, now);
	assert_int_equal(stub->spares_asked, 2);
	happens(spares);
	assert_false(reach_take(&reach, &e, now));
	assert_int_equal(first->sockets_count, 2);
	assert_int_equal(first->sockets[1].link, 2);
	assert_int_equal(first->sockets[1].port, 4001);
	assert_int_equal(second->sockets_count, 0);
	end_contacts();
}

/* Behind an easy NAT the socket that there is will do: nobody is asked for others. */
static void test_reach_searches_with_the_socket_that_there_is(void **state)
{
	(void)state;
	uint64_t now = 1000 * SECOND;

	prepare_contacts();
	struct search *search = begins(comes(&own, 1, now), 1, false, now);
	assert_int_equal(search->stage, SEARCH_ASKING);
	reach_timer(&reach, now);
	assert_int_equal(stub->spares_asked, 0);
	assert_int_equal(search->sockets_count, 1);
	assert_int_equal(search->sockets[0].link, 1);
	assert_int_not_equal(search->stage, SEARCH_ASKING);
	end_contacts();
}

/* A connection that one session has asked for is no path of another. */
static void test_reach_gives_a_connection_to_who_asked(void **state)
{
	(void)state;
	const struct route tcp = { .kind = ROUTE_TCP, .remote = addr_v4(203, 0, 113, 7, 9) };
	struct communicator_event e;

	prepare_contacts();
	(void)comes(&own, 1, 1000 * SECOND);
	struct peer *asked = comes(&own, 2, 1000 * SECOND);
	session_route_up(asked->session, &tcp, 1000 * SECOND);
	happens((struct communicator_event){ .kind = COMMUNICATOR_UP, .route = tcp });
	assert_false(reach_take(&reach, &e, 1000 * SECOND));
	assert_true(session_has_route(asked->session, &tcp));
	assert_false(roster_has_route(&own.roster, &tcp, asked));
	end_contacts();
}

/* What a peer leaves behind is not wanted any more, unless another one has it too. */
static void test_reach_drops_what_no_other_peer_has(void **state)
{
	(void)state;
	const struct route pair = { .kind = ROUTE_FORWARD_UDP, .link = 1, .pair = 7 },
			   other = { .kind = ROUTE_FORWARD_UDP, .link = 1, .pair = 8 };

	prepare_contacts();
	struct peer *one = comes(&own, 1, 1000 * SECOND), *two = comes(&own, 2, 1000 * SECOND);
	reach_drop(&reach, one); /* all it has is an address */
	assert_int_equal(stub->unwanted, 0);
	session_route_up(one->session, &pair, 1000 * SECOND);
	session_route_up(one->session, &other, 1000 * SECOND);
	session_route_up(two->session, &pair, 1000 * SECOND);
	reach_drop(&reach, one);
	assert_int_equal(stub->unwanted, 1);
	reach_drop(&reach, two);
	assert_int_equal(stub->unwanted, 1);
	end_contacts();
}

/* The server is asked when trouble with an accepted peer begins, every 700 ms for a minute while
 * nobody knows which path works, then every ten seconds. */
static void test_reach_looks_again_while_a_path_is_in_doubt(void **state)
{
	(void)state;
	uint64_t now = 1000 * SECOND;
	struct endpoint_event e;

	prepare_contacts();
	struct peer *p = comes(&own, 1, now);
	session_network(p->session, now);
	reach_timer(&reach, now);
	assert_int_equal(stub->refreshed, 0); /* it is none of ours yet */
	assert_true(roster_take(&own.roster, &e));
	peer_accept(p);
	assert_true(session_in_doubt(p->session));
	reach_timer(&reach, now);
	assert_int_equal(stub->refreshed, 1);
	assert_int_equal(reach_deadline(&reach), now + 700 * MS);
	reach_timer(&reach, now + 700 * MS - 1);
	assert_int_equal(stub->refreshed, 1);
	reach_timer(&reach, now + 700 * MS);
	assert_int_equal(stub->refreshed, 2);
	reach_timer(&reach, now + 60 * SECOND);
	assert_int_equal(stub->refreshed, 3);
	assert_int_equal(reach_deadline(&reach), now + 70 * SECOND);
	end_contacts();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reach_passes_on_what_concerns_others),
		cmocka_unit_test(test_reach_offers_no_address_that_nobody_sees),
		cmocka_unit_test(test_reach_offers_addresses_best_first),
		cmocka_unit_test(test_reach_offers_connections_that_may_cross),
		cmocka_unit_test(test_reach_releases_what_no_session_uses),
		cmocka_unit_test(test_reach_has_one_search_at_a_time),
		cmocka_unit_test(test_reach_gives_sockets_to_who_asked),
		cmocka_unit_test(test_reach_searches_with_the_socket_that_there_is),
		cmocka_unit_test(test_reach_gives_a_connection_to_who_asked),
		cmocka_unit_test(test_reach_drops_what_no_other_peer_has),
		cmocka_unit_test(test_reach_looks_again_while_a_path_is_in_doubt),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
