#include "cmd/findings.h"

#include <string.h>

enum {
	CLOCK_RIGHT_S = 5,   /* COOKIE is that exact at least */
	CLOCK_WRONG_S = 3600 /* contacts of two hosts look for each other an hour early and late */
};

/* ---- for people ---- */

static const char *answers(enum outlook_answer a)
{
	return a == ANSWER_YES ? "answers" : a == ANSWER_NO ? "no answer" : "not tried";
}

static void add_server(const struct findings_server *s, struct text *out)
{
	text_add_format(out, "server %s: over UDP %s, over TCP %s", s->name, answers(s->udp),
	                answers(s->tcp));
	if (s->web != ANSWER_UNKNOWN)
		text_add_format(out, ", at TCP port 443 %s", answers(s->web));
	text_add(out, "\n");
}

static void add_family(const struct outlook_facts *f, enum outlook_family family, struct text *out)
{
	char at[ADDR_TEXT];

	text_add(out, family == OUTLOOK_V4 ? "  IPv4       " : "  IPv6       ");
	if (f->udp[family] != ANSWER_YES) {
		text_add(out, f->udp[family] == ANSWER_NO
		                  ? "UDP does not reach the server, or no answer comes back\n"
		                  : "the server has no such address\n");
		return;
	}
	addr_format(&f->outside[family], at);
	text_add_format(out, "UDP passes; the server sees this host at %s%s\n", at,
	                family == OUTLOOK_V4 && f->nat64 ? ", through NAT64"
	                : f->translated[family]          ? ", behind a NAT"
	                                                 : ", its own address");
}

static void add_mapping(const struct outlook_facts *f, struct text *out)
{
	const struct nat_traits *t = &f->traits;

	switch (f->mapping) {
	case MAPPING_UNKNOWN:
	case MAPPING_NONE: return;
	case MAPPING_ENDPOINT:
		text_add_format(out, "  NAT        one port toward %s\n",
		                f->compared > 1 ? "all servers"
		                                : "both ports of the server (name two servers to "
		                                  "see more)");
		return;
	case MAPPING_ADDRESS:
	case MAPPING_PORT: break;
	}
	text_add_format(out, "  NAT        another port toward each %s\n",
	                f->mapping == MAPPING_PORT ? "port" : "host");
	if (!t->known)
		return;
	text_add(out, "  its ports  ");
	if (t->step > 0)
		text_add_format(out, "each %u after the last one", t->step);
	else if (t->keeps)
		text_add(out, "the same as inside at first, then any");
	else
		text_add_format(out, "somewhere from %u to %u", t->first, t->last);
	text_add(out, t->low ? "; low ones for low ones\n" : "\n");
}

static void add_filtering(const struct outlook_facts *f, enum outlook_family family,
                          struct text *out)
{
	if (f->lets_in[family] != ANSWER_UNKNOWN)
		text_add_format(out, "  lets in    %s (%s)\n",
		                f->lets_in[family] == ANSWER_YES
		                    ? "what comes from any port of a host that was written to"
		                    : "only what comes from where was written to",
		                family == OUTLOOK_V4 ? "IPv4" : "IPv6");
}

static void add_router(const struct outlook_facts *f, struct text *out)
{
	char at[ADDR_TEXT];

	addr_format(&f->mapped, at);
	if (f->mapper == ANSWER_YES)
		text_add_format(out, "  router     opens a port when asked: %s%s\n", at,
		                f->leads ? "" : ", but there is another NAT behind it");
	if (f->mapper == ANSWER_NO)
		text_add(out, "  router     opens no port when asked (PCP, NAT-PMP)\n");
	if (f->hairpin != ANSWER_UNKNOWN)
		text_add_format(out, "  hairpin    %s\n",
		                f->hairpin == ANSWER_YES
		                    ? "this host reaches itself at its outside address"
		                    : "none: hosts behind this NAT do not meet outside");
}

static void add_clock(const struct outlook_facts *f, struct text *out)
{
	bool ahead = f->clock_ahead_s > 0;
	uint64_t off = (uint64_t)(ahead ? f->clock_ahead_s : -f->clock_ahead_s);

	if (!f->clock)
		return;
	if (off <= CLOCK_RIGHT_S)
		text_add(out, "  clock      as the server's\n");
	else
		text_add_format(out, "  clock      %ju s %s the server's%s\n", off,
		                ahead ? "ahead of" : "behind",
		                off > CLOCK_WRONG_S ? ": set it, or contacts may not find you"
		                                    : "");
}

static const char *way(enum outlook o)
{
	switch (o) {
	case OUTLOOK_NONE: return "not at all";
	case OUTLOOK_RELAY: return "through the server";
	case OUTLOOK_MAYBE:
		return "direct if its ports can be guessed as well, else through the "
		       "server";
	case OUTLOOK_SEARCH: return "direct, after a search of some seconds";
	case OUTLOOK_TCP: return "direct, over TCP";
	case OUTLOOK_DIRECT: break;
	}
	return "direct";
}

void findings_text(const struct outlook_facts *f, const struct findings_server *servers,
                   size_t count, struct text *out)
{
	static const char *const peers[] = {
		[PEER_OPEN] = "an open host          ",
		[PEER_HOME] = "behind a home router  ",
		[PEER_HARD] = "behind a carrier's NAT",
		[PEER_NO_UDP] = "where no UDP passes   ",
	};

	for (size_t i = 0; i < count; i++)
		add_server(&servers[i], out);
	text_add(out, "this network:\n");
	for (unsigned i = 0; i < OUTLOOK_FAMILIES; i++)
		add_family(f, i, out);
	add_mapping(f, out);
	for (unsigned i = 0; i < OUTLOOK_FAMILIES; i++)
		add_filtering(f, i, out);
	add_router(f, out);
	if (f->packet > 0)
		text_add_format(out, "  packets    of up to %u bytes reach the server\n",
		                f->packet);
	add_clock(f, out);
	text_add(out, "meeting a peer:\n");
	for (unsigned i = 0; i < OUTLOOK_PEERS; i++)
		text_add_format(out, "  %s  %s\n", peers[i], way(outlook_for(f, i)));
}

/* ---- JSON ---- */

static const char *truth(enum outlook_answer a)
{
	return a == ANSWER_YES ? "true" : a == ANSWER_NO ? "false" : "null";
}

static void add_string(struct text *out, const char *name, const char *value)
{
	text_add_format(out, ",\"%s\":", name);
	text_add(out, value ? "\"" : "null");
	for (; value && *value; value++)
		if (*value >= ' ' && *value < 0x7f) /* names of hosts have no others */
			text_add_format(
			    out, "%s",
			    (const char[]){ *value == '"' || *value == '\\' ? '?' : *value, 0 });
	text_add(out, value ? "\"" : "");
}

static void add_address(struct text *out, const char *name, const struct addr *a)
{
	char at[ADDR_TEXT];

	addr_format(a, at);
	add_string(out, name, addr_is_set(a) ? at : NULL);
}

static const char *filter_name(enum outlook_answer a)
{
	return a == ANSWER_YES ? "address" : a == ANSWER_NO ? "port" : NULL;
}

static void add_nat(const struct outlook_facts *f, struct text *out)
{
	const struct nat_traits *t = &f->traits;

	add_string(out, "mapping", outlook_mapping_name(f->mapping));
	text_add_format(out, ",\"compared\":%u", f->compared);
	add_string(out, "filter4", filter_name(f->lets_in[OUTLOOK_V4]));
	add_string(out, "filter6", filter_name(f->lets_in[OUTLOOK_V6]));
	if (t->known && t->hard)
		text_add_format(out,
		                ",\"ports\":{\"first\":%u,\"last\":%u,\"step\":%u,\"keeps\":%s,"
		                "\"low\":%s}",
		                t->first, t->last, t->step, t->keeps ? "true" : "false",
		                t->low ? "true" : "false");
	else
		text_add(out, ",\"ports\":null");
	text_add_format(out, ",\"hairpin\":%s,\"mapper\":%s", truth(f->hairpin), truth(f->mapper));
	add_address(out, "mapped", &f->mapped);
}

void findings_json(const struct outlook_facts *f, const struct findings_server *servers,
                   size_t count, struct text *out)
{
	text_add(out, "{\"v\":1,\"ev\":\"check\",\"servers\":[");
	for (size_t i = 0; i < count; i++) {
		text_add_format(out, "%s{\"n\":%u", i > 0 ? "," : "", (unsigned)(i + 1));
		add_string(out, "server", servers[i].name);
		text_add_format(out, ",\"udp\":%s,\"tcp\":%s,\"tcp443\":%s}", truth(servers[i].udp),
		                truth(servers[i].tcp), truth(servers[i].web));
	}
	text_add_format(out, "],\"udp4\":%s,\"udp6\":%s,\"tcp\":%s,\"tcp443\":%s,\"nat64\":%s",
	                truth(f->udp[OUTLOOK_V4]), truth(f->udp[OUTLOOK_V6]), truth(f->tcp),
	                truth(f->web), f->nat64 ? "true" : "false");
	add_address(out, "seen4", &f->outside[OUTLOOK_V4]);
	add_address(out, "seen6", &f->outside[OUTLOOK_V6]);
	add_nat(f, out);
	text_add_format(out, ",\"packet\":%u,\"clock_ahead\":", f->packet);
	if (f->clock)
		text_add_format(
		    out, "%s%ju", f->clock_ahead_s < 0 ? "-" : "",
		    (uint64_t)(f->clock_ahead_s < 0 ? -f->clock_ahead_s : f->clock_ahead_s));
	else
		text_add(out, "null");
	text_add_format(out, ",\"relay\":%s,\"peers\":{", f->relays ? "true" : "false");
	for (unsigned i = 0; i < OUTLOOK_PEERS; i++)
		text_add_format(out, "%s\"%s\":\"%s\"", i > 0 ? "," : "", outlook_peer_name(i),
		                outlook_name(outlook_for(f, i)));
	text_add(out, "}}\n");
}
