/* membership: see membership.h. */
#include "transport/membership.h"

#include <string.h>

/* what we believe of WAIT's refresh: a member is forgotten after 90 s */
enum { REFRESH_MIN_S = 5, REFRESH_MAX_S = 60 };

#define JOIN_US     (250 * MS) /* before JOIN is repeated; doubles up to the next */
#define JOIN_MAX_US (2 * SECOND)
#define REFUSED_US  (5 * SECOND) /* after ERROR 2 or 3 */

void membership_init(struct membership *m, bool responder, struct random *random)
{
	memset(m, 0, sizeof *m);
	m->responder = responder;
	m->random = random;
}

/* ---- rooms ---- */

int membership_room_of_secret(const struct membership *m, const uint8_t secret[static SECRET_BYTES])
{
	for (int i = 0; i < LIMIT_ROOMS; i++) {
		const struct membership_room *room = &m->rooms[i];

		if (room->used && !room->leaving && bytes_equal(room->secret, secret, SECRET_BYTES))
			return i;
	}
	return -1;
}

int membership_room_of_token(const struct membership *m, const uint8_t token[static TOKEN_LEN])
{
	for (int i = 0; i < LIMIT_ROOMS; i++) {
		const struct membership_room *room = &m->rooms[i];

		if (room->used && !room->leaving && !room->numbered &&
		    bytes_equal(room->token, token, TOKEN_LEN))
			return i;
	}
	return -1;
}

/* A place for a room of that token: that of one that we are about to leave, or a free one. */
static struct membership_room *place(struct membership *m, const uint8_t *token)
{
	struct membership_room *found = NULL;

	for (int i = 0; i < LIMIT_ROOMS; i++) {
		struct membership_room *room = &m->rooms[i];

		if (!room->used && found == NULL)
			found = room;
		if (room->used && !room->numbered && token != NULL &&
		    bytes_equal(room->token, token, TOKEN_LEN))
			return room;
	}
	return found;
}

enum err membership_join(struct membership *m, const uint8_t *token, uint64_t now)
{
	struct membership_room *room = place(m, token);

	if (room == NULL)
		return ERR_FULL;
	if (room->used && !room->leaving)
		return OK;
	*room = (struct membership_room){ .used = true, .numbered = token == NULL, .next_at = now };
	if (token != NULL)
		memcpy(room->token, token, TOKEN_LEN);
	random_fill(m->random, room->secret, SECRET_BYTES);
	return OK;
}

void membership_leave(struct membership *m, int room)
{
	struct membership_room *own = &m->rooms[room];

	own->leaving = true;
	if (!own->joined) /* the server does not know of us, or soon will not */
		bytes_wipe(own, sizeof *own);
}

void membership_finish(struct membership *m)
{
	for (int i = 0; i < LIMIT_ROOMS; i++)
		if (m->rooms[i].used && !m->rooms[i].leaving)
			membership_leave(m, i);
}

/* ---- questions and answers ---- */

void membership_rejoin_room(struct membership *m, int room, uint64_t now)
{
	m->rooms[room].next_at = now;
	m->rooms[room].tries = 0;
}

void membership_rejoin(struct membership *m, bool lost, uint64_t now)
{
	for (int i = 0; i < LIMIT_ROOMS; i++) {
		struct membership_room *room = &m->rooms[i];

		membership_rejoin_room(m, i, now);
		if (!lost)
			continue;
		room->joined = false;
		room->reported = false;
		if (room->leaving)
			bytes_wipe(room, sizeof *room);
	}
}

/* unmet: so many times others were counted whose INTRO must have been lost, or is about to come:
 * then it is asked for after 1, 2, 4... s. */
static uint64_t refresh_us(uint64_t refresh_s, unsigned unmet)
{
	refresh_s = max_of(REFRESH_MIN_S, min_of(refresh_s, REFRESH_MAX_S));
	if (unmet > 0 && unmet < 6)
		refresh_s = min_of(refresh_s, UINT64_C(1) << (unmet - 1));
	return refresh_s * SECOND;
}

bool membership_wait(struct membership *m, int room, const struct wait *wait, bool met,
                     uint64_t now)
{
	struct membership_room *own = &m->rooms[room];

	if (own->numbered) {
		if (wait->nameplate == 0 || bytes_zero(wait->token, TOKEN_LEN))
			return false;
		/* from now on by its token, which keeps the number when the server has restarted */
		own->numbered = false;
		own->number = wait->nameplate;
		memcpy(own->token, wait->token, TOKEN_LEN);
	} else if (!bytes_equal(own->token, wait->token, TOKEN_LEN)) {
		return false;
	}
	own->unmet = wait->others > 0 && !met ? own->unmet + 1 : 0;
	own->next_at = now + carrier_jitter(m->random, refresh_us(wait->refresh_s, own->unmet));
	own->tries = 0;
	own->joined = true;
	own->full = false;
	own->others = wait->others;
	return true;
}

bool membership_refused(struct membership *m, int room, bool full, uint64_t now)
{
	struct membership_room *own = &m->rooms[room];
	bool news = full && !own->full;

	own->full |= full;
	own->next_at = now + carrier_jitter(m->random, REFUSED_US);
	return news;
}

uint64_t membership_deadline(const struct membership *m)
{
	uint64_t at = NEVER;

	for (int i = 0; i < LIMIT_ROOMS; i++)
		if (m->rooms[i].used)
			at = min_of(at, m->rooms[i].next_at);
	return at;
}

static void write_join(const struct membership *m, const struct membership_room *room,
                       const uint8_t cookie[static COOKIE_BYTES], struct writer *w)
{
	struct join join = { .responder = m->responder,
		             .nameplate = room->numbered,
		             .leave = room->leaving };

	memcpy(join.cookie, cookie, COOKIE_BYTES);
	memcpy(join.token, room->token, TOKEN_LEN);
	memcpy(join.secret, room->secret, SECRET_BYTES);
	signaling_write_join(w, &join);
}

enum membership_message membership_output(struct membership *m,
                                          const uint8_t cookie[static COOKIE_BYTES], bool fresh,
                                          struct writer *w, uint64_t now)
{
	for (int i = 0; i < LIMIT_ROOMS; i++) {
		struct membership_room *room = &m->rooms[i];

		if (!room->used)
			continue;
		if (room->leaving) {
			write_join(m, room, cookie, w);
			bytes_wipe(room, sizeof *room);
			return MEMBERSHIP_LEAVES;
		}
		if (room->next_at > now || !fresh)
			continue; /* what is due goes when the cookie has come */
		write_join(m, room, cookie, w);
		room->next_at = now + min_of(JOIN_US << min_of(room->tries, 3), JOIN_MAX_US);
		room->tries++;
		return MEMBERSHIP_JOINS;
	}
	return MEMBERSHIP_NOTHING;
}

/* ---- what has happened ---- */

static bool report_room(struct membership_room *room, struct communicator_event *event)
{
	if (!room->used || !room->joined || room->leaving)
		return false;
	if (room->number != room->number_reported) {
		room->number_reported = room->number;
		*event = (struct communicator_event){ .kind = COMMUNICATOR_NAMEPLATE,
			                              .number = room->number };
		return true;
	}
	if (!room->reported || room->others != room->others_reported) {
		room->reported = true;
		room->others_reported = room->others;
		*event = (struct communicator_event){ .kind = COMMUNICATOR_WAITING,
			                              .number = room->others };
		return true;
	}
	return false;
}

bool membership_report(struct membership *m, struct communicator_event *event)
{
	for (int i = 0; i < LIMIT_ROOMS; i++)
		if (report_room(&m->rooms[i], event))
			return true;
	return false;
}
