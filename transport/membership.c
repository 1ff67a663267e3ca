#include "transport/membership.h"

#include <string.h>

/* what we believe of WAIT's refresh: a member is forgotten after 90 s */
enum { REFRESH_MIN_S = 5, REFRESH_MAX_S = 60 };

#define JOIN_US     (250 * MS) /* before JOIN is repeated; doubles up to the next */
#define JOIN_MAX_US (2 * SECOND)
#define REFUSED_US  (5 * SECOND) /* after ERROR 2 or 3 */
/* Where KEEP keeps a room, JOIN goes after 20, 40, 80 s ... and then every two hours: it tells who
 * else is there, which INTRO does too. */
#define CALM_US (7200 * SECOND)
enum { CALM_MAX = 9 };
/* Each fourth KEEP asks whether the server is there. */
#define ECHO_US (2 * SECOND)
enum { ECHO_EACH = 4, KEEP_LOST = 3 /* of a room's life, one KEEP may be lost, and another */ };

void membership_init(struct membership *m, bool responder, struct random *random)
{
	memset(m, 0, offsetof(struct membership, rooms));
	m->responder = responder;
	m->random = random;
	m->echo_at = NEVER;
}

void membership_cross(struct membership *m)
{
	m->crosses = true;
}

void membership_hide(struct membership *m)
{
	m->hides = true;
}

void membership_echoes(struct membership *m, bool each)
{
	m->echoes = each;
}

/* ---- rooms ---- */

int membership_room_of_secret(const struct membership *m, const uint8_t secret[static SECRET_BYTES])
{
	for (int i = 0; i < m->end; i++) {
		const struct membership_room *room = &m->rooms[i];

		if (room->used && !room->join.leave &&
		    bytes_equal(room->join.secret, secret, SECRET_BYTES))
			return i;
	}
	return -1;
}

/* ... we are in, or about to leave; NULL: none. */
static struct membership_room *room_of_token(struct membership *m, const uint8_t *token)
{
	for (struct membership_room *room = m->rooms; room < m->rooms + m->end; room++) {
		if (room->used && !room->join.nameplate &&
		    bytes_equal(room->join.token, token, TOKEN_LEN))
			return room;
	}
	return NULL;
}

static struct membership_room *free_room(struct membership *m)
{
	for (int i = 0; i < m->end; i++)
		if (!m->rooms[i].used)
			return &m->rooms[i];
	return m->end < LIMIT_ROOMS ? &m->rooms[m->end++] : NULL;
}

enum err membership_join(struct membership *m, const uint8_t *token, uint64_t now)
{
	struct membership_room *room = token != NULL ? room_of_token(m, token) : NULL;

	if (room != NULL && !room->join.leave)
		return OK;
	if (room == NULL)
		room = free_room(m);
	if (room == NULL)
		return ERR_FULL;
	*room = (struct membership_room){ .used = true, .next_at = now };
	room->join.responder = m->responder;
	room->join.keeps = true;
	room->join.crosses = m->crosses;
	room->join.hides = m->hides;
	room->join.nameplate = token == NULL;
	if (token != NULL)
		memcpy(room->join.token, token, TOKEN_LEN);
	random_fill(m->random, room->join.secret, SECRET_BYTES);
	return OK;
}

static void leave(struct membership_room *room)
{
	room->join.leave = true;
	if (!room->joined) /* the server does not know of us, or soon will not */
		bytes_wipe(room, sizeof *room);
}

int membership_leave(struct membership *m, const uint8_t token[static TOKEN_LEN])
{
	struct membership_room *room = room_of_token(m, token);

	if (room == NULL || room->join.leave)
		return -1;
	leave(room);
	return (int)(room - m->rooms);
}

void membership_finish(struct membership *m)
{
	for (int i = 0; i < m->end; i++)
		if (m->rooms[i].used)
			leave(&m->rooms[i]);
}

int membership_leave_number(struct membership *m)
{
	for (int i = 0; i < m->end; i++) {
		struct membership_room *room = &m->rooms[i];

		if (!room->used || room->join.leave || (room->number == 0 && !room->join.nameplate))
			continue;
		leave(room);
		return i;
	}
	return -1;
}

/* ---- questions and answers ---- */

void membership_rejoin_room(struct membership *m, int room, uint64_t now)
{
	m->rooms[room].next_at = now;
	m->rooms[room].tries = 0;
	m->rooms[room].calm = 0;
}

void membership_rejoin(struct membership *m, bool lost, uint64_t now)
{
	for (int i = 0; i < m->end; i++) {
		struct membership_room *room = &m->rooms[i];

		membership_rejoin_room(m, i, now);
		if (!lost)
			continue;
		room->joined = room->kept = room->met = false;
		if (room->join.leave)
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

/* Each JOIN keeps the NAT awake, whatever room it is for: the rooms take turns, so that one goes
 * after each refresh, and none is without one for longer than it may be. */
static uint64_t turn_us(const struct membership *m, const struct membership_room *own,
                        uint64_t refresh, uint64_t now)
{
	uint64_t last = now;

	for (const struct membership_room *room = m->rooms; room < m->rooms + m->end; room++) {
		if (room != own && room->used && room->joined && room->tries == 0)
			last = max_of(last, room->next_at);
	}
	return max_of(refresh, min_of(last - now + refresh, REFRESH_MAX_S * SECOND));
}

bool membership_wait(struct membership *m, int room, const struct wait *wait, bool met,
                     uint64_t now)
{
	struct membership_room *own = &m->rooms[room];

	if (own->join.nameplate) {
		if (wait->nameplate == 0 || bytes_zero(wait->token, TOKEN_LEN))
			return false;
		/* from now on by its token, which keeps the number when the server has restarted */
		own->join.nameplate = false;
		own->number = wait->nameplate;
		own->number_due = true;
		memcpy(own->join.token, wait->token, TOKEN_LEN);
	} else if (!bytes_equal(own->join.token, wait->token, TOKEN_LEN)) {
		return false;
	}
	own->unmet = wait->others > 0 && !met ? own->unmet + 1 : 0;
	own->met = met;
	own->kept = wait->keep_s > 0;
	m->pause_us = max_of(wait->keep_s / KEEP_LOST, REFRESH_MIN_S) * SECOND;
	uint64_t refresh = refresh_us(wait->refresh_s, own->unmet);
	if (own->kept && own->unmet == 0)
		refresh = min_of(refresh << min_of(own->calm++, CALM_MAX), CALM_US);
	else if (own->unmet == 0)
		refresh = turn_us(m, own, refresh, now);
	own->next_at = now + carrier_jitter(m->random, refresh);
	own->tries = 0;
	m->others_told &= own->joined && !own->full;
	own->joined = true;
	own->full = false;
	own->others = wait->others;
	own->silent = min_of(wait->silent, wait->others) & UINT8_MAX;
	return true;
}

void membership_met(struct membership *m, int room)
{
	m->rooms[room].met = true;
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

	for (int i = 0; i < m->end; i++)
		if (m->rooms[i].used)
			at = min_of(at, m->rooms[i].next_at);
	return at;
}

/* ---- KEEP ---- */

/* The first room from `from` on that KEEP keeps; m->end: none. */
static int kept_from(const struct membership *m, int from)
{
	while (from < m->end && (!m->rooms[from].kept || m->rooms[from].join.leave))
		from++;
	return from;
}

uint64_t membership_keep_at(const struct membership *m, uint64_t quiet_us)
{
	if (kept_from(m, 0) == m->end)
		return NEVER;
	if (m->keep_next > 0 && kept_from(m, m->keep_next) < m->end)
		return 0;
	return min_of(m->echo_at, m->said_at + min_of(quiet_us, m->pause_us));
}

bool membership_echo(struct membership *m, const struct keep *keep)
{
	if (membership_room_of_secret(m, keep->secrets[0]) < 0)
		return false;
	m->echoes_due -= m->echoes_due > 0;
	if (m->echoes_due == 0)
		m->echo_at = NEVER;
	return true;
}

void membership_timer(struct membership *m, uint64_t now)
{
	if (now < m->echo_at)
		return;
	m->echo_at = NEVER;
	m->echoes_due = 0;
	membership_rejoin(m, false, now);
}

/* Of more rooms than fit, the next go in another one at once. */
static void write_keep(struct membership *m, struct writer *w, uint64_t now)
{
	int room = kept_from(m, m->keep_next);

	if (room == m->end)
		room = kept_from(m, m->keep_next = 0);
	m->keeps += m->keep_next == 0;
	struct keep keep = { .echo = m->keeps % ECHO_EACH == 0 || m->echoes };
	for (; room < m->end && keep.count < KEEP_ROOMS; room = kept_from(m, room + 1))
		memcpy(keep.secrets[keep.count++], m->rooms[room].join.secret, SECRET_BYTES);
	m->keep_next = room < m->end ? room : 0;
	signaling_write_keep(w, &keep);
	m->said_at = now;
	m->echoes_due += keep.echo;
	if (keep.echo)
		m->echo_at = now + ECHO_US;
}

/* ---- what is said ---- */

/* One cookie serves for all rooms that hardly join any more. */
static void join_together(struct membership *m, const struct membership_room *first, uint64_t now)
{
	for (struct membership_room *room = m->rooms; room < m->rooms + m->end; room++)
		if (min_of(room->calm, first->calm) > CALM_MAX && room->tries == 0 &&
		    room->next_at < now + CALM_US / 2)
			room->next_at = now;
}

enum membership_message membership_output(struct membership *m,
                                          const uint8_t cookie[static COOKIE_BYTES], bool fresh,
                                          uint64_t quiet_us, struct writer *w, uint64_t now)
{
	for (struct membership_room *room = m->rooms; room < m->rooms + m->end; room++) {
		bool due = room->join.leave || (room->next_at <= now && fresh);

		if (!room->used || !due)
			continue; /* what needs a fresh cookie goes when that has come */
		memcpy(room->join.cookie, cookie, COOKIE_BYTES);
		room->join.unmet = !room->met;
		signaling_write_join(w, &room->join);
		if (room->join.leave) {
			bytes_wipe(room, sizeof *room);
			return MEMBERSHIP_LEAVES;
		}
		m->said_at = now;
		join_together(m, room, now);
		room->next_at = now + min_of(JOIN_US << min_of(room->tries, 3), JOIN_MAX_US);
		room->tries++;
		return MEMBERSHIP_JOINS;
	}
	if (now < membership_keep_at(m, quiet_us))
		return MEMBERSHIP_NOTHING;
	write_keep(m, w, now);
	return MEMBERSHIP_KEEPS;
}

/* ---- what has happened ---- */

static bool is_in(const struct membership_room *room)
{
	return room->used && room->joined && !room->join.leave;
}

uint32_t membership_others(const struct membership *m)
{
	uint32_t others = 0;

	for (const struct membership_room *room = m->rooms; room < m->rooms + m->end; room++)
		others += is_in(room) ? room->others : 0;
	return others;
}

uint32_t membership_silent(const struct membership *m)
{
	uint32_t silent = 0;

	for (const struct membership_room *room = m->rooms; room < m->rooms + m->end; room++)
		silent += is_in(room) ? room->silent : 0;
	return silent;
}

bool membership_report(struct membership *m, struct communicator_event *event)
{
	bool any = false;

	for (struct membership_room *room = m->rooms; room < m->rooms + m->end; room++) {
		if (!is_in(room))
			continue;
		any = true;
		if (!room->number_due)
			continue;
		room->number_due = false;
		*event = (struct communicator_event){ .kind = COMMUNICATOR_NAMEPLATE,
			                              .number = room->number };
		return true;
	}
	uint32_t others = membership_others(m), silent = membership_silent(m);
	if (!any || (m->others_told && others == m->others && silent == m->silent))
		return false;
	m->others_told = true;
	m->others = others;
	m->silent = silent;
	*event = (struct communicator_event){ .kind = COMMUNICATOR_WAITING,
		                              .number = others,
		                              .silent = silent };
	return true;
}
