/* serial: a toy communicator, over one line to one peer: packets are framed as on TCP, and nobody
 * is found, listened for or punched through to. All that the rest of the program needs to know of
 * it is in its class and in its kind of route. */
#pragma once

#include "transport/communicator.h"
#include "wire/framing.h"

static const struct route_kind serial_route = { .label = "serial line", .rank = 4, .stream = true };

struct serial {
	struct communicator base;
	const char *name; /* of the device */
	bool initiator, asked, up, reported;
	struct framing framing;
	struct span in;
};

static enum err serial_init(struct communicator *c, const struct communicator_config *config,
                            uint64_t now)
{
	struct serial *s = (struct serial *)c;

	(void)now;
	s->name = config->name;
	s->initiator = config->initiator;
	if (config->name == NULL)
		return ERR_USAGE;
	return config->name[0] == '/' ? OK : ERR_UNREACHABLE;
}

static void serial_link(struct communicator *c, const struct link_event *event, uint64_t now)
{
	(void)now;
	((struct serial *)c)->up = event->state == LINK_UP;
}

static bool serial_request(struct communicator *c, struct link_request *request)
{
	struct serial *s = (struct serial *)c;
	bool asks = !s->asked;

	s->asked = true;
	*request =
	    (struct link_request){ .open = true, .link = 1, .kind = "serial", .name = s->name };
	return asks;
}

static void serial_input(struct communicator *c, const struct route *from, struct span wire,
                         uint64_t now)
{
	(void)from, (void)now;
	((struct serial *)c)->in = wire;
}

static bool serial_receive(struct communicator *c, struct route *route, struct span *packet,
                           bool *proved)
{
	struct serial *s = (struct serial *)c;

	*route = (struct route){ .kind = &serial_route, .link = 1 };
	*proved = true; /* there is nobody else on the line */
	return framing_next(&s->framing, &s->in, packet);
}

static int serial_wrap(struct communicator *c, struct route *route, uint8_t *buffer, size_t len,
                       size_t *wire_len, uint64_t now)
{
	(void)route, (void)now;
	framing_header(buffer + LIMIT_HEADROOM - FRAMING_HEADER, len);
	*wire_len = FRAMING_HEADER + len;
	return ((struct serial *)c)->up ? LIMIT_HEADROOM - FRAMING_HEADER : -1;
}

static size_t serial_output(struct communicator *c, struct route *route, uint8_t *wire, size_t cap,
                            uint64_t now)
{
	(void)c, (void)route, (void)wire, (void)cap, (void)now;
	return 0;
}

static uint64_t serial_deadline(const struct communicator *c)
{
	(void)c;
	return NEVER;
}

static bool serial_take(struct communicator *c, struct communicator_event *event)
{
	struct serial *s = (struct serial *)c;

	if (!s->up || s->reported)
		return false;
	s->reported = true;
	*event = (struct communicator_event){ .kind = s->initiator ? COMMUNICATOR_UP
		                                                   : COMMUNICATOR_LISTENING,
		                              .route = { .kind = &serial_route, .link = 1 } };
	return true;
}

static const struct communicator_class serial_communicator = {
	.name = "serial",
	.scheme = "serial://",
	.by_name = true,
	.size = sizeof(struct serial),
	.init = serial_init,
	.link = serial_link,
	.request = serial_request,
	.input = serial_input,
	.receive = serial_receive,
	.wrap = serial_wrap,
	.output = serial_output,
	.deadline = serial_deadline,
	.take = serial_take,
};
