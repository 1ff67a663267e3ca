/* wire: see wire.h. */
#include "tests/unit/wire.h"

#include <stdlib.h>

struct wire *wire_new(uint64_t seed)
{
	struct wire *w = calloc(1, sizeof *w);
	assert_non_null(w);
	w->now = SECOND;
	w->random = test_random(seed);
	for (int i = 0; i < WIRE_HOSTS; i++) {
		w->hosts[i].v4 = addr_v4(192, 0, 2, (uint8_t)(i + 1), 0);
		w->hosts[i].next_port = 40000;
		w->hosts[i].next_accepted = LINK_ACCEPTED_FIRST;
	}
	return w;
}

void wire_free(struct wire *w)
{
	for (int i = 0; i < WIRE_HOSTS; i++) {
		communicator_free(w->hosts[i].c);
		server_free(w->hosts[i].server);
	}
	free(w);
}

struct addr wire_addr(struct wire *w, int host, bool v4, uint16_t port)
{
	struct addr a = v4 ? w->hosts[host].v4 : w->hosts[host].v6;
	a.port = port;
	return a;
}

struct wire_socket *wire_socket_of(struct wire *w, int host, uint16_t link)
{
	for (int i = 0; i < WIRE_SOCKETS; i++)
		if (w->hosts[host].sockets[i].open && w->hosts[host].sockets[i].link == link)
			return &w->hosts[host].sockets[i];
	return NULL;
}

size_t wire_links(const struct wire *w, int host, const char *kind)
{
	size_t count = 0;
	for (int i = 0; i < WIRE_SOCKETS; i++)
		count += w->hosts[host].sockets[i].open && w->hosts[host].sockets[i].kind == kind;
	return count;
}

static struct wire_socket *new_socket(struct wire *w, int host, uint16_t link, const char *kind)
{
	assert_null(wire_socket_of(w, host, link)); /* a number is used for one link at a time */
	for (int i = 0; i < WIRE_SOCKETS; i++) {
		struct wire_socket *s = &w->hosts[host].sockets[i];
		if (s->open)
			continue;
		memset(s, 0, sizeof *s);
		s->open = true;
		s->link = link;
		s->kind = kind;
		s->peer_host = -1;
		return s;
	}
	fail_msg("more links than a process may have");
	return NULL;
}

/* Who listens at an address: a UDP socket or a listener. */
static int find_host(struct wire *w, const struct addr *to, const char *kind, uint16_t *link)
{
	for (int i = 0; i < WIRE_HOSTS; i++) {
		const struct wire_host *h = &w->hosts[i];
		if (!addr_same_ip(&h->v4, to) && (addr_is_any(&h->v6) || !addr_same_ip(&h->v6, to)))
			continue;
		*link = 0;
		for (int j = 0; j < WIRE_SOCKETS; j++) {
			const struct wire_socket *s = &h->sockets[j];
			bool family = addr_is_v4(&s->local) == addr_is_v4(to);
			if (s->open && s->kind == kind && s->local.port == to->port && family)
				*link = s->link;
		}
		return i;
	}
	return -1;
}

static struct wire_flight *put(struct wire *w, enum wire_kind kind, int from, int to,
                               uint16_t from_link, uint16_t to_link)
{
	assert_true(w->flights_count < WIRE_FLIGHTS);
	struct wire_flight *f = &w->flights[w->flights_count++];
	memset(f, 0, offsetof(struct wire_flight, bytes));
	f->kind = kind;
	f->at = w->now + WIRE_DELAY_US;
	f->number = w->sent++;
	f->from_host = from;
	f->to_host = to;
	f->from_link = from_link;
	f->to_link = to_link;
	return f;
}

/* lose may look at the whole flight. */
static void sent(struct wire *w, struct wire_flight *f)
{
	if (w->lose != NULL && w->lose(w, f))
		w->flights_count--;
}

static void tell_link(struct wire *w, int host, const struct link_event *event);

static void send_bytes(struct wire *w, int host, const struct route *route, const uint8_t *bytes,
                       size_t len)
{
	struct wire_socket *s = wire_socket_of(w, host, route->link);
	assert_non_null(s); /* never to a link that is not open */
	assert_ptr_equal(route->kind, s->kind == LINK_UDP ? ROUTE_UDP : ROUTE_TCP);
	if (s->kind == LINK_UDP) {
		uint16_t link = 0;
		int to = find_host(w, &route->remote, LINK_UDP, &link);
		struct wire_flight *f = put(w, WIRE_DATAGRAM, host, to, s->link, link);
		f->from = wire_addr(w, host, addr_is_v4(&route->remote), s->local.port);
		f->to = route->remote;
		f->len = len;
		assert_true(len <= LIMIT_WIRE);
		assert_int_equal(addr_is_v4(&s->local), addr_is_v4(&route->remote));
		memcpy(f->bytes, bytes, len);
		sent(w, f);
		return;
	}
	assert_true(s->kind == LINK_TCP && s->connected);
	for (size_t at = 0; at < len;) { /* a stream keeps no boundaries */
		size_t part = 1 + (size_t)random_below(&w->random.random, len - at);
		struct wire_flight *f =
		    put(w, WIRE_BYTES, host, s->peer_host, s->link, s->peer_link);
		f->len = part;
		memcpy(f->bytes, bytes + at, part);
		at += part;
		sent(w, f);
	}
}

static void end_link(struct wire *w, int host, struct wire_socket *s)
{
	if (s->kind == LINK_TCP && s->connected)
		put(w, WIRE_END, host, s->peer_host, s->link, s->peer_link);
	s->open = false;
}

static void do_request(struct wire *w, int host, const struct link_request *r)
{
	struct wire_host *h = &w->hosts[host];
	struct wire_socket *s = wire_socket_of(w, host, r->link);
	if (!r->open) {
		assert_non_null(s); /* what is closed was open */
		end_link(w, host, s);
		return;
	}
	bool v4 = addr_is_v4(r->kind == LINK_TCP ? &r->remote : &r->local);
	bool no_family = !v4 && addr_is_any(&h->v6);
	struct link_event event = { .state = LINK_UP, .link = r->link, .kind = r->kind };

	s = new_socket(w, host, r->link, r->kind);
	s->local = r->local;
	if (s->local.port == 0)
		s->local.port = h->next_port++;
	if (no_family || (h->ports_busy && r->kind != LINK_TCP)) {
		s->open = false;
		event.state = LINK_DOWN;
		event.why = no_family ? ERR_USAGE : ERR_BUSY;
		tell_link(w, host, &event);
		return;
	}
	if (r->kind != LINK_TCP) {
		event.local = s->local;
		tell_link(w, host, &event);
		return;
	}
	uint16_t listener;
	int to = find_host(w, &r->remote, LINK_LISTEN, &listener);
	struct wire_flight *f = put(w, WIRE_CONNECT, host, to, r->link, 0);
	f->from = wire_addr(w, host, v4, s->local.port);
	f->to = s->remote = r->remote;
	sent(w, f);
}

static void tell_link(struct wire *w, int host, const struct link_event *event)
{
	if (w->hosts[host].c != NULL)
		w->hosts[host].c->class->link(w->hosts[host].c, event, w->now);
	else if (w->hosts[host].server != NULL)
		server_link(w->hosts[host].server, event, w->now);
}

void wire_tell(struct wire *w, int host, uint16_t link, enum link_state state)
{
	struct link_event event = { .state = state, .link = link, .kind = LINK_TCP };
	tell_link(w, host, &event);
}

static void note_event(struct wire_host *h, const struct communicator_event *event)
{
	assert_true(h->events_count < WIRE_EVENTS);
	h->events[h->events_count++] = *event;
	if (event->kind == COMMUNICATOR_UP) {
		h->up = event->route;
		h->is_up = true;
	}
	if (event->kind == COMMUNICATOR_DOWN && event->route.link == h->up.link &&
	    event->route.pair == h->up.pair)
		h->is_up = false;
}

static void pump_server(struct wire *w, int host)
{
	struct server *server = w->hosts[host].server;
	struct link_request request;
	struct route route;
	uint8_t buffer[SERVER_BUFFER];
	const uint8_t *bytes;
	size_t len;

	server_timer(server, w->now);
	while ((len = server_output(server, &route, buffer, &bytes, w->now)) > 0)
		if (wire_socket_of(w, host, route.link) != NULL)
			send_bytes(w, host, &route, bytes, len);
	while (server_request(server, &request))
		do_request(w, host, &request);
}

/* Everything a host has to say or to ask for now. */
static void pump(struct wire *w, int host)
{
	struct wire_host *h = &w->hosts[host];
	struct link_request request;
	struct communicator_event event;
	struct route route;
	uint8_t bytes[FRAMING_HEADER + LIMIT_WIRE];
	size_t len;

	if (h->server != NULL) {
		pump_server(w, host);
		return;
	}
	if (h->c == NULL)
		return;
	for (int round = 0; round < 3; round++) {
		communicator_timer(h->c, w->now);
		while ((len = h->c->class->output(h->c, &route, bytes, sizeof bytes, w->now)) > 0)
			send_bytes(w, host, &route, bytes, len);
		while (h->c->class->request(h->c, &request))
			do_request(w, host, &request);
		while (h->c->class->take(h->c, &event))
			note_event(h, &event);
	}
	assert_true(h->c->class->deadline(h->c) > w->now); /* or the loop would spin */
}

static void take_in(struct wire *w, int host, const struct route *from, struct span bytes)
{
	struct wire_host *h = &w->hosts[host];
	struct wire_packet *p = &h->packets[h->packets_count];
	struct span packet;

	if (h->server != NULL) {
		server_timer(h->server, w->now);
		server_input(h->server, from, bytes, w->now);
		pump(w, host);
		return;
	}
	if (h->c == NULL)
		return;
	h->c->class->input(h->c, from, bytes, w->now);
	while (h->c->class->receive(h->c, &p->route, &packet, &p->proved)) {
		assert_true(packet.len > 0 && packet.len <= LIMIT_PACKET_MAX);
		p->type = packet.at[0];
		p->number = packet.len > 1 ? packet.at[1] : 0;
		p->len = packet.len;
		h->packets_count++;
		assert_true(h->packets_count < WIRE_PACKETS);
		p++;
	}
	pump(w, host);
}

void wire_inject(struct wire *w, int host, uint16_t link, const struct addr *from,
                 const void *bytes, size_t len)
{
	/* exactly as long as it says: what reads beyond is found */
	uint8_t *copy = malloc(len);
	assert_non_null(copy);
	memcpy(copy, bytes, len);
	struct route route = { .kind = ROUTE_UDP, .link = link, .remote = *from };
	take_in(w, host, &route, span_of(copy, len));
	free(copy);
}

static void arrive_connect(struct wire *w, const struct wire_flight *f)
{
	struct wire_host *h = &w->hosts[f->to_host];
	uint16_t listener = 0;
	int host = find_host(w, &f->to, LINK_LISTEN, &listener);
	if (host < 0 || listener == 0 || (h->c == NULL && h->server == NULL)) {
		put(w, WIRE_REFUSED, f->to_host, f->from_host, 0, f->from_link);
		return;
	}
	struct wire_socket *s = new_socket(w, host, h->next_accepted++, LINK_TCP);
	s->connected = true;
	s->local = f->to;
	s->remote = f->from;
	s->peer_host = f->from_host;
	s->peer_link = f->from_link;
	put(w, WIRE_CONNECTED, host, f->from_host, s->link, f->from_link);
	tell_link(w, host,
	          &(struct link_event){ .state = LINK_ACCEPTED,
	                                .link = s->link,
	                                .listener = listener,
	                                .kind = LINK_TCP,
	                                .local = s->local,
	                                .remote = s->remote });
}

static void arrive_bytes(struct wire *w, int host, struct wire_socket *s, struct span bytes)
{
	struct route from = {
		.kind = ROUTE_TCP, .link = s->link, .local = s->local, .remote = s->remote
	};
	take_in(w, host, &from, bytes);
}

static void arrive(struct wire *w, const struct wire_flight *f)
{
	struct wire_socket *s = f->to_host >= 0 ? wire_socket_of(w, f->to_host, f->to_link) : NULL;
	if (f->to_host < 0)
		return;
	if (f->kind == WIRE_CONNECT) {
		arrive_connect(w, f);
	} else if (f->kind == WIRE_DATAGRAM && s != NULL) {
		struct route from = {
			.kind = ROUTE_UDP, .link = s->link, .local = f->to, .remote = f->from
		};
		uint8_t *copy = malloc(f->len);
		assert_non_null(copy);
		memcpy(copy, f->bytes, f->len);
		take_in(w, f->to_host, &from, span_of(copy, f->len));
		free(copy);
	} else if (f->kind == WIRE_BYTES && s != NULL && s->connected) {
		arrive_bytes(w, f->to_host, s, span_of(f->bytes, f->len));
	} else if (f->kind == WIRE_CONNECTED && s != NULL) {
		s->connected = true;
		s->peer_host = f->from_host;
		s->peer_link = f->from_link;
		tell_link(w, f->to_host,
		          &(struct link_event){ .state = LINK_UP,
		                                .link = s->link,
		                                .kind = LINK_TCP,
		                                .local = s->local,
		                                .remote = s->remote });
	} else if (f->kind == WIRE_CONNECTED) { /* closed meanwhile */
		put(w, WIRE_END, f->to_host, f->from_host, f->to_link, f->from_link);
	} else if ((f->kind == WIRE_REFUSED || f->kind == WIRE_END) && s != NULL) {
		s->open = false;
		tell_link(
		    w, f->to_host,
		    &(struct link_event){
			.state = LINK_DOWN, .link = s->link, .kind = LINK_TCP, .why = ERR_CUT });
	}
}

static size_t next_flight(const struct wire *w)
{
	size_t best = 0;
	for (size_t i = 1; i < w->flights_count; i++) {
		const struct wire_flight *a = &w->flights[i], *b = &w->flights[best];
		if (a->at < b->at || (a->at == b->at && a->number < b->number))
			best = i;
	}
	return best;
}

static void pump_all(struct wire *w)
{
	for (int i = 0; i < WIRE_HOSTS; i++)
		pump(w, i);
}

static uint64_t next_time(const struct wire *w)
{
	uint64_t at = w->flights_count > 0 ? w->flights[next_flight(w)].at : NEVER;
	for (int i = 0; i < WIRE_HOSTS; i++) {
		const struct wire_host *h = &w->hosts[i];
		uint64_t due = h->c != NULL        ? h->c->class->deadline(h->c)
		               : h->server != NULL ? server_deadline(h->server)
		                                   : NEVER;
		at = due < at ? due : at;
	}
	return at;
}

/* The next thing that happens, unless it lies after until. */
static bool step(struct wire *w, uint64_t until)
{
	pump_all(w);
	uint64_t at = next_time(w);
	if (at > until) {
		w->now = until > w->now ? until : w->now;
		pump_all(w);
		return false;
	}
	w->now = at > w->now ? at : w->now;
	while (w->flights_count > 0) {
		size_t next = next_flight(w);
		if (w->flights[next].at > w->now)
			break;
		struct wire_flight f = w->flights[next];
		w->flights[next] = w->flights[--w->flights_count];
		arrive(w, &f);
	}
	pump_all(w);
	return true;
}

void wire_run(struct wire *w, uint64_t us)
{
	uint64_t until = w->now + us;
	while (step(w, until))
		;
}

static bool find_event(struct wire_host *h, enum communicator_event_kind kind,
                       struct communicator_event *event)
{
	for (size_t i = h->events_read; i < h->events_count; i++) {
		if (h->events[i].kind != kind)
			continue;
		h->events_read = i + 1;
		if (event != NULL)
			*event = h->events[i];
		return true;
	}
	return false;
}

bool wire_event(struct wire *w, int host, enum communicator_event_kind kind, uint64_t us,
                struct communicator_event *event)
{
	uint64_t until = w->now + us;
	while (!find_event(&w->hosts[host], kind, event))
		if (!step(w, until))
			return find_event(&w->hosts[host], kind, event);
	return true;
}

bool wire_had(const struct wire *w, int host, enum communicator_event_kind kind)
{
	const struct wire_host *h = &w->hosts[host];
	for (size_t i = h->events_read; i < h->events_count; i++)
		if (h->events[i].kind == kind)
			return true;
	return false;
}

bool wire_send(struct wire *w, int host, const struct route *route, uint8_t type, uint8_t number,
               size_t len)
{
	struct communicator *c = w->hosts[host].c;
	uint8_t buffer[LIMIT_WIRE] = { 0 };
	struct route to = *route;
	size_t wire_len = 0;

	buffer[LIMIT_HEADROOM] = type;
	if (len > 1)
		buffer[LIMIT_HEADROOM + 1] = number;
	int start = c->class->wrap(c, &to, buffer, len, &wire_len, w->now);
	if (start < 0)
		return false;
	assert_true(start <= LIMIT_HEADROOM && wire_len == (size_t)(LIMIT_HEADROOM - start) + len);
	send_bytes(w, host, &to, buffer + start, wire_len);
	return true;
}

const struct wire_packet *wire_receive(struct wire *w, int host, uint64_t us)
{
	struct wire_host *h = &w->hosts[host];
	uint64_t until = w->now + us;
	while (h->packets_read == h->packets_count)
		if (!step(w, until) && h->packets_read == h->packets_count)
			return NULL;
	return &h->packets[h->packets_read++];
}

void wire_break(struct wire *w, int host, uint16_t link)
{
	struct wire_socket *s = wire_socket_of(w, host, link);
	assert_non_null(s);
	struct wire_socket *other = wire_socket_of(w, s->peer_host, s->peer_link);
	int other_host = s->peer_host;
	struct link_event event = {
		.state = LINK_DOWN, .link = link, .kind = LINK_TCP, .why = ERR_CUT
	};

	s->open = false;
	tell_link(w, host, &event);
	if (other != NULL) {
		other->open = false;
		event.link = other->link;
		tell_link(w, other_host, &event);
	}
}

void wire_open(struct wire *w, int host, const struct communicator_class *class,
               struct communicator_config config)
{
	enum err err = OK;
	config.random = &w->random.random;
	w->hosts[host].c = communicator_new(class, &config, w->now, &err);
	assert_non_null(w->hosts[host].c);
	pump(w, host);
}

void wire_serve(struct wire *w, int host)
{
	struct wire_host *h = &w->hosts[host];
	struct rendezvous_config config = { .members_max = 512,
		                            .pairs_max = 64,
		                            .relay_kbit = 64,
		                            .random = &w->random.random,
		                            .wall_s = 1700000000,
		                            .roll = w->roll };
	if (h->server == NULL) {
		for (uint16_t i = 0; i < 4; i++) {
			if (i % 2 == 1 && addr_is_any(&h->v6))
				continue;
			struct wire_socket *s =
			    new_socket(w, host, (uint16_t)(i + 1), i < 2 ? LINK_UDP : LINK_LISTEN);
			s->local =
			    i % 2 == 0 ? addr_v4(0, 0, 0, 0, 7242) : (struct addr){ .port = 7242 };
		}
	}
	server_free(h->server);
	h->server = server_new(&config, WIRE_SOCKETS, w->now);
	assert_non_null(h->server);
}
