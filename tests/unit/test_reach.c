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
	unsigned held_count;
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
	assert_int_equal(standing, STANDING_UNUSED);
	stub->held_count--;
	memmove(stub->held, stub->held + 1, stub->held_count * sizeof stub->held[0]);
}

static void stub_refresh(struct communicator *c, uint64_t now)
{
	(void)c, (void)now;
	stub->refreshed++;
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
};

static void prepare(void)
{
	enum err err;
	struct session_config session = { .random = &randomness.random };
	struct communicator_config config = { .random = &randomness.random };

	randomness = test_random(1);
	roster_init(&roster, &session, MODE_CHAT);
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
	happens((struct communicator_event){ .kind = COMMUNICATOR_OBSERVED });
	static const enum communicator_event_kind want[] = { COMMUNICATOR_UP, COMMUNICATOR_WAITING,
		                                             COMMUNICATOR_OBSERVED };
	for (unsigned i = 0; i < 3; i++) {
		assert_true(reach_take(&reach, &e, 1));
		assert_int_equal(e.kind, want[i]);
	}
	assert_false(reach_take(&reach, &e, 1));
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
	struct addr many[3 * LIMIT_CANDIDATES];
	for (unsigned i = 0; i < 3 * LIMIT_CANDIDATES; i++)
		many[i] = addr_v4(10, 0, 0, (uint8_t)(i + 1), 0);
	reach_hosts(&reach, many, 3 * LIMIT_CANDIDATES);
	assert_int_equal(c->own_count, LIMIT_CANDIDATES);
	end();
}

/* A route that no session has is not held any longer. */
static void test_reach_releases_what_no_session_uses(void **state)
{
	(void)state;
	prepare();
	for (unsigned i = 0; i < 3; i++)
		stub->held[stub->held_count++] = side_route(i);
	reach_timer(&reach, NULL, SECOND);
	assert_int_equal(stub->held_count, 0);
	assert_int_equal(stub->refreshed, 0);
	assert_true(reach_deadline(&reach) == NEVER);
	end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reach_passes_on_what_concerns_others),
		cmocka_unit_test(test_reach_offers_addresses_best_first),
		cmocka_unit_test(test_reach_releases_what_no_session_uses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
