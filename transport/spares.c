#include "transport/spares.h"

/* Ports that Linux maps to 600..1023. Which of them are taken nobody tells us but the system. */
enum { LOW_FIRST = 600, LOW_COUNT = 1024 - LOW_FIRST, LOW_REFUSED_MAX = 64 };

/* Ports of services that this host may start at any moment: IPMI, printing, LDAP, tinc, DNS over
 * TLS, rsync, lwresd, and those over TLS from 989 on. bindresvport(3) leaves out most of them. */
static const uint16_t services[] = { 623, 631, 636, 655, 853, 873, 921 };
enum { SERVICES_FIRST = 989, SERVICES_LAST = 995 }; /* FTP, telnet, IMAP, POP3 ... */

static bool of_a_service(uint16_t port)
{
	bool is = port >= SERVICES_FIRST && port <= SERVICES_LAST;

	for (size_t i = 0; i < sizeof services / sizeof services[0]; i++)
		is |= port == services[i];
	return is;
}

static uint16_t low_port(struct random *random)
{
	uint16_t port;

	do
		port = (uint16_t)(LOW_FIRST + random_below(random, LOW_COUNT));
	while (of_a_service(port));
	return port;
}

void spares_init(struct spares *s, struct random *random)
{
	*s = (struct spares){ .random = random, .told = true };
}

static struct spare *spare_of(struct spares *s, uint16_t link)
{
	unsigned i = (unsigned)link - LINK_SPARES_FIRST;

	return link >= LINK_SPARES_FIRST && i < SPARES ? &s->at[i] : NULL;
}

static uint16_t link_of(const struct spares *s, const struct spare *spare)
{
	return (uint16_t)(LINK_SPARES_FIRST + (spare - s->at));
}

/* One that nobody needs any more. */
static void end_unused(struct spare *spare)
{
	if (spare->wanted || spare->kept)
		return;
	spare->state = spare->state == SOCKET_UP || spare->state == SOCKET_OPENING ? SOCKET_CLOSE
	                                                                           : SOCKET_NONE;
}

void spares_want(struct spares *s, unsigned count, bool low)
{
	s->low = low;
	s->refused = 0;
	s->told = count == 0;
	for (struct spare *spare = s->at; spare < s->at + SPARES; spare++) {
		spare->wanted = false;
		if (spare->state != SOCKET_CLOSE)
			end_unused(spare);
		if (spare->kept || count == 0)
			continue;
		/* a link that is closed first is opened under the same number: requests are in
		 * order */
		if (spare->state == SOCKET_NONE)
			spare->state = SOCKET_OPEN;
		spare->wanted = true;
		s->end = (unsigned)max_of(s->end, (uint64_t)(spare - s->at) + 1);
		count--;
	}
}

bool spares_ready(struct spares *s)
{
	if (s->told)
		return false;
	for (unsigned i = 0; i < s->end; i++) {
		if (s->at[i].wanted && s->at[i].state != SOCKET_UP)
			return false;
	}
	s->told = true;
	return true;
}

bool spares_get(const struct spares *s, unsigned index, uint16_t *link, uint16_t *port)
{
	for (const struct spare *spare = s->at; spare < s->at + s->end; spare++) {
		if (!spare->wanted || spare->state != SOCKET_UP || index-- > 0)
			continue;
		*link = link_of(s, spare);
		*port = spare->port;
		return true;
	}
	return false;
}

bool spares_up(const struct spares *s, uint16_t link)
{
	unsigned i = (unsigned)link - LINK_SPARES_FIRST;

	return link >= LINK_SPARES_FIRST && i < SPARES && s->at[i].state == SOCKET_UP;
}

/* ---- links ---- */

/* A port that is taken: another one. What the system forbids is not tried again. */
static void refused(struct spares *s, struct spare *spare, enum err why)
{
	bool again = spare->wanted && s->low && why == ERR_BUSY && ++s->refused <= LOW_REFUSED_MAX;

	spare->state = again ? SOCKET_OPEN : SOCKET_NONE;
	spare->wanted = again;
	spare->kept = false;
}

bool spares_link(struct spares *s, const struct link_event *event)
{
	struct spare *spare = spare_of(s, event->link);

	if (spare == NULL)
		return false;
	if (event->state == LINK_UP && spare->state == SOCKET_OPENING) {
		spare->state = SOCKET_UP;
		spare->port = event->local.port;
	} else if (event->state == LINK_DOWN && spare->state != SOCKET_NONE) {
		refused(s, spare, event->why);
	}
	return true;
}

bool spares_request(struct spares *s, struct link_request *request)
{
	for (struct spare *spare = s->at; spare < s->at + s->end; spare++) {
		if (spare->state != SOCKET_OPEN && spare->state != SOCKET_CLOSE)
			continue;
		bool open = spare->state == SOCKET_OPEN;
		*request = (struct link_request){ .open = open,
			                          .link = link_of(s, spare),
			                          .kind = LINK_UDP,
			                          .local = carrier_any(true) };
		if (open && s->low)
			request->local.port = low_port(s->random);
		spare->state = open ? SOCKET_OPENING : spare->wanted ? SOCKET_OPEN : SOCKET_NONE;
		return true;
	}
	while (s->end > 0 && s->at[s->end - 1].state == SOCKET_NONE)
		s->end--;
	return false;
}

/* ---- paths ---- */

void spares_regard(struct spares *s, const struct route *route, enum communicator_standing standing)
{
	struct spare *spare = spare_of(s, route->link);

	if (spare == NULL || spare->state != SOCKET_UP)
		return;
	if (standing == STANDING_HELD)
		spare->remote = route->remote;
	if (standing == STANDING_HELD || standing == STANDING_UNUSED)
		spare->kept = standing == STANDING_HELD;
	end_unused(spare);
}

bool spares_held(const struct spares *s, unsigned index, struct route *route)
{
	for (const struct spare *spare = s->at; spare < s->at + s->end; spare++) {
		if (!spare->kept || spare->state != SOCKET_UP || index-- > 0)
			continue;
		*route = (struct route){ .kind = ROUTE_UDP,
			                 .link = link_of(s, spare),
			                 .remote = spare->remote };
		return true;
	}
	return false;
}
