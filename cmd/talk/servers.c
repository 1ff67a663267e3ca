#include "cmd/talk/servers.h"

#include <string.h>

#include "os/interfaces.h"

void servers_name(const char *host, uint16_t port, char out[static SERVERS_NAME])
{
	struct addr numeric;
	struct text t = text_of(out, SERVERS_NAME);
	if (interfaces_parse(span_text(host), port, &numeric) == OK) {
		char text[ADDR_TEXT];
		addr_format(&numeric, text);
		text_add(&t, text);
		return;
	}
	size_t len = strlen(host);
	text_add_span(&t, span_of((const uint8_t *)host, len - (len > 1 && host[len - 1] == '.')));
	for (char *c = out; *c; c++)
		*c = (char)(*c >= 'A' && *c <= 'Z' ? *c | 0x20 : *c);
	text_add_format(&t, ":%u", port);
}

/* The first key in the list for that server. */
static struct access_key key_in(const char *list, const char *name)
{
	struct span rest = span_text(list);
	struct target_server s;
	while (target_next_server(&rest, &s)) {
		char own[SERVERS_NAME];
		servers_name(s.host, s.port, own);
		if (s.key.given && strcmp(own, name) == 0)
			return s.key;
	}
	return (struct access_key){ .given = false };
}

struct access_key servers_key(const struct plan *p, const char *name)
{
	const char *said = p->options->signal ? p->options->signal : "";
	bool found = p->target.has_contact; /* what was said is newer than where we met */
	const char *lists[] = { found ? said : p->servers, found ? p->servers : said,
		                p->target.contact.signal };
	struct access_key key = p->target.key;
	for (size_t i = 0; i < sizeof lists / sizeof *lists && !key.given; i++)
		key = key_in(lists[i], name);
	return key;
}
