#include "lib/where.h"

#include "base/text.h"

/* Every address of this host. */
static void everywhere(struct where *w)
{
	w->at[0] = (struct addr){ .port = w->port };
	w->at[1] = addr_v4(0, 0, 0, 0, w->port);
	w->count = 2;
}

static bool is_every(struct span text, struct where *w)
{
	uint64_t port = LIMIT_PORT;
	bool ported = text.len > 0 && text.at[0] == ':';
	if (text.len > 0 && !(ported && text_read_u64(span_after(text, 1), UINT16_MAX, &port)))
		return false;
	w->port = (uint16_t)port;
	return true;
}

enum err where_read(struct span text, bool waits, struct where *out)
{
	struct span host;
	*out = (struct where){ .class = communicator_class_of_scheme(&text) };
	if (out->class == NULL)
		out->class = communicator_class_that_meets();
	bool listens = waits && !out->class->meets;
	if (out->class->meets && !access_key_split(&text, &out->key))
		return ERR_FORMAT;
	if (out->class->by_name)
		return ERR_USAGE;
	if (listens && is_every(text, out)) {
		everywhere(out);
		return OK;
	}
	if (!addr_split_host_port(text, LIMIT_PORT, &host, &out->port) || host.len == 0 ||
	    host.len >= sizeof out->host)
		return ERR_FORMAT;
	if (addr_parse(text, LIMIT_PORT, &out->at[0])) {
		out->count = 1;
		if (listens && addr_is_any(&out->at[0]) && !addr_is_v4(&out->at[0]))
			everywhere(out);
		return OK;
	}
	struct text t = text_of(out->host, sizeof out->host);
	text_add_span(&t, host);
	return listens ? ERR_FORMAT : OK;
}
