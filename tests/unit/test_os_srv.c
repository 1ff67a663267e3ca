/* srv: what a name server says of "_schat._udp" is taken in the order of RFC 2782, and whatever
 * else it says does no harm. The name server is here, in the place of the C library's res_send. */
#include "os/srv.h"

#include <poll.h>
#include <resolv.h>
#include <stdio.h>

#include "tests/unit/support.h"

static uint8_t reply[1024];
static size_t reply_len;
static bool any_name; /* is answered so */

int res_send(const unsigned char *question, int len, unsigned char *answer, int cap)
{
	static const uint8_t name[] = "\6_schat\4_udp\3vps\7example";
	bool asks = len > 12 + (int)sizeof name && memcmp(question + 12, name, sizeof name) == 0 &&
	            load_be16(question + 12 + sizeof name) == 33 && question[11] == 1;
	if (!(asks || any_name) || reply_len > (size_t)cap)
		return -1;
	memcpy(answer, reply, reply_len);
	return (int)reply_len;
}

static enum err looked_up_of(struct srv *s, const char *domain)
{
	enum err err;
	assert_int_equal(srv_start(s, domain), OK);
	while ((err = srv_take(s)) == ERR_FULL) {
		struct pollfd p = { .fd = s->child.fd, .events = POLLIN };
		assert_true(poll(&p, 1, 60000) == 1);
	}
	srv_end(s);
	return err;
}

static enum err looked_up(struct srv *s)
{
	return looked_up_of(s, "vps.example");
}

static struct writer begin(unsigned records)
{
	struct writer w = writer_of(reply, sizeof reply);
	write_be16(&w, 1);
	write_be16(&w, 0x8180);
	write_be16(&w, 1);
	write_be16(&w, (uint16_t)records);
	write_be32(&w, 0);
	write_span(&w, span_of((const uint8_t *)"\6_schat\4_udp\3vps\7example", 25));
	write_be16(&w, 33);
	write_be16(&w, 1);
	return w;
}

static void add(struct writer *w, uint16_t priority, uint16_t weight, uint16_t port, char host)
{
	write_be16(w, 0xc00c);
	write_be16(w, 33);
	write_be16(w, 1);
	write_be32(w, 60);
	write_be16(w, 10);
	write_be16(w, priority);
	write_be16(w, weight);
	write_be16(w, port);
	write_u8(w, 1);
	write_u8(w, (uint8_t)host);
	write_be16(w, 0xc018); /* .vps.example */
	reply_len = w->len;
}

static void test_srv_sorts_by_priority_and_weight(void **state)
{
	(void)state;
	struct srv s;
	unsigned heavy_first = 0;
	struct writer w = begin(4);
	add(&w, 20, 0, 7, 'd');
	add(&w, 10, 1, 5, 'b');
	add(&w, 10, 1000, 6, 'c');
	add(&w, 5, 0, 4, 'a');
	for (unsigned i = 0; i < 20; i++) {
		assert_int_equal(looked_up(&s), OK);
		assert_int_equal(s.count, 4);
		assert_string_equal(s.at[0].host, "a.vps.example");
		assert_string_equal(s.at[3].host, "d.vps.example");
		assert_true(s.at[0].port == 4 && s.at[3].port == 7 && s.at[3].priority == 20);
		heavy_first += s.at[1].port == 6;
	}
	assert_true(heavy_first > 15);
}

static void test_srv_of_a_domain_without_servers(void **state)
{
	(void)state;
	struct srv s;
	struct writer w = begin(0);
	reply_len = w.len;
	assert_int_equal(looked_up(&s), ERR_UNREACHABLE);
	w = begin(1);
	add(&w, 1, 1, 0, 'a'); /* no port */
	assert_int_equal(looked_up(&s), ERR_UNREACHABLE);
	reply_len = sizeof reply + 4096; /* nobody answers */
	assert_int_equal(looked_up(&s), ERR_UNREACHABLE);
}

/* Cut anywhere, changed anywhere, records without end, names that lead in circles. */
static void test_srv_survives_any_answer(void **state)
{
	(void)state;
	struct test_random random = test_random(1);
	struct srv s;
	struct writer w = begin(65535);
	for (unsigned i = 0; i < 20; i++)
		add(&w, 1, 1, 5, 'a');
	size_t whole = reply_len;
	for (unsigned i = 0; i < 200; i++) {
		w = begin(65535);
		for (unsigned n = 0; n < 20; n++)
			add(&w, 1, 1, 5, 'a');
		for (unsigned n = 0; n < i % 8; n++)
			reply[random_below(&random.random, whole)] =
			    (uint8_t)random_below(&random.random, 256);
		reply_len = i % 3 == 0 ? (size_t)random_below(&random.random, whole) : whole;
		enum err err = looked_up(&s);
		assert_true(err == OK || err == ERR_UNREACHABLE);
		assert_true(s.count <= LIMIT_VENUES);
		for (size_t n = 0; n < s.count; n++)
			assert_true(s.at[n].port > 0 && s.at[n].host[0] != 0);
	}
}

/* Which names a table of hosts has: in any place of a line, in any case, whole; and not what is a
 * comment, or an address. */
static void test_srv_finds_names_in_a_table_of_hosts(void **state)
{
	(void)state;
	static const char table[] = "# a table of hosts.example\n"
				    "127.0.0.1\tlocalhost\n"
				    "\n"
				    "192.0.2.7  vps.example vps\tBox # other.example\n"
				    "::1 last";
	static const struct {
		const char *name;
		bool there;
	} cases[] = { { "localhost", true },
		      { "vps.example", true },
		      { "vps", true },
		      { "box", true },
		      { "VPS.Example", true },
		      { "last", true },
		      { "192.0.2.7", false },
		      { "::1", false },
		      { "vps.exampl", false },
		      { "a.vps.example", false },
		      { "example", false },
		      { "hosts.example", false },
		      { "other.example", false },
		      { "", false } };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		assert_int_equal(srv_of_hosts(span_text(table), cases[i].name), cases[i].there);
		assert_false(srv_of_hosts(span_of(NULL, 0), cases[i].name));
	}
}

/* Of a name that this host's own table has, nobody is asked. Where the table has "localhost", as
 * nearly everywhere, that is one; otherwise this says only that others are asked for. */
static void test_srv_asks_nobody_about_names_of_hosts(void **state)
{
	(void)state;
	struct srv s;
	static char table[65536];
	FILE *hosts = fopen("/etc/hosts", "r");
	size_t len = hosts ? fread(table, 1, sizeof table, hosts) : 0;
	bool there = srv_of_hosts(span_of((const uint8_t *)table, len), "localhost");
	if (hosts)
		fclose(hosts);
	struct writer w = begin(1);
	add(&w, 5, 0, 4, 'a');
	any_name = true;
	assert_int_equal(looked_up_of(&s, "elsewhere.example"), OK);
	assert_int_equal(looked_up_of(&s, "localhost"), there ? ERR_UNREACHABLE : OK);
	any_name = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_srv_sorts_by_priority_and_weight),
		cmocka_unit_test(test_srv_finds_names_in_a_table_of_hosts),
		cmocka_unit_test(test_srv_asks_nobody_about_names_of_hosts),
		cmocka_unit_test(test_srv_of_a_domain_without_servers),
		cmocka_unit_test(test_srv_survives_any_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
