/* survey: the facts about NATs of every kind, in time, from servers that answer, lie, or do not. */
#include "transport/survey.h"

#include <stdlib.h>

#include "base/min_max.h"
#include "base/split.h"
#include "base/text.h"
#include "tests/nat/words.h"
#include "tests/unit/support.h"

#define START (100 * SECOND)
#define DAY   20000u

enum { LINKS = LINK_SPARES_FIRST + LIMIT_SPARES, ON_THE_WAY = 200, STRANGER_HOPS = 10 };

static struct survey s;
static struct test_random randoms;
static struct nat *nat;
static uint64_t now;
static struct addr own;
static uint16_t ports[LINKS]; /* of our sockets, by link */
static struct {
	bool root;           /* we may have low ports */
	bool tcp, old, lies; /* what servers do; lies: about where they see us, and their ports */
	uint32_t relay_kbit, day;
	struct addr lie;
	uint16_t other_port;
	uint64_t round_trip;
	struct weather line; /* of it the MTU, and what is blocked */
	unsigned strays;     /* datagrams to anybody but servers, and ourselves outside */
} world;
static struct {
	uint64_t at;
	struct route from;
	uint8_t bytes[128];
	size_t len;
} queue[ON_THE_WAY]; /* answers, in order */
static size_t queue_first, queue_end;

static int start(void **state)
{
	(void)state;
	randoms = test_random(3);
	now = START;
	own = addr_v4(192, 168, 1, 2, 0);
	memset(&world, 0, sizeof world);
	world.tcp = true;
	world.relay_kbit = 64;
	world.day = DAY;
	world.line.mtu = 1500;
	nat = NULL;
	queue_first = queue_end = 0;
	survey_init(&s, &own, 1, &randoms.random, START + 2700 * MS);
	return 0;
}

static int end(void **state)
{
	(void)state;
	nat_free(nat);
	return 0;
}

static void links(void)
{
	struct link_request r;
	while (survey_request(&s, &r)) {
		bool low = r.local.port != 0 && r.local.port < 1024 && !world.root;
		bool up = r.kind == LINK_UDP
		              ? !low
		              : world.tcp && r.remote.port == 7242 && world.line.tcp_port == 0;
		struct link_event e = { .link = r.link,
			                .kind = r.kind,
			                .state = up ? LINK_UP : LINK_DOWN,
			                .why = low ? ERR_LOCAL : ERR_UNREACHABLE };
		e.local.port = r.local.port != 0
		                   ? r.local.port
		                   : (uint16_t)(30000 + random_below(&randoms.random, 20000));
		ports[r.link] = e.local.port;
		if (r.open)
			survey_link(&s, &e, now);
	}
}

static void arrive_later(const struct route *from, struct span bytes)
{
	assert_true(queue_end < ON_THE_WAY && bytes.len <= sizeof queue[0].bytes);
	queue[queue_end].at = now + world.round_trip;
	queue[queue_end].from = *from;
	memcpy(queue[queue_end].bytes, bytes.at, bytes.len);
	queue[queue_end++].len = bytes.len;
}

/* Servers are at 198.x, and one is in our network. */
static bool is_server(const struct addr *a)
{
	return a->ip[12] == 198 || (a->ip[12] == 192 && a->ip[15] == 5);
}

/* COOKIE, from a port of the server's, if it gets through. */
static void answer(const struct route *to, const struct hello *m, struct addr seen)
{
	uint16_t other = to->remote.port == 7242 ? 7243 : 7242;
	struct cookie c = { .observed = world.lies ? world.lie : seen,
		            .relay_kbit = world.relay_kbit,
		            .day = world.day,
		            .day_ends_s = 43200,
		            .other_port = world.lies ? world.other_port : other };
	struct route from = *to;
	uint8_t wire[2 + COOKIE_LEN];
	struct writer w = writer_of(wire, sizeof wire);
	memcpy(c.nonce, m->nonce, NONCE_BYTES);
	if (route_is_stream(to))
		write_be16(&w, COOKIE_LEN);
	signaling_write_cookie(&w, &c);
	if (m->beside && !world.old)
		from.remote.port = c.other_port;
	if (route_is_stream(to) || nat == NULL || from.remote.ip[12] != 198 ||
	    nat_in(nat, NAT_UDP, &from.remote, &seen, now))
		arrive_later(&from, written(&w));
}

static void carry(const struct route *to, struct span wire)
{
	struct hello m;
	struct addr seen = own;
	struct route back = *to;
	bool through = nat != NULL && !route_is_stream(to) && to->remote.ip[12] != 192;
	seen.port = ports[to->link];
	if (route_is_stream(to))
		wire = span_after(wire, 2);
	if (!signaling_read_hello(wire, &m))
		return; /* to the router, which says nothing */
	if (!route_is_stream(to) &&
	    (world.line.udp_blocked || world.line.udp_refused || wire.len + 28 > world.line.mtu ||
	     (through && !nat_out(nat, NAT_UDP, &seen, &to->remote, now, &randoms.random))))
		return;
	if (is_server(&to->remote)) {
		if (to->remote.port == 7242 || to->remote.port == 7243)
			answer(to, &m, seen);
		return;
	}
	struct addr there = to->remote;
	bool home = nat != NULL && nat_owns(nat, &there);
	world.strays += !home;
	assert_in_range(to->ttl, 1, STRANGER_HOPS);
	if (!home || !nat_config(nat)->hairpin || !nat_in(nat, NAT_UDP, &seen, &there, now))
		return;
	back.remote = seen;
	arrive_later(&back, wire);
}

static void ask(unsigned server, struct addr at)
{
	survey_server(&s, &(struct communicator_place){ .number = (uint8_t)server }, &at, 1, now);
}

/* Until it is over: how many milliseconds that takes. */
static unsigned look(void)
{
	uint8_t wire[SURVEY_WIRE];
	struct route to;
	size_t len;
	for (;;) {
		links();
		survey_timer(&s, now);
		while ((len = survey_output(&s, &to, wire)) > 0)
			carry(&to, span_of(wire, len));
		links();
		if (survey_done(&s, now))
			return (unsigned)((now - START) / MS);
		bool due = queue_first < queue_end;
		uint64_t next = min_of(survey_deadline(&s), due ? queue[queue_first].at : NEVER);
		now = next > now || due ? max_of(next, now) : now + MS;
		for (; queue_first < queue_end && queue[queue_first].at <= now; queue_first++)
			survey_input(&s, &queue[queue_first].from,
			             span_of(queue[queue_first].bytes, queue[queue_first].len),
			             now);
		assert_true(now <= START + 2700 * MS);
	}
}

/* The same behind such a NAT (tests/nat/words.h; "root": we may have low ports), of two servers. */
static unsigned look_behind(const char *words)
{
	struct nat_config config = { .mapping = MAP_NONE };
	struct weather ways[2] = { { .mtu = 1500 } };
	struct addr outside = addr_v4(203, 0, 113, 9, 0);
	struct span rest = span_text(words), word;
	char text[32];
	while ((word = split_word(&rest)).len > 0) {
		struct text t = text_of(text, sizeof text);
		text_add_span(&t, word);
		if (strcmp(text, "root") == 0)
			world.root = true;
		else
			assert_true(words_read(text, &config, ways));
	}
	world.line = ways[WAY_OUT];
	nat = nat_new(&config, &outside);
	assert_non_null(nat);
	ask(0, addr_v4(198, 51, 100, 1, 7242));
	ask(1, addr_v4(198, 51, 100, 2, 7242));
	return look();
}

static struct outlook_facts facts(void)
{
	struct outlook_facts f;
	survey_facts(&s, (uint64_t)DAY * 86400 * 1000 + 43200 * 1000 + (now - START) / 1000 + 60000,
	             now, &f);
	return f;
}

static const char *const mappings[] = { "endpoint", "address", "port" };
static const char *const filters[] = { "none", "address", "port" };
static const char *const choices[] = { "sequential", "random", "preserve", "near" };

/* Three mappings, three filters, four ways to choose ports, with and without hairpin. */
static void test_survey_of_every_nat(void **state)
{
	for (unsigned i = 0; i < 72; i++) {
		unsigned m = i % 3, f = i / 3 % 3, c = i / 9 % 4, hairpin = i / 36;
		char words[100];
		struct text t = text_of(words, sizeof words);
		text_add_format(&t, "nat=%s filter=%s ports=%s%s", mappings[m], filters[f],
		                choices[c], hairpin ? " hairpin" : "");
		print_message("%s\n", words);
		start(state);
		assert_true(look_behind(words) < 1500);
		struct outlook_facts found = facts();
		assert_string_equal(outlook_mapping_name(found.mapping), mappings[m]);
		assert_int_equal(found.lets_in[OUTLOOK_V4], f == 2 ? ANSWER_NO : ANSWER_YES);
		assert_int_equal(found.udp[OUTLOOK_V4], ANSWER_YES);
		assert_int_equal(found.udp[OUTLOOK_V6], ANSWER_UNKNOWN);
		assert_true(found.translated[OUTLOOK_V4] && found.compared == 2 && found.clock);
		assert_true(found.packet == 1500 && !found.local && found.has[OUTLOOK_V4]);
		assert_int_equal(found.clock_ahead_s, 60);
		assert_int_equal(found.hairpin, m > 0     ? ANSWER_UNKNOWN
		                                : hairpin ? ANSWER_YES
		                                          : ANSWER_NO);
		if (m == 2) {
			assert_int_equal(found.traits.step, c == 0 || c == 3);
			assert_int_equal(found.traits.keeps, c >= 2);
		}
		assert_int_equal(world.strays, 0);
		nat_free(nat);
		nat = NULL;
	}
}

/* The other kinds of tests/net, as far as they show in what is asked. */
static void test_survey_of_other_nats(void **state)
{
	static const struct {
		const char *words, *mapping;
		unsigned step;
		bool keeps, low;
		uint16_t first, last; /* the range is within; 0: anything */
		unsigned packet;
	} kinds[] = {
		{ "nat=port filter=port ports=sequential range=40000-40511 step=3", "port", 3,
		  .packet = 1500 },
		{ "nat=port filter=port ports=random range=40000-40511", "port", .first = 35000,
		  .last = 45000, .packet = 1500 },
		{ "nat=port filter=port ports=random overload lowports root", "port", .low = true,
		  .packet = 1500 },
		{ "nat=port filter=port ports=random overload lowports", "port", .packet = 1500 },
		{ "nat=port filter=port ports=preserve overload lowports root", "endpoint",
		  .packet = 1500 },
		{ "nat=port filter=port ports=preserve overload strays", "endpoint",
		  .packet = 1500 },
		{ "nat=endpoint filter=none addresses=4 pooled", "endpoint", .packet = 1500 },
		{ "nat=port filter=address ports=random addresses=4", "port", .packet = 1500 },
		{ "nat=endpoint filter=none mtu=1400", "endpoint", .packet = 1400 },
		{ "nat=endpoint filter=none mtu=1100", "endpoint", .packet = 1080 },
		{ "nat=endpoint filter=none mtu=600", "endpoint", .packet = 576 },
	};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		print_message("%s\n", kinds[i].words);
		start(state);
		assert_true(look_behind(kinds[i].words) < 1500);
		struct outlook_facts f = facts();
		assert_string_equal(outlook_mapping_name(f.mapping), kinds[i].mapping);
		assert_int_equal(f.packet, kinds[i].packet);
		assert_int_equal(f.traits.step, kinds[i].step);
		assert_true(f.traits.keeps == kinds[i].keeps && f.traits.low == kinds[i].low);
		assert_true(kinds[i].first == 0 ||
		            (f.traits.first >= kinds[i].first && f.traits.last <= kinds[i].last));
		nat_free(nat);
		nat = NULL;
	}
}

static void test_survey_without_nat(void **state)
{
	(void)state;
	ask(0, addr_v4(198, 51, 100, 1, 7242));
	look();
	struct outlook_facts f = facts();
	assert_true(f.mapping == MAPPING_NONE && !f.translated[OUTLOOK_V4] && f.relays);
	assert_true(f.lets_in[OUTLOOK_V4] == ANSWER_YES && f.hairpin == ANSWER_UNKNOWN);
	assert_true(survey_answer(&s, 0, BY_UDP) == ANSWER_YES);
	assert_true(survey_answer(&s, 0, BY_TCP) == ANSWER_YES);
	assert_true(survey_answer(&s, 0, BY_443) == ANSWER_NO);
	assert_true(survey_answer(&s, 1, BY_UDP) == ANSWER_UNKNOWN);
}

/* A path around the world by satellite: what is told is true, what is not seen is unknown. */
static void test_survey_over_a_long_path(void **state)
{
	for (unsigned ms = 100; ms <= 1300; ms += 100) {
		start(state);
		world.round_trip = ms * MS;
		look_behind("nat=endpoint filter=none ports=random");
		struct outlook_facts f = facts();
		assert_true(f.udp[OUTLOOK_V4] == ANSWER_YES && f.tcp == ANSWER_YES);
		assert_true(f.mapping == MAPPING_ENDPOINT);
		assert_true(f.lets_in[OUTLOOK_V4] != ANSWER_NO);
		assert_true(f.lets_in[OUTLOOK_V4] == ANSWER_YES || ms > 600);
		nat_free(nat);
		nat = NULL;
	}
}

/* A server that does not know the flag: nothing is concluded. */
static void test_survey_by_an_old_server(void **state)
{
	(void)state;
	world.old = true;
	look_behind("nat=endpoint filter=none ports=random");
	struct outlook_facts f = facts();
	assert_true(f.lets_in[OUTLOOK_V4] == ANSWER_UNKNOWN && f.mapping == MAPPING_ENDPOINT);
}

/* A server at home sees no NAT. That says nothing, and one outside says all. */
static void test_survey_by_a_server_at_home(void **state)
{
	(void)state;
	ask(0, addr_v4(192, 168, 1, 5, 7242));
	look();
	struct outlook_facts f = facts();
	assert_true(f.local && f.mapping == MAPPING_UNKNOWN && !f.translated[OUTLOOK_V4]);
	assert_true(f.udp[OUTLOOK_V4] == ANSWER_YES);

	start(state);
	ask(2, addr_v4(192, 168, 1, 5, 7242));
	links();
	survey_timer(&s, now);
	look_behind("nat=endpoint filter=port ports=random hairpin");
	f = facts();
	assert_true(!f.local && f.mapping == MAPPING_ENDPOINT && f.translated[OUTLOOK_V4]);
	assert_true(f.lets_in[OUTLOOK_V4] == ANSWER_NO && f.hairpin == ANSWER_YES);
	assert_int_equal(f.compared, 2);
}

static void test_survey_without_udp(void **state)
{
	(void)state;
	look_behind("nat=endpoint udp=blocked");
	struct outlook_facts f = facts();
	assert_true(f.udp[OUTLOOK_V4] == ANSWER_NO && f.tcp == ANSWER_YES && f.web == ANSWER_NO);
	assert_true(f.mapping == MAPPING_UNKNOWN && f.relays && f.clock && f.packet == 0);
}

/* Also where only connections come to nothing at once, and then do not. */
static void test_survey_without_anything(void **state)
{
	(void)state;
	world.tcp = false;
	ask(0, addr_v4(198, 51, 100, 1, 7242));
	world.line.udp_blocked = true;
	look();
	struct outlook_facts f = facts();
	assert_false(outlook_connected(&f) || f.clock || f.relays || f.local);

	survey_again(&s, now); /* IPv4 is there after all */
	world.tcp = true;
	look();
	f = facts();
	assert_true(f.udp[OUTLOOK_V4] == ANSWER_NO && f.tcp == ANSWER_YES);
}

/* What a server says of our address is where we send to: not into our own network, nor to what is
 * no host, nor far from here. Its other port may be any; what goes there goes to that server. And a
 * day of nonsense is none. */
static void test_survey_by_a_server_that_lies(void **state)
{
	const struct addr lies[] = { addr_v4(255, 255, 255, 255, 4000),
		                     addr_v4(224, 0, 0, 1, 4000),
		                     addr_v4(127, 0, 0, 1, 4000),
		                     addr_v4(203, 0, 113, 7, 53),
		                     addr_v4(192, 168, 1, 1, 4000),
		                     addr_v4(10, 0, 0, 1, 4000),
		                     addr_v4(0, 0, 0, 0, 0),
		                     addr_v4(100, 64, 0, 1, 4000) };
	const uint16_t others[] = { 0, 1, 53, 7242, 7243, 65535 };
	for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
		start(state);
		world.lies = true;
		world.lie = lies[i];
		world.other_port = others[i % (sizeof others / sizeof *others)];
		world.day = i ? UINT32_MAX : 0;
		ask(0, addr_v4(198, 51, 100, 1, 7242));
		look();
		struct outlook_facts f = facts();
		assert_int_equal(world.strays, 0);
		assert_false(f.clock);
	}
	start(state);
	world.lies = true;
	world.lie = addr_v4(203, 0, 113, 7, 4000);
	ask(0, addr_v4(198, 51, 100, 1, 7242));
	look(); /* carry looks at how far it goes */
	assert_in_range(world.strays, 1, 3);
}

/* What nobody asked for changes nothing. */
static void test_survey_by_strangers(void **state)
{
	(void)state;
	uint8_t wire[200];
	for (unsigned i = 0; i < 2000; i++) {
		size_t len = random_below(&randoms.random, sizeof wire);
		struct route from = { .kind = i & 1 ? ROUTE_UDP : ROUTE_TCP,
			              .link = (uint16_t)random_below(&randoms.random, 12),
			              .remote = addr_v4(198, 51, 100, 1, 7242) };
		random_fill(&randoms.random, wire, sizeof wire);
		wire[0] = i & 2 ? PACKET_COOKIE : PACKET_HELLO;
		wire[1] = 1;
		survey_input(&s, &from, span_of(wire, len), now);
		survey_link(
		    &s,
		    &(struct link_event){ .link = (uint16_t)random_below(&randoms.random, 9),
		                          .state = LINK_REJECTED },
		    now);
	}
	struct outlook_facts f = facts();
	assert_false(outlook_connected(&f) || f.clock || f.relays);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_survey_##name, start, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(of_every_nat),     TEST(of_other_nats),    TEST(without_nat),
		TEST(over_a_long_path), TEST(by_an_old_server), TEST(by_a_server_at_home),
		TEST(without_udp),      TEST(without_anything), TEST(by_a_server_that_lies),
		TEST(by_strangers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
