#include "cmd/findings.h"

#include <string.h>

enum {
	CLOCK_RIGHT_S = 5,   /* COOKIE is more exact than that */
	CLOCK_WRONG_S = 3600 /* contacts look for each other an hour early and late */
};

static void add_name(struct text *out, const char *name)
{
	for (; *name; name++)
		if (*name > ' ' && *name < 0x7f && *name != '"' && *name != '\\')
			text_add_span(out, span_of(name, 1));
}

/* ---- for people ---- */

/* "BEFORE UDP BETWEEN TCP", of the ways with this answer. */
static bool add_ways(const struct findings_server *s, enum outlook_answer answer,
                     const char *before, const char *between, struct text *out)
{
	static const char *const ways[] = { "UDP", "TCP", "TCP port 443" };
	bool any = false;

	for (unsigned i = 0; i < OUTLOOK_WAYS; i++) {
		if (s->answers[i] != answer)
			continue;
		text_add_format(out, " %s %s", any ? between : before, ways[i]);
		any = true;
	}
	return any;
}

static void add_server(const struct findings_server *s, struct text *out)
{
	text_add(out, "server ");
	add_name(out, s->name);
	bool any = add_ways(s, ANSWER_YES, "answers over", "and", out);
	(void)add_ways(s, ANSWER_NO, any ? "but not over" : "does not answer over", "or", out);
	text_add(out, !s->mute   ? ""
	              : s->keyed ? "; it takes connections: is its key right?"
	                         : "; it takes connections: does it want a key?");
	text_add_format(out, "%s%s\n", s->why ? " has no address: " : "", s->why ? s->why : "");
}

static void add_family(const struct outlook_facts *f, enum outlook_family family, struct text *out)
{
	const char *name = family == OUTLOOK_V4 ? "IPv4" : "IPv6";
	char at[ADDR_TEXT];

	addr_format(&f->outside[family], at);
	text_add_format(out, "  %s       ", name);
	if (f->udp[family] == ANSWER_UNKNOWN)
		text_add_format(out, "not tried: no server has an %s address\n", name);
	else if (f->udp[family] == ANSWER_YES)
		text_add_format(out, "UDP works; seen as %s, %s\n", at,
		                family == OUTLOOK_V4 && f->nat64 ? "through NAT64"
		                : f->translated[family]          ? "behind a NAT"
		                                                 : "its own address");
	else if (f->has[family])
		text_add(out, "no answer over UDP: a firewall may block it\n");
	else
		text_add_format(out, "this host has no %s address\n", name);
}

static void add_mapping(const struct outlook_facts *f, struct text *out)
{
	const struct nat_traits *t = &f->traits;
	bool hard = f->mapping == MAPPING_ADDRESS || f->mapping == MAPPING_PORT;

	if (f->mapping == MAPPING_ENDPOINT)
		text_add_format(out, "  NAT        one port for %s\n",
		                f->compared > 1
		                    ? "all servers (not symmetric)"
		                    : "both ports of the server (a second server shows more)");
	if (!hard)
		return;
	text_add_format(out, "  NAT        symmetric: another port for each destination %s\n",
	                f->mapping == MAPPING_PORT ? "port" : "host");
	if (!t->known)
		return;
	text_add(out, "  its ports  ");
	if (t->step > 0)
		text_add_format(out, "sequential, in steps of %u", t->step);
	else if (t->keeps)
		text_add(out, "kept for the first destination, then any");
	else
		text_add_format(out, "in no order, from %u to %u", t->first, t->last);
	text_add(out, t->low ? "; low ports stay low\n" : "\n");
}

static void add_filtering(const struct outlook_facts *f, enum outlook_family family,
                          struct text *out)
{
	if (f->lets_in[family] != ANSWER_UNKNOWN)
		text_add_format(out, "  filtering  lets in %s%s\n",
		                f->lets_in[family] == ANSWER_YES
		                    ? "packets from other ports of a host you have sent to"
		                    : "packets only from ports you have sent to",
		                family == OUTLOOK_V4 ? "" : " (IPv6)");
}

static void add_router(const struct outlook_facts *f, struct text *out)
{
	char at[ADDR_TEXT];

	addr_format(&f->mapped, at);
	if (f->mapper == ANSWER_YES)
		text_add_format(out, "  router     opens %s when asked%s\n", at,
		                outlook_leads(f) ? "" : ", but is behind another NAT");
	if (f->mapper == ANSWER_NO && f->udp[OUTLOOK_V4] == ANSWER_YES)
		text_add(out, "  router     opens no port when asked; if it has PCP or NAT-PMP, "
		              "turn it on\n");
	if (f->hairpin != ANSWER_UNKNOWN)
		text_add_format(
		    out, "  hairpin    %s\n",
		    f->hairpin == ANSWER_YES
			? "this host reaches itself at its outside address"
			: "none: hosts behind this NAT can't meet at their outside addresses");
}

static void add_clock(const struct outlook_facts *f, struct text *out)
{
	bool ahead = f->clock_ahead_s > 0;
	uint64_t off = (uint64_t)(ahead ? f->clock_ahead_s : -f->clock_ahead_s);

	if (f->clock && off <= CLOCK_RIGHT_S)
		text_add(out, "  clock      agrees with the server's\n");
	else if (f->clock)
		text_add_format(out, "  clock      %ju s %s the server's%s\n", off,
		                ahead ? "ahead of" : "behind",
		                off > CLOCK_WRONG_S ? ": set it, or contacts may not find you"
		                                    : "");
}

void findings_text(const struct outlook_facts *f, const struct findings_server *servers,
                   size_t count, struct text *out)
{
	static const char *const peers[] = {
		[PEER_OPEN] = "open to the internet  ",
		[PEER_HOME] = "behind a home router  ",
		[PEER_HARD] = "behind a carrier's NAT",
		[PEER_NO_UDP] = "where UDP is blocked  ",
	};
	static const char *const ways[] = {
		[OUTLOOK_NONE] = "not at all: the server relays handshakes only",
		[OUTLOOK_RELAY] = "relayed by the server",
		[OUTLOOK_MAYBE] = "perhaps direct, otherwise relayed",
		[OUTLOOK_SEARCH] = "direct, after a search of some seconds",
		[OUTLOOK_TCP] = "direct, over TCP",
		[OUTLOOK_DIRECT] = "direct",
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
	text_add(out, f->local ? "connecting to a peer in the server's network (a server outside "
	                         "shows more):\n"
	                       : "connecting to a peer:\n");
	for (unsigned i = 0; i < OUTLOOK_PEERS; i++)
		text_add_format(out, "  %s  %s\n", peers[i], ways[outlook_for(f, i)]);
}

/* ---- JSON ---- */

static const char *truth(enum outlook_answer a)
{
	static const char *const words[] = { "null", "false", "true" };
	return words[a];
}

static void add_string(struct text *out, const char *name, const char *value)
{
	text_add_format(out, ",\"%s\":%s", name, value ? "\"" : "null");
	if (value == NULL)
		return;
	add_name(out, value);
	text_add(out, "\"");
}

static void add_address(struct text *out, const char *name, const struct addr *a)
{
	char at[ADDR_TEXT];

	addr_format(a, at);
	add_string(out, name, addr_is_set(a) ? at : NULL);
}

static void add_nat(const struct outlook_facts *f, struct text *out)
{
	static const char *const filters[] = { NULL, "port", "address" };
	const struct nat_traits *t = &f->traits;

	add_string(out, "mapping", outlook_mapping_name(f->mapping));
	text_add_format(out, ",\"compared\":%u", f->compared);
	add_string(out, "filter4", filters[f->lets_in[OUTLOOK_V4]]);
	add_string(out, "filter6", filters[f->lets_in[OUTLOOK_V6]]);
	text_add(out, ",\"ports\":");
	if (t->known && t->hard)
		text_add_format(
		    out, "{\"first\":%u,\"last\":%u,\"step\":%u,\"keeps\":%s,\"low\":%s}", t->first,
		    t->last, t->step, truth(ANSWER_NO + t->keeps), truth(ANSWER_NO + t->low));
	else
		text_add(out, "null");
	text_add_format(out, ",\"hairpin\":%s,\"mapper\":%s", truth(f->hairpin), truth(f->mapper));
	add_address(out, "mapped", &f->mapped);
}

void findings_json(const struct outlook_facts *f, const struct findings_server *servers,
                   size_t count, struct text *out)
{
	int64_t ahead = f->clock_ahead_s;

	text_add(out, "{\"v\":1,\"ev\":\"check\",\"servers\":[");
	for (unsigned i = 0; i < count; i++) {
		const enum outlook_answer *answers = servers[i].answers;
		text_add_format(out, "%s{\"n\":%u", i > 0 ? "," : "", i + 1);
		add_string(out, "server", servers[i].name);
		text_add_format(out, ",\"udp\":%s,\"tcp\":%s,\"tcp443\":%s}",
		                truth(answers[BY_UDP]), truth(answers[BY_TCP]),
		                truth(answers[BY_443]));
	}
	text_add_format(out,
	                "],\"udp4\":%s,\"udp6\":%s,\"tcp\":%s,\"tcp443\":%s,\"nat64\":%s,"
	                "\"local\":%s",
	                truth(f->udp[OUTLOOK_V4]), truth(f->udp[OUTLOOK_V6]), truth(f->tcp),
	                truth(f->web), truth(ANSWER_NO + f->nat64), truth(ANSWER_NO + f->local));
	add_address(out, "seen4", &f->outside[OUTLOOK_V4]);
	add_address(out, "seen6", &f->outside[OUTLOOK_V6]);
	add_nat(f, out);
	text_add_format(out, ",\"packet\":%u,\"clock_ahead\":", f->packet);
	if (f->clock)
		text_add_format(out, "%s%ju", ahead < 0 ? "-" : "",
		                (uint64_t)(ahead < 0 ? -ahead : ahead));
	else
		text_add(out, "null");
	text_add_format(out, ",\"relay\":%s,\"peers\":", truth(ANSWER_NO + f->relays));
	for (unsigned i = 0; i < OUTLOOK_PEERS; i++)
		text_add_format(out, "%s\"%s\":\"%s\"", i > 0 ? "," : "{", outlook_peer_name(i),
		                outlook_name(outlook_for(f, i)));
	text_add(out, "}}\n");
}
