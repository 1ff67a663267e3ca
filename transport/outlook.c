#include "transport/outlook.h"

bool outlook_connected(const struct outlook_facts *f)
{
	return f->udp[OUTLOOK_V4] == ANSWER_YES || f->udp[OUTLOOK_V6] == ANSWER_YES ||
	       f->tcp == ANSWER_YES || f->web == ANSWER_YES;
}

enum outlook_mapping outlook_mapping(const struct outlook_facts *f, bool by_port)
{
	if (f->udp[OUTLOOK_V4] != ANSWER_YES)
		return MAPPING_UNKNOWN;
	if (!f->translated[OUTLOOK_V4])
		return f->local ? MAPPING_UNKNOWN : MAPPING_NONE;
	if (f->traits.known && f->traits.hard)
		return by_port ? MAPPING_PORT : MAPPING_ADDRESS;
	if (f->varies)
		return MAPPING_ADDRESS;
	return f->traits.known || f->compared > 1 ? MAPPING_ENDPOINT : MAPPING_UNKNOWN;
}

bool outlook_leads(const struct outlook_facts *f)
{
	return addr_is_set(&f->mapped) && addr_same_ip(&f->mapped, &f->outside[OUTLOOK_V4]);
}

static bool is_hard(const struct outlook_facts *f)
{
	return f->mapping == MAPPING_ADDRESS || f->mapping == MAPPING_PORT;
}

/* The family that packets of a conversation will go by. */
static enum outlook_family family(const struct outlook_facts *f)
{
	return f->udp[OUTLOOK_V4] == ANSWER_YES ? OUTLOOK_V4 : OUTLOOK_V6;
}

/* Packets of a peer get in whatever port they come from, once we have written to its address. */
static bool welcomes(const struct outlook_facts *f)
{
	return f->lets_in[family(f)] == ANSWER_YES || outlook_leads(f);
}

/* A server that passes on handshakes only is no way to talk. */
static enum outlook at_worst(const struct outlook_facts *f, enum outlook o)
{
	return o == OUTLOOK_RELAY && !f->relays ? OUTLOOK_NONE : o;
}

static enum outlook with_udp(const struct outlook_facts *f, enum outlook_peer peer)
{
	bool v4 = family(f) == OUTLOOK_V4, hard = v4 && is_hard(f);
	bool own = !f->translated[family(f)] && f->lets_in[family(f)] == ANSWER_YES;

	switch (peer) {
	case PEER_OPEN: return OUTLOOK_DIRECT;
	case PEER_HOME: return hard && !outlook_leads(f) ? OUTLOOK_SEARCH : OUTLOOK_DIRECT;
	case PEER_HARD:
		if (outlook_leads(f) || (!hard && welcomes(f)))
			return OUTLOOK_DIRECT;
		/* IPv6 has no NATs that need guessing: only answers of those written to count */
		if (!hard)
			return v4 ? OUTLOOK_SEARCH : OUTLOOK_DIRECT;
		return f->traits.step > 0 || f->traits.low || welcomes(f) ? OUTLOOK_MAYBE
		                                                          : OUTLOOK_RELAY;
	case PEER_NO_UDP: break;
	}
	/* it comes by TCP where it sees an address of this host itself */
	return own ? OUTLOOK_TCP : OUTLOOK_RELAY;
}

enum outlook outlook_for(const struct outlook_facts *f, enum outlook_peer peer)
{
	if (!outlook_connected(f))
		return OUTLOOK_NONE;
	if (f->udp[OUTLOOK_V4] == ANSWER_YES || f->udp[OUTLOOK_V6] == ANSWER_YES)
		return at_worst(f, with_udp(f, peer));
	/* A network that lets only port 443 pass lets no connection to a peer's port pass. */
	if (peer == PEER_OPEN && f->tcp == ANSWER_YES)
		return OUTLOOK_TCP;
	if (peer == PEER_NO_UDP && f->tcp == ANSWER_YES)
		return OUTLOOK_MAYBE; /* their connections may cross */
	return at_worst(f, OUTLOOK_RELAY);
}

const char *outlook_name(enum outlook o)
{
	static const char *const names[] = { "none", "relay", "maybe", "search", "tcp", "direct" };
	return names[o];
}

const char *outlook_peer_name(enum outlook_peer peer)
{
	static const char *const names[] = { "open", "home", "hard", "no_udp" };
	return names[peer];
}

const char *outlook_mapping_name(enum outlook_mapping m)
{
	static const char *const names[] = { NULL, "none", "endpoint", "address", "port" };
	return names[m];
}
