/* rendezvous: what a member can bring on others, message by message. Whoever has not shown a cookie
 * gets nothing for it; a peer that says nothing, since it has left its address to somebody else,
 * gets a few INTROs and no more, whatever the member sends and however often. */
#include "tests/unit/rendezvous_world.h"

#include <stdio.h>

enum {
	PEERS = MEMBERS_OF_ROLE,
	TIMES = 500 /* messages, one in 400 ms: each can begin all INTROs anew */
};

static struct world w;
static struct client mallory, peers[PEERS], elsewhere;
static uint64_t pairs[PEERS];
static size_t in, to_self, to_peer[PEERS], to_peer_forwarded;
static unsigned turn, count;

/* To whom did it go? To nobody else. */
static void account(void)
{
	for (size_t i = 0; i < w.count; i++) {
		const struct sent *s = &w.sent[i];
		unsigned peer = 0;
		while (peer < count && !route_same(&s->to, &peers[peer].route))
			peer++;
		if (peer < count && s->wire[0] == PACKET_FORWARD)
			to_peer_forwarded += s->len;
		else if (peer < count)
			to_peer[peer] += s->len;
		else if (route_same(&s->to, &mallory.route) || route_same(&s->to, &elsewhere.route))
			to_self += s->len;
		else
			fail_msg("%u bytes to somebody else", (unsigned)s->len);
	}
}

static void say(const struct client *from, struct span wire)
{
	world_send(&w, &from->route, wire);
	in += wire.len;
	account();
}

static void forward(size_t len)
{
	client_forward(&w, &mallory, pairs[turn % count], len);
	in += len;
	account();
}

static void keep(const uint8_t secret[static SECRET_BYTES])
{
	uint8_t wire[KEEP_HEADER + SECRET_BYTES];
	struct writer out = writer_of(wire, sizeof wire);
	struct keep k = { .count = 1, .echo = true };
	memcpy(k.secrets[0], secret, SECRET_BYTES);
	signaling_write_keep(&out, &k);
	say(&mallory, written(&out));
}

static void join(struct client *c)
{
	client_say(&w, c, false);
	in += JOIN_LEN;
	account();
}

static void join_again(void)
{
	join(&mallory);
}

/* It has met nobody, it says, though it has. */
static void join_unmet(void)
{
	mallory.unmet = true;
	join(&mallory);
}

static void join_unmet_after_answers(void)
{
	for (unsigned i = 0; i < count; i++, turn++)
		forward(FORWARD_HEADER);
	join_unmet();
}

static void join_from_two_addresses(void)
{
	struct client *c = turn % 2 ? &mallory : &elsewhere;
	join(c);
}

static void join_as_another(void)
{
	random_fill(&w.random.random, mallory.secret, SECRET_BYTES);
	join(&mallory);
}

static void leave_and_join(void)
{
	client_say(&w, &mallory, true);
	in += JOIN_LEN;
	account();
	join(&mallory);
}

static void keep_own(void)
{
	keep(mallory.secret);
}

/* In the name of peers that have gone: its secrets are known to whoever has left it there. */
static void keep_peers(void)
{
	keep(peers[turn % count].secret);
	join_unmet();
}

static void forward_nothing(void)
{
	forward(FORWARD_HEADER);
}

static void forward_much(void)
{
	forward(LIMIT_DATAGRAM);
}

static void forward_of_nobody(void)
{
	client_forward(&w, &mallory, 12345, 100);
	in += 100;
	account();
}

static void hello(void)
{
	uint8_t wire[HELLO_LEN];
	struct writer out = writer_of(wire, sizeof wire);
	struct hello h = { .other = elsewhere.route.remote };
	memcpy(h.cookie, elsewhere.cookie, COOKIE_BYTES);
	signaling_write_hello(&out, &h, HELLO_LEN);
	say(&mallory, written(&out));
}

/* Mallory waits with so many peers. */
static void meet(unsigned with)
{
	static const uint8_t token[TOKEN_LEN] = { 0x80 };
	world_start_with(&w, 31, 64, 64, 64);
	memset(to_peer, 0, sizeof to_peer);
	count = with;
	in = to_self = to_peer_forwarded = 0;
	for (unsigned i = 0; i < count; i++) {
		peers[i] = client_of(&w, 10 + i, ROUTE_UDP, true);
		peers[i].keeps = true;
		client_join(&w, &peers[i], token);
	}
	mallory = client_of(&w, 1, ROUTE_UDP, false);
	elsewhere = client_of(&w, 2, ROUTE_UDP, false);
	memcpy(elsewhere.secret, mallory.secret, SECRET_BYTES);
	memcpy(elsewhere.token, token, TOKEN_LEN);
	mallory.keeps = elsewhere.keeps = true;
	client_join(&w, &mallory, token);
	account();
	for (unsigned i = 0; i < count; i++)
		pairs[i] = client_intro(&w, &peers[i]).pair;
}

/* The address of its own is proved by the cookie in each JOIN; there go at most WAIT and twelve
 * INTROs for one. The figures are for reading, too. */
static void test_account_of_a_member(void **state)
{
	(void)state;
	static const struct {
		const char *name;
		void (*act)(void);
	} rows[] = {
		{ "JOIN", join_again },
		{ "JOIN, bit 6", join_unmet },
		{ "JOIN, bit 6, after FORWARDs", join_unmet_after_answers },
		{ "JOIN, from two addresses", join_from_two_addresses },
		{ "JOIN, a new secret", join_as_another },
		{ "JOIN, after leaving", leave_and_join },
		{ "KEEP", keep_own },
		{ "KEEP of a peer, JOIN, bit 6", keep_peers },
		{ "FORWARD, empty", forward_nothing },
		{ "FORWARD", forward_much },
		{ "FORWARD of no pair", forward_of_nobody },
		{ "HELLO for another socket", hello },
	};
	print_message("%-30s %9s %8s %8s %8s\n", "", "bytes in", "itself", "a peer", "FORWARD");
	for (size_t i = 0; i < 2 * sizeof rows / sizeof *rows; i++) {
		meet(i % 2 ? PEERS : 1);
		for (turn = 0; turn < TIMES; turn++) {
			world_wait(&w, 400 * MS);
			account();
			rows[i / 2].act();
		}
		for (unsigned peer = 0; peer < count; peer++)
			assert_in_range(to_peer[peer], INTRO_LEN, MEMBERS_TOLD * INTRO_LEN);
		assert_true(to_peer_forwarded <= in);
		assert_true(to_self <= 10 * in);
		print_message("%-30s %9zu %7.2fx %8zu %7.2fx\n", rows[i / 2].name, in,
		              (double)to_self / (double)in, to_peer[0],
		              (double)to_peer_forwarded / (double)in);
		world_end(&w);
	}
}

/* A peer that is there hears of each that comes: whoever answers is told on. */
static void test_account_of_a_peer_that_answers(void **state)
{
	(void)state;
	meet(2);
	for (unsigned i = 0; i < 4 * MEMBERS_TOLD; i++) {
		join_as_another();
		struct intro intro = client_intro(&w, &peers[0]);
		client_forward(&w, &peers[0], intro.pair, FORWARD_HEADER);
		world_skip(&w, SECOND);
	}
	assert_int_equal(world_sent_count(&w, &peers[1].route, PACKET_INTRO), 0);
	client_join(&w, &peers[1], peers[1].token); /* it is back: it hears of whoever is there */
	client_intro(&w, &peers[1]);
	world_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_account_of_a_member),
		cmocka_unit_test(test_account_of_a_peer_that_answers),
	};
	return cmocka_run_group_tests_name("rendezvous_account", tests, NULL, NULL);
}
