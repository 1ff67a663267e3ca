/* Tests of ui/http.c: who is let in, what is refused, and how answers look. */
#include <stdio.h>

#include "tests/unit/support.h"
#include "ui/http.h"

#define TOKEN "0123456789abcdef0123456789abcdef"
#define HOST  "Host: 127.0.0.1:4711\r\n"
#define AUTH  "Authorization: Bearer " TOKEN "\r\n"
#define LINE  "Content-Length: 3\r\n"

static const struct http_place place = { 4711, TOKEN };
static struct http h;

/* The status of the answer; 0: the head has not ended. */
static unsigned ask(const char *request)
{
	memset(&h, 0, sizeof h);
	(void)http_input(&h, &place, span_text(request));
	return h.status;
}

static void test_http_lets_the_page_in(void **state)
{
	(void)state;
	static const char *const places[] = { "127.0.0.1", "[::1]", "localhost" };
	char request[512];
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: %s:4711\r\n\r\n",
		         places[i]);
		assert_int_equal(ask(request), 200);
		assert_int_equal(h.wants, HTTP_PAGE);
		snprintf(request, sizeof request,
		         "POST /commands HTTP/1.1\r\nhOST:%s:4711 \r\nOrigin: http://%s:4711\r\n"
		         "AUTHORIZATION: Bearer " TOKEN "\r\nAccept: */*\r\n" LINE "\r\n",
		         places[i], places[i]);
		assert_int_equal(ask(request), 200);
		assert_int_equal(h.wants, HTTP_COMMANDS);
		assert_int_equal(h.body, 3);
	}
	assert_int_equal(ask("POST /events HTTP/1.1\r\n" HOST AUTH LINE "\r\n"), 200);
	assert_int_equal(h.wants, HTTP_EVENTS);
	assert_int_equal(ask("POST /qr HTTP/1.1\r\n" HOST AUTH LINE "\r\n"), 200);
	assert_int_equal(h.wants, HTTP_QR);
	assert_int_equal(ask("POST /files/4294967295 HTTP/1.1\r\n" HOST AUTH
	                     "Content-Length: 18446744073709551615\r\n\r\n"),
	                 200);
	assert_int_equal(h.wants, HTTP_UPLOAD);
	assert_int_equal(h.transfer, 4294967295);
	assert_true(h.body == UINT64_MAX);
	assert_int_equal(ask("POST /files/0 HTTP/1.1\r\n" HOST AUTH "Content-Length: 0\r\n\r\n"),
	                 200);
}

static void test_http_refuses_strangers(void **state)
{
	(void)state;
	static const struct {
		const char *request;
		unsigned status;
	} cases[] = {
		/* a name that leads here, but is another */
		{ "GET / HTTP/1.1\r\nHost: evil.example:4711\r\n\r\n", 403 },
		{ "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", 403 },
		{ "GET / HTTP/1.1\r\nHost: 127.0.0.1:4712\r\n\r\n", 403 },
		{ "GET / HTTP/1.1\r\nHost: 127.0.0.1:47110\r\n\r\n", 403 },
		{ "GET / HTTP/1.1\r\nHost: \r\n\r\n", 403 },
		{ "GET / HTTP/1.1\r\nHost: LOCALHOST:4711.\r\n\r\n", 403 },
		{ "GET / HTTP/1.1\r\nHost: localhost.:4711\r\n\r\n", 403 },
		{ "GET / HTTP/1.1\r\nHost: Localhost:4711\r\n\r\n", 403 },
		{ "GET / HTTP/1.1\r\nHost: a@127.0.0.1:4711\r\n\r\n", 403 },
		{ "GET / HTTP/1.1\r\nHost: http://127.0.0.1:4711\r\n\r\n", 403 },
		{ "GET / HTTP/1.1\r\nHost: 127.0.0.1:04711\r\n\r\n", 403 },
		{ "GET / HTTP/1.1\r\nHost: 127.0.0.1:4711, evil.example\r\n\r\n", 403 },
		{ "GET / HTTP/1.1\r\nHost: 127.1:4711\r\n\r\n", 403 },
		{ "GET / HTTP/1.1\r\nHost: 0.0.0.0:4711\r\n\r\n", 403 },
		{ "GET / HTTP/1.1\r\nHost: ::1:4711\r\n\r\n", 403 },
		{ "GET / HTTP/1.1\r\nHost: [::1]\r\n\r\n", 403 },
		{ "GET / HTTP/1.1\r\nHost: [::ffff:127.0.0.1]:4711\r\n\r\n", 403 },
		{ "GET / HTTP/1.1\r\nHost: [0:0:0:0:0:0:0:1]:4711\r\n\r\n", 403 },
		{ "GET / HTTP/1.1\r\n" HOST "Host: evil.example\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\nHost: evil.example\r\n" HOST "\r\n", 400 },
		/* another page */
		{ "GET / HTTP/1.1\r\n" HOST "Origin: https://evil.example\r\n\r\n", 403 },
		{ "POST /events HTTP/1.1\r\n" HOST AUTH LINE "Origin: null\r\n\r\n", 403 },
		{ "POST /events HTTP/1.1\r\n" HOST AUTH LINE "Origin: \r\n\r\n", 403 },
		{ "POST /events HTTP/1.1\r\n" HOST AUTH LINE
		  "Origin: https://127.0.0.1:4711\r\n\r\n",
		  403 },
		{ "POST /events HTTP/1.1\r\n" HOST AUTH LINE
		  "Origin: http://localhost:4711\r\n\r\n",
		  403 },
		{ "POST /events HTTP/1.1\r\n" HOST AUTH LINE
		  "Origin: http://127.0.0.1:4711/\r\n\r\n",
		  403 },
		{ "POST /events HTTP/1.1\r\n" HOST AUTH LINE
		  "Origin: http://a@127.0.0.1:4711\r\n\r\n",
		  403 },
		{ "POST /events HTTP/1.1\r\n" HOST AUTH LINE "Origin: http://127.0.0.1\r\n\r\n",
		  403 },
		{ "POST /events HTTP/1.1\r\n" HOST AUTH LINE
		  "Origin: http://127.0.0.1:4711 http://evil.example\r\n\r\n",
		  403 },
		{ "POST /events HTTP/1.1\r\n" HOST AUTH LINE
		  "Origin: http://127.0.0.1:4711\r\nOrigin: http://evil.example\r\n\r\n",
		  400 },
		{ "POST /events HTTP/1.1\r\n" HOST AUTH AUTH LINE "\r\n", 400 },
		/* no token, a part of it, another, and in the wrong place */
		{ "POST /events HTTP/1.1\r\n" HOST LINE "\r\n", 403 },
		{ "POST /commands HTTP/1.1\r\n" HOST LINE "\r\n", 403 },
		{ "POST /qr HTTP/1.1\r\n" HOST LINE "Authorization: Bearer 0123\r\n\r\n", 403 },
		{ "POST /qr HTTP/1.1\r\n" HOST LINE "Authorization: Bearer " TOKEN "0\r\n\r\n",
		  403 },
		{ "POST /qr HTTP/1.1\r\n" HOST LINE
		  "Authorization: Bearer 1123456789abcdef0123456789abcdef\r\n\r\n",
		  403 },
		{ "POST /qr HTTP/1.1\r\n" HOST LINE "Authorization: Basic " TOKEN "\r\n\r\n", 403 },
		{ "POST /qr HTTP/1.1\r\n" HOST LINE "Cookie: " TOKEN "\r\n\r\n", 403 },
		{ "GET /?token=" TOKEN " HTTP/1.1\r\n" HOST "\r\n", 404 },
		{ "POST /events?" TOKEN " HTTP/1.1\r\n" HOST LINE "\r\n", 404 },
		/* other requests */
		{ "OPTIONS /events HTTP/1.1\r\n" HOST "Origin: http://127.0.0.1:4711\r\n\r\n",
		  405 },
		{ "HEAD / HTTP/1.1\r\n" HOST "\r\n", 405 },
		{ "get / HTTP/1.1\r\n" HOST "\r\n", 405 },
		{ "GET /events HTTP/1.1\r\n" HOST AUTH "\r\n", 405 },
		{ "CONNECT 127.0.0.1:4711 HTTP/1.1\r\n" HOST "\r\n", 404 },
		{ "GET http://127.0.0.1:4711/ HTTP/1.1\r\n" HOST "\r\n", 404 },
		{ "GET http://evil.example/ HTTP/1.1\r\n" HOST "\r\n", 404 },
		{ "GET //evil.example/ HTTP/1.1\r\n" HOST "\r\n", 404 },
		{ "OPTIONS * HTTP/1.1\r\n" HOST "\r\n", 404 },
		{ "GET /%2e HTTP/1.1\r\n" HOST "\r\n", 404 },
		{ "GET /../ HTTP/1.1\r\n" HOST "\r\n", 404 },
		{ "GET / HTTP/1.0\r\n" HOST "\r\n", 505 },
		{ "GET / HTTP/2.0\r\n" HOST "\r\n", 505 },
		{ "GET /files/1 HTTP/1.1\r\n" HOST AUTH "\r\n", 405 },
		{ "POST /files/1 HTTP/1.1\r\n" HOST LINE "\r\n", 403 },
		{ "POST /files/4294967296 HTTP/1.1\r\n" HOST AUTH LINE "\r\n", 404 },
		{ "POST /files/ HTTP/1.1\r\n" HOST AUTH LINE "\r\n", 404 },
		{ "POST /files/../1 HTTP/1.1\r\n" HOST AUTH LINE "\r\n", 404 },
		{ "POST /files/1/ HTTP/1.1\r\n" HOST AUTH LINE "\r\n", 404 },
		/* lengths */
		{ "POST /files/1 HTTP/1.1\r\n" HOST AUTH "\r\n", 411 },
		{ "POST /files/1 HTTP/1.1\r\n" HOST AUTH "Transfer-Encoding: chunked\r\n\r\n",
		  501 },
		{ "POST /files/1 HTTP/1.1\r\n" HOST AUTH
		  "Content-Length: 18446744073709551616\r\n\r\n",
		  400 },
		{ "POST /commands HTTP/1.1\r\n" HOST AUTH "\r\n", 411 },
		{ "POST /commands HTTP/1.1\r\n" HOST AUTH "Content-Length: 0\r\n\r\n", 411 },
		{ "POST /commands HTTP/1.1\r\n" HOST AUTH "Content-Length: 100097\r\n\r\n", 413 },
		{ "POST /events HTTP/1.1\r\n" HOST AUTH "Content-Length: 513\r\n\r\n", 413 },
		{ "POST /commands HTTP/1.1\r\n" HOST AUTH
		  "Content-Length: 18446744073709551619\r\n\r\n",
		  400 },
		{ "POST /commands HTTP/1.1\r\n" HOST AUTH "Content-Length: +3\r\n\r\n", 400 },
		{ "POST /commands HTTP/1.1\r\n" HOST AUTH "Content-Length: 3, 3\r\n\r\n", 400 },
		{ "POST /commands HTTP/1.1\r\n" HOST AUTH LINE LINE "\r\n", 400 },
		{ "POST /commands HTTP/1.1\r\n" HOST AUTH LINE "Transfer-Encoding: chunked\r\n\r\n",
		  501 },
		{ "POST /commands HTTP/1.1\r\n" HOST AUTH LINE "Expect: 100-continue\r\n\r\n",
		  501 },
		{ "GET / HTTP/1.1\r\n" HOST LINE "\r\n", 413 },
		/* no HTTP */
		{ "GET /\r\n\r\n", 400 },
		{ "\r\n\r\n", 400 },
		{ "GET  / HTTP/1.1\r\n" HOST "\r\n", 400 },
		{ "GET / HTTP/1.1 \r\n" HOST "\r\n", 400 },
		{ "GET / HTTP/1.1\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\n" HOST HOST "\r\n", 400 },
		{ "GET / HTTP/1.1\r\nHost : 127.0.0.1:4711\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\n" HOST " folded\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\n" HOST "X: a\rb\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\n" HOST "X: a\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\n" HOST "X: \x1b[2J\r\n\r\n", 400 },
		{ "GET / HTTP/1.1\r\n" HOST "no colon\r\n\r\n", 400 },
		{ "\x16\x03\x01\x02\r\n\r\n", 400 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (ask(cases[i].request) != cases[i].status)
			fail_msg("%u, not %u: %s", h.status, cases[i].status, cases[i].request);
}

/* Byte by byte it is the same, what follows is not read, and nothing of a head stays. */
static void test_http_reads_no_further(void **state)
{
	(void)state;
	static const char request[] = "POST /commands HTTP/1.1\r\n" HOST AUTH LINE "\r\nabcGET / ";
	struct span left = span_text(request);
	memset(&h, 0, sizeof h);
	while (h.status == 0) {
		assert_int_equal(http_input(&h, &place, span_of(left.at, 1)), 1);
		left = span_after(left, 1);
	}
	assert_int_equal(h.status, 200);
	assert_true(bytes_zero(h.head, sizeof h.head));
	assert_int_equal(http_input(&h, &place, left), 0);
	assert_true(span_is(http_take_body(&h, span_of(left.at, 1)), "a"));
	assert_true(span_is(http_take_body(&h, span_after(left, 1)), "bc"));
	assert_int_equal(http_take_body(&h, span_after(left, 3)).len, 0);
}

static void test_http_has_bounds(void **state)
{
	(void)state;
	static char huge[2 * HTTP_HEAD];
	memset(huge, 'a', sizeof huge);
	memcpy(huge, "GET / HTTP/1.1\r\nX: ", 19);
	memset(&h, 0, sizeof h);
	assert_int_equal(http_input(&h, &place, span_of(huge, sizeof huge)), HTTP_HEAD);
	assert_int_equal(h.status, 431);
	memset(&h, 0, sizeof h);
	assert_int_equal(http_input(&h, &place, span_of(huge, HTTP_HEAD - 1)), HTTP_HEAD - 1);
	assert_int_equal(h.status, 0);
}

static const char *answer(const char *request)
{
	static char out[HTTP_ANSWER + 1];
	struct writer w = writer_of(out, HTTP_ANSWER);
	(void)ask(request);
	http_answer(&h, 12345, "sha256-a", "sha256-b", &w);
	assert_false(w.full);
	out[w.len] = 0;
	return out;
}

static void test_http_answers(void **state)
{
	(void)state;
	const char *page = answer("GET / HTTP/1.1\r\n" HOST "\r\n");
	assert_true(strncmp(page, "HTTP/1.1 200 OK\r\nConnection: close\r\n", 36) == 0);
	static const char *const lines[] = {
		"\r\nContent-Length: 12345\r\n",
		"\r\nContent-Security-Policy: default-src 'none'; script-src 'sha256-a'; style-src "
		"'sha256-b'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
		"frame-ancestors 'none'\r\n",
		"\r\nContent-Type: text/html; charset=utf-8\r\n",
		"\r\nCache-Control: no-store\r\n",
		"\r\nX-Content-Type-Options: nosniff\r\n",
		"\r\nReferrer-Policy: no-referrer\r\n",
		"\r\nCross-Origin-Opener-Policy: same-origin\r\n",
		"\r\nCross-Origin-Resource-Policy: same-origin\r\n\r\n",
	};
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
		assert_non_null(strstr(page, lines[i]));
	const char *events = answer("POST /events HTTP/1.1\r\n" HOST AUTH LINE "\r\n");
	assert_non_null(strstr(events, "\r\nTransfer-Encoding: chunked\r\n"));
	assert_non_null(strstr(events, "\r\nContent-Type: application/x-ndjson;"));
	assert_null(strstr(events, "Content-Length"));
	const char *refused = answer("POST /events HTTP/1.1\r\n" HOST LINE "\r\n");
	assert_true(strncmp(refused, "HTTP/1.1 403 Forbidden\r\n", 24) == 0);
	assert_null(strstr(refused, "script-src"));
	assert_non_null(strstr(refused, "\r\n\r\nForbidden\n"));
	const char *head = answer("HEAD / HTTP/1.1\r\n" HOST "\r\n");
	assert_non_null(strstr(head, "\r\nAllow: GET\r\n"));
	assert_string_equal(head + strlen(head) - 4, "\r\n\r\n");
	assert_non_null(strstr(answer("OPTIONS /qr HTTP/1.1\r\n" HOST "\r\n"), "Allow: POST"));
}

static void test_http_chunks(void **state)
{
	(void)state;
	char out[HTTP_CHUNK];
	struct writer w = writer_of(out, sizeof out);
	http_chunk(4097, &w);
	assert_true(span_is(written(&w), "1001\r\n"));
	w = writer_of(out, sizeof out);
	http_chunk(0, &w);
	assert_true(span_is(written(&w), "0\r\n\r\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_http_lets_the_page_in),
		cmocka_unit_test(test_http_refuses_strangers),
		cmocka_unit_test(test_http_reads_no_further),
		cmocka_unit_test(test_http_has_bounds),
		cmocka_unit_test(test_http_answers),
		cmocka_unit_test(test_http_chunks),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
