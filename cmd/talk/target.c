#include "cmd/talk/target.h"

#include <string.h>

#include "base/split.h"
#include "base/text.h"
#include "cmd/nearest.h"
#include "cmd/report.h"
#include "crypto/words.h"
#include "os/interfaces.h"

/* A copy with a final 0, for a sentence; cut if it is too long. */
struct word {
	char at[LIMIT_HOST];
};

static const char *show(struct word *w, struct span s)
{
	struct text t = text_of(w->at, sizeof w->at);
	text_add_span(&t, s);
	return w->at;
}

static int take_host(struct target *t, struct span text)
{
	struct span host;
	struct word w;
	bool keyless = !t->class->meets || access_key_split(&text, &t->key);
	if (!keyless)
		return report_error(EXIT_USAGE, TARGET_NO_KEY, show(&w, text));
	/* an '@' would stand for the end of a code where the address is read again */
	if (!addr_split_host_port(text, LIMIT_PORT, &host, &t->port) ||
	    host.len >= sizeof t->host || t->port == 0 || memchr(host.at, '@', host.len) != NULL)
		return report_error(EXIT_USAGE,
		                    "'%s' isn't a valid host. Write it as HOST or HOST:PORT.%s",
		                    show(&w, text), report_port_hint(show(&w, text)));
	struct text h = text_of(t->host, sizeof t->host);
	text_add_span(&h, host);
	return 0;
}

/* What follows a scheme. */
static int take_place(struct target *t, struct span text)
{
	struct text h = text_of(t->host, sizeof t->host);
	if (!t->class->by_name)
		return take_host(t, text);
	text_add_span(&h, text);
	return h.cut || h.len == 0
	           ? report_error(EXIT_USAGE, "the address after %s is missing or too long",
	                          t->class->scheme)
	           : 0;
}

static int unknown_word(struct span word)
{
	struct word w;
	struct nearest near = nearest_to(word);
	char like[WORD_TEXT] = "", next[WORD_TEXT];
	for (unsigned i = 0; i < WORDS_COUNT; i++) {
		words_at(i, next);
		near.best = NULL;
		nearest_offer(&near, next);
		if (near.best)
			memcpy(like, next, sizeof like);
	}
	return report_error(
	    EXIT_USAGE, "'%s' isn't in the list of words for codes. %s%s%sNothing was sent.",
	    show(&w, word), like[0] ? "Did you mean '" : "", like, like[0] ? "'? " : "");
}

/* direct: the code of an address, which has no nameplate. */
static int take_code(struct target *t, struct span text, bool direct)
{
	struct span unknown;
	enum err err = code_parse(text, &t->code, &unknown);
	if (err == ERR_AUTH)
		return unknown_word(unknown);
	if (err)
		return report_error(EXIT_USAGE, "that isn't a code. A code looks like %s",
		                    direct ? "velvet-anchor." : "107-velvet-anchor.");
	if (t->code.has_nameplate == direct)
		return report_error(EXIT_USAGE, "%s",
		                    direct ? "a code in an address has only words, no number"
		                           : "the number in front of the code's words is missing");
	t->has_code = true;
	return 0;
}

/* A contact's addr= is another spelling of where t is. */
static bool is_kept_at(const struct target *t, const struct contact *c)
{
	struct target kept = { .port = 0 };
	struct span place = span_text(c->addr), host;
	kept.class = communicator_class_of_scheme(&place);
	if (kept.class != t->class)
		return false;
	if (kept.class->by_name)
		return span_is(place, t->host);
	return addr_split_host_port(place, LIMIT_PORT, &host, &kept.port) && kept.port == t->port &&
	       span_is(host, t->host);
}

/* What follows the scheme. */
static int take_direct(struct target *t, struct span rest, const struct book *book)
{
	struct span front, host;
	const struct contact *known = NULL;
	int code = 0;
	if (split_at(rest, '@', &front, &host)) {
		known = book_named(book, front);
		code = known ? 0 : take_code(t, front, true);
		rest = host;
	}
	if (!code)
		code = take_place(t, rest);
	for (size_t i = 0; i < book->count && !code && !known && !t->has_code; i++)
		if (is_kept_at(t, &book->contacts[i]))
			known = &book->contacts[i];
	if (known && !code) {
		t->has_contact = true;
		t->contact = *known;
	}
	return code;
}

/* A contact that is kept with an address is met there, and not at a server. */
static int take_contact(struct target *t, const struct contact *c, bool at_server)
{
	struct span addr = span_text(c->addr);
	const struct communicator_class *class = communicator_class_of_scheme(&addr);
	t->has_contact = true;
	t->contact = *c;
	if (at_server || c->addr[0] == 0)
		return 0;
	if (class) {
		t->class = class;
		return take_place(t, addr);
	}
	/* a server is not to be asked in its place */
	return report_error(EXIT_USAGE,
	                    "the peers file has no valid address for %s: '%s'. To mend it: schat "
	                    "peers set %s addr=tcp://HOST:PORT",
	                    c->name, c->addr, c->name);
}

static int no_target(struct span text, const struct book *book)
{
	struct word w;
	const struct contact *alike = book_alike(book, text);
	return report_error(EXIT_USAGE,
	                    "'%s' is not a contact, a code (like 107-velvet-anchor) or an address "
	                    "(like tcp://HOST:PORT). %s%s%s",
	                    show(&w, text),
	                    alike ? "Did you mean " : "To list your contacts: schat peers",
	                    alike ? alike->name : "", alike ? "?" : "");
}

int target_read(struct target *t, struct span text, const struct book *book, bool at_server)
{
	struct span front = text, server;
	uint64_t number;
	memset(t, 0, sizeof *t);
	t->class = communicator_class_of_scheme(&text);
	if (t->class)
		return take_direct(t, text, book);
	t->class = communicator_class_that_meets();
	int code = split_at(text, '@', &front, &server) ? take_host(t, split_trim(server)) : 0;
	if (code)
		return code;
	front = split_trim(front);
	const struct contact *c = book_named(book, front);
	if (c)
		return take_contact(t, c, at_server || t->host[0]);
	/* a nameplate without words: pseudo and --tofu meet by it */
	if (text_read_u64(front, UINT32_MAX, &number) && number > 0) {
		t->code.has_nameplate = true;
		t->code.nameplate = (uint32_t)number;
		return 0;
	}
	if (target_has_secret(front))
		return take_code(t, front, false);
	return no_target(front, book);
}

int target_add_code(struct target *t, struct span text)
{
	return take_code(t, text, true);
}

bool target_known(struct span text, const struct book *book)
{
	struct span front = text, rest, unknown;
	struct code c;
	if (communicator_class_of_scheme(&front) != NULL)
		return true;
	(void)split_at(text, '@', &front, &rest);
	bool code = code_parse(front, &c, &unknown) == OK;
	bytes_wipe(&c, sizeof c);
	return code || book_named(book, front) != NULL;
}

bool target_has_secret(struct span text)
{
	struct span front = text, rest, unknown;
	struct code c;
	bool direct = communicator_class_of_scheme(&front) != NULL;
	bool at = split_at(front, '@', &front, &rest);
	if (direct && !at)
		return false;
	enum err err = code_parse(front, &c, &unknown);
	bytes_wipe(&c, sizeof c);
	return err != ERR_FORMAT;
}

bool target_direct_text(const struct target *t, char out[static LIMIT_HOST])
{
	struct text w = text_of(out, LIMIT_HOST);
	bool v6 = strchr(t->host, ':') != NULL;
	text_add(&w, t->class->scheme);
	if (t->class->by_name)
		text_add(&w, t->host);
	else
		text_add_format(&w, v6 ? "[%s]:%u" : "%s:%u", t->host, t->port);
	return !w.cut;
}

int target_listen(struct target *t, struct span text, struct addr out[static 2], size_t *count)
{
	struct word w;
	struct span rest = text, host;
	uint16_t port_of_name;
	uint64_t port = LIMIT_PORT;
	t->class = communicator_class_of_scheme(&rest);
	if (t->class && t->class->by_name) {
		*count = 0;
		return take_place(t, rest);
	}
	struct span port_text = rest;
	bool every = rest.len == 0 ||
	             (split_prefix(&port_text, ":") && text_read_u64(port_text, UINT16_MAX, &port));
	enum err err = every ? OK : interfaces_parse(rest, LIMIT_PORT, &out[0]);
	if (t->class && (err == ERR_USAGE || err == ERR_UNREACHABLE)) {
		(void)addr_split_host_port(rest, LIMIT_PORT, &host, &port_of_name);
		return report_no_host(show(&w, host), err);
	}
	bool good = err == OK;
	/* the one name that needs no looking up */
	if (!good && addr_split_host_port(rest, LIMIT_PORT, &host, &port_of_name) &&
	    span_is(host, "localhost")) {
		out[0] = addr_v4(127, 0, 0, 1, port_of_name);
		good = true;
	}
	if (t->class == NULL || !good)
		return report_error(EXIT_USAGE,
		                    "'%s' is not an address to listen on. Give one such as "
		                    "tcp://0.0.0.0:" LIMIT_PORT_TEXT
		                    " or udp://[::]:" LIMIT_PORT_TEXT
		                    "; a signaling server is named with -s.%s",
		                    show(&w, text), report_port_hint(show(&w, text)));
	*count = 1;
	if (every)
		out[0] = (struct addr){ .port = (uint16_t)port };
	if (addr_is_any(&out[0]) && !addr_is_v4(&out[0])) { /* [::] means every address */
		out[1] = addr_v4(0, 0, 0, 0, out[0].port);
		*count = 2;
	}
	return 0;
}

bool target_next_server(struct span *list, struct target_server *s)
{
	struct span word = split_word_at(list, ", \t;"), name;
	struct text t = text_of(s->host, LIMIT_HOST);
	s->keyed = access_key_split(&word, &s->key);
	bool any = word.len > 0, good = s->keyed &&
	                                addr_split_host_port(word, LIMIT_PORT, &name, &s->port) &&
	                                s->port > 0 && name.len < LIMIT_HOST;
	s->ported = good && addr_split_host_port(word, 0, &name, &s->port);
	if (!good)
		s->port = 0;
	text_add_span(&t, good ? name : word);
	return any;
}

void target_server_text(const char *host, uint16_t port, char out[static LIMIT_HOST])
{
	struct text t = text_of(out, LIMIT_HOST);
	bool v6 = strchr(host, ':') != NULL;
	text_add_format(&t, v6 ? "[%s]" : "%s", host);
	if (port != LIMIT_PORT)
		text_add_format(&t, ":%u", port);
}
