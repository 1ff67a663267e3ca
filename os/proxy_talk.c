#include "os/proxy_talk.h"

#include <string.h>

#include "base/addr.h"
#include "base/base64.h"
#include "base/text.h"

enum { SOCKS = 5, AUTH = 1, CONNECT = 1, NO_AUTH = 0, PASSWORD = 2 };
enum { TYPE_V4 = 1, TYPE_NAME = 3, TYPE_V6 = 4 };
enum step { METHOD, ACCESS, REPLY, BOUND, LINES };
enum { LINES_MAX = 64, HEAD = 4, LENGTH = 1, PORT = 2 };

/* The answer to come has so many bytes. */
static enum err await(struct proxy_talk *t, enum step step, size_t want)
{
	t->step = step;
	t->have = 0;
	t->want = want;
	return ERR_FULL;
}

static enum err fail(struct proxy_talk *t, const char *why)
{
	t->why = why;
	return ERR_UNREACHABLE;
}

/* It is of another kind, as far as can be told. first: the first byte of its answer. */
static enum err fail_as(struct proxy_talk *t, uint8_t first)
{
	if (t->proxy->socks)
		return fail(t, first == 'H' ? "that is an HTTP proxy: write http://"
		                            : "that isn't a SOCKS 5 proxy");
	return fail(t, first == SOCKS ? "that is a SOCKS 5 proxy: write socks5://"
	                              : "that isn't an HTTP proxy");
}

/* One of HTTP answers when it has reached its target or given up, one of SOCKS at once. */
const char *proxy_talk_silence(const struct proxy *proxy, bool closed)
{
	if (closed)
		return proxy->socks ? "the proxy closed the connection without a word; it may be "
		                      "an HTTP proxy (http://)"
		                    : "the proxy closed the connection without a word; it may be "
		                      "a SOCKS 5 proxy (socks5://)";
	return proxy->socks ? "the proxy says nothing; it may be an HTTP proxy (http://)" : NULL;
}

/* ---- SOCKS 5 ---- */

static void write_string(struct writer *out, const char *s)
{
	write_u8(out, (uint8_t)strlen(s));
	write_text(out, s);
}

static enum err ask_for_connection(struct proxy_talk *t, struct writer *out)
{
	static const uint8_t head[] = { SOCKS, CONNECT, 0 };
	struct addr a;
	bool numeric = addr_parse(span_text(t->host), t->port, &a);

	write_span(out, span_of(head, sizeof head));
	if (!numeric) {
		write_u8(out, TYPE_NAME);
		write_string(out, t->host);
	} else if (addr_is_v4(&a)) {
		write_u8(out, TYPE_V4);
		write_span(out, span_of(a.ip + 12, 4));
	} else {
		write_u8(out, TYPE_V6);
		write_span(out, span_of(a.ip, 16));
	}
	write_be16(out, t->port);
	return await(t, REPLY, HEAD + LENGTH);
}

static enum err take_method(struct proxy_talk *t, struct writer *out)
{
	bool known = t->proxy->user[0] != 0;

	if (t->in[0] != SOCKS)
		return fail_as(t, t->in[0]);
	if (t->in[1] == NO_AUTH)
		return ask_for_connection(t, out);
	if (t->in[1] != PASSWORD || !known)
		return fail(t, "the proxy requires another authentication method");
	write_u8(out, AUTH);
	write_string(out, t->proxy->user);
	write_string(out, t->proxy->password);
	return await(t, ACCESS, 2);
}

static const char *refusal(uint8_t code)
{
	switch (code) {
	case 2: return "the proxy doesn't allow it";
	case 3:
	case 4:
	case 6: return "the proxy can't reach it";
	case 5: return "the proxy reports: connection refused";
	default: return "the proxy reports a failure";
	}
}

/* An address follows, which is of no interest: we have the first byte of it. */
static enum err take_reply(struct proxy_talk *t)
{
	if (t->in[0] != SOCKS)
		return fail(t, "that isn't a SOCKS 5 proxy");
	if (t->in[1] != 0)
		return fail(t, refusal(t->in[1]));
	switch (t->in[3]) {
	case TYPE_V4: return await(t, BOUND, 4 - 1 + PORT);
	case TYPE_V6: return await(t, BOUND, 16 - 1 + PORT);
	case TYPE_NAME: return await(t, BOUND, t->in[4] + (size_t)PORT);
	}
	return fail(t, "that isn't a SOCKS 5 proxy");
}

/* ---- HTTP ---- */

static void ask_by_http(struct proxy_talk *t, struct writer *out)
{
	const struct proxy *p = t->proxy;
	bool v6 = strchr(t->host, ':') != NULL;
	const char *open = v6 ? "[" : "", *close = v6 ? "]" : "";
	uint8_t login[2 * PROXY_SECRET];
	struct writer w = writer_of(login, sizeof login);

	text_write(out, "CONNECT %s%s%s:%u HTTP/1.1\r\nHost: %s%s%s:%u\r\n", open, t->host, close,
	           t->port, open, t->host, close, t->port);
	if (p->user[0]) {
		write_text(&w, p->user);
		write_text(&w, ":");
		write_text(&w, p->password);
		write_text(out, "Proxy-Authorization: Basic ");
		base64_encode(written(&w), out);
		write_text(out, "\r\n");
		bytes_wipe(login, sizeof login);
	}
	write_text(out, "\r\n");
}

/* "HTTP/1.1 200 Connection established" */
static enum err take_status(struct proxy_talk *t)
{
	static const char http[] = "HTTP/1.";
	const uint8_t *code = t->in + 9;

	if (t->have < 12 || memcmp(t->in, http, sizeof http - 1) != 0)
		return fail(t, "that isn't an HTTP proxy");
	if (memcmp(code, "407", 3) == 0)
		return fail(t, "the proxy requires a user name and password");
	if (memcmp(code, "403", 3) == 0)
		return fail(t, "the proxy doesn't allow it");
	if (*code == '5')
		return fail(t, "the proxy can't reach it");
	return *code == '2' ? ERR_FULL : fail(t, "the proxy refused");
}

/* One byte of the head, up to an empty line. Of a long line only the beginning is kept. */
static enum err take_line(struct proxy_talk *t)
{
	enum err err = ERR_FULL;

	/* an answer of another kind may have no line that ends */
	if (t->step == METHOD && t->have == 1 && t->in[0] != 'H')
		return fail_as(t, t->in[0]);
	t->want = 1;
	if (t->in[t->have - 1] != '\n') {
		t->have -= t->have == sizeof t->in;
		t->want = t->have + 1;
		return t->lines < LINES_MAX * sizeof t->in
		           ? ERR_FULL
		           : fail(t, "the proxy's answer is too long");
	}
	bool empty = t->have == 1 || (t->have == 2 && t->in[0] == '\r');
	if (t->step == METHOD) {
		err = take_status(t);
		t->step = LINES;
	} else if (empty) {
		err = OK;
	}
	t->have = 0;
	return err;
}

/* ---- both ---- */

void proxy_talk_begin(struct proxy_talk *t, const struct proxy *proxy, struct span host,
                      uint16_t port, struct writer *out)
{
	static const uint8_t plain[] = { SOCKS, 1, NO_AUTH },
			     both[] = { SOCKS, 2, NO_AUTH, PASSWORD };
	struct text name = text_of(t->host, sizeof t->host);

	*t = (struct proxy_talk){ .proxy = proxy, .port = port };
	text_add_span(&name, host);
	await(t, METHOD, proxy->socks ? 2 : 1);
	if (!proxy->socks)
		ask_by_http(t, out);
	else if (proxy->user[0])
		write_span(out, span_of(both, sizeof both));
	else
		write_span(out, span_of(plain, sizeof plain));
}

size_t proxy_talk_wants(const struct proxy_talk *t)
{
	return t->want - t->have;
}

enum err proxy_talk_input(struct proxy_talk *t, struct span bytes, struct writer *out)
{
	memcpy(t->in + t->have, bytes.at, bytes.len);
	t->have += bytes.len;
	t->lines += bytes.len;
	if (t->have < t->want)
		return ERR_FULL;
	if (!t->proxy->socks)
		return take_line(t);
	switch (t->step) {
	case METHOD: return take_method(t, out);
	case ACCESS:
		return t->in[1] == 0 ? ask_for_connection(t, out)
		                     : fail(t, "the proxy rejected the user name or password");
	case REPLY: return take_reply(t);
	default: return OK;
	}
}
