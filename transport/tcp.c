/* tcp: client-server over TCP, docs/PROTOCOL.md 2.2. The responder listens and gives each stranger
 * ten seconds (tcp_links.h). The initiator tries the peer's addresses in rounds: in turn, each a
 * little after the one before, or at once when one has failed (RFC 8305); the first that connects
 * ends the round. When all have failed, or what was connected is lost, another begins after a pause
 * that grows, for as long as the communicator lives. */
#include <string.h>

#include "base/assert.h"
#include "transport/sockets.h"
#include "transport/tcp_links.h"

#define STAGGER_US   (250 * MS) /* RFC 8305 section 5: the next address starts after this */
#define PAUSE_US     (200 * MS) /* before a new round; doubles up to the next */
#define PAUSE_MAX_US (5 * SECOND)

struct tcp {
	struct communicator base;
	struct sockets listeners; /* responder */

	/* Initiator. */
	struct addr peers[LIMIT_PEER_ADDRS];
	size_t peers_count; /* 0: there are no rounds (yet, or any more) */
	size_t next;        /* the next to try in this round */
	uint64_t next_at;   /* ... and when; NEVER: no round, or all of it is under way */
	uint64_t pause_us;
	bool unreachable; /* that was reported since something has connected */
	struct random *random;

	struct carrier_failure failure;

	uint16_t reading; /* what the last input left for receive; 0: nothing */
	struct span in;
	uint64_t clock;

	struct tcp_links links;
	struct tcp_links_link at[LIMIT_LINKS]; /* the last: tcp_used */
};

static struct tcp *tcp_of(struct communicator *c)
{
	return (struct tcp *)c;
}

static void begin_round(struct tcp *t, uint64_t now)
{
	t->pause_us = PAUSE_US;
	t->next = 0;
	t->next_at = t->peers_count > 0 ? now : NEVER;
}

/* An attempt, or else a link, has ended. */
static void lost(struct tcp *t, bool attempt, uint64_t now)
{
	if (t->peers_count == 0)
		return;
	if (t->next_at != NEVER) {
		if (t->next > 0)
			t->next_at = min_of(t->next_at, now);
		return;
	}
	if (tcp_links_count(&t->links) > 0)
		return;
	if (attempt && !t->unreachable)
		carrier_fail(&t->failure, ERR_UNREACHABLE, &t->peers[0], false);
	t->unreachable |= attempt;
	t->next = 0;
	t->next_at = now + carrier_jitter(t->random, t->pause_us);
	t->pause_us = min_of(2 * t->pause_us, PAUSE_MAX_US);
}

static void changed(struct tcp *t, enum tcp_links_change change, uint64_t now)
{
	if (change == TCP_LINKS_UP) {
		t->next_at = NEVER;
		t->unreachable = false;
	}
	if (change == TCP_LINKS_FAILED || change == TCP_LINKS_DOWN)
		lost(t, change == TCP_LINKS_FAILED, now);
}

static void tcp_link(struct communicator *c, const struct link_event *event, uint64_t now)
{
	struct tcp *t = tcp_of(c);

	t->clock = now;
	carrier_because(&t->failure, event->reason);
	changed(t, tcp_links_link(&t->links, event, now), now);
	if (sockets_link(&t->listeners, event, now) == SOCKETS_FAILED)
		carrier_fail_link(&t->failure, event, sockets_bind(&t->listeners, event->link),
		                  sockets_missed(&t->listeners, event));
}

static bool tcp_request(struct communicator *c, struct link_request *request)
{
	return tcp_links_request(&tcp_of(c)->links, request) ||
	       sockets_request(&tcp_of(c)->listeners, request);
}

static void tcp_input(struct communicator *c, const struct route *from, struct span wire,
                      uint64_t now)
{
	struct tcp *t = tcp_of(c);

	t->reading = from->link;
	t->in = wire;
	t->clock = now;
}

static bool tcp_receive(struct communicator *c, struct route *route, struct span *packet,
                        bool *proved)
{
	struct tcp *t = tcp_of(c);
	bool ended;

	*proved = true;
	if (tcp_links_read(&t->links, t->reading, &t->in, packet, route, &ended))
		return true;
	if (ended)
		lost(t, false, t->clock);
	t->reading = 0;
	return false;
}

static int tcp_wrap(struct communicator *c, struct route *route, uint8_t *buffer, size_t len,
                    size_t *wire_len, uint64_t now)
{
	(void)now;
	assert(len > 0 && len <= LIMIT_PACKET_MAX);
	if (!tcp_links_up(&tcp_of(c)->links, route->link))
		return -1;
	framing_header(buffer + LIMIT_HEADROOM - FRAMING_HEADER, len);
	*wire_len = FRAMING_HEADER + len;
	return LIMIT_HEADROOM - FRAMING_HEADER;
}

/* There is nothing to say but what the session says. */
static size_t tcp_output(struct communicator *c, struct route *route, uint8_t *wire, size_t cap,
                         uint64_t now)
{
	(void)c, (void)route, (void)wire, (void)cap, (void)now;
	return 0;
}

static void tcp_timer(struct communicator *c, uint64_t now)
{
	struct tcp *t = tcp_of(c);

	t->clock = now;
	enum tcp_links_change late = tcp_links_timer(&t->links, now);
	if (late != TCP_LINKS_NOTHING)
		carrier_because(&t->failure, NULL);
	changed(t, late, now);
	sockets_timer(&t->listeners, now);
	if (t->next_at > now)
		return;
	if (tcp_links_connect(&t->links, &t->peers[t->next], now) != NULL)
		t->next++;
	t->next_at = t->next < t->peers_count ? now + STAGGER_US : NEVER;
}

static uint64_t tcp_deadline(const struct communicator *c)
{
	const struct tcp *t = (const struct tcp *)c;

	return min_of(t->next_at,
	              min_of(sockets_deadline(&t->listeners), tcp_links_deadline(&t->links)));
}

static bool tcp_take(struct communicator *c, struct communicator_event *event)
{
	struct tcp *t = tcp_of(c);

	return sockets_report(&t->listeners, COMMUNICATOR_LISTENING, event) ||
	       tcp_links_report(&t->links, event) || carrier_failed(&t->failure, event);
}

static void tcp_regard(struct communicator *c, const struct route *route,
                       enum communicator_standing standing)
{
	struct tcp *t = tcp_of(c);

	if (!tcp_links_regard(&t->links, route, standing))
		return;
	if (standing == STANDING_HELD)
		t->pause_us = PAUSE_US;
	if (standing <= STANDING_UNUSED)
		lost(t, false, t->clock);
}

static bool tcp_held(struct communicator *c, unsigned index, struct route *route)
{
	return tcp_links_held(&tcp_of(c)->links, index, route);
}

static void tcp_finish(struct communicator *c)
{
	struct tcp *t = tcp_of(c);

	t->peers_count = 0;
	t->next_at = NEVER;
}

/* A link that only seems to live is not known from one that has nothing to say: a second one is
 * opened beside it, and the first goes when the session holds the second. */
static void tcp_refresh(struct communicator *c, uint64_t now)
{
	struct tcp *t = tcp_of(c);

	if (!tcp_links_young(&t->links, now))
		begin_round(t, now);
}

static void tcp_peers(struct communicator *c, const struct communicator_place *place,
                      const struct addr *peers, size_t count, uint64_t now)
{
	struct tcp *t = tcp_of(c);

	(void)place;
	memcpy(t->peers, peers, count * sizeof *peers);
	t->peers_count = count;
	begin_round(t, now);
}

static enum err tcp_init(struct communicator *c, const struct communicator_config *config,
                         uint64_t now)
{
	struct tcp *t = tcp_of(c);

	if (!config->initiator && config->listen_count == 0)
		return ERR_USAGE;
	t->clock = now;
	t->random = config->random;
	memcpy(t->peers, config->peers, sizeof t->peers);
	t->peers_count = config->initiator ? config->peers_count : 0;
	begin_round(t, now);
	tcp_links_init(&t->links, t->at, LIMIT_LINKS, !config->initiator, SOCKETS + 1,
	               LINK_ACCEPTED_FIRST - SOCKETS - 1);
	sockets_init(&t->listeners, LINK_LISTEN, config->listen, config->listen_count,
	             config->random);
	for (size_t i = 0; i < config->listen_count && !config->initiator; i++)
		sockets_want(&t->listeners, addr_is_v4(&config->listen[i]));
	return OK;
}

static size_t tcp_used(const struct communicator *c)
{
	return offsetof(struct tcp, at) +
	       ((const struct tcp *)c)->links.used * sizeof(struct tcp_links_link);
}

const struct communicator_class tcp_communicator = {
	.name = "tcp",
	.scheme = "tcp://",
	.size = sizeof(struct tcp),
	.used = tcp_used,
	.init = tcp_init,
	.link = tcp_link,
	.request = tcp_request,
	.input = tcp_input,
	.receive = tcp_receive,
	.wrap = tcp_wrap,
	.output = tcp_output,
	.timer = tcp_timer,
	.deadline = tcp_deadline,
	.take = tcp_take,
	.regard = tcp_regard,
	.held = tcp_held,
	.finish = tcp_finish,
	.refresh = tcp_refresh,
	.peers = tcp_peers,
};
