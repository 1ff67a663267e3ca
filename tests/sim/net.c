/* net: the simulated internet. */
#include "net.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "story.h"
#include "tap.h"
#include "wire/framing.h"
#include "wire/packet.h"

struct delivery {
	uint64_t at, order;
	int node;
	bool is_event, dropped;
	bool is_syn, is_reset; /* of the connection with the link of event, at node */
	struct link_event event;
	struct route route;
	uint8_t *bytes;
	size_t len;
};

enum { IP_UDP_HEADERS = 20 + 8 };
static uint64_t order;
static uint8_t *arrived;

void net_start(struct net *n, struct random *random)
{
	tap_forget();
	story_begin();
	memset(n, 0, sizeof *n);
	n->now = 1000 * SECOND;
	n->random = random;
}

/* The node is no longer behind its NAT. */
static void leave_nat(struct net *n, int node)
{
	struct nat *nat = n->nodes[node].nat;

	n->nodes[node].nat = NULL;
	for (int i = 0; i < n->nodes_used; i++) {
		if (n->nodes[i].nat == nat)
			return;
	}
	nat_free(nat);
}

static struct nat *nat_of_network(const struct net *n, const struct addr *outside)
{
	for (int i = 0; i < n->nodes_used; i++) {
		if (n->nodes[i].nat != NULL && addr_same_ip(&n->nodes[i].outside, outside))
			return n->nodes[i].nat;
	}
	return NULL;
}

static void join_nat(struct net *n, int node, const struct nat_config *nat)
{
	struct node *d = &n->nodes[node];

	if (nat->mapping == MAP_NONE)
		return;
	d->nat = nat_of_network(n, &d->outside);
	if (d->nat == NULL)
		d->nat = nat_new(nat, &d->outside);
	assert(d->nat != NULL);
}

void net_end(struct net *n)
{
	for (int i = 0; i < n->nodes_used; i++)
		leave_nat(n, i);
	for (size_t i = 0; i < n->heap_count; i++)
		free(n->heap[i].bytes);
	free(n->heap);
	free(arrived);
	arrived = NULL;
	n->heap = NULL;
}

void net_node_behind(struct net *n, int node, struct addr inside, struct addr outside,
                     const struct nat_config *nat)
{
	struct node *d = &n->nodes[node];

	n->nodes_used = node < n->nodes_used ? n->nodes_used : node + 1;
	leave_nat(n, node);
	*d = (struct node){ .inside = inside, .outside = outside, .alive = true };
	d->next_link = LINK_ACCEPTED_FIRST;
	d->next_port = (uint16_t)(20000 + random_below(n->random, 20000));
	join_nat(n, node, nat);
}

void net_node(struct net *n, int node, struct addr inside, struct addr outside,
              enum mapping mapping, enum filtering filtering)
{
	struct nat_config nat = { .mapping = mapping, .filtering = filtering, .hairpin = true };

	if (mapping > MAP_ENDPOINT_INDEPENDENT)
		nat.ports = PORTS_RANDOM;
	net_node_behind(n, node, inside, outside, &nat);
}

/* ---- what is on its way: a heap by time, then by order ---- */

static bool before(const struct delivery *a, const struct delivery *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void push(struct net *n, struct delivery d)
{
	if (n->heap_count == n->heap_cap) {
		n->heap_cap = n->heap_cap ? 2 * n->heap_cap : 256;
		n->heap = realloc(n->heap, n->heap_cap * sizeof *n->heap);
		assert(n->heap != NULL);
	}
	d.order = order++;
	size_t i = n->heap_count++;
	while (i > 0 && before(&d, &n->heap[(i - 1) / 2])) {
		n->heap[i] = n->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	n->heap[i] = d;
}

static struct delivery pop(struct net *n)
{
	struct delivery top = n->heap[0], last = n->heap[--n->heap_count];
	size_t i = 0;

	for (;;) {
		size_t child = 2 * i + 1;

		if (child >= n->heap_count)
			break;
		if (child + 1 < n->heap_count && before(&n->heap[child + 1], &n->heap[child]))
			child++;
		if (!before(&n->heap[child], &last))
			break;
		n->heap[i] = n->heap[child];
		i = child;
	}
	n->heap[i] = last;
	return top;
}

uint64_t net_next(const struct net *n)
{
	return n->heap_count > 0 ? n->heap[0].at : NEVER;
}

static void deliver_event(struct net *n, int node, uint64_t at, struct link_event event)
{
	push(n, (struct delivery){ .at = at, .node = node, .is_event = true, .event = event });
}

/* A link that is closed has no more events, as in base/link.h: not even those under way. */
static void drop_events(struct net *n, int node, uint16_t link)
{
	for (size_t i = 0; i < n->heap_count; i++) {
		struct delivery *d = &n->heap[i];

		d->dropped |= d->is_event && d->node == node && d->event.link == link;
	}
}

static void deliver(struct net *n, int node, uint64_t at, struct route route, struct span wire)
{
	uint8_t *bytes = malloc(wire.len + 1);

	assert(bytes != NULL);
	memcpy(bytes, wire.at, wire.len);
	push(n, (struct delivery){
		    .at = at, .node = node, .route = route, .bytes = bytes, .len = wire.len });
}

/* ---- what is told ---- */

bool net_trace;

static const char *name_of(int node)
{
	static const char *const names[] = { "alice", "bob", "server" };

	return node < (int)(sizeof names / sizeof *names) ? names[node] : "stranger";
}

static double seconds(const struct net *n)
{
	return (double)(n->now - 1000 * SECOND) / 1e6;
}

void net_tell(const struct net *n, int node, const char *what)
{
	if (net_trace)
		printf("%12.6f %s: %s\n", seconds(n), name_of(node), what);
}

void net_describe(const struct net *n, int node)
{
	static const char *const mappings[] = { "is not behind a NAT",
		                                "is behind a NAT that keeps its port",
		                                "is behind a NAT with a port for each address",
		                                "is behind a symmetric NAT" };
	static const char *const filters[] = { "everybody", "addresses it has sent to",
		                               "addresses and ports it has sent to" };
	const struct node *d = &n->nodes[node];
	const struct weather *air = &d->weather;
	char line[160];
	enum mapping mapping = d->nat != NULL ? nat_config(d->nat)->mapping : MAP_NONE;
	size_t len = (size_t)snprintf(line, sizeof line, "%s", mappings[mapping]);
	if (d->nat != NULL)
		len += (size_t)snprintf(line + len, sizeof line - len, " and lets in %s",
		                        filters[nat_config(d->nat)->filtering]);
	len += (size_t)snprintf(line + len, sizeof line - len, "; %u ms to the net",
	                        (unsigned)(air->delay_us / MS));
	if (air->loss_permille > 0)
		snprintf(line + len, sizeof line - len, ", %u %% lost", air->loss_permille / 10);
	net_tell(n, node, line);
}

static void tell_packet(const struct net *n, int node, int other, const struct socket *s,
                        const char *fate, struct span wire)
{
	char line[400];
	struct text t = text_of(line, sizeof line);
	bool tcp = s->kind == LINK_TCP;
	if (!net_trace || (tcp && wire.len <= FRAMING_HEADER))
		return;
	if (tcp)
		wire = span_of(wire.at + FRAMING_HEADER, wire.len - FRAMING_HEADER);
	bool forward = wire.at[0] == PACKET_FORWARD;
	story_packet(&t, node, wire);
	printf("%12.6f %s > %s %s%s %s %s\n", seconds(n), name_of(node),
	       other >= 0 ? name_of(other) : "nobody", tcp ? "tcp" : "udp",
	       forward ? "+forward" : "", fate, line);
}

/* ---- sockets ---- */

static struct socket *socket_of(struct node *d, uint16_t link)
{
	for (int i = 0; i < d->sockets_used; i++) {
		if (d->sockets[i].used && d->sockets[i].link == link)
			return &d->sockets[i];
	}
	return NULL;
}

static struct socket *new_socket(struct node *d)
{
	for (int i = 0; i < SIM_SOCKETS; i++) {
		if (!d->sockets[i].used) {
			if (i == d->sockets_used)
				d->sockets_used++;
			d->sockets[i] =
			    (struct socket){ .used = true, .peer_node = -1, .peer_socket = -1 };
			return &d->sockets[i];
		}
	}
	base_panic(__FILE__, __LINE__); /* more sockets than a node has */
}

static struct addr with_port(struct addr a, uint16_t port)
{
	a.port = port;
	return a;
}

/* Of TCP, whose losses are delays. */
static uint64_t travel(struct net *n, const struct node *from, const struct node *to)
{
	uint64_t jitter = from->weather.jitter_us + to->weather.jitter_us;

	return from->weather.delay_us + to->weather.delay_us +
	       (jitter ? random_below(n->random, jitter) : 0) + 50;
}

/* The node and socket that a TCP connection or a datagram to this outside address reaches without
 * a NAT's help. */
static int find_open(struct net *n, const struct addr *to, const char *kind, struct socket **socket)
{
	for (int i = 0; i < n->nodes_used; i++) {
		struct node *d = &n->nodes[i];

		if (!d->alive || d->nat != NULL || !addr_same_ip(&d->outside, to))
			continue;
		for (int k = 0; k < d->sockets_used; k++) {
			if (d->sockets[k].used && d->sockets[k].kind == kind &&
			    d->sockets[k].local.port == to->port) {
				*socket = &d->sockets[k];
				return i;
			}
		}
	}
	return -1;
}

/* ---- connections that cross (RFC 9293 section 3.5) ---- */

/* A node behind the NAT that has this address; -1: there is none. */
static int node_behind(const struct net *n, const struct addr *outside)
{
	for (int i = 0; i < SIM_NODES; i++)
		if (n->nodes[i].nat != NULL && nat_owns(n->nodes[i].nat, outside))
			return i;
	return -1;
}

/* SYN, again after 1 and 3 seconds. */
static void cross(struct net *n, int node, struct socket *s, int other)
{
	static const unsigned again_s[] = { 0, 1, 3 };
	struct delivery syn = { .node = node, .is_syn = true, .event = { .link = s->link } };

	for (size_t i = 0; i < sizeof again_s / sizeof *again_s; i++) {
		syn.at =
		    n->now + again_s[i] * SECOND + travel(n, &n->nodes[node], &n->nodes[other]);
		push(n, syn);
	}
}

static void joins(struct net *n, int node, struct socket *s, int other, struct socket *theirs,
                  uint64_t after)
{
	s->peer_node = other;
	s->peer_socket = (int)(theirs - n->nodes[other].sockets);
	s->last_arrival = n->now + after;
	deliver_event(n, node, n->now + after,
	              (struct link_event){ .state = LINK_UP,
	                                   .link = s->link,
	                                   .kind = LINK_TCP,
	                                   .local = s->local,
	                                   .remote = s->remote });
}

/* Whoever sends a SYN from s->remote to there at this time; -1: nobody does. */
static int who_crosses(struct net *n, const struct nat *nat, const struct addr *inside,
                       const struct socket *s, struct socket **theirs)
{
	for (int i = 0; i < SIM_NODES; i++) {
		struct node *d = &n->nodes[i];

		for (int k = 0; d->alive && d->nat == nat && k < d->sockets_used; k++) {
			*theirs = &d->sockets[k];
			if ((*theirs)->used && (*theirs)->kind == LINK_TCP &&
			    (*theirs)->peer_node < 0 && addr_equal(&(*theirs)->local, inside) &&
			    addr_equal(&(*theirs)->remote, &s->outside))
				return i;
		}
	}
	return -1;
}

/* A SYN of a socket that is still connecting has come to the NAT that it is for. */
static void syn_arrives(struct net *n, int node, struct socket *s)
{
	struct addr inside = s->remote;
	int there = node_behind(n, &s->remote);
	struct nat *nat = there < 0 ? NULL : n->nodes[there].nat;
	bool in = nat != NULL && nat != n->nodes[node].nat &&
	          nat_in(nat, NAT_TCP, &s->outside, &inside, n->now);
	struct socket *theirs = NULL;
	int other = in ? who_crosses(n, nat, &inside, s, &theirs) : -1;
	uint64_t once = travel(n, &n->nodes[node], &n->nodes[there < 0 ? node : there]);

	if (there >= 0)
		n->syns[there]++;
	if (n->nodes[node].weather.dark || (there >= 0 && n->nodes[there].weather.dark))
		return;
	if (other >= 0 && addr_equal(&theirs->outside, &s->remote)) {
		joins(n, node, s, other, theirs, once);
		joins(n, other, theirs, node, s, 2 * once);
	} else if (nat != NULL && (in || nat_config(nat)->resets)) {
		push(n, (struct delivery){ .at = n->now + once,
		                           .node = node,
		                           .is_event = true,
		                           .is_reset = true,
		                           .event = { .state = LINK_DOWN,
		                                      .link = s->link,
		                                      .kind = LINK_TCP,
		                                      .why = ERR_UNREACHABLE } });
	}
}

/* What is neither bytes nor news for a program yet. True: it is not to be passed on. */
static bool settles(struct net *n, const struct delivery *d, struct socket *s)
{
	bool connecting = s != NULL && s->peer_node < 0;

	if (d->is_syn && connecting)
		syn_arrives(n, d->node, s);
	if (d->is_reset && connecting)
		s->used = false;
	return d->is_syn || (d->is_reset && !connecting);
}

static void connect_tcp(struct net *n, int node, struct socket *s)
{
	struct node *d = &n->nodes[node];
	struct socket *listener = NULL;
	bool barred =
	    d->weather.dark || (d->weather.tcp_port != 0 && s->remote.port != d->weather.tcp_port);
	int other = barred ? -1 : find_open(n, &s->remote, LINK_LISTEN, &listener);
	uint64_t once = other < 0 ? SECOND : travel(n, d, &n->nodes[other]);

	s->outside = s->local;
	bool out =
	    d->nat == NULL || nat_out(d->nat, NAT_TCP, &s->outside, &s->remote, n->now, n->random);
	int behind = barred || other >= 0 || !out ? -1 : node_behind(n, &s->remote);
	if (behind >= 0) {
		cross(n, node, s, behind);
		return;
	}
	if (other < 0) {
		deliver_event(n, node, n->now + once,
		              (struct link_event){ .state = LINK_DOWN,
		                                   .link = s->link,
		                                   .kind = LINK_TCP,
		                                   .why = ERR_UNREACHABLE });
		s->used = false;
		return;
	}
	struct socket *accepted = new_socket(&n->nodes[other]);
	accepted->kind = LINK_TCP;
	accepted->link = n->nodes[other].next_link++;
	accepted->local = listener->local;
	accepted->remote = s->outside;
	accepted->peer_node = node;
	accepted->peer_socket = (int)(s - d->sockets);
	s->peer_node = other;
	s->peer_socket = (int)(accepted - n->nodes[other].sockets);
	deliver_event(n, other, n->now + once,
	              (struct link_event){ .state = LINK_ACCEPTED,
	                                   .link = accepted->link,
	                                   .listener = listener->link,
	                                   .kind = LINK_TCP,
	                                   .local = accepted->local,
	                                   .remote = accepted->remote });
	deliver_event(n, node, n->now + 2 * once,
	              (struct link_event){ .state = LINK_UP,
	                                   .link = s->link,
	                                   .kind = LINK_TCP,
	                                   .local = s->local,
	                                   .remote = s->remote });
	s->last_arrival = accepted->last_arrival = n->now + 2 * once;
}

static void hang_up(struct net *n, int node, struct socket *s, bool tell_both)
{
	struct node *other = s->peer_node >= 0 ? &n->nodes[s->peer_node] : NULL;
	struct link_event down = { .state = LINK_DOWN, .kind = LINK_TCP, .why = ERR_CUT };

	if (other != NULL && other->sockets[s->peer_socket].used) {
		down.link = other->sockets[s->peer_socket].link;
		other->sockets[s->peer_socket].used = false;
		deliver_event(n, s->peer_node,
		              s->last_arrival > n->now ? s->last_arrival + 1 : n->now + 1, down);
	}
	if (tell_both) {
		down.link = s->link;
		deliver_event(n, node, n->now + 1, down);
	}
	s->used = false;
}

void net_request(struct net *n, int node, const struct link_request *r)
{
	struct node *d = &n->nodes[node];
	struct socket *s = socket_of(d, r->link);

	if (!r->open) {
		drop_events(n, node, r->link);
		if (s != NULL && s->kind == LINK_TCP)
			hang_up(n, node, s, false);
		else if (s != NULL)
			s->used = false;
		return;
	}
	bool listens = r->kind == LINK_LISTEN;
	if (s != NULL && listens) /* another one has its number */
		s->used = false, s = NULL;
	assert(s == NULL);
	s = new_socket(d);
	s->link = r->link;
	s->kind = r->kind;
	s->remote = r->remote;
	s->local = with_port(d->inside, r->local.port != 0 ? r->local.port : d->next_port++);
	bool foreign =
	    listens && addr_is_unicast(&r->local) && !addr_same_ip(&r->local, &d->inside);
	if (foreign || (s->local.port < 1024 && !d->privileged)) {
		s->used = false;
		deliver_event(
		    n, node, n->now,
		    (struct link_event){
			.state = LINK_DOWN, .link = r->link, .kind = r->kind, .why = ERR_LOCAL });
		return;
	}
	if (r->kind == LINK_TCP)
		connect_tcp(n, node, s);
	else
		deliver_event(
		    n, node, n->now,
		    (struct link_event){
			.state = LINK_UP, .link = r->link, .kind = r->kind, .local = s->local });
}

void net_break(struct net *n, int node)
{
	for (int i = 0; i < n->nodes[node].sockets_used; i++) {
		struct socket *s = &n->nodes[node].sockets[i];

		if (s->used && s->kind == LINK_TCP)
			hang_up(n, node, s, true);
	}
}

/* ---- NAT ---- */

static struct socket *udp_socket_at(struct node *d, uint16_t port)
{
	for (int i = 0; i < d->sockets_used; i++) {
		struct socket *s = &d->sockets[i];

		if (s->used && s->kind == LINK_UDP && s->local.port == port)
			return s;
	}
	return NULL;
}

/* The node and socket behind the NAT that has this outside address. */
static int translate_in(struct net *n, const struct node *sender, const struct addr *from,
                        const struct addr *to, struct socket **socket)
{
	struct addr inside = *to;
	struct nat *nat = NULL;

	for (int i = 0; i < n->nodes_used && nat == NULL; i++) {
		if (n->nodes[i].nat != NULL && nat_owns(n->nodes[i].nat, to))
			nat = n->nodes[i].nat;
	}
	if (nat == NULL || (nat == sender->nat && !nat_config(nat)->hairpin) ||
	    !nat_in(nat, NAT_UDP, from, &inside, n->now))
		return -1;
	for (int i = 0; i < n->nodes_used; i++) {
		struct node *d = &n->nodes[i];

		if (d->alive && d->nat == nat && addr_same_ip(&d->inside, &inside) &&
		    (*socket = udp_socket_at(d, inside.port)) != NULL)
			return i;
	}
	return -1;
}

/* A host in the same network reached by its inside address. */
static int find_neighbour(struct net *n, const struct node *from, const struct addr *to,
                          struct socket **socket)
{
	for (int i = 0; i < n->nodes_used; i++) {
		struct node *d = &n->nodes[i];

		if (d == from || !d->alive || !addr_same_ip(&d->outside, &from->outside) ||
		    !addr_same_ip(&d->inside, to))
			continue;
		if ((*socket = udp_socket_at(d, to->port)) != NULL)
			return i;
	}
	return -1;
}

void net_rebind(struct net *n, int node)
{
	if (n->nodes[node].nat != NULL)
		nat_forget(n->nodes[node].nat);
}

void net_move(struct net *n, int node, struct addr inside, struct addr outside)
{
	struct node *d = &n->nodes[node];
	struct nat_config nat = { .mapping = MAP_NONE };

	net_tell(n, node, "has gone to another network");
	if (d->nat != NULL)
		nat = *nat_config(d->nat);
	net_break(n, node);
	leave_nat(n, node);
	d->inside = inside;
	d->outside = outside;
	for (int i = 0; i < d->sockets_used; i++)
		d->sockets[i].local = with_port(inside, d->sockets[i].local.port);
	join_nat(n, node, &nat);
}

/* ---- sending ---- */

static void count(struct net *n, int node, size_t len)
{
	n->udp[node].packets++;
	n->udp[node].bytes += IP_UDP_HEADERS + len;
}

static void send_tcp(struct net *n, int node, struct socket *s, struct span wire)
{
	struct node *d = &n->nodes[node], *other;

	if (s->peer_node < 0)
		return;
	if (d->nat != NULL && s->remote.port != 0) { /* its mapping is used */
		struct addr from = s->local;
		(void)nat_out(d->nat, NAT_TCP, &from, &s->remote, n->now, n->random);
	}
	other = &n->nodes[s->peer_node];
	tell_packet(n, node, s->peer_node, s, "arrives", wire);
	struct socket *theirs = &other->sockets[s->peer_socket];
	uint64_t at = n->now + travel(n, d, other);
	if (d->weather.dark || other->weather.dark)
		at += 5 * SECOND; /* TCP repeats it until the light comes back, more or less */
	if (at <= s->last_arrival)
		at = s->last_arrival + 1;
	s->last_arrival = at;
	deliver(n, s->peer_node, at,
	        (struct route){ .kind = ROUTE_TCP,
	                        .link = theirs->link,
	                        .local = theirs->local,
	                        .remote = theirs->remote },
	        wire);
}

static bool is_cut(const struct net *n, int a, int b)
{
	return n->cut && ((a == n->cut_a && b == n->cut_b) || (a == n->cut_b && b == n->cut_a));
}

/* A datagram's way over the lines of both. */
struct passage {
	enum fate fate;
	uint64_t at;              /* when it arrives, if it does */
	const struct weather *by; /* the line that decided */
};

static struct passage pass_lines(struct net *n, struct node *from, struct node *to, size_t len)
{
	struct passage p = { .by = &from->weather };
	uint64_t there = 0, here = 0;

	p.fate = weather_pass(&from->weather, WAY_OUT, NAT_UDP, 0, len, n->now, n->random, &there);
	if (p.fate == FATE_ARRIVES) {
		p.by = &to->weather;
		p.fate =
		    weather_pass(&to->weather, WAY_IN, NAT_UDP, 0, len, n->now, n->random, &here);
	}
	p.at = there + here - n->now + 50;
	return p;
}

/* The line says by ICMP why it does not carry the datagram. */
static void reject(struct net *n, int node, const struct socket *s, const struct addr *to,
                   const struct passage *p)
{
	struct link_event event = {
		.state = LINK_REJECTED, .link = s->link, .kind = LINK_UDP, .remote = *to
	};
	bool too_big = p->fate == FATE_TOO_BIG && p->by->tells;

	if (too_big)
		event.size = (uint32_t)p->by->mtu;
	if (too_big || p->fate == FATE_REFUSED)
		deliver_event(n, node, n->now + 2 * n->nodes[node].weather.delay_us + 1, event);
}

/* Whom a datagram to this address is meant for, whether or not it gets there; -1: nobody. */
static int meant_for(const struct net *n, const struct addr *to)
{
	for (int i = 0; i < n->nodes_used; i++) {
		if (addr_same_ip(&n->nodes[i].outside, to) || addr_same_ip(&n->nodes[i].inside, to))
			return i;
	}
	return -1;
}

/* A packet with a hop limit this low leaves its own network, and reaches no other one. */
enum { HOPS = 5 };

static void send_udp(struct net *n, int node, const struct socket *s, const struct route *sent,
                     struct span wire)
{
	const struct addr *to = &sent->remote;
	bool dies = sent->ttl > 0 && sent->ttl < HOPS;
	struct node *d = &n->nodes[node];
	struct socket *socket = NULL;
	struct addr from = s->local;
	int other = find_neighbour(n, d, to, &socket);

	count(n, node, wire.len);
	if (other < 0) {
		bool out = d->nat == NULL || nat_out(d->nat, NAT_UDP, &from, to, n->now, n->random);

		out &= !dies;
		if (out)
			other = find_open(n, to, LINK_UDP, &socket);
		if (out && other < 0)
			other = translate_in(n, d, &from, to, &socket);
	}
	n->to_copy_address += n->copy_as.port != 0 && addr_equal(to, &n->copy_as) && wire.len > 0 &&
	                      wire.at[0] >= 0xD0;
	if (other < 0 || other == node || is_cut(n, node, other)) {
		n->filtered++;
		tell_packet(n, node, meant_for(n, to), s, "filtered", wire);
		return;
	}
	struct passage way = pass_lines(n, d, &n->nodes[other], IP_UDP_HEADERS + wire.len);
	if (way.fate != FATE_ARRIVES) {
		reject(n, node, s, to, &way);
		n->lost++;
		tell_packet(n, node, other, s, "lost", wire);
		return;
	}
	tell_packet(n, node, other, s, "arrives", wire);
	struct route route = {
		.kind = ROUTE_UDP, .link = socket->link, .local = socket->local, .remote = from
	};
	deliver(n, other, way.at, route, wire);
	count(n, other, wire.len);
	if (random_below(n->random, 1000) < d->weather.duplicate_permille)
		deliver(n, other, way.at + random_below(n->random, 1 + d->weather.jitter_us), route,
		        wire);
	if (n->copy_as.port != 0 && node == n->copy_from) {
		struct route copy = route;

		copy.remote = n->copy_as;
		deliver(n, other, way.at + MS, copy, wire);
		n->copies++;
	}
}

void net_send(struct net *n, int node, const struct route *route, struct span wire)
{
	struct socket *s = socket_of(&n->nodes[node], route->link);

	if (s == NULL || !n->nodes[node].alive)
		return;
	n->sent++;
	if (n->listen != NULL)
		n->listen(n, node, route, wire);
	if (s->kind == LINK_TCP)
		send_tcp(n, node, s, wire);
	else
		send_udp(n, node, s, route, wire);
}

bool net_arrive(struct net *n, struct arrival *a)
{
	while (n->heap_count > 0 && n->heap[0].at <= n->now) {
		struct delivery d = pop(n);
		struct node *node = &n->nodes[d.node];
		bool of_link = d.is_event || d.is_syn;
		struct socket *s = socket_of(node, of_link ? d.event.link : d.route.link);
		bool welcome = node->alive && (d.is_event || s != NULL);

		if (node->busy_until > n->now) {
			d.at = node->busy_until;
			push(n, d);
			continue;
		}
		free(arrived);
		arrived = d.bytes;
		if (!welcome || d.dropped || settles(n, &d, s))
			continue;
		*a = (struct arrival){ .node = d.node,
			               .is_event = d.is_event,
			               .event = d.event,
			               .route = d.route,
			               .wire = span_of(d.bytes, d.len) };
		return true;
	}
	return false;
}
