/* net: links open, speak and end as base/route.h says, and datagrams arrive whole, singly and in
 * trains. Over loopback. */
#include "os/net.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/min_max.h"
#include "os/clock.h"
#include "tests/unit/skips.h"
#include "tests/unit/support.h"

static struct net *a, *b;
static struct addr any4 = { .ip = { [10] = 0xff, [11] = 0xff } };

static int setup(void **state)
{
	(void)state;
	a = net_new(8);
	b = net_new(8);
	return a && b ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	net_free(a);
	net_free(b);
	return 0;
}

static struct link_event event_of(struct net *n)
{
	struct link_event e = { .link = 0 };
	uint64_t end = clock_us() + 30 * SECOND;
	while (!net_event(n, &e) && clock_us() < end)
		net_wait(n, clock_us() + 20 * MS, NULL, 0);
	return e;
}

static struct link_event opened(struct net *n, uint16_t link, const char *kind, struct addr local,
                                struct addr remote)
{
	net_request(
	    n, &(struct link_request){
		   .open = true, .link = link, .kind = kind, .local = local, .remote = remote });
	return event_of(n);
}

static struct addr loopback(uint16_t port)
{
	return addr_v4(127, 0, 0, 1, port);
}

/* Waits for something to read; false after a while. */
static bool read_one(struct net *n, struct route *from, struct span *bytes)
{
	uint64_t end = clock_us() + 30 * SECOND;
	while (!net_read(n, from, bytes)) {
		if (clock_us() > end)
			return false;
		net_wait(n, clock_us() + 20 * MS, NULL, 0);
	}
	return true;
}

static void test_net_datagram_is_answered_from_where_it_came_to(void **state)
{
	(void)state;
	struct link_event ea = opened(a, 1, LINK_UDP, any4, any4),
			  eb = opened(b, 2, LINK_UDP, any4, any4);
	assert_int_equal(ea.state, LINK_UP);
	assert_true(ea.local.port != 0 && eb.local.port != 0);

	struct route to = { .kind = ROUTE_UDP,
		            .link = 1,
		            .remote = addr_v4(127, 0, 0, 5, eb.local.port) },
		     from;
	struct span got;
	assert_true(net_write(a, &to, span_text("question")));
	net_flush(a);
	assert_true(read_one(b, &from, &got));
	assert_span_text(got, "question");
	assert_int_equal(from.link, 2);
	assert_int_equal(from.kind, ROUTE_UDP);
	assert_true(addr_equal(&from.local, &to.remote));
	assert_int_equal(from.remote.port, ea.local.port);

	assert_true(net_write(b, &from, span_text("answer")));
	net_flush(b);
	assert_true(read_one(a, &from, &got));
	assert_span_text(got, "answer");
	assert_true(addr_equal(&from.remote, &to.remote));
}

/* A port where nobody is, and a host without a way to it, are told; the socket goes on. */
static void test_net_rejected_datagrams_are_told(void **state)
{
	(void)state;
	struct link_event ea = opened(a, 1, LINK_UDP, any4, any4),
			  eb = opened(b, 1, LINK_UDP, any4, any4);
	struct route to = { .kind = ROUTE_UDP, .link = 1 }, from;
	struct addr closed = loopback(eb.local.port), nowhere = addr_v4(255, 255, 255, 255, 9);
	struct span got;
	net_request(b, &(struct link_request){ .link = 1, .kind = LINK_UDP });
	for (int i = 0; i < 2; i++) {
		to.remote = i == 0 ? closed : nowhere;
		for (int n = 0; n < 100; n++)
			assert_true(net_write(a, &to, span_text("who is there?")));
		struct link_event e = event_of(a);
		assert_int_equal(e.state, LINK_REJECTED);
		assert_true(e.link == 1 && addr_equal(&e.remote, &to.remote) && e.size == 0);
	}
	to.remote = loopback(ea.local.port);
	assert_true(net_write(a, &to, span_text("still there")));
	net_flush(a);
	assert_true(read_one(a, &from, &got));
	assert_span_text(got, "still there");
}

/* Every datagram arrives whole, in order, with its own bytes, whatever sizes follow each other. */
static void test_net_trains_keep_datagrams_apart(void **state)
{
	(void)state;
	static const size_t sizes[] = { 1200, 1200, 1200, 40,   1200, 1232, 1232, 1232, 1,   1,
		                        1,    2,    2,    1000, 1000, 999,  999,  1500, 2048 };
	enum { ROUNDS = 12, COUNT = sizeof sizes / sizeof *sizes };
	(void)opened(a, 1, LINK_UDP, any4, any4);
	struct link_event eb = opened(b, 1, LINK_UDP, any4, any4);
	struct route to = { .kind = ROUTE_UDP, .link = 1, .remote = loopback(eb.local.port) }, from;
	uint8_t bytes[2048];
	unsigned number = 0;
	for (unsigned round = 0; round < ROUNDS; round++)
		for (unsigned i = 0; i < COUNT; i++, number++) {
			memset(bytes, (int)(number & 0xff), sizeof bytes);
			assert_true(net_write(a, &to, span_of(bytes, sizes[i])));
		}
	net_flush(a);
	for (unsigned want = 0; want < number; want++) {
		struct span got;
		assert_true(read_one(b, &from, &got));
		assert_int_equal(got.len, sizes[want % COUNT]);
		assert_int_equal(got.at[0], want & 0xff);
		assert_int_equal(got.at[got.len - 1], want & 0xff);
	}
}

/* The same for datagrams sent together. */
static void test_net_sends_many_datagrams_at_once(void **state)
{
	(void)state;
	static const size_t lasts[] = { 1200, 40, 1201 };
	(void)opened(a, 1, LINK_UDP, any4, any4);
	struct link_event eb = opened(b, 1, LINK_UDP, any4, any4);
	struct route to = { .kind = ROUTE_UDP, .link = 1, .remote = loopback(eb.local.port) }, from;
	static uint8_t bytes[NET_TRAIN][2048];
	struct span pieces[NET_TRAIN], got;
	for (unsigned i = 0; i < NET_TRAIN; i++) {
		memset(bytes[i], (int)i, sizeof bytes[i]);
		pieces[i] = span_of(bytes[i], 1200);
	}
	for (unsigned round = 0; round < 3; round++) {
		pieces[NET_TRAIN - 1].len = lasts[round];
		assert_true(net_write(a, &to, span_text("first")));
		assert_true(net_send(a, &to, pieces, NET_TRAIN));
		assert_true(read_one(b, &from, &got));
		assert_span_text(got, "first");
		for (unsigned i = 0; i < NET_TRAIN; i++) {
			assert_true(read_one(b, &from, &got));
			assert_true(span_equal(got, pieces[i]));
		}
	}
	to.link = 7;
	assert_false(net_send(a, &to, pieces, 1));
}

static void test_net_datagrams_above_the_limit_are_dropped(void **state)
{
	(void)state;
	(void)opened(a, 1, LINK_UDP, any4, any4);
	struct link_event eb = opened(b, 1, LINK_UDP, any4, any4);
	struct route to = { .kind = ROUTE_UDP, .link = 1, .remote = loopback(eb.local.port) }, from;
	uint8_t bytes[LIMIT_DATAGRAM + 1] = { 0 };
	struct span got;
	assert_false(net_write(a, &to, span_of(bytes, sizeof bytes)));
	assert_false(net_write(a, &to, span_of(bytes, 0)));
	assert_true(net_write(a, &to, span_of(bytes, LIMIT_DATAGRAM)));
	net_flush(a);
	assert_true(read_one(b, &from, &got));
	assert_int_equal(got.len, LIMIT_DATAGRAM);
}

/* A table that is larger than what the process may open gets what it needs; a smaller one takes
 * nothing away. */
static void test_net_opens_the_descriptors_its_table_needs(void **state)
{
	(void)state;
	struct rlimit before, limit;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	limit = before;
	limit.rlim_cur = 40;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	for (unsigned links = 100; links > 0; links /= 100) {
		struct net *n = net_new(links);
		assert_non_null(n);
		net_free(n);
		assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
		assert_int_equal(limit.rlim_cur, 164);
	}
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

static void test_net_port_in_use_is_busy(void **state)
{
	(void)state;
	struct link_event e = opened(a, 1, LINK_UDP, loopback(0), any4);
	assert_int_equal(e.state, LINK_UP);
	struct link_event second = opened(b, 1, LINK_UDP, e.local, any4);
	assert_int_equal(second.state, LINK_DOWN);
	assert_int_equal(second.why, ERR_BUSY);
	assert_string_equal(second.reason, strerror(EADDRINUSE));
	assert_true(addr_equal(&second.local, &e.local));
}

/* Whether it came up, was refused, or has a rejection to tell of. */
static void test_net_closed_link_tells_nothing_more(void **state)
{
	(void)state;
	struct link_event e = opened(a, 1, LINK_UDP, loopback(0), any4), none;
	struct link_request request = { .open = true, .link = 2, .kind = LINK_UDP };
	struct route nowhere = { .kind = ROUTE_UDP,
		                 .link = 1,
		                 .remote = addr_v4(255, 255, 255, 255, 9) };
	for (int i = 0; i < 2; i++) {
		request.open = true;
		request.local = i == 0 ? any4 : e.local;
		net_request(a, &request);
		request.open = false;
		net_request(a, &request);
	}
	assert_true(net_write(a, &nowhere, span_text("who is there?")));
	net_flush(a);
	net_request(a, &(struct link_request){ .link = 1, .kind = LINK_UDP });
	assert_false(net_event(a, &none));
}

static void test_net_refused_connection_is_unreachable(void **state)
{
	(void)state;
	struct link_event e = opened(a, 1, LINK_LISTEN, loopback(0), any4);
	net_request(a, &(struct link_request){ .open = false, .link = 1 });
	struct link_event refused = opened(b, 7, LINK_TCP, any4, e.local);
	assert_int_equal(refused.state, LINK_DOWN);
	assert_int_equal(refused.link, 7);
	assert_int_equal(refused.why, ERR_UNREACHABLE);
	assert_string_equal(refused.reason, strerror(ECONNREFUSED));
	refused = opened(b, 8, LINK_TCP, e.local, e.local); /* meets itself */
	assert_int_equal(refused.state, LINK_DOWN);
	assert_int_equal(refused.why, ERR_UNREACHABLE);
}

/* Opens a connection from a (link 3) to b (which accepts). Returns b's number of it. */
static uint16_t connected(void)
{
	struct link_event listening = opened(b, 1, LINK_LISTEN, loopback(0), any4);
	assert_int_equal(listening.state, LINK_UP);
	struct link_event up = opened(a, 3, LINK_TCP, any4, listening.local);
	assert_int_equal(up.state, LINK_UP);
	assert_true(addr_equal(&up.remote, &listening.local));
	struct link_event accepted = event_of(b);
	assert_int_equal(accepted.state, LINK_ACCEPTED);
	assert_int_equal(accepted.listener, 1);
	assert_true(accepted.link >= LINK_ACCEPTED_FIRST);
	assert_true(addr_equal(&accepted.remote, &up.local));
	return accepted.link;
}

/* A connection may leave from the port of another one, as long as it goes elsewhere; also when that
 * had its port from the system. */
static void test_net_connections_leave_from_one_port(void **state)
{
	(void)state;
	struct link_event one = opened(b, 1, LINK_LISTEN, loopback(0), any4),
			  two = opened(b, 2, LINK_LISTEN, loopback(0), any4),
			  first = opened(a, 3, LINK_TCP, any4, one.local),
			  second = opened(a, 4, LINK_TCP, first.local, two.local);
	assert_int_equal(first.state, LINK_UP);
	assert_int_equal(second.state, LINK_UP);
	assert_true(addr_equal(&first.local, &second.local));
	for (unsigned i = 0; i < 2; i++) {
		struct link_event accepted = event_of(b);
		assert_true(addr_equal(&accepted.remote, &first.local));
	}
	struct link_event same = opened(a, 5, LINK_TCP, first.local, two.local);
	assert_int_equal(same.state, LINK_DOWN);
}

static void test_net_stream_carries_both_ways_and_ends_in_order(void **state)
{
	(void)state;
	uint16_t link = connected();
	struct route to = { .kind = ROUTE_TCP, .link = 3 }, from;
	struct span got;
	assert_true(net_write(a, &to, span_text("one ")));
	assert_true(net_write(a, &to, span_text("two")));
	net_flush(a);
	assert_true(read_one(b, &from, &got));
	assert_span_text(got, "one two");
	assert_int_equal(from.link, link);
	assert_int_equal(from.kind, ROUTE_TCP);
	assert_true(net_write(b, &from, span_text("back")));
	net_flush(b);
	assert_true(read_one(a, &from, &got));
	assert_span_text(got, "back");

	assert_true(net_write(a, &to, span_text("last words")));
	net_request(a, &(struct link_request){ .open = false, .link = 3 });
	assert_true(read_one(b, &from, &got));
	assert_span_text(got, "last words");
	assert_false(net_write(a, &to, span_text("x")));
	while (net_read(b, &from, &got))
		;
	net_wait(b, clock_us() + SECOND, NULL, 0);
	assert_false(net_read(b, &from, &got));
	struct link_event down = event_of(b);
	assert_int_equal(down.state, LINK_DOWN);
	assert_int_equal(down.link, link);
	assert_int_equal(down.why, OK);
}

static bool write_one(const struct route *to, struct span bytes)
{
	return net_write(a, to, bytes);
}

static bool send_three(const struct route *to, struct span bytes)
{
	struct span pieces[] = { span_of(bytes.at, 1), span_of(bytes.at + 1, 700),
		                 span_of(bytes.at + 701, bytes.len - 701) };
	return net_send(a, to, pieces, 3);
}

/* Fills a piece of a stream of bytes: that which has this number of bytes before it. */
static void fill_piece(uint8_t *piece, size_t len, uint64_t before)
{
	for (size_t i = 0; i < len; i++)
		piece[i] = (uint8_t)((before + i) % 251);
}

static void assert_tells_when_stuffed(bool (*write)(const struct route *to, struct span bytes))
{
	(void)connected();
	struct route to = { .kind = ROUTE_TCP, .link = 3 }, from;
	uint8_t piece[1000];
	struct link_event e;
	uint64_t taken = 0, got_bytes = 0;
	bool stuffed = false;
	while (!stuffed) {
		fill_piece(piece, sizeof piece, taken);
		assert_true(write(&to, span_of(piece, sizeof piece)));
		taken += sizeof piece;
		assert_true(taken < 100 << 20);
		if (taken % 32000 == 0)
			net_flush(a);
		while (net_event(a, &e))
			stuffed = e.state == LINK_BLOCKED;
	}
	fill_piece(piece, sizeof piece, taken);
	while (write(&to, span_of(piece, sizeof piece))) { /* what follows is whole or refused */
		taken += sizeof piece;
		fill_piece(piece, sizeof piece, taken);
	}
	assert_true(net_busy(a));

	bool writable = false;
	uint64_t end = clock_us() + 60 * SECOND;
	while ((got_bytes < taken || !writable) && clock_us() < end) {
		struct span got;
		net_wait(b, clock_us() + MS, NULL, 0);
		while (net_read(b, &from, &got)) {
			for (size_t i = 0; i < got.len; i++)
				assert_int_equal(got.at[i], (got_bytes + i) % 251);
			got_bytes += got.len;
		}
		net_wait(a, clock_us(), NULL, 0);
		while (net_event(a, &e))
			writable = e.state == LINK_WRITABLE;
	}
	assert_int_equal(got_bytes, taken);
	assert_true(writable);
	assert_false(net_busy(a));
}

/* A reader that sleeps stuffs the link; when it wakes everything taken arrives, in order, and the
 * link is writable again. */
static void test_net_stream_tells_when_it_is_stuffed(void **state)
{
	assert_tells_when_stuffed(write_one);
	(void)teardown(state);
	(void)setup(state);
	assert_tells_when_stuffed(send_three);
}

/* The system makes a connection though the program has no time for it, and many before it. */
static bool comes_in(int fd, uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		                  .sin_port = htons(port),
		                  .sin_addr = { htonl(INADDR_LOOPBACK) } };
	struct pollfd made = { .fd = fd, .events = POLLOUT };
	return connect(fd, (struct sockaddr *)&at, sizeof at) == 0 ||
	       (errno == EINPROGRESS && poll(&made, 1, 10000) == 1 && made.revents == POLLOUT);
}

/* As many as the system lets wait, which may be fewer than we would have. */
static void test_net_listener_lets_many_wait(void **state)
{
	(void)state;
	enum { MANY = 600, OWN = 64 };
	static int fds[MANY];
	struct link_event listening = opened(b, 1, LINK_LISTEN, loopback(0), any4);
	struct rlimit before, enough;
	unsigned many = 128, tried = 0, in = 0; /* of a system that does not say how many */
	FILE *f = fopen("/proc/sys/net/core/somaxconn", "r");
	assert_true(f == NULL || fscanf(f, "%u", &many) == 1);
	if (f != NULL)
		fclose(f);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	assert_true(before.rlim_max > 2 * OWN);
	many = (unsigned)min_of(min_of(many, MANY), before.rlim_max - OWN);
	enough = before;
	enough.rlim_cur = max_of(before.rlim_cur, many + OWN);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &enough), 0);
	while (tried < many && in == tried) {
		fds[tried] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
		in += comes_in(fds[tried++], listening.local.port);
	}
	for (unsigned i = 0; i < tried; i++)
		close(fds[i]);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(in, many);
}

/* Connections above the table's size end at once and harm no other. */
static void test_net_full_table_refuses_and_goes_on(void **state)
{
	(void)state;
	struct link_event listening = opened(b, 1, LINK_LISTEN, loopback(0), any4);
	struct net *many = net_new(16);
	for (uint16_t i = 0; i < 12; i++)
		net_request(many, &(struct link_request){ .open = true,
		                                          .link = (uint16_t)(i + 1),
		                                          .kind = LINK_TCP,
		                                          .local = any4,
		                                          .remote = listening.local });
	unsigned accepted = 0, ended = 0;
	struct link_event e;
	uint16_t first = 0;
	uint64_t end = clock_us() + 60 * SECOND;
	while (clock_us() < end && accepted + ended < 12) {
		struct route from;
		struct span got;
		net_wait(b, clock_us() + 5 * MS, NULL, 0);
		while (net_event(b, &e)) {
			accepted += e.state == LINK_ACCEPTED;
			first = first ? first : e.link;
		}
		net_wait(many, clock_us() + 5 * MS, NULL, 0);
		while (net_read(many, &from, &got))
			;
		while (net_event(many, &e))
			ended += e.state == LINK_DOWN;
	}
	assert_int_equal(accepted, 7);
	assert_int_equal(ended, 5);

	/* a freed place is taken by a newcomer under another number */
	net_request(b, &(struct link_request){ .open = false, .link = first });
	struct link_event up = opened(a, 3, LINK_TCP, any4, listening.local);
	assert_int_equal(up.state, LINK_UP);
	e = event_of(b);
	assert_int_equal(e.state, LINK_ACCEPTED);
	assert_true(e.link != first);
	net_free(many);
}

/* Of connections that have much to say no more is read in one turn, all together, than of one:
 * datagrams of others would be lost meanwhile. */
static void test_net_streams_share_a_turn(void **state)
{
	(void)state;
	enum { STREAMS = 6, EACH = 60000 };
	static uint8_t bytes[EACH];
	struct link_event listening = opened(b, 1, LINK_LISTEN, loopback(0), any4), e;
	struct route to = { .kind = ROUTE_TCP }, from;
	struct span got;
	for (unsigned i = 1; i <= STREAMS; i++) {
		assert_int_equal(opened(a, (uint16_t)i, LINK_TCP, any4, listening.local).state,
		                 LINK_UP);
		assert_int_equal(event_of(b).state, LINK_ACCEPTED);
	}
	for (unsigned i = 1; i <= STREAMS; i++) {
		to.link = (uint16_t)i;
		assert_true(net_write(a, &to, span_of(bytes, EACH)));
	}
	size_t all = 0;
	uint64_t end = clock_us() + 30 * SECOND;
	while (all < (size_t)STREAMS * EACH && clock_us() < end) {
		size_t turn = 0;
		net_wait(a, clock_us(), NULL, 0);
		while (net_event(a, &e))
			;
		net_wait(b, clock_us() + 20 * MS, NULL, 0);
		while (net_read(b, &from, &got))
			turn += got.len;
		assert_in_range(turn, 0, 65536);
		all += turn;
	}
	assert_int_equal(all, STREAMS * EACH);
}

static size_t resident(void)
{
	size_t size = 0, pages = 0;
	FILE *f = fopen("/proc/self/statm", "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%zu %zu", &size, &pages), 2);
	fclose(f);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* What comes to a hundred sockets is read to one place. */
static void test_net_flood_of_many_sockets_costs_no_memory(void **state)
{
	(void)state;
	enum { SOCKETS = 100, DATAGRAMS = 30 * 8 };
	static uint8_t bytes[1200];
	struct net *many = net_new(SOCKETS);
	struct route to = { .kind = ROUTE_UDP, .link = 1 }, from;
	struct span got;
	size_t count = 0;
	(void)opened(a, 1, LINK_UDP, any4, any4);
	for (uint16_t i = 1; i <= SOCKETS; i++) {
		struct link_event e = opened(many, i, LINK_UDP, any4, any4);
		assert_int_equal(e.state, LINK_UP);
		to.remote = loopback(e.local.port);
		for (unsigned n = 0; n < DATAGRAMS; n++)
			assert_true(net_write(a, &to, span_of(bytes, sizeof bytes)));
		net_flush(a);
	}
	size_t before = resident();
	net_wait(many, clock_us() + SECOND, NULL, 0);
	while (net_read(many, &from, &got))
		count++;
	assert_true(count >= SOCKETS * 30);
	assert_true(resident() < before + (4 << 20));
	net_free(many);
}

/* One link that floods does not keep another waiting longer than its turn. */
static void test_net_links_take_turns(void **state)
{
	(void)state;
	(void)opened(a, 1, LINK_UDP, any4, any4);
	struct link_event loud = opened(b, 1, LINK_UDP, any4, any4),
			  quiet = opened(b, 2, LINK_UDP, any4, any4);
	struct route to = { .kind = ROUTE_UDP, .link = 1, .remote = loopback(loud.local.port) },
		     from;
	uint8_t bytes[100] = { 0 };
	for (unsigned i = 0; i < 400; i++) /* sizes grow: no trains */
		assert_true(net_write(a, &to, span_of(bytes, 1 + i % 100)));
	to.remote.port = quiet.local.port;
	assert_true(net_write(a, &to, span_text("hear me")));
	net_flush(a);
	net_wait(b, clock_us() + SECOND, NULL, 0);
	unsigned before = 0;
	struct span got;
	bool heard = false;
	while (net_read(b, &from, &got)) {
		before += from.link == 1;
		heard |= from.link == 2;
	}
	assert_true(heard);
	assert_true(before <= LIMIT_BATCH + 16);
}

static void test_net_ipv6_loopback_where_there_is_ipv6(void **state)
{
	(void)state;
	struct addr any6 = { .port = 0 }, one = { .ip = { [15] = 1 } };
	struct link_event ea = opened(a, 1, LINK_UDP, any6, any6),
			  eb = opened(b, 1, LINK_UDP, one, any6);
	if (ea.state != LINK_UP || eb.state != LINK_UP)
		skip_without("no IPv6");
	struct route to = { .kind = ROUTE_UDP, .link = 1, .remote = eb.local }, from;
	struct span got;
	assert_true(net_write(a, &to, span_text("six")));
	net_flush(a);
	assert_true(read_one(b, &from, &got));
	assert_span_text(got, "six");
	assert_true(addr_equal(&from.local, &eb.local));
	to.remote = loopback(9);
	assert_false(net_write(a, &to, span_text("four")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_net_datagram_is_answered_from_where_it_came_to),
		TEST(test_net_rejected_datagrams_are_told),
		TEST(test_net_trains_keep_datagrams_apart),
		TEST(test_net_sends_many_datagrams_at_once),
		TEST(test_net_datagrams_above_the_limit_are_dropped),
		TEST(test_net_opens_the_descriptors_its_table_needs),
		TEST(test_net_port_in_use_is_busy),
		TEST(test_net_closed_link_tells_nothing_more),
		TEST(test_net_refused_connection_is_unreachable),
		TEST(test_net_connections_leave_from_one_port),
		TEST(test_net_stream_carries_both_ways_and_ends_in_order),
		TEST(test_net_stream_tells_when_it_is_stuffed),
		TEST(test_net_listener_lets_many_wait),
		TEST(test_net_full_table_refuses_and_goes_on),
		TEST(test_net_links_take_turns),
		TEST(test_net_streams_share_a_turn),
		TEST(test_net_flood_of_many_sockets_costs_no_memory),
		TEST(test_net_ipv6_loopback_where_there_is_ipv6),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
