#include "transport/choice.h"

#include <string.h>

#include "base/siphash.h"

enum { AT_ONCE = 2 }; /* servers at which a room is joined at once */

#define NEXT_US  (3 * SECOND / 2) /* ... and then at each further one */
#define FIRST_US (3 * SECOND / 2) /* a server that has never answered is waited for */
/* One that has may be starting again; whoever has its code finds it there. */
#define GRACE_US (10 * SECOND)

void choice_init(struct choice *c)
{
	c->silent_at = NEVER;
}

void choice_server(struct choice *c, unsigned server, const char *name, uint16_t priority)
{
	c->servers[server] =
	    (struct choice_server){ .known = true, .priority = priority, .name = name };
}

/* ---- rooms ---- */

static struct choice_room *room_of(struct choice *c, const uint8_t *token)
{
	for (struct choice_room *room = c->rooms; room < c->rooms + c->end; room++)
		if (token == NULL ? !room->used
		                  : room->used && bytes_equal(room->token, token, TOKEN_LEN))
			return room;
	return token == NULL && c->end < LIMIT_ROOMS ? &c->rooms[c->end++] : NULL;
}

enum err choice_join(struct choice *c, const uint8_t token[static TOKEN_LEN], uint64_t now)
{
	struct choice_room *room = room_of(c, token);

	if (room != NULL)
		return OK;
	room = room_of(c, NULL);
	if (room == NULL)
		return ERR_FULL;
	*room = (struct choice_room){ .used = true, .since = now };
	memcpy(room->token, token, TOKEN_LEN);
	return OK;
}

void choice_leave(struct choice *c, const uint8_t token[static TOKEN_LEN])
{
	struct choice_room *room = room_of(c, token);

	if (room != NULL)
		bytes_wipe(room, sizeof *room);
}

static bool is_number(const struct choice_room *room)
{
	return bytes_zero(room->token, TOKEN_LEN - 4); /* docs/SIGNALING.md S4-2 */
}

/* Does a come before b in this room? */
static bool before(const struct choice *c, const struct choice_room *room, unsigned a, unsigned b)
{
	const struct choice_server *one = &c->servers[a], *two = &c->servers[b];

	if (!is_number(room) && one->priority != two->priority)
		return one->priority < two->priority;
	uint64_t of_one = is_number(room) ? 0 : siphash(room->token, span_text(one->name)),
		 of_two = is_number(room) ? 0 : siphash(room->token, span_text(two->name));
	return of_one != of_two ? of_one > of_two : a < b;
}

/* When the room is to be joined at a server. */
static uint64_t join_at(const struct choice *c, const struct choice_room *room, unsigned server)
{
	unsigned at_once = is_number(room) ? 1 : AT_ONCE, rank = 1;

	for (unsigned i = 0; i < LIMIT_VENUES; i++)
		rank += c->servers[i].known && before(c, room, i, server);
	return room->since + (rank > at_once ? rank - at_once : 0) * NEXT_US;
}

/* The room and server that are next, and when. */
static uint64_t next(const struct choice *c, bool met, size_t *room, unsigned *server)
{
	uint64_t first = NEVER;

	for (size_t r = 0; r < c->end; r++) {
		const struct choice_room *own = &c->rooms[r];

		if (!own->used || (met && own->joined != 0 && is_number(own)))
			continue;
		for (unsigned i = 0; i < LIMIT_VENUES; i++) {
			bool open = c->servers[i].known && (own->joined >> i & 1) == 0;
			uint64_t at = open ? join_at(c, own, i) : NEVER;

			if (at >= first)
				continue;
			first = at;
			*room = r;
			*server = i;
		}
	}
	return first;
}

bool choice_take(struct choice *c, bool met, unsigned *server, const uint8_t **token, uint64_t now)
{
	size_t room = 0;

	if (next(c, met, &room, server) > now)
		return false;
	c->rooms[room].joined |= 1U << *server;
	*token = c->rooms[room].token;
	return true;
}

uint64_t choice_deadline(const struct choice *c, bool met)
{
	size_t room;
	unsigned server;

	return next(c, met, &room, &server);
}

/* ---- the server of our number ---- */

static uint64_t leave_at(const struct choice *c)
{
	return c->silent_at == NEVER ? NEVER : c->silent_at + (c->settled ? GRACE_US : FIRST_US);
}

unsigned choice_home(struct choice *c, unsigned answering, uint64_t now)
{
	bool answers = answering >> c->home & 1;

	if (!answers && c->silent_at == NEVER)
		c->silent_at = now;
	if (!answers && answering != 0 && now >= leave_at(c)) {
		for (c->home = 0; (answering >> c->home & 1) == 0;)
			c->home++;
		answers = true;
	}
	c->settled |= answers;
	c->silent_at = answers ? NEVER : c->silent_at;
	return c->home;
}

uint64_t choice_home_deadline(const struct choice *c, unsigned answering)
{
	return answering == 0 || answering >> c->home & 1 ? NEVER : leave_at(c);
}
