/* proxy and proxy_talk: what users write about proxies, and what proxies say. */
#include "os/proxy.h"

#include "os/clock.h"
#include "os/resolve.h"
#include "tests/unit/support.h"

static void test_proxy_takes_what_people_write(void **state)
{
	(void)state;
	static const struct {
		const char *url;
		enum err err;
		bool socks;
		const char *host;
		uint16_t port;
		const char *user, *password;
	} table[] = {
		{ "socks5://vps.example", OK, true, "vps.example", 1080, "", "" },
		{ " socks5h://10.0.0.1:9050/ ", OK, true, "10.0.0.1", 9050, "", "" },
		{ "http://[2001:db8::1]:3128", OK, false, "2001:db8::1", 3128, "", "" },
		{ "vps.example:8080", OK, false, "vps.example", 8080, "", "" },
		{ "http://vps.example", OK, false, "vps.example", 80, "", "" },
		{ "socks5://me@vps.example", OK, true, "vps.example", 1080, "me", "" },
		{ "socks5://m%40e:p%3aw:d@vps.example:1", OK, true, "vps.example", 1, "m@e",
		  "p:w:d" },
		{ "http://a:b@c@vps.example", OK, false, "vps.example", 80, "a", "b@c" },
		{ "https://vps.example", ERR_VERSION, false, NULL, 0, NULL, NULL },
		{ "socks4://vps.example", ERR_VERSION, false, NULL, 0, NULL, NULL },
		{ "", ERR_FORMAT, false, NULL, 0, NULL, NULL },
		{ "socks5://", ERR_FORMAT, false, NULL, 0, NULL, NULL },
		{ "socks5://vps.example:0", ERR_FORMAT, false, NULL, 0, NULL, NULL },
		{ "socks5://vps.example:99999", ERR_FORMAT, false, NULL, 0, NULL, NULL },
		{ "socks5://a%4@vps.example", ERR_FORMAT, false, NULL, 0, NULL, NULL },
		{ "socks5://a%00b@vps.example", ERR_FORMAT, false, NULL, 0, NULL, NULL },
	};
	char secret[PROXY_SECRET + 40];

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		assert_int_equal(proxy_use(span_text(table[i].url), span_text("")), table[i].err);
		assert_int_equal(proxy_covers(span_text("x")), table[i].err == OK);
		if (table[i].err)
			continue;
		const struct proxy *p = proxy_given();
		assert_int_equal(p->socks, table[i].socks);
		assert_string_equal(p->host, table[i].host);
		assert_int_equal(p->port, table[i].port);
		assert_string_equal(p->user, table[i].user);
		assert_string_equal(p->password, table[i].password);
	}
	for (size_t len = PROXY_SECRET - 1; len <= PROXY_SECRET; len++) {
		memset(secret, 'u', sizeof secret);
		strcpy(secret + len, "@vps.example");
		assert_int_equal(proxy_use(span_text(secret), span_text("")),
		                 len < PROXY_SECRET ? OK : ERR_FORMAT);
	}
}

/* As curl and others read NO_PROXY. */
static void test_proxy_leaves_out_the_exceptions(void **state)
{
	(void)state;
	static const struct {
		const char *exceptions, *host;
		bool covered;
	} table[] = {
		{ "", "vps.example", true },
		{ "*", "vps.example", false },
		{ "a.example, vps.example", "vps.example", false },
		{ "vps.example", "VPS.Example", false },
		{ ".example", "vps.example", false },
		{ "example", "vps.example", false },
		{ "ps.example", "vps.example", true },
		{ "a.vps.example", "vps.example", true },
		{ "192.0.2.7", "192.0.2.7", false },
		{ "192.0.2.7", "192.0.2.8", true },
		{ "192.0.2.0/24 10.0.0.0/8", "192.0.2.255", false },
		{ "192.0.2.0/24", "192.0.3.0", true },
		{ "10.0.0.0/33", "10.0.0.1", true },
		{ "2001:db8::/32", "2001:db8:1::5", false },
		{ "[2001:db8::1]", "2001:db8::1", false },
		{ "::/0", "2001:db8::1", false },
		{ "7", "192.0.2.7", true },
		{ "192.0.2.0/", "192.0.2.0", true },
	};

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		assert_int_equal(proxy_use(span_text("socks5://p"), span_text(table[i].exceptions)),
		                 OK);
		assert_int_equal(proxy_covers(span_text(table[i].host)), table[i].covered);
	}
}

/* Nobody looks a name up that goes to the proxy; it stands for itself, always as the same address,
 * and nothing that comes from elsewhere is taken for one. */
static void test_proxy_names_are_not_looked_up(void **state)
{
	(void)state;
	static struct resolve r;
	struct addr at[LIMIT_PEER_ADDRS], again, other, where;
	struct proxy_talk talk;
	uint8_t said[PROXY_SAYS];
	struct writer out = writer_of(said, sizeof said);
	size_t count;
	unsigned index;

	assert_int_equal(proxy_use(span_text("socks5://127.0.0.1:9050"), span_text("near.example")),
	                 OK);
	assert_int_equal(
	    resolve_start(&r, span_text("nowhere.invalid"), 7242, at, &count, clock_us()), OK);
	resolve_end(&r);
	assert_int_equal(count, 1);
	assert_true(addr_is_name(&at[0], &index) && !addr_is_unicast(&at[0]));
	assert_int_equal(at[0].port, 7242);
	assert_true(proxy_name(span_text("nowhere.invalid"), 7242, &again));
	assert_true(addr_equal(&again, &at[0]));
	assert_true(proxy_name(span_text("192.0.2.1"), 7242, &other));
	assert_false(addr_equal(&other, &at[0]));
	assert_true(proxy_begin(&at[0], &where, &talk, &out));
	struct addr proxy = addr_v4(127, 0, 0, 1, 9050);
	assert_true(addr_equal(&where, &proxy));
	other = addr_of_name(PROXY_NAMES - 1, 1);
	assert_false(proxy_begin(&other, &where, &talk, &out));
	assert_false(proxy_begin(&proxy, &where, &talk, &out));
	for (unsigned i = 0; i < 2 * PROXY_NAMES; i++) {
		char name[2] = { (char)('a' + i), 0 };
		assert_int_equal(proxy_name(span_text(name), 1, &other), i + 2 < PROXY_NAMES);
	}
}

/* Tells a proxy's answers, piece by piece of so many bytes. What was said to it is in heard. */
static uint8_t heard[4 * PROXY_SAYS];
static size_t heard_len;
static struct proxy_talk told;

static void hear(struct writer *out)
{
	assert_false(out->full);
	memcpy(heard + heard_len, out->at, out->len);
	heard_len += out->len;
}

static enum err tell(const char *url, const char *host, const char *answer, size_t len,
                     size_t piece, size_t *left)
{
	uint8_t said[PROXY_SAYS];
	struct writer out = writer_of(said, sizeof said);
	struct reader r = reader_of(span_of(answer, len));
	enum err err = ERR_FULL;

	heard_len = 0;
	assert_int_equal(proxy_use(span_text(url), span_text("")), OK);
	proxy_talk_begin(&told, proxy_given(), span_text(host), 7242, &out);
	hear(&out);
	while (err == ERR_FULL && r.left > 0) {
		size_t wants = proxy_talk_wants(&told);
		assert_in_range(wants, 1, PROXY_HEARS);
		size_t some = wants < piece ? wants : piece;
		out = writer_of(said, sizeof said);
		err = proxy_talk_input(&told, read_span(&r, some < r.left ? some : r.left), &out);
		hear(&out);
	}
	*left = r.left;
	return err;
}

#define BYTES(s) (s), sizeof(s) - 1

/* RFC 1928, RFC 1929; what follows the proxy's answer is not read. */
static void test_proxy_talk_speaks_socks(void **state)
{
	(void)state;
	static const struct {
		const char *url, *host, *answer;
		size_t answer_len;
		const char *heard;
		size_t heard_len;
	} table[] = {
		{ "socks5://p", "vps.example", BYTES("\5\0\5\0\0\1\0\0\0\0\0\0next"),
		  BYTES("\5\1\0\5\1\0\3\13vps.example\x1c\x4a") },
		{ "socks5://p", "192.0.2.7", BYTES("\5\0\5\0\0\3\0\0\0next"),
		  BYTES("\5\1\0\5\1\0\1\xc0\0\2\7\x1c\x4a") },
		{ "socks5://me:pw@p", "2001:db8::1",
		  BYTES("\5\2\1\0\5\0\0\4\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0next"),
		  BYTES(
		      "\5\2\0\2\1\2me\2pw\5\1\0\4\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1\x1c\x4a") },
		{ "socks5://me:pw@p", "a", BYTES("\5\0\5\0\0\1\0\0\0\0\0\0next"),
		  BYTES("\5\2\0\2\5\1\0\3\1a\x1c\x4a") },
	};
	size_t left;

	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		for (size_t piece = 1; piece < 40; piece += 13) {
			assert_int_equal(tell(table[i].url, table[i].host, table[i].answer,
			                      table[i].answer_len, piece, &left),
			                 OK);
			assert_int_equal(left, 4);
			assert_int_equal(heard_len, table[i].heard_len);
			assert_memory_equal(heard, table[i].heard, heard_len);
		}
}

static void test_proxy_talk_speaks_http(void **state)
{
	(void)state;
	static const char answer[] = "HTTP/1.0 200 OK\r\nVia: someone\n\r\nnext";
	size_t left;

	for (size_t piece = 1; piece < 40; piece += 13) {
		assert_int_equal(tell("http://me:p@p", "2001:db8::1", BYTES(answer), piece, &left),
		                 OK);
		assert_int_equal(left, 4);
		heard[heard_len] = 0;
		assert_string_equal((char *)heard, "CONNECT [2001:db8::1]:7242 HTTP/1.1\r\n"
		                                   "Host: [2001:db8::1]:7242\r\n"
		                                   "Proxy-Authorization: Basic bWU6cA==\r\n\r\n");
	}
	assert_int_equal(tell("p:1", "vps.example", BYTES(answer), 1, &left), OK);
	heard[heard_len] = 0;
	assert_string_equal((char *)heard, "CONNECT vps.example:7242 HTTP/1.1\r\n"
	                                   "Host: vps.example:7242\r\n\r\n");
}

/* What goes wrong has a reason, and neither an answer without an end nor one that is none holds us
 * up. */
static void test_proxy_talk_hears_out_no_bad_proxy(void **state)
{
	(void)state;
	static const struct {
		const char *url, *answer;
		size_t len;
		const char *why;
	} table[] = {
		{ "socks5://p", BYTES("HTTP/1.1 400"), "that is an HTTP proxy: write http://" },
		{ "socks5://p", BYTES("220 mail"), "that isn't a SOCKS 5 proxy" },
		{ "socks5://p", BYTES("\5\xff"),
		  "the proxy requires another authentication method" },
		{ "socks5://p", BYTES("\5\2"), "the proxy requires another authentication method" },
		{ "socks5://a:b@p", BYTES("\5\2\1\1"),
		  "the proxy rejected the user name or password" },
		{ "socks5://p", BYTES("\5\0\5\2\0\1\0"), "the proxy doesn't allow it" },
		{ "socks5://p", BYTES("\5\0\5\4\0\1\0"), "the proxy can't reach it" },
		{ "socks5://p", BYTES("\5\0\5\x77\0\1\0"), "the proxy reports a failure" },
		{ "socks5://p", BYTES("\5\0\5\0\0\x9\0"), "that isn't a SOCKS 5 proxy" },
		{ "http://p", BYTES("\5\xff"), "that is a SOCKS 5 proxy: write socks5://" },
		{ "http://p", BYTES("220 mail"), "that isn't an HTTP proxy" },
		{ "http://p", BYTES("Hello\n"), "that isn't an HTTP proxy" },
		{ "http://p", BYTES("HTTP/1.1 407 No\r\n"),
		  "the proxy requires a user name and password" },
		{ "http://p", BYTES("HTTP/1.1 403 No\r\n"), "the proxy doesn't allow it" },
		{ "http://p", BYTES("HTTP/1.1 502 No\r\n"), "the proxy can't reach it" },
		{ "http://p", BYTES("HTTP/1.1 302 No\r\n"), "the proxy refused" },
	};
	static char endless[1 << 20];
	size_t left;

	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		assert_int_equal(
		    tell(table[i].url, "vps.example", table[i].answer, table[i].len, 1, &left),
		    ERR_UNREACHABLE);
		assert_string_equal(told.why, table[i].why);
	}
	for (int lines = 0; lines < 2; lines++) {
		memset(endless, lines ? '\n' : 'x', sizeof endless);
		memcpy(endless, "HTTP/1.1 200 x", 14);
		for (size_t i = 15; lines && i < sizeof endless; i += 2)
			endless[i] = 'x';
		assert_int_equal(tell("http://p", "a", endless, sizeof endless, 512, &left),
		                 ERR_UNREACHABLE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_proxy_takes_what_people_write),
		cmocka_unit_test(test_proxy_leaves_out_the_exceptions),
		cmocka_unit_test(test_proxy_names_are_not_looked_up),
		cmocka_unit_test(test_proxy_talk_speaks_socks),
		cmocka_unit_test(test_proxy_talk_speaks_http),
		cmocka_unit_test(test_proxy_talk_hears_out_no_bad_proxy),
	};
	return cmocka_run_group_tests_name("proxy", tests, NULL, NULL);
}
