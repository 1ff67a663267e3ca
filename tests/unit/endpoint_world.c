/* endpoint_world: see endpoint_world.h. */
#include "tests/unit/endpoint_world.h"

#include "transport/carrier.h"

struct fake {
	struct communicator base;
	struct host *host;
	struct communicator_event events[16];
	size_t events_count;
	bool pending;
	struct route from;
	struct span packet;
	struct route held[32];
	unsigned held_count;
};

static struct fake *fake_of(struct communicator *c)
{
	return (struct fake *)c;
}

static enum err fake_init(struct communicator *c, const struct communicator_config *config,
                          uint64_t now)
{
	(void)c, (void)config, (void)now;
	return OK;
}

static void fake_link(struct communicator *c, const struct link_event *event, uint64_t now)
{
	(void)c, (void)event, (void)now;
}

static bool fake_request(struct communicator *c, struct link_request *request)
{
	(void)c, (void)request;
	return false;
}

static void fake_input(struct communicator *c, const struct route *from, struct span wire,
                       uint64_t now)
{
	struct fake *f = fake_of(c);

	(void)now;
	f->pending = true;
	f->from = *from;
	f->packet = wire;
}

bool world_unproved;

static bool fake_receive(struct communicator *c, struct route *route, struct span *packet,
                         bool *proved)
{
	struct fake *f = fake_of(c);
	bool had = f->pending;

	f->pending = false;
	*route = f->from;
	*packet = f->packet;
	*proved = !world_unproved;
	return had;
}

static int fake_wrap(struct communicator *c, struct route *route, uint8_t *buffer, size_t len,
                     size_t *wire_len, uint64_t now)
{
	(void)c, (void)route, (void)buffer, (void)now;
	*wire_len = len;
	return LIMIT_HEADROOM;
}

static size_t fake_output(struct communicator *c, struct route *route, uint8_t *wire, size_t cap,
                          uint64_t now)
{
	(void)c, (void)route, (void)wire, (void)cap, (void)now;
	return 0;
}

static uint64_t fake_deadline(const struct communicator *c)
{
	(void)c;
	return NEVER;
}

static bool fake_take(struct communicator *c, struct communicator_event *event)
{
	struct fake *f = fake_of(c);

	if (f->events_count == 0)
		return false;
	*event = f->events[0];
	f->events_count--;
	memmove(f->events, f->events + 1, f->events_count * sizeof f->events[0]);
	return true;
}

static int fake_find(const struct fake *f, const struct route *route)
{
	for (unsigned i = 0; i < f->held_count; i++) {
		if (route_same(&f->held[i], route))
			return (int)i;
	}
	return -1;
}

static void fake_regard(struct communicator *c, const struct route *route,
                        enum communicator_standing standing)
{
	struct fake *f = fake_of(c);
	int i = fake_find(f, route);

	f->host->vouched += standing == STANDING_KNOWN;
	if (standing == STANDING_HELD && i < 0 &&
	    f->held_count < sizeof f->held / sizeof f->held[0])
		f->held[f->held_count++] = *route;
	if (standing <= STANDING_UNUSED && i >= 0)
		f->held[i] = f->held[--f->held_count];
}

static bool fake_held(struct communicator *c, unsigned index, struct route *route)
{
	struct fake *f = fake_of(c);

	if (index >= f->held_count)
		return false;
	*route = f->held[index];
	return true;
}

static void fake_finish(struct communicator *c)
{
	(void)c;
}

static void fake_refresh(struct communicator *c, uint64_t now)
{
	(void)now;
	fake_of(c)->host->refreshed++;
}

const struct communicator_class communicator_fake = {
	.name = "fake",
	.scheme = "fake://",
	.size = sizeof(struct fake),
	.init = fake_init,
	.link = fake_link,
	.request = fake_request,
	.input = fake_input,
	.receive = fake_receive,
	.wrap = fake_wrap,
	.output = fake_output,
	.deadline = fake_deadline,
	.take = fake_take,
	.regard = fake_regard,
	.held = fake_held,
	.finish = fake_finish,
	.refresh = fake_refresh,
};

static struct identity identities[64];

const struct public_key *world_key(unsigned identity)
{
	return &identities[identity].public;
}

struct endpoint_config world_config(bool initiator, unsigned identity, struct random *random)
{
	identities[identity] = test_identity(KEY_X25519, identity);
	return (struct endpoint_config){ .keying.initiator = initiator,
		                         .keying.suite = encryptor_class_of(SUITE_NOISE),
		                         .keying.identity = &identities[identity],
		                         .mode = MODE_CHAT,
		                         .nick = span_text("nick"),
		                         .silence_us = NEVER,
		                         .handshake_us = NEVER,
		                         .keying.random = random };
}

void world_host(struct host *h, const struct endpoint_config *config, struct addr at, uint64_t now)
{
	enum err err;
	struct endpoint_config with = *config;
	struct communicator_config where = { .random = config->keying.random };

	*h = (struct host){ .at = at, .accepts = true, .refuses = CLOSE_BUSY };
	h->communicator = with.communicator =
	    communicator_new(&communicator_fake, &where, now, &err);
	fake_of(h->communicator)->host = h;
	h->ep = endpoint_new(&with, now, &err);
	if (h->ep == NULL)
		__builtin_trap();
}

void world_end(struct host *h)
{
	endpoint_free(h->ep);
	h->ep = NULL;
}

struct route world_route(const struct addr *remote)
{
	return (struct route){ .kind = ROUTE_UDP, .link = 1, .remote = *remote };
}

struct route world_forward(uint64_t pair, uint32_t host)
{
	return (struct route){ .kind = ROUTE_FORWARD_UDP,
		               .link = 1,
		               .remote = addr_v4(192, 0, 2, 200, 7242),
		               .pair = pair,
		               .host = host };
}

static void happens(struct host *h, const struct communicator_event *event, uint64_t now)
{
	struct fake *f = fake_of(h->communicator);
	struct link_event nothing = { .state = LINK_UP };

	if (f->events_count < sizeof f->events / sizeof f->events[0])
		f->events[f->events_count++] = *event;
	endpoint_link(h->ep, &nothing, now);
}

void world_up(struct host *h, const struct route *route, uint64_t now)
{
	happens(h, &(struct communicator_event){ .kind = COMMUNICATOR_UP, .route = *route }, now);
}

void world_down(struct host *h, const struct route *route, uint64_t now)
{
	happens(h, &(struct communicator_event){ .kind = COMMUNICATOR_DOWN, .route = *route }, now);
}

void world_members(struct host *h, unsigned count, uint64_t now)
{
	happens(h, &(struct communicator_event){ .kind = COMMUNICATOR_WAITING, .number = count },
	        now);
}

void world_listen(struct host *h, uint64_t now)
{
	struct endpoint_event e;

	while (!h->left && endpoint_take(h->ep, &e)) {
		switch (e.kind) {
		case ENDPOINT_PEER:
			h->peers++;
			if (h->accepts)
				endpoint_accept(h->ep, now);
			else
				endpoint_refuse(h->ep, h->refuses, span_text("busy"));
			break;
		case ENDPOINT_GUESS:
			h->guesses++;
			h->last_guess = e.number;
			h->rest_s = e.rest_s;
			break;
		case ENDPOINT_WRONG_CODE:
			h->wrong_codes++;
			h->number = e.number;
			break;
		case ENDPOINT_REFUSED:
			h->refused++;
			h->reason = e.reason;
			h->number = e.number;
			break;
		case ENDPOINT_CHANGED:
			h->changed++;
			h->unproved += e.unproved;
			break;
		case ENDPOINT_FAILED:
			h->failed++;
			h->ended += !e.again;
			break;
		default: break;
		}
	}
}

size_t world_sent(struct host *h, struct route *to, uint8_t packet[static LIMIT_WIRE], uint64_t now)
{
	uint8_t buffer[LIMIT_WIRE];
	const uint8_t *wire;

	endpoint_timer(h->ep, now);
	size_t len = endpoint_output(h->ep, to, buffer, sizeof buffer, &wire, now);

	if (len > 0)
		memcpy(packet, wire, len);
	world_listen(h, now);
	return len;
}

void world_give(struct host *h, const struct route *from, struct span packet, uint64_t now)
{
	endpoint_input(h->ep, from, packet, now);
	world_listen(h, now);
}

void world_talk_over(struct host *a, const struct route *to_b, struct host *b,
                     const struct route *to_a, uint64_t now)
{
	uint8_t packet[LIMIT_WIRE];
	struct route to;
	size_t len;

	for (bool any = true; any;) {
		any = false;
		while ((len = world_sent(a, &to, packet, now)) > 0) {
			any = true;
			if (route_same(&to, to_b))
				world_give(b, to_a, span_of(packet, len), now);
		}
		while ((len = world_sent(b, &to, packet, now)) > 0) {
			any = true;
			if (route_same(&to, to_a))
				world_give(a, to_b, span_of(packet, len), now);
		}
	}
}

void world_talk(struct host *a, struct host *b, uint64_t now)
{
	struct route to_a = world_route(&a->at), to_b = world_route(&b->at);

	world_talk_over(a, &to_b, b, &to_a, now);
}

size_t world_handshake(const uint8_t id[static CONNECTION_ID], unsigned number, size_t total,
                       size_t offset, struct span bytes, uint8_t packet[static LIMIT_PACKET])
{
	struct writer w = writer_of(packet, LIMIT_PACKET);

	write_u8(&w, PACKET_HANDSHAKE);
	write_u8(&w, PROTOCOL_VERSION);
	write_u8(&w, SUITE_NOISE);
	write_span(&w, span_of(id, CONNECTION_ID));
	write_u8(&w, (uint8_t)number);
	write_be16(&w, (uint16_t)total);
	write_be16(&w, (uint16_t)offset);
	write_span(&w, bytes);
	return w.len;
}

/* Takes all that h sends. */
static void hear(struct stranger *s, struct host *h, uint64_t now)
{
	uint8_t packet[LIMIT_WIRE];
	struct route to;

	for (size_t len; (len = world_sent(h, &to, packet, now)) > 0;) {
		if (memcmp(packet + 3, s->id, CONNECTION_ID) != 0)
			continue;
		if (packet[0] == PACKET_REFUSE)
			s->refused = packet[11];
		s->answered |=
		    packet[0] == PACKET_HANDSHAKE && len == HANDSHAKE_HEADER + SPAKE2_SHARE;
		if (s->answered)
			memcpy(s->share, packet + HANDSHAKE_HEADER, SPAKE2_SHARE);
	}
}

void stranger_knock(struct stranger *s, struct host *h, const struct route *route, unsigned id,
                    const struct code *code, struct random *random, uint64_t now)
{
	uint8_t packet[LIMIT_PACKET], message[1 + SPAKE2_SHARE] = { 1 };

	*s = (struct stranger){ .route = *route, .code = *code };
	store_be32(s->id, id);
	spake2_start(&s->spake2, true, code, random, message + 1);
	size_t len =
	    world_handshake(s->id, 0, sizeof message, 0, span_of(message, sizeof message), packet);
	world_give(h, route, span_of(packet, len), now);
	hear(s, h, now);
}

bool stranger_confirm(struct stranger *s, struct host *h, uint64_t now)
{
	uint8_t packet[LIMIT_PACKET], message[SPAKE2_CONFIRM + 48] = { 0 },
							       context[12] = "schat\1\1\1";

	if (s->code.has_nameplate)
		store_be32(context + 8, s->code.nameplate);
	if (!s->answered || spake2_share(&s->spake2, span_of(s->share, SPAKE2_SHARE),
	                                 span_of(context, sizeof context)) != OK)
		return false;
	spake2_confirm(&s->spake2, message);
	size_t len =
	    world_handshake(s->id, 2, sizeof message, 0, span_of(message, sizeof message), packet);
	world_give(h, &s->route, span_of(packet, len), now);
	hear(s, h, now);
	return true;
}

unsigned world_shaking(const struct host *h)
{
	return peers_in(endpoint_roster(h->ep), PEER_SHAKING);
}
