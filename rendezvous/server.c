#include "rendezvous/server.h"

#include <stdlib.h>

#include "base/assert.h"
#include "base/min_max.h"
#include "rendezvous/callers.h"
#include "wire/framing.h"

_Static_assert(SERVER_BUFFER == (int)FRAMING_HEADER + (int)LIMIT_WIRE, "a message and its length");

struct server {
	struct rendezvous rendezvous;
	struct callers callers;
	struct route from;  /* of stream */
	struct span stream; /* bytes of a connection that are not yet dealt with; borrowed */
	uint16_t ended;     /* to be closed; 0: none */
	uint64_t time;      /* of the last server_timer */
};

size_t server_members(uint64_t memory)
{
	size_t max = SERVER_MEMBERS;
	while (max > SERVER_MEMBERS_MIN && max * (MEMBERS_MEMORY + PAIRS_MEMORY) > memory / 2)
		max /= 4;
	return max;
}

struct server *server_new(const struct rendezvous_config *config, unsigned callers_max,
                          uint64_t now)
{
	struct server *s = calloc(1, sizeof *s);
	if (s == NULL)
		return NULL;
	s->time = now;
	if (rendezvous_init(&s->rendezvous, config, now) &&
	    callers_init(&s->callers, callers_max, config->random))
		return s;
	server_free(s);
	return NULL;
}

void server_free(struct server *s)
{
	if (s == NULL)
		return;
	rendezvous_free(&s->rendezvous);
	callers_free(&s->callers);
	free(s);
}

/* 0: nobody. */
static void hang_up(struct server *s, uint16_t link)
{
	if (!link)
		return;
	assert(!s->ended);
	rendezvous_link_down(&s->rendezvous, link);
	s->ended = link;
}

void server_link(struct server *s, const struct link_event *event, uint64_t now)
{
	if (event->state == LINK_ACCEPTED)
		hang_up(s, callers_accepted(&s->callers, event->link, &event->remote, now));
	if (event->state != LINK_DOWN)
		return;
	callers_gone(&s->callers, event->link);
	rendezvous_link_down(&s->rendezvous, event->link);
}

/* Deals with the next message of the stream. False: there is none. */
static bool next_message(struct server *s, uint64_t now)
{
	uint16_t link = s->from.link;
	struct span message;
	if (callers_next(&s->callers, link, &s->stream, &message)) {
		rendezvous_input(&s->rendezvous, &s->from, message, now);
		callers_heard(&s->callers, link, rendezvous_link_joined(&s->rendezvous, link), now);
		return true;
	}
	s->stream.len = 0;
	if (callers_bad(&s->callers, link)) {
		callers_gone(&s->callers, link);
		hang_up(s, link);
	}
	return false;
}

void server_input(struct server *s, const struct route *from, struct span bytes, uint64_t now)
{
	if (!route_is_stream(from)) {
		rendezvous_input(&s->rendezvous, from, bytes, now);
		return;
	}
	s->from = *from;
	s->stream = bytes;
	(void)next_message(s, now);
}

size_t server_output(struct server *s, struct route *to, uint8_t buffer[static SERVER_BUFFER],
                     const uint8_t **wire, uint64_t now)
{
	uint8_t *packet = buffer + FRAMING_HEADER;
	size_t len;
	do
		len = rendezvous_output(&s->rendezvous, to, packet, LIMIT_WIRE, now);
	while (len == 0 && s->stream.len > 0 && next_message(s, now));
	*wire = packet;
	if (len == 0 || !route_is_stream(to))
		return len;
	framing_header(buffer, len);
	*wire = buffer;
	return FRAMING_HEADER + len;
}

bool server_request(struct server *s, struct link_request *request)
{
	if (!s->ended)
		hang_up(s, callers_overdue(&s->callers, s->time));
	*request = (struct link_request){ .open = false, .link = s->ended };
	s->ended = 0;
	return request->link != 0;
}

void server_timer(struct server *s, uint64_t now)
{
	s->time = now;
	rendezvous_timer(&s->rendezvous, now);
}

uint64_t server_deadline(const struct server *s)
{
	return min_of(rendezvous_deadline(&s->rendezvous), callers_deadline(&s->callers));
}

void server_set_wall(struct server *s, uint64_t wall_s, uint64_t now)
{
	rendezvous_set_wall(&s->rendezvous, wall_s, now);
}

void server_set_relay(struct server *s, uint32_t relay_kbit)
{
	rendezvous_set_relay(&s->rendezvous, relay_kbit);
}

void server_leave(struct server *s)
{
	rendezvous_leave(&s->rendezvous);
}

bool server_settled(const struct server *s, uint64_t now)
{
	return rendezvous_settled(&s->rendezvous, now);
}

void server_finish(struct server *s)
{
	rendezvous_finish(&s->rendezvous);
}

void server_access(struct server *s, const struct access *access)
{
	rendezvous_access(&s->rendezvous, access);
}

struct rendezvous_counts server_counts(const struct server *s)
{
	return rendezvous_counts(&s->rendezvous);
}

unsigned server_connections(const struct server *s)
{
	return callers_count(&s->callers);
}
