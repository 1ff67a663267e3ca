#include "ui/http.h"

#include "base/min_max.h"
#include "base/split.h"

/* ---- the head ---- */

/* Headers that mean something here. Each may come once. */
enum { HOST, ORIGIN, LENGTH, CODING, TOKEN, EXPECT, HEADERS };

static const char *const headers[HEADERS] = { "host",           "origin",
	                                      "content-length", "transfer-encoding",
	                                      "authorization",  "expect" };

struct fields {
	struct span value[HEADERS];
	bool given[HEADERS];
};

/* The first line. */
struct request {
	struct span method, target, version;
};

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static bool named(struct span name, const char *wanted)
{
	size_t i = 0;
	/*@ loop invariant i <= name.len && i <= text_len((char *)wanted);
	    loop assigns i;
	    loop variant name.len - i; */
	while (i < name.len && wanted[i] && lower(name.at[i]) == (uint8_t)wanted[i])
		i++;
	return i == name.len && wanted[i] == 0;
}

/* Letters, digits and the marks of a token (RFC 9110 section 5.6.2). */
static bool is_token(struct span s)
{
	static const char marks[] = "!#$%&'*+-.^_`|~";
	/*@ loop invariant i <= s.len;
	    loop assigns i;
	    loop variant s.len - i; */
	for (size_t i = 0; i < s.len; i++) {
		uint8_t c = lower(s.at[i]);
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') &&
		    (c == 0 || strchr(marks, c) == NULL))
			return false;
	}
	return s.len > 0;
}

/* No controls; a CR is one, where it is not before the LF that ends the line. */
static bool is_text(struct span s)
{
	/*@ loop invariant i <= s.len;
	    loop assigns i;
	    loop variant s.len - i; */
	for (size_t i = 0; i < s.len; i++)
		if ((s.at[i] < 0x20 && s.at[i] != '\t') || s.at[i] == 0x7f)
			return false;
	return true;
}

/* The first line, which ends with CR LF. NULL: there is none. */
static struct span first_line(struct span bytes)
{
	struct span line, rest, none = span_of(NULL, 0);
	if (!split_at(bytes, '\n', &line, &rest) || line.len == 0 || line.at[line.len - 1] != '\r')
		return none;
	line.len--;
	return is_text(line) ? line : none;
}

static bool read_request_line(struct span line, struct request *q)
{
	return split_at(line, ' ', &q->method, &line) &&
	       split_at(line, ' ', &q->target, &q->version) && is_token(q->method) &&
	       q->target.len > 0 && q->version.len == 8 && split_prefix(&q->version, "HTTP/");
}

static bool read_header(struct span line, struct fields *h)
{
	struct span name, value;
	if (!split_at(line, ':', &name, &value) || !is_token(name))
		return false;
	/*@ loop invariant i <= HEADERS;
	    loop invariant six(&h->value[0]);
	    loop assigns i, h->given[0 .. HEADERS - 1], h->value[0 .. HEADERS - 1];
	    loop variant HEADERS - i; */
	for (unsigned i = 0; i < HEADERS; i++) {
		if (!named(name, headers[i]))
			continue;
		if (h->given[i])
			return false;
		h->given[i] = true;
		h->value[i] = split_trim(value);
	}
	return true;
}

static bool read_head(struct span bytes, struct request *q, struct fields *h)
{
	struct span line = first_line(bytes);
	if (line.at == NULL || !read_request_line(line, q))
		return false;
	/*@ loop invariant bytes(bytes.at, bytes.len) && bytes.len >= line.len + 2;
	    loop invariant \base_addr(bytes.at) == \at(\base_addr(bytes.at), Pre);
	    loop invariant bytes(q->method.at, q->method.len) &&
	      bytes(q->target.at, q->target.len) && bytes(q->version.at, q->version.len);
	    loop invariant six(&h->value[0]);
	    loop assigns bytes, line, *h;
	    loop variant bytes.len; */
	for (;;) {
		bytes = span_after(bytes, line.len + 2);
		line = first_line(bytes);
		if (line.at == NULL || line.len == 0)
			return line.at != NULL;
		if (!read_header(line, h))
			return false;
	}
}

/* ---- whether it is the page that asks ---- */

static bool is_name(struct span name, const char *before, uint16_t port)
{
	static const char *const hosts[] = { "127.0.0.1", "[::1]", "localhost" };
	char wanted[32];
	/*@ loop invariant i <= 3;
	    loop assigns i, wanted[0 .. 31];
	    loop variant 3 - i; */
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++) {
		struct text t = text_of(wanted, sizeof wanted);
		text_add_format(&t, "%s%s:%u", before, hosts[i], (unsigned)port);
		if (span_equal(name, text_span(&t)))
			return true;
	}
	return false;
}

/* Of the place that Host names, and of no other. */
static bool is_origin(const struct fields *h, uint16_t port)
{
	struct span name = h->value[ORIGIN], host = h->value[HOST];
	return is_name(name, "http://", port) && split_prefix(&name, "http://") &&
	       span_equal(name, host);
}

static bool has_token(struct span token, const struct http_place *at)
{
	return split_prefix(&token, "Bearer ") && token.len == HTTP_TOKEN &&
	       bytes_equal(token.at, at->token, HTTP_TOKEN);
}

static bool is_upload(struct span target, unsigned *transfer)
{
	uint64_t number;
	bool good = split_prefix(&target, "/files/") && text_read_u64(target, UINT32_MAX, &number);
	*transfer = good ? (unsigned)number : 0;
	return good;
}

/* 0: good, and *wants is set. */
static unsigned wrong_target(const struct request *q, enum http_wants *wants, unsigned *transfer)
{
	static const char *const targets[] = {
		[HTTP_PAGE] = "/",
		[HTTP_EVENTS] = "/events",
		[HTTP_COMMANDS] = "/commands",
		[HTTP_QR] = "/qr",
	};
	*wants = HTTP_PAGE;
	/*@ loop invariant 0 <= *wants <= HTTP_UPLOAD;
	    loop assigns *wants;
	    loop variant HTTP_UPLOAD - *wants; */
	while (*wants < HTTP_UPLOAD && !span_is(q->target, targets[*wants]))
		++*wants;
	if (*wants == HTTP_UPLOAD && !is_upload(q->target, transfer))
		return 404;
	return span_is(q->method, *wants == HTTP_PAGE ? "GET" : "POST") ? 0 : 405;
}

static unsigned wrong_length(const struct fields *h, enum http_wants wants, uint64_t *body)
{
	uint64_t len = 0, most = wants == HTTP_UPLOAD     ? UINT64_MAX
	                         : wants == HTTP_COMMANDS ? HTTP_BODY
	                                                  : HTTP_SHORT;
	bool page = wants == HTTP_PAGE;
	if (h->given[CODING] || h->given[EXPECT])
		return 501;
	if (h->given[LENGTH] && !text_read_u64(h->value[LENGTH], UINT64_MAX, &len))
		return 400;
	if (page ? len > 0 : len > most)
		return 413;
	*body = len;
	return page || len > 0 || (wants == HTTP_UPLOAD && h->given[LENGTH]) ? 0 : 411;
}

static unsigned status_of(struct http *http, const struct http_place *at, struct span bytes)
{
	struct request q;
	struct fields h = { .given = { false } };
	unsigned wrong;
	if (!read_head(bytes, &q, &h))
		return 400;
	http->no_body = span_is(q.method, "HEAD");
	if (!span_is(q.version, "1.1"))
		return 505;
	if (!h.given[HOST])
		return 400;
	if (!is_name(h.value[HOST], "", at->port) || (h.given[ORIGIN] && !is_origin(&h, at->port)))
		return 403;
	wrong = wrong_target(&q, &http->wants, &http->transfer);
	if (!wrong && http->wants != HTTP_PAGE && !has_token(h.value[TOKEN], at))
		wrong = 403;
	if (!wrong)
		wrong = wrong_length(&h, http->wants, &http->body);
	return wrong ? wrong : 200;
}

size_t http_input(struct http *h, const struct http_place *at, struct span bytes)
{
	static const char end[] = { '\r', '\n', '\r', '\n' };
	size_t used = 0;
	/*@ loop invariant used <= bytes.len && h->len <= sizeof(h->head);
	    loop invariant h->status == 0 ==> h->len < sizeof(h->head);
	    loop assigns used, *h;
	    loop variant bytes.len - used; */
	while (h->status == 0 && used < bytes.len) {
		h->head[h->len++] = bytes.at[used++];
		if (h->len >= sizeof end &&
		    memcmp(h->head + h->len - sizeof end, end, sizeof end) == 0)
			h->status = status_of(h, at, span_of(h->head, h->len));
		else if (h->len == sizeof h->head)
			h->status = 431;
	}
	if (h->status)
		bytes_wipe(h->head, h->len);
	return used;
}

struct span http_take_body(struct http *h, struct span bytes)
{
	bytes.len = (size_t)min_of(bytes.len, h->body);
	h->body -= bytes.len;
	return bytes;
}

/* ---- the answer ---- */

static const char *reason(unsigned status)
{
	switch (status) {
	case 200: return "OK";
	case 403: return "Forbidden";
	case 404: return "Not Found";
	case 405: return "Method Not Allowed";
	case 411: return "Length Required";
	case 413: return "Content Too Large";
	case 431: return "Request Header Fields Too Large";
	case 501: return "Not Implemented";
	case 503: return "Service Unavailable";
	case 505: return "HTTP Version Not Supported";
	default: return "Bad Request";
	}
}

static void add_policy(const char *script, const char *style, struct writer *w)
{
	write_text(w, "Content-Security-Policy: default-src 'none'");
	if (script != NULL)
		text_write(w, "; script-src '%s'; style-src '%s'; connect-src 'self'", script,
		           style);
	write_text(w, "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n");
}

static const char *type_of(const struct http *h)
{
	if (h->status != 200 || h->wants == HTTP_QR)
		return "text/plain";
	return h->wants == HTTP_PAGE ? "text/html" : "application/x-ndjson";
}

void http_answer(const struct http *h, size_t len, const char *script, const char *style,
                 struct writer *w)
{
	const char *why = reason(h->status);
	bool good = h->status == 200;
	text_write(w, "HTTP/1.1 %u %s\r\nConnection: close\r\n", h->status, why);
	if (good && h->wants == HTTP_EVENTS)
		write_text(w, "Transfer-Encoding: chunked\r\n");
	else
		text_write(w, "Content-Length: %ju\r\n",
		           (uintmax_t)(good ? len : span_text(why).len + 1));
	if (h->status == 405)
		text_write(w, "Allow: %s\r\n", h->wants == HTTP_PAGE ? "GET" : "POST");
	add_policy(good ? script : NULL, style, w);
	text_write(w,
	           "Content-Type: %s; charset=utf-8\r\n"
	           "Cache-Control: no-store\r\n"
	           "X-Content-Type-Options: nosniff\r\n"
	           "Referrer-Policy: no-referrer\r\n"
	           "Cross-Origin-Opener-Policy: same-origin\r\n"
	           "Cross-Origin-Resource-Policy: same-origin\r\n\r\n",
	           type_of(h));
	if (!good && !h->no_body)
		text_write(w, "%s\n", why);
}

void http_chunk(size_t len, struct writer *w)
{
	text_write(w, len > 0 ? "%x\r\n" : "0\r\n\r\n", (unsigned)len);
}
