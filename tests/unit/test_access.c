/* access: the file of a closed server's keys, and what the server makes of them. */
#include "tests/unit/rendezvous_world.h"

#include "base/base32.h"
#include "rendezvous/access.h"

#define ALICE "mfrggzdfmztwq2lknnwg23tpoa" /* abcdefghijklmnop */
#define BOB   "mfrggzdfmztwq2lknnwg23tpoe" /* abcdefghijklmnoq */

static const uint8_t alice[STAMP_KEY] = "abcdefghijklmnop", bob[STAMP_KEY] = "abcdefghijklmnoq";
static struct access keys, others;
static struct world w;

static void load(struct access *a, const char *text)
{
	char why[256] = "";
	struct text t = text_of(why, sizeof why);
	if (!access_read(a, span_text(text), "keys", &t))
		fail_msg("%s", why);
}

/* ---- the file ---- */

/* A line has a name, a key and limits, in any order; what is not given is not limited. */
static void test_access_reads_keys_and_limits(void **state)
{
	(void)state;
	uint8_t id[STAMP_ID];
	load(&keys, "# who may come\n\n  alice " ALICE
	            " members=3\trelay=0 until=2024-02-29\r\n#\nbob " BOB);
	assert_int_equal(keys.count, 2);
	stamp_id(alice, id);
	const struct access_entry *e = &keys.at[access_find(&keys, id)];
	assert_memory_equal(e->key, alice, STAMP_KEY);
	assert_int_equal(e->members, 3);
	assert_int_equal(e->relay_kbit, 0);
	assert_int_equal(e->last_day, 19782);
	stamp_id(bob, id);
	e = &keys.at[access_find(&keys, id)];
	assert_memory_equal(e->key, bob, STAMP_KEY);
	assert_int_equal(e->members & e->relay_kbit & e->last_day, UINT32_MAX);
	id[7] ^= 1;
	assert_int_equal(access_find(&keys, id), 0);
}

/* Days are those of `date -d DATE +%s`, divided by 86400. */
static void test_access_knows_the_calendar(void **state)
{
	(void)state;
	static const struct {
		const char *date;
		uint32_t day;
	} cases[] = { { "1970-01-01", 0 },      { "1970-03-01", 59 },    { "2000-02-29", 11016 },
		      { "2000-03-01", 11017 },  { "2026-12-31", 20818 }, { "2100-03-01", 47541 },
		      { "9999-12-31", 2932896 } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char text[128];
		struct text t = text_of(text, sizeof text);
		text_add_format(&t, "a " ALICE " until=%s", cases[i].date);
		load(&keys, text);
		assert_int_equal(keys.at[1].last_day, cases[i].day);
	}
}

static void test_access_says_which_line_is_wrong(void **state)
{
	(void)state;
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "", "keys has no key in it" }, /* somebody is just writing it */
		{ "# who may come\n", "keys has no key in it" },
		{ "alice", "keys:1: a line is NAME KEY" },
		{ "\n\n" ALICE "\n", "keys:3: a line is NAME KEY" },
		{ "alice " ALICE "a", "keys:1: a line is NAME KEY" },
		{ "alice " ALICE "\nbob " ALICE, "keys:2: another line has the same key" },
		{ "alice " ALICE " member=1", "keys:1: a limit is" },
		{ "alice " ALICE " members=0", "keys:1: a limit is" },
		{ "alice " ALICE " members=4294967295", "keys:1: a limit is" },
		{ "alice " ALICE " relay=4294968", "keys:1: a limit is" },
		{ "alice " ALICE " relay=", "keys:1: a limit is" },
		{ "alice " ALICE " until=2024-2-29", "keys:1: a limit is" },
		{ "alice " ALICE " until=1969-12-31", "keys:1: a limit is" },
		{ "alice " ALICE " until=2024-13-01", "keys:1: a limit is" },
		{ "alice " ALICE " until=2024-00-01", "keys:1: a limit is" },
		{ "alice " ALICE " until=2024-01-32", "keys:1: a limit is" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char why[256] = "";
		struct text t = text_of(why, sizeof why);
		assert_false(access_read(&keys, span_text(cases[i].text), "keys", &t));
		assert_memory_equal(why, cases[i].why, strlen(cases[i].why));
	}
}

static void add_line(struct text *t, unsigned i)
{
	uint8_t key[STAMP_KEY] = { (uint8_t)i, (uint8_t)(i >> 8) };
	char word[27];
	base32_encode(span_of(key, sizeof key), word);
	text_add_format(t, "%u %s members=%u\n", i, word, i + 1);
}

/* As many keys as there may be are all found, whatever the order of their ids; one more is refused.
 */
static void test_access_finds_each_of_many(void **state)
{
	(void)state;
	static char file[ACCESS_FILE];
	struct text t = text_of(file, sizeof file);
	for (unsigned i = 0; i < ACCESS_KEYS; i++)
		add_line(&t, i);
	load(&keys, file);
	assert_int_equal(keys.count, ACCESS_KEYS);
	for (unsigned i = 0; i < ACCESS_KEYS; i++) {
		uint8_t key[STAMP_KEY] = { (uint8_t)i, (uint8_t)(i >> 8) },
			hello[HELLO_LEN] = { 0xc0, 1 };
		stamp_put(hello, sizeof hello, key);
		unsigned found = access_check(&keys, span_of(hello, sizeof hello), 0);
		assert_true(found > 0 && keys.at[found].members == i + 1);
	}
	char why[128];
	struct text w2 = text_of(why, sizeof why);
	add_line(&t, ACCESS_KEYS);
	assert_false(t.cut || access_read(&keys, text_span(&t), "keys", &w2));
	assert_string_equal(why, "keys:1024: there are too many keys");
}

/* ---- at the server ---- */

static struct span stamped(uint8_t *wire, size_t len, const uint8_t *key)
{
	if (key)
		stamp_put(wire, len, key);
	return span_of(wire, len);
}

/* COOKIE for a HELLO with that key (NULL: none). False: nothing came. */
static bool hello(struct client *c, const uint8_t *key, struct cookie *cookie)
{
	uint8_t wire[HELLO_LEN];
	struct writer out = writer_of(wire, sizeof wire);
	signaling_write_hello(&out, &(struct hello){ .nonce = { 7 } }, HELLO_LEN);
	world_send(&w, &c->route, stamped(wire, sizeof wire, key));
	if (w.count == 0)
		return false;
	assert_true(w.count == 1 && signaling_read_cookie(sent_span(&w.sent[0]), cookie));
	memcpy(c->cookie, cookie->cookie, COOKIE_BYTES);
	return true;
}

/* How many messages came for a JOIN with that key. */
static size_t join(struct client *c, const uint8_t *key)
{
	uint8_t wire[JOIN_LEN];
	struct writer out = writer_of(wire, sizeof wire);
	struct join m = { .responder = c->responder, .keeps = c->keeps };
	memcpy(m.cookie, c->cookie, COOKIE_BYTES);
	memcpy(m.secret, c->secret, SECRET_BYTES);
	memset(m.token, 0x55, TOKEN_LEN);
	signaling_write_join(&out, &m);
	world_send(&w, &c->route, stamped(wire, sizeof wire, key));
	return w.count;
}

static struct client guest(unsigned host, bool responder)
{
	return (struct client){ .route = world_route(host, ROUTE_UDP),
		                .secret = { 1, (uint8_t)host },
		                .responder = responder,
		                .keeps = true };
}

static void closed(const char *file)
{
	load(&keys, file);
	world_start(&w, 5);
	rendezvous_access(w.server, &keys);
}

static size_t keep(const struct client *c, struct keep m)
{
	uint8_t wire[LIMIT_WIRE];
	struct writer out = writer_of(wire, sizeof wire);
	memcpy(m.secrets[0], c->secret, SECRET_BYTES);
	signaling_write_keep(&out, &m);
	world_send(&w, &c->route, written(&out));
	return w.count;
}

/* Whoever has no key hears nothing, whatever he says: no COOKIE, no ERROR, no echo; and with a good
 * cookie, learned from somebody's HELLO that was repeated, nothing more. */
static void test_access_gives_strangers_nothing(void **state)
{
	(void)state;
	struct client a = guest(1, false);
	struct cookie cookie;
	closed("alice " ALICE);
	assert_false(hello(&a, NULL, &cookie));
	assert_false(hello(&a, bob, &cookie));
	assert_int_equal(join(&a, NULL), 0); /* with a bad cookie */
	assert_true(hello(&a, alice, &cookie));
	assert_int_equal(join(&a, NULL), 0);
	assert_int_equal(join(&a, bob), 0);
	assert_int_equal(keep(&a, (struct keep){ .count = 1, .echo = true }), 0);
	client_forward(&w, &a, 77, 100);
	assert_int_equal(w.count, 0);
	uint8_t wire[LIMIT_DATAGRAM];
	for (unsigned i = 0; i < 20000; i++) {
		static const uint8_t types[] = { 0xc0, 0xc1, 0xc2, 0xc3, 0xc4,
			                         0xc5, 0xc6, 0xc7, 0xf0 };
		size_t len = random_below(&w.random.random, sizeof wire);
		random_fill(&w.random.random, wire, sizeof wire);
		wire[0] = types[random_below(&w.random.random, sizeof types)];
		wire[1] = SIGNALING_VERSION;
		if (random_below(&w.random.random, 2)) { /* the id is no secret */
			uint8_t id[STAMP_ID];
			stamp_id(alice, id);
			memcpy(wire + (wire[0] == 0xc0 ? 45 : 43), id, STAMP_ID);
			memcpy(wire + 2, a.cookie, COOKIE_BYTES);
		}
		world_send(&w, &a.route, span_of(wire, len));
		assert_int_equal(w.count, 0);
	}
	assert_int_equal(world_members(&w), 0);
	assert_int_equal(rendezvous_counts(w.server).dropped, 20007);
	world_end(&w);
}

/* With a key two meet as they do without one where none is needed; a bad cookie is told then, KEEP
 * comes back, and a FORWARD of a pair from elsewhere is refused: its id is known to no stranger. */
static void test_access_lets_in_whoever_has_a_key(void **state)
{
	(void)state;
	struct client a = guest(1, false), b = guest(2, true);
	struct cookie cookie;
	closed("alice " ALICE "\nbob " BOB);
	assert_int_equal(join(&a, alice), 1);
	assert_int_equal(world_error(&w, &a.route, a.secret), SIGNALING_BAD_COOKIE);
	assert_true(hello(&a, alice, &cookie) && hello(&b, bob, &cookie));
	assert_int_equal(join(&a, alice), 1);
	assert_int_equal(join(&b, bob), 3);
	struct intro intro = client_intro(&w, &b);
	client_forward(&w, &a, intro.pair, 500);
	assert_int_equal(world_sent_count(&w, &b.route, PACKET_FORWARD), 1);
	assert_int_equal(keep(&a, (struct keep){ .count = 1, .echo = true }), 1);
	assert_int_equal(w.sent[0].wire[0], PACKET_KEEP);
	/* a member may hear that another place of its own is gone */
	assert_int_equal(keep(&a, (struct keep){ .count = 2, .secrets = { { 0 }, { 9 } } }), 1);
	assert_int_equal(w.sent[0].wire[0], PACKET_ERROR);
	a.route.remote.port++;
	assert_int_equal(keep(&a, (struct keep){ .count = 1, .echo = true }), 0);
	client_forward(&w, &a, intro.pair, 500);
	assert_int_equal(w.sent[0].wire[0], PACKET_ERROR);
	client_forward(&w, &a, intro.pair ^ 1, 500);
	assert_int_equal(w.count, 0);
	world_end(&w);
}

/* Where none is needed a key does no harm. */
static void test_access_is_open_without_keys(void **state)
{
	(void)state;
	struct client a = guest(1, false);
	struct cookie cookie;
	world_start(&w, 5);
	assert_true(hello(&a, alice, &cookie));
	assert_int_equal(join(&a, bob), 1);
	assert_int_equal(w.sent[0].wire[0], PACKET_WAIT);
	world_end(&w);
}

/* No more wait with a key than it admits; those that are there may stay and move, and when one has
 * gone another may come. */
static void test_access_limits_members(void **state)
{
	(void)state;
	struct client a = guest(1, false), b = guest(2, true), c = guest(3, true);
	struct cookie cookie;
	closed("alice " ALICE " members=1\nbob " BOB);
	assert_true(hello(&a, alice, &cookie) && hello(&b, alice, &cookie) &&
	            hello(&c, bob, &cookie));
	assert_int_equal(join(&a, alice), 1);
	assert_int_equal(join(&a, alice), 1);
	assert_int_equal(w.sent[0].wire[0], PACKET_WAIT);
	assert_int_equal(join(&b, alice), 1);
	assert_int_equal(world_error(&w, &b.route, b.secret), SIGNALING_FULL);
	assert_int_equal(join(&c, bob), 3);
	world_skip(&w, 400 * SECOND); /* all are gone */
	assert_int_equal(world_members(&w), 0);
	assert_true(hello(&b, alice, &cookie));
	assert_int_equal(join(&b, alice), 1);
	assert_int_equal(w.sent[0].wire[0], PACKET_WAIT);
	world_end(&w);
}

/* COOKIE tells the rate of one's own key; a pair has the smaller one of its two. */
static void test_access_limits_the_relay(void **state)
{
	(void)state;
	struct client a = guest(1, false), b = guest(2, true);
	struct cookie cookie;
	closed("alice " ALICE " relay=1000\nbob " BOB " relay=8");
	assert_true(hello(&b, bob, &cookie) && cookie.relay_kbit == 8);
	assert_true(hello(&a, alice, &cookie) && cookie.relay_kbit == 1000);
	assert_int_equal(join(&a, alice), 1);
	assert_int_equal(join(&b, bob), 3);
	struct intro intro = client_intro(&w, &b);
	client_forward(&w, &a, intro.pair, 100);
	world_skip(&w, 61 * SECOND); /* the allowance of the first minute is over */
	size_t passed = 0;
	for (unsigned i = 0; i < 100; i++) {
		world_skip(&w, 100 * MS);
		client_forward(&w, i % 2 ? &a : &b, intro.pair, 1000);
		passed += world_sent(&w, i % 2 ? &b.route : &a.route, PACKET_FORWARD) != NULL;
	}
	assert_in_range(passed, 24, 27); /* 10 s with 1 KB/s each, and a burst of 16 KiB */
	world_end(&w);
}

/* A key is good until its last day has ended, by the server's clock: then whoever came with it is
 * gone, though KEEP and FORWARD need no key. A server that has no clock does not look at days. */
static void test_access_ends_with_its_last_day(void **state)
{
	(void)state;
	struct client a = guest(1, false), b = guest(2, true);
	struct cookie cookie;
	char file[128];
	struct text t = text_of(file, sizeof file);
	/* WALL_S: 22:13:20 of that day */
	text_add(&t, "alice " ALICE " until=2023-11-14\nbob " BOB " until=2023-11-15");
	closed(file);
	assert_true(hello(&a, alice, &cookie));
	w.now += (3600 + 46 * 60) * SECOND;
	assert_true(hello(&a, alice, &cookie) && hello(&b, bob, &cookie));
	assert_int_equal(join(&a, alice), 1);
	assert_int_equal(join(&b, bob), 3);
	struct intro intro = client_intro(&w, &b);
	assert_int_equal(keep(&a, (struct keep){ .count = 1, .echo = true }), 1);
	client_forward(&w, &a, intro.pair, 100);
	assert_int_equal(world_sent_count(&w, &b.route, PACKET_FORWARD), 1);
	w.now += 60 * SECOND;
	client_forward(&w, &a, intro.pair, 100);
	assert_int_equal(w.count, 0);
	assert_int_equal(keep(&a, (struct keep){ .count = 1, .echo = true }), 0);
	assert_false(hello(&a, alice, &cookie));
	assert_int_equal(join(&a, alice), 0);
	assert_int_equal(keep(&b, (struct keep){ .count = 1, .echo = true }), 1);
	assert_int_equal(world_members(&w), 1);
	world_end(&w);
	assert_int_not_equal(
	    access_check(&keys, stamped((uint8_t[HELLO_LEN]){ 0xc0, 1 }, HELLO_LEN, alice), 0), 0);
}

/* The host's clock is set years ahead, years back and to 1970 while the server runs: keys count by
 * what it says at that moment, nobody else loses a place, and cookies and times go on. */
static void test_access_goes_by_a_clock_that_jumps(void **state)
{
	(void)state;
	static const struct {
		uint64_t wall_s;
		bool counts;
	} jumps[] = { { WALL_S + 400 * UINT64_C(31536000), false },
		      { WALL_S, true },
		      { WALL_S + 86400 * 365, false },
		      { 60, true },
		      { UINT32_MAX, false },
		      { 0, true },
		      { 9223372036, false }, /* the last that Linux can be set to */
		      { WALL_S - 86400 * 3650, true } };
	struct client a = guest(1, false), b = guest(2, true);
	struct cookie cookie;
	closed("alice " ALICE " until=2023-11-15\nbob " BOB);
	assert_true(hello(&a, alice, &cookie) && hello(&b, bob, &cookie));
	assert_int_equal(join(&b, bob), 1);
	for (size_t i = 0; i < sizeof jumps / sizeof *jumps; i++) {
		rendezvous_set_wall(w.server, jumps[i].wall_s, w.now);
		world_wait(&w, SECOND);
		assert_int_equal(hello(&a, alice, &cookie), jumps[i].counts);
		assert_int_equal(join(&a, alice) > 0, jumps[i].counts);
		assert_int_equal(world_members(&w), 1 + jumps[i].counts);
		assert_int_equal(keep(&b, (struct keep){ .count = 1, .echo = true }), 1);
	}
	world_end(&w);
}

/* Other keys at run time: whoever came with one that is still there stays, and his pairs; whoever
 * came with another is gone, and those without a key when the server is closed. Limits are those of
 * the new file. */
static void test_access_is_loaded_anew(void **state)
{
	(void)state;
	struct client a = guest(1, false), b = guest(2, true), c = guest(3, true);
	struct cookie cookie;
	closed("alice " ALICE "\nbob " BOB);
	assert_true(hello(&a, alice, &cookie) && hello(&b, bob, &cookie) &&
	            hello(&c, alice, &cookie));
	assert_int_equal(join(&a, alice), 1);
	assert_int_equal(join(&b, bob), 3);
	b.keeps = false;
	assert_int_equal(join(&c, alice), 3);
	assert_int_equal(world_members(&w), 3);

	load(&others, "carol mfrggzdfmztwq2lknnwg23tpnq\nalice " ALICE " members=2");
	rendezvous_access(w.server, &others);
	memset(&keys, 0xff, sizeof keys); /* the old ones are not looked at again */
	assert_int_equal(world_members(&w), 2);
	assert_int_equal(rendezvous_counts(w.server).pairs, 1);
	assert_int_equal(join(&b, bob), 0);
	b.secret[0]++;
	assert_int_equal(join(&b, alice), 1);
	assert_int_equal(world_error(&w, &b.route, b.secret), SIGNALING_FULL);

	rendezvous_access(w.server, NULL);
	assert_int_equal(world_members(&w), 2);
	assert_int_equal(join(&b, NULL), 3);
	load(&keys, "alice " ALICE);
	rendezvous_access(w.server, &keys);
	assert_int_equal(world_members(&w), 0);
	world_end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_access_reads_keys_and_limits),
		cmocka_unit_test(test_access_knows_the_calendar),
		cmocka_unit_test(test_access_says_which_line_is_wrong),
		cmocka_unit_test(test_access_finds_each_of_many),
		cmocka_unit_test(test_access_gives_strangers_nothing),
		cmocka_unit_test(test_access_lets_in_whoever_has_a_key),
		cmocka_unit_test(test_access_is_open_without_keys),
		cmocka_unit_test(test_access_limits_members),
		cmocka_unit_test(test_access_limits_the_relay),
		cmocka_unit_test(test_access_ends_with_its_last_day),
		cmocka_unit_test(test_access_goes_by_a_clock_that_jumps),
		cmocka_unit_test(test_access_is_loaded_anew),
	};
	return cmocka_run_group_tests_name("access", tests, NULL, NULL);
}
