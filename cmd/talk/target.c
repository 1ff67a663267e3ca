/* target: see target.h. */
#include "cmd/talk/target.h"

#include <string.h>

#include "base/text.h"
#include "cmd/nearest.h"
#include "cmd/report.h"
#include "crypto/words.h"

static bool cut(struct span s, char c, struct span *before, struct span *after)
{
	const uint8_t *at = s.len > 0 ? memchr(s.at, c, s.len) : NULL;
	if (!at)
		return false;
	size_t len = (size_t)(at - s.at);
	*before = span_of(s.at, len);
	*after = span_of(at + 1, s.len - len - 1);
	return true;
}

static bool strip(struct span *s, const char *prefix)
{
	size_t len = strlen(prefix);
	if (s->len < len || memcmp(s->at, prefix, len) != 0)
		return false;
	*s = span_of(s->at + len, s->len - len);
	return true;
}

/* A copy with a final 0, for a sentence; cut where it is long. */
struct word {
	char at[LIMIT_HOST];
};

static const char *show(struct word *w, struct span s)
{
	struct text t = text_of(w->at, sizeof w->at);
	text_add_span(&t, s);
	return w->at;
}

static int take_host(struct target *t, struct span text, uint16_t port_default)
{
	struct span host;
	struct word w;
	if (!host_port_split(text, port_default, &host, &t->port) || host.len >= sizeof t->host ||
	    t->port == 0)
		return report_error(EXIT_USAGE, "'", show(&w, text), "' is no HOST or HOST:PORT.",
		                    NULL);
	struct text h = text_of(t->host, sizeof t->host);
	text_add_span(&h, host);
	return 0;
}

static int unknown_word(struct span word)
{
	struct word w;
	unsigned count = 0;
	for (size_t len = word.len < 3 ? word.len : 3; len > 0 && count == 0; len--) {
		int first = words_prefix(span_of(word.at, len), &count);
		if (count == 0)
			continue;
		char like[WORD_TEXT];
		words_at((unsigned)first, like);
		return report_error(EXIT_USAGE, "'", show(&w, word),
		                    "' is no word of any code; is it '", like,
		                    "'? Nothing was tried.", NULL);
	}
	return report_error(EXIT_USAGE, "'", show(&w, word),
	                    "' is no word of any code. Nothing was tried.", NULL);
}

/* direct: a code there has no nameplate. */
static int take_code(struct target *t, struct span text, bool direct)
{
	struct span unknown;
	enum err err = code_parse(text, &t->code, &unknown);
	if (err == ERR_AUTH)
		return unknown_word(unknown);
	if (err)
		return report_error(EXIT_USAGE, "this is no code. A code looks like ",
		                    direct ? "velvet-anchor." : "107-velvet-anchor.", NULL);
	if (t->code.has_nameplate == direct)
		return report_error(EXIT_USAGE,
		                    direct ? "the code of an address has words only, no number."
		                           : "the number before the words of the code is missing.",
		                    NULL);
	t->has_code = true;
	return 0;
}

static int take_direct(struct target *t, struct span rest, const struct book *book)
{
	struct span words, host;
	int code = 0;
	if (cut(rest, '@', &words, &host)) {
		code = take_code(t, words, true);
		rest = host;
	}
	if (!code)
		code = take_host(t, rest, LIMIT_PORT);
	char addr[LIMIT_HOST];
	const struct contact *known =
	    !code && target_direct_text(t, addr) ? book_at(book, span_text(addr)) : NULL;
	if (known && !t->has_code) {
		t->has_contact = true;
		t->contact = *known;
	}
	return code;
}

/* The address that is kept with a contact, when there is one: then it is not met at a server. */
static int take_contact(struct target *t, const struct contact *c)
{
	struct span addr = span_text(c->addr);
	t->has_contact = true;
	t->contact = *c;
	if (strip(&addr, "tcp://"))
		t->kind = TARGET_TCP;
	else if (strip(&addr, "udp://"))
		t->kind = TARGET_UDP;
	if (t->kind != TARGET_P2P)
		return take_host(t, addr, LIMIT_PORT);
	return c->signal[0] ? take_host(t, span_text(c->signal), LIMIT_PORT) : 0;
}

static int unknown_target(struct span text, const struct book *book)
{
	struct word w;
	struct nearest near = nearest_to(text);
	for (size_t i = 0; i < book->count; i++)
		nearest_offer(&near, book->contacts[i].name);
	if (near.best)
		return report_error(EXIT_USAGE, "there is no contact '", show(&w, text),
		                    "'. Did you mean '", near.best, "'?", NULL);
	return report_error(
	    EXIT_USAGE, "'", show(&w, text),
	    "' is no contact, no code (107-velvet-anchor) and no address (tcp://HOST:PORT).", NULL);
}

int target_read(struct target *t, struct span text, const struct book *book)
{
	struct span front = text, server = span_text("");
	uint64_t number;
	memset(t, 0, sizeof *t);
	if (strip(&text, "tcp://") || strip(&text, "udp://")) {
		t->kind = front.at[0] == 't' ? TARGET_TCP : TARGET_UDP;
		return take_direct(t, text, book);
	}
	const struct contact *c = book_named(book, text);
	if (c)
		return take_contact(t, c);
	bool has_server = cut(text, '@', &front, &server);
	int code = has_server ? take_host(t, server, LIMIT_PORT) : 0;
	if (code)
		return code;
	if (text_read_u64(front, UINT32_MAX, &number) &&
	    number > 0) { /* a nameplate without words: pseudo and --tofu meet by it */
		t->code.has_nameplate = true;
		t->code.nameplate = (uint32_t)number;
		return 0;
	}
	struct span unknown;
	struct code shape;
	enum err err = code_parse(front, &shape, &unknown);
	code_wipe(&shape);
	return err == ERR_FORMAT ? unknown_target(text, book) : take_code(t, front, false);
}

int target_add_code(struct target *t, struct span text)
{
	return take_code(t, text, true);
}

void target_wipe(struct target *t)
{
	bytes_wipe(t, sizeof *t);
}

bool target_has_secret(struct span text)
{
	struct span front = text, rest, unknown;
	struct code c;
	bool direct = strip(&front, "tcp://") || strip(&front, "udp://");
	bool at = cut(front, '@', &front, &rest);
	if (direct && !at)
		return false;
	enum err err = code_parse(front, &c, &unknown);
	code_wipe(&c);
	return err != ERR_FORMAT;
}

bool target_direct_text(const struct target *t, char out[static LIMIT_HOST])
{
	struct text w = text_of(out, LIMIT_HOST);
	bool v6 = strchr(t->host, ':') != NULL;
	text_add(&w, t->kind == TARGET_TCP ? "tcp://" : "udp://");
	text_add(&w, v6 ? "[" : "");
	text_add(&w, t->host);
	text_add(&w, v6 ? "]:" : ":");
	text_add_u64(&w, t->port);
	return !w.cut;
}

int target_listen(struct span text, enum target_kind *kind, struct addr out[static 2],
                  size_t *count)
{
	struct word w;
	struct span rest = text, port_text = text;
	uint64_t port = LIMIT_PORT;
	*kind = text.len > 0 && text.at[0] == 't' ? TARGET_TCP : TARGET_UDP;
	if (!strip(&rest, "tcp://") && !strip(&rest, "udp://"))
		return report_error(
		    EXIT_USAGE, "'", show(&w, text),
		    "' is no address to wait at. It looks like tcp://0.0.0.0:" LIMIT_PORT_TEXT
		    " or udp://[::]:" LIMIT_PORT_TEXT ".",
		    NULL);
	port_text = rest;
	bool every = rest.len == 0 ||
	             (strip(&port_text, ":") && text_read_u64(port_text, UINT16_MAX, &port));
	bool numeric = every || addr_parse(rest, LIMIT_PORT, &out[0]);
	if (!numeric) { /* the one name that needs no looking up */
		struct span host;
		uint16_t number;
		numeric =
		    host_port_split(rest, LIMIT_PORT, &host, &number) && span_is(host, "localhost");
		if (numeric)
			out[0] = addr_v4(127, 0, 0, 1, number);
	}
	if (!numeric)
		return report_error(EXIT_USAGE, "'", show(&w, text),
		                    "' is no address of this host. It looks like "
		                    "tcp://0.0.0.0:" LIMIT_PORT_TEXT
		                    " or udp://[::]:" LIMIT_PORT_TEXT ".",
		                    NULL);
	*count = 1;
	if (every)
		out[0] = (struct addr){ .port = (uint16_t)port };
	if (addr_is_any(&out[0]) && !addr_is_v4(&out[0])) { /* [::] means every address */
		out[1] = addr_v4(0, 0, 0, 0, out[0].port);
		*count = 2;
	}
	return 0;
}

bool target_next_server(struct span *list, struct span *server)
{
	size_t start = 0, end;
	while (start < list->len && strchr(", \t;", list->at[start]))
		start++;
	for (end = start; end < list->len && !strchr(", \t;", list->at[end]); end++)
		;
	*server = span_of(list->at + start, end - start);
	*list = span_of(list->at + end, list->len - end);
	return server->len > 0;
}

void target_server_text(struct span server, char out[static LIMIT_HOST])
{
	struct text t = text_of(out, LIMIT_HOST);
	struct span host;
	uint16_t port;
	bool usual = host_port_split(server, LIMIT_PORT, &host, &port) && port == LIMIT_PORT &&
	             (host.len == server.len || server.at[0] != '[') &&
	             !memchr(host.at, ':', host.len);
	text_add_span(&t, usual ? host : server);
}
