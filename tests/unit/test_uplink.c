/* uplink alone, with a server made of structs: it finds a way to the server, notices when that is
 * gone, and takes nothing from who has not seen its HELLO. */
#include "tests/unit/support.h"
#include "transport/uplink.h"

static struct addr server_at(unsigned i)
{
	return addr_v4(192, 0, 2, (uint8_t)(i + 1), 9000);
}

struct hub {
	struct uplink u;
	struct carrier_failure failure;
	struct test_random random;
	uint64_t now;
	unsigned hellos, wakes; /* so far */
	size_t bytes;
	uint64_t quiet_us[2];
	uint8_t nonce[NONCE_BYTES];
	struct route to; /* of the last HELLO */
};

static void tell(struct hub *h, enum link_state state, uint16_t link)
{
	struct link_event event = { .state = state, .link = link };

	uplink_link(&h->u, &event, h->now);
}

static void start(struct hub *h, uint64_t seed, size_t servers)
{
	struct addr at[LIMIT_PEER_ADDRS];

	memset(h, 0, sizeof *h);
	for (unsigned i = 0; i < servers; i++)
		at[i] = server_at(i);
	h->random = test_random(seed);
	h->now = SECOND;
	uplink_init(&h->u, 0, &h->random.random, &h->failure, h->now);
	uplink_servers(&h->u, at, servers, h->now);
	(void)uplink_take(&h->u);
	tell(h, LINK_UP, 1);
}

/* What is due now is said. */
static void turn(struct hub *h)
{
	uint8_t bytes[HELLO_LEN];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct hello hello;

	uplink_timer(&h->u, h->quiet_us, h->now);
	while (uplink_output(&h->u, &w, &h->to)) {
		h->bytes += w.len;
		if (w.len == 1) {
			assert_int_equal(bytes[0], PACKET_KEEP);
			h->wakes++;
		} else {
			assert_true(signaling_read_hello(written(&w), &hello));
			memcpy(h->nonce, hello.nonce, NONCE_BYTES);
			h->hellos++;
		}
		w = writer_of(bytes, sizeof bytes);
	}
	assert_true(uplink_deadline(&h->u) > h->now);
}

static void run(struct hub *h, uint64_t us)
{
	uint64_t until = h->now + us;

	while (uplink_deadline(&h->u) <= until) {
		h->now = uplink_deadline(&h->u) > h->now ? uplink_deadline(&h->u) : h->now;
		turn(h);
	}
	h->now = until;
	turn(h);
}

static void answer(struct hub *h, const struct route *from, const uint8_t *nonce, uint32_t day)
{
	uint8_t bytes[COOKIE_LEN];
	struct writer w = writer_of(bytes, sizeof bytes);
	struct cookie m = { .observed = addr_v4(198, 51, 100, 7, 4000),
		            .cookie = { 77 },
		            .day = day };

	memcpy(m.nonce, nonce, NONCE_BYTES);
	signaling_write_cookie(&w, &m);
	uplink_cookie(&h->u, from, written(&w), h->now);
}

static bool heard_of(struct hub *h, enum communicator_event_kind kind)
{
	struct communicator_event event;
	bool found = false;

	while (uplink_report(&h->u, &event) || carrier_failed(&h->failure, &event))
		found = found || event.kind == kind;
	return found;
}

/* S8-1: HELLO at 0 and 0.2 s, then every half second until 5 s have passed, and at 7 and 9 s; the
 * connection that is tried beside it (S8-2) is asked for after 300 ms. */
static void test_uplink_says_hello_at_the_times_of_the_protocol(void **state)
{
	(void)state;
	static const uint64_t at_ms[] = { 0,    200,  500,  1000, 1500, 2000, 2500,
		                          3000, 3500, 4000, 4500, 5000, 7000, 9000 };
	struct link_request request;
	struct hub h;

	start(&h, 1, 1);
	for (unsigned i = 0; i < sizeof at_ms / sizeof *at_ms; i++) {
		run(&h, SECOND + at_ms[i] * MS - 1 - h.now);
		assert_int_equal(h.hellos, i);
		run(&h, 1);
		assert_int_equal(h.hellos, i + 1);
		assert_int_equal(uplink_request(&h.u, &request), at_ms[i] == 500);
	}
	assert_true(request.open && request.kind == LINK_TCP);
	assert_true(heard_of(&h, COMMUNICATOR_FAILED));
}

/* The first COOKIE makes its channel the contact; a forger who has not seen HELLO makes nothing. */
static void test_uplink_takes_only_answers_to_its_own_hello(void **state)
{
	(void)state;
	struct hub h;
	struct route way, stranger;
	uint8_t nonce[NONCE_BYTES];
	const uint8_t *cookie;

	start(&h, 2, 1);
	turn(&h);
	stranger = h.to;
	stranger.remote = addr_v4(203, 0, 113, 9, 9000);
	answer(&h, &stranger, h.nonce, 1);
	for (unsigned i = 0; i < 10000; i++) {
		random_fill(&h.random.random, nonce, sizeof nonce);
		answer(&h, &h.to, nonce, 1);
	}
	stranger = h.to;
	for (unsigned link = 0; link < 20; link++) {
		stranger.link = (uint16_t)link;
		if (link != 1)
			answer(&h, &stranger, h.nonce, 1);
	}
	assert_int_equal(uplink_take(&h.u), UPLINK_NOTHING);
	assert_false(uplink_way(&h.u, &way));
	answer(&h, &h.to, h.nonce, 1);
	assert_int_equal(uplink_take(&h.u), UPLINK_NEW);
	assert_int_equal(uplink_take(&h.u), UPLINK_NOTHING);
	assert_true(uplink_way(&h.u, &way) && route_same(&way, &h.to));
	assert_true(uplink_ready(&h.u));
	assert_true(uplink_fresh(&h.u, &cookie, h.now));
	assert_int_equal(cookie[0], 77);
	assert_true(heard_of(&h, COMMUNICATOR_SERVER));
	assert_false(heard_of(&h, COMMUNICATOR_SERVER));
	assert_true(uplink_is_contact(&h.u, &h.to) && !uplink_is_contact(&h.u, &stranger));
	assert_true(uplink_fresh(&h.u, &cookie, h.now + 109 * SECOND));
	assert_false(uplink_fresh(&h.u, &cookie, h.now + 110 * SECOND));
}

/* S8-6: six seconds without an answer to a question, and only to a question. */
static void test_uplink_loses_a_server_that_owes_an_answer(void **state)
{
	(void)state;
	struct hub h;

	start(&h, 3, 1);
	turn(&h);
	answer(&h, &h.to, h.nonce, 1);
	uplink_take(&h.u);
	run(&h, 100 * SECOND);
	assert_int_equal(uplink_take(&h.u), UPLINK_NOTHING);
	for (unsigned i = 0; i < 20; i++) { /* it answers in time */
		uplink_asked(&h.u, h.now);
		run(&h, 5 * SECOND);
		uplink_heard(&h.u);
	}
	uplink_asked(&h.u, h.now);
	run(&h, SECOND);
	uplink_asked(&h.u, h.now); /* asking again grants no respite */
	run(&h, 5 * SECOND - 1);
	assert_int_equal(uplink_take(&h.u), UPLINK_NOTHING);
	run(&h, 1);
	assert_int_equal(uplink_take(&h.u), UPLINK_LOST);
	assert_false(uplink_way(&h.u, &h.to));
	assert_true(heard_of(&h, COMMUNICATOR_FAILED));
	run(&h, SECOND);
	answer(&h, &h.to, h.nonce, 1);
	assert_int_equal(uplink_take(&h.u), UPLINK_NEW);
}

static void connect_tcp(struct hub *h)
{
	struct link_request request = { .open = false };

	run(h, 400 * MS);
	assert_true(uplink_request(&h->u, &request));
	tell(h, LINK_UP, request.link);
	h->hellos = 0;
	turn(h);
	assert_true(h->hellos == 1 && h->to.link == request.link);
	assert_ptr_equal(h->to.kind, ROUTE_TCP);
}

/* S7-4, S8-18: with the connection our membership has ended; broken framing is an end, too. */
static void test_uplink_says_that_a_lost_connection_was_cut(void **state)
{
	(void)state;
	for (int framing = 0; framing < 2; framing++) {
		struct hub h;
		struct span in = span_of((const uint8_t *)"\xff\xff", 2), message;
		struct link_request request;

		start(&h, 4, 1);
		tell(&h, LINK_DOWN, 1);
		connect_tcp(&h);
		answer(&h, &h.to, h.nonce, 1);
		assert_int_equal(uplink_take(&h.u), UPLINK_NEW);
		if (framing)
			assert_false(uplink_read(&h.u, h.to.link, &in, &message, h.now));
		else
			tell(&h, LINK_DOWN, h.to.link);
		assert_int_equal(uplink_take(&h.u), UPLINK_CUT);
		assert_int_equal(uplink_request(&h.u, &request), framing); /* closes it */
		connect_tcp(&h);
	}
}

/* Where our connection is seen, and from where it leaves, while it lasts; never of one that a proxy
 * or a translator has made for us. */
static void test_uplink_tells_where_its_connection_is_seen(void **state)
{
	(void)state;
	const struct addr local = addr_v4(192, 168, 1, 2, 5000),
			  v6 = { .ip = { 0x20, 1, [15] = 7 }, .port = 5000 };
	const struct addr *const locals[] = { &local, &v6 };

	for (unsigned i = 0; i < 3; i++) {
		struct hub h;
		struct addr name = addr_of_name(3, 9000);
		struct link_request request;
		struct communicator_event e;
		bool told = false;

		start(&h, 4, 1);
		if (i == 2)
			uplink_servers(&h.u, &name, 1, h.now);
		tell(&h, LINK_DOWN, 1);
		run(&h, 400 * MS);
		assert_true(uplink_request(&h.u, &request) && request.kind == LINK_TCP);
		struct link_event up = { .state = LINK_UP,
			                 .link = request.link,
			                 .local = *locals[i % 2] };
		uplink_link(&h.u, &up, h.now);
		turn(&h);
		assert_false(uplink_report(&h.u, &e));
		answer(&h, &h.to, h.nonce, 1);
		while (uplink_report(&h.u, &e)) {
			if (e.kind != COMMUNICATOR_OBSERVED)
				continue;
			assert_false(told);
			told = true;
			assert_ptr_equal(e.route.kind, ROUTE_TCP);
			assert_true(addr_equal(&e.route.local, &local));
			assert_int_equal(e.addr.port, 4000);
		}
		assert_int_equal(told, i == 0);
		tell(&h, LINK_DOWN, request.link);
		assert_int_equal(uplink_report(&h.u, &e), i == 0);
		if (i == 0)
			assert_true(e.kind == COMMUNICATOR_OBSERVED && !addr_is_set(&e.addr));
	}
}

/* S8-18: TCP alone goes through, and the server is away for so long. How long after its return it
 * hears of us. */
static uint64_t comes_back_after(struct hub *h, uint64_t away_us)
{
	struct link_request request;
	uint64_t back_at = h->now + away_us, at;

	tell(h, LINK_DOWN, h->to.link);
	assert_int_equal(uplink_take(&h->u), UPLINK_CUT);
	for (;;) {
		do {
			at = uplink_deadline(&h->u);
			assert_true(at != NEVER && at >= h->now);
			h->now = at;
			turn(h);
		} while (!uplink_request(&h->u, &request));
		assert_true(request.open);
		if (h->now >= back_at)
			break;
		tell(h, LINK_DOWN, request.link);
	}
	tell(h, LINK_UP, request.link);
	turn(h);
	answer(h, &h->to, h->nonce, 1);
	assert_int_equal(uplink_take(&h->u), UPLINK_NEW);
	return h->now - back_at;
}

/* Those who wait over TCP are back within two seconds, however often the server is restarted. */
static void test_uplink_comes_back_to_a_server_that_ended_its_connection(void **state)
{
	(void)state;
	struct hub h;
	uint64_t longest = 0, at = 0;

	start(&h, 20, 1);
	tell(&h, LINK_DOWN, 1);
	connect_tcp(&h);
	answer(&h, &h.to, h.nonce, 1);
	(void)uplink_take(&h.u);
	for (unsigned i = 0; i < 100; i++)
		longest = max_of(longest, comes_back_after(&h, (uint64_t)(i + 17) * SECOND));
	assert_in_range(longest, SECOND / 2, 1100 * MS);
	/* a server that stays away is not asked as often for ever */
	for (unsigned i = 0; i < 10; i++)
		at = max_of(at, comes_back_after(&h, (uint64_t)(300 + 7 * i) * SECOND));
	assert_in_range(at, 3 * SECOND, 33 * SECOND);
}

/* Up by TCP, at the first server; its UDP socket asks on. */
static void start_over_tcp(struct hub *h, struct route *tcp)
{
	struct route udp;
	uint8_t nonce[NONCE_BYTES];

	start(h, 30, 1);
	turn(h);
	udp = h->to;
	memcpy(nonce, h->nonce, sizeof nonce);
	connect_tcp(h);
	*tcp = h->to;
	answer(h, tcp, h->nonce, 1);
	assert_int_equal(uplink_take(&h->u), UPLINK_NEW);
	assert_true(uplink_is_contact(&h->u, tcp));
	memcpy(h->nonce, nonce, sizeof nonce);
	h->to = udp;
}

/* S8-2: TCP that was faster gives way to UDP as soon as that answers; its connection ends when the
 * server has heard of us by the new way. */
static void test_uplink_goes_over_to_udp(void **state)
{
	(void)state;
	struct hub h;
	struct route tcp;
	struct link_request request;

	for (int searching = 0; searching < 2; searching++) {
		start_over_tcp(&h, &tcp);
		answer(&h, &h.to, h.nonce, 1); /* too early: a meeting may go on over TCP */
		assert_int_equal(uplink_take(&h.u), UPLINK_NOTHING);
		assert_true(uplink_is_contact(&h.u, &tcp));
		run(&h, 10 * SECOND);
		if (searching)
			uplink_refresh(&h.u, h.now);
		for (h.to.kind = NULL; h.to.kind != ROUTE_UDP;)
			run(&h, 100 * MS);
		assert_true(h.now < 15 * SECOND);
		answer(&h, &h.to, h.nonce, 1);
		assert_int_equal(uplink_take(&h.u), UPLINK_NEW);
		assert_true(uplink_is_contact(&h.u, &h.to));
		run(&h, 2 * SECOND - 1);
		assert_false(uplink_request(&h.u, &request));
		run(&h, 1);
		assert_true(uplink_request(&h.u, &request));
		assert_true(!request.open && request.link == tcp.link);
		run(&h, 600 * SECOND);
		assert_int_equal(uplink_take(&h.u), UPLINK_NOTHING);
		assert_true(uplink_is_contact(&h.u, &h.to));
	}
}

/* ... but where UDP has just fallen silent, not before five minutes. */
static void test_uplink_does_not_swing_between_udp_and_tcp(void **state)
{
	(void)state;
	struct hub h;
	unsigned returns = 0, said = 0;

	start(&h, 31, 1);
	turn(&h);
	answer(&h, &h.to, h.nonce, 1);
	for (uint64_t end = h.now + 3600 * SECOND; h.now < end;) {
		struct route way;
		bool stream = uplink_way(&h.u, &way) && route_is_stream(&way);
		if (uplink_take(&h.u) == UPLINK_NEW && !stream) {
			returns++;
			uplink_asked(&h.u, h.now); /* JOIN, which has no answer */
		}
		said = h.hellos;
		run(&h, 100 * MS);
		if (h.hellos > said && h.to.kind == ROUTE_UDP && stream)
			answer(&h, &h.to, h.nonce, 1);
		struct link_request request;
		while (uplink_request(&h.u, &request)) {
			if (!request.open)
				continue;
			tell(&h, LINK_UP, request.link);
			turn(&h);
			answer(&h, &h.to, h.nonce, 1);
		}
	}
	assert_in_range(returns, 10, 13);
}

/* A TCP connection that stands and says nothing is given up after 5 s. */
static void test_uplink_gives_up_a_mute_connection(void **state)
{
	(void)state;
	struct hub h;
	struct link_request request;

	start(&h, 5, 1);
	tell(&h, LINK_DOWN, 1);
	connect_tcp(&h);
	run(&h, 5 * SECOND - 1);
	assert_false(uplink_request(&h.u, &request));
	run(&h, 1);
	assert_true(uplink_request(&h.u, &request));
	assert_true(!request.open && request.link == h.to.link);
}

/* Beside a contact, others count after 300 ms only; the contact's own answer ends the search: SAME.
 */
static void test_uplink_is_loyal_to_its_contact(void **state)
{
	(void)state;
	for (int silent = 0; silent < 2; silent++) {
		struct hub h;

		start(&h, 6, 2);
		turn(&h);
		struct route second = h.to, first = h.to;
		first.remote = server_at(0);
		answer(&h, &first, h.nonce, 1);
		assert_int_equal(uplink_take(&h.u), UPLINK_NEW);
		run(&h, 10 * SECOND);
		uplink_refresh(&h.u, h.now);
		turn(&h);
		answer(&h, &second, h.nonce, 1);
		assert_int_equal(uplink_take(&h.u), UPLINK_NOTHING);
		run(&h, 299 * MS);
		if (!silent)
			answer(&h, &first, h.nonce, 1);
		assert_int_equal(uplink_take(&h.u), silent ? UPLINK_NOTHING : UPLINK_SAME);
		run(&h, SECOND);
		answer(&h, &second, h.nonce, 1);
		assert_int_equal(uplink_take(&h.u), silent ? UPLINK_NEW : UPLINK_NOTHING);
	}
}

/* S8-8: however often the server refuses our cookie, we ask for another once a second. */
static void test_uplink_asks_for_a_cookie_once_a_second(void **state)
{
	(void)state;
	struct hub h;
	unsigned taken = 0;

	start(&h, 7, 1);
	turn(&h);
	answer(&h, &h.to, h.nonce, 1);
	for (unsigned i = 0; i < 1000; i++) {
		if (uplink_refused(&h.u, h.now)) {
			taken++;
			uplink_freshen(&h.u, h.now);
			turn(&h);
			answer(&h, &h.to, h.nonce, 1);
		}
		run(&h, 10 * MS);
	}
	assert_in_range(taken, 9, 11);
}

/* S8-17: the server is reached by IPv6, and sees our socket of IPv4 too, which no peer may ever
 * need: until its NAT is measured it says HELLO every 25 s, and then KEEP as often as the NAT
 * wants it and HELLO each eighth time. A month in megabytes, with COOKIE and the headers of IP and
 * UDP. */
static double month_of_the_other_family(struct hub *h, uint64_t quiet_us)
{
	struct addr six = { .ip = { 0x20, 1, [15] = 1 }, .port = 9000 };
	const struct addr servers[] = { six, server_at(0) };
	const uint64_t hours = 24;

	start(h, 9, 1);
	h->quiet_us[0] = quiet_us;
	tell(h, LINK_UP, 2);
	uplink_servers(&h->u, servers, 2, h->now);
	turn(h);
	assert_int_equal(h->to.link, 2);
	answer(h, &h->to, h->nonce, 1);
	struct route four = { .kind = ROUTE_UDP, .link = 1, .remote = servers[1] };
	answer(h, &four, h->u.channels[0].nonce, 1);
	h->hellos = h->wakes = 0;
	h->bytes = 0;
	uint64_t until = h->now + hours * 3600 * SECOND, silent = 0, last = h->now;
	while (h->now < until) {
		unsigned hellos = h->hellos, said = h->hellos + h->wakes;

		run(h, uplink_deadline(&h->u) - h->now);
		if (h->hellos > hellos)
			answer(h, &h->to, h->nonce, 1);
		if (h->hellos + h->wakes == said)
			continue;
		assert_true(h->to.link == 1 && addr_equal(&h->to.remote, &servers[1]));
		silent = h->now - last > silent ? h->now - last : silent;
		last = h->now;
	}
	assert_in_range(silent, 8 * SECOND, quiet_us > 0 ? quiet_us : 30 * SECOND);
	size_t all = h->bytes + h->hellos * (COOKIE_LEN + 2 * 28) + h->wakes * 28;
	return (double)all * (720.0 / (double)hours) / 1e6;
}

static void test_uplink_keeps_the_other_family_at_little_cost(void **state)
{
	(void)state;
	struct hub h;

	double before = month_of_the_other_family(&h, 0);
	assert_true(before > 20 && before < 30 && h.wakes == 0);
	double after = month_of_the_other_family(&h, 82 * SECOND);
	assert_true(after < 1.8 && h.wakes >= 7 * h.hellos);
	assert_true(month_of_the_other_family(&h, 8 * SECOND) < 18);

	/* a peer comes: its address is looked at now, but not with each INTRO */
	run(&h, 20 * SECOND);
	unsigned hellos = h.hellos;
	uplink_look(&h.u, h.now);
	turn(&h);
	assert_int_equal(h.hellos, hellos + 1);
	answer(&h, &h.to, h.nonce, 1);
	for (unsigned i = 0; i < 100; i++) {
		uplink_look(&h.u, h.now);
		run(&h, 40 * MS);
	}
	assert_int_equal(h.hellos, hellos + 1);

	/* another network, of which nothing is known */
	unsigned wakes = h.wakes;
	h.quiet_us[0] = 0;
	run(&h, 8 * SECOND);
	assert_true(h.hellos > hellos + 1 && h.wakes == wakes);
}

/* Runs until a connection is asked for: after how long, and to which port. */
static uint64_t asks_for(struct hub *h, uint16_t port, uint16_t *link)
{
	struct link_request request = { .open = false };
	uint64_t began = h->now;

	turn(h);
	while (!uplink_request(&h->u, &request)) {
		assert_true(h->now < began + 10 * SECOND);
		run(h, 10 * MS);
	}
	assert_true(request.open && request.kind == LINK_TCP);
	assert_int_equal(request.remote.port, port);
	*link = request.link;
	return h->now - began;
}

static void reject(struct hub *h, const struct addr *remote, uint32_t size)
{
	struct link_event event = {
		.state = LINK_REJECTED, .link = 1, .remote = *remote, .size = size
	};

	uplink_link(&h->u, &event, h->now);
}

static void start_at_the_default_port(struct hub *h, struct addr *server)
{
	start(h, 8, 1);
	*server = server_at(0);
	server->port = LIMIT_PORT;
	uplink_servers(&h->u, server, 1, h->now);
	assert_int_equal(uplink_take(&h->u), UPLINK_CUT);
}

/* S8-2: at the default port, 443 is tried 300 ms after it, or as soon as that is refused; and both
 * are, the sooner the UDP datagrams are rejected. Where another port was given, nothing else is. */
static void test_uplink_races_to_the_port_of_the_web(void **state)
{
	(void)state;
	struct hub h;
	struct addr server, other = server_at(5);
	struct link_request request;
	uint16_t link, web;

	start_at_the_default_port(&h, &server);
	assert_int_equal(asks_for(&h, LIMIT_PORT, &link), 300 * MS);
	assert_int_equal(asks_for(&h, 443, &web), 300 * MS);
	tell(&h, LINK_UP, web);
	turn(&h);
	assert_true(h.to.link == web && h.to.remote.port == 443);
	answer(&h, &h.to, h.nonce, 1);
	assert_int_equal(uplink_take(&h.u), UPLINK_NEW);
	assert_true(uplink_request(&h.u, &request)); /* the other attempt ends */
	assert_true(!request.open && request.link == link);

	start_at_the_default_port(&h, &server);
	turn(&h);
	reject(&h, &other, 0);
	reject(&h, &server, 1400); /* that is too large, not unwelcome */
	assert_int_equal(asks_for(&h, LIMIT_PORT, &link), 300 * MS);
	tell(&h, LINK_DOWN, link);
	assert_int_equal(asks_for(&h, 443, &web), 0);

	start_at_the_default_port(&h, &server);
	turn(&h);
	reject(&h, &server, 0);
	assert_int_equal(asks_for(&h, LIMIT_PORT, &link), 0);
	tell(&h, LINK_DOWN, link);
	for (unsigned i = 0; i < 100;
	     i++) /* no rejection shortens the pause before the next attempt */
		reject(&h, &server, 0);
	assert_int_equal(asks_for(&h, 443, &web), 0);
	assert_true(asks_for(&h, LIMIT_PORT, &link) > SECOND);

	start(&h, 9, 1);
	connect_tcp(&h);
	run(&h, SECOND);
	assert_false(uplink_request(&h.u, &request));
}

/* A rejection of what is said to the contact is a reason to ask it, and nothing more: anybody can
 * send one. */
static void test_uplink_asks_when_its_contact_is_said_to_be_gone(void **state)
{
	(void)state;
	struct hub h;
	struct addr server = server_at(0);

	start(&h, 10, 1);
	turn(&h);
	answer(&h, &h.to, h.nonce, 1);
	assert_int_equal(uplink_take(&h.u), UPLINK_NEW);
	for (unsigned i = 0; i < 1000; i++)
		reject(&h, &server, 0);
	h.hellos = 0;
	turn(&h);
	assert_int_equal(h.hellos, 1);
	assert_int_equal(uplink_take(&h.u), UPLINK_NOTHING);
	answer(&h, &h.to, h.nonce, 1);
	assert_int_equal(uplink_take(&h.u), UPLINK_SAME);
	run(&h, SECOND);
	for (unsigned i = 0; i < 1000; i++)
		reject(&h, &server, 0);
	run(&h, 6 * SECOND);
	assert_int_equal(uplink_take(&h.u), UPLINK_LOST);
}

/* Runs for a minute in which ERROR 5 comes fifty times a second, from who knows our secret.
 * answers: the server is there, and says so whenever it is asked. Returns how often we looked. */
static unsigned looks_while_told_to_go(struct hub *h, bool answers, unsigned *connections)
{
	struct link_request request;

	h->hellos = *connections = 0;
	for (uint64_t end = h->now + 60 * SECOND; h->now < end;) {
		unsigned before = h->hellos;
		uplink_goes(&h->u, h->now);
		run(h, 20 * MS);
		if (answers && h->hellos > before)
			answer(h, &h->to, h->nonce, 1);
		while (uplink_request(&h->u, &request)) {
			*connections += request.open;
			tell(h, LINK_DOWN, request.link);
		}
	}
	return h->hellos;
}

/* A server's name may lead to other people's hosts as well, which get a HELLO, and a connection,
 * whenever the server is looked for. */
static void test_uplink_does_not_hammer_when_told_to_go(void **state)
{
	(void)state;
	unsigned connections;
	struct hub h;

	for (unsigned i = 0; i < 2; i++) {
		start(&h, 11 + i, 4);
		turn(&h);
		answer(&h, &h.to, h.nonce, 1);
		run(&h, 10 * SECOND);
		assert_in_range(looks_while_told_to_go(&h, i == 0, &connections), 4 * 8, 4 * 40);
		assert_in_range(connections, 0, 4 * 20);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_uplink_says_hello_at_the_times_of_the_protocol),
		cmocka_unit_test(test_uplink_takes_only_answers_to_its_own_hello),
		cmocka_unit_test(test_uplink_loses_a_server_that_owes_an_answer),
		cmocka_unit_test(test_uplink_says_that_a_lost_connection_was_cut),
		cmocka_unit_test(test_uplink_tells_where_its_connection_is_seen),
		cmocka_unit_test(test_uplink_comes_back_to_a_server_that_ended_its_connection),
		cmocka_unit_test(test_uplink_goes_over_to_udp),
		cmocka_unit_test(test_uplink_does_not_swing_between_udp_and_tcp),
		cmocka_unit_test(test_uplink_gives_up_a_mute_connection),
		cmocka_unit_test(test_uplink_is_loyal_to_its_contact),
		cmocka_unit_test(test_uplink_asks_for_a_cookie_once_a_second),
		cmocka_unit_test(test_uplink_races_to_the_port_of_the_web),
		cmocka_unit_test(test_uplink_asks_when_its_contact_is_said_to_be_gone),
		cmocka_unit_test(test_uplink_does_not_hammer_when_told_to_go),
		cmocka_unit_test(test_uplink_keeps_the_other_family_at_little_cost),
	};
	return cmocka_run_group_tests_name("uplink", tests, NULL, NULL);
}
