/* p2p_rooms: the rooms we wait in at the signaling server, docs/SIGNALING.md S3. A JOIN without
 * WAIT is repeated; with it, the next is due when WAIT says. A secret is drawn for the life of the
 * room: by it the server knows us again from a new address. */
#include <string.h>

#include "base/assert.h"
#include "transport/p2p.h"

/* what we believe of WAIT's refresh: a member is forgotten after 90 s */
enum { REFRESH_MIN_S = 5, REFRESH_MAX_S = 60 };

#define P2P_JOIN_US     (250 * MS) /* before JOIN is repeated; doubles up to the next */
#define P2P_JOIN_MAX_US (2 * SECOND)
#define P2P_REFUSED_US  (5 * SECOND) /* after ERROR 2 or 3 */
/* ERROR 1 makes us ask again at once, but not more often than this */
#define P2P_BAD_COOKIE_US SECOND

struct p2p_room *p2p_room_of_secret(struct p2p *p, const uint8_t secret[static SECRET_BYTES])
{
	for (size_t i = 0; i < LIMIT_ROOMS; i++)
		if (p->rooms[i].used && bytes_equal(p->rooms[i].secret, secret, SECRET_BYTES))
			return &p->rooms[i];
	return NULL;
}

struct p2p_room *p2p_room_of_token(struct p2p *p, const uint8_t token[static TOKEN_LEN])
{
	for (size_t i = 0; i < LIMIT_ROOMS; i++) {
		struct p2p_room *room = &p->rooms[i];
		if (room->used && !room->numbered && bytes_equal(room->token, token, TOKEN_LEN))
			return room;
	}
	return NULL;
}

enum err p2p_room_join(struct p2p *p, const uint8_t *token, uint64_t now)
{
	struct p2p_room *room = token != NULL ? p2p_room_of_token(p, token) : NULL;
	if (room != NULL && !room->leaving)
		return OK;
	for (size_t i = 0; i < LIMIT_ROOMS && room == NULL; i++)
		if (!p->rooms[i].used)
			room = &p->rooms[i];
	if (room == NULL)
		return ERR_FULL;

	*room = (struct p2p_room){ .used = true, .numbered = token == NULL, .next_at = now };
	if (token != NULL)
		memcpy(room->token, token, TOKEN_LEN);
	random_fill(p->config.random, room->secret, SECRET_BYTES);
	return OK;
}

void p2p_room_leave(struct p2p *p, struct p2p_room *room)
{
	p2p_pairs_of_room(p, (int)(room - p->rooms), true, NEVER);
	room->leaving = true;
	/* the server does not know of us, or soon will not */
	if (p->contact == NULL || !room->joined)
		bytes_wipe(room, sizeof *room);
}

void p2p_rooms_rejoin(struct p2p *p, bool lost, uint64_t now)
{
	for (size_t i = 0; i < LIMIT_ROOMS; i++) {
		struct p2p_room *room = &p->rooms[i];
		room->next_at = now;
		room->tries = 0;
		if (!lost)
			continue;
		room->joined = false;
		room->told = false;
		if (room->leaving)
			bytes_wipe(room, sizeof *room);
	}
}

/* unmet: so many times others were counted whose INTRO must have been lost, or is about to come:
 * then it is asked for after 1, 2, 4... s. */
static uint64_t refresh_us(uint64_t refresh_s, unsigned unmet)
{
	if (refresh_s < REFRESH_MIN_S)
		refresh_s = REFRESH_MIN_S;
	if (refresh_s > REFRESH_MAX_S)
		refresh_s = REFRESH_MAX_S;
	if (unmet > 0 && unmet < 6)
		refresh_s = min_of(refresh_s, UINT64_C(1) << (unmet - 1));
	return refresh_s * SECOND;
}

void p2p_wait(struct p2p *p, const struct wait *m, uint64_t now)
{
	struct p2p_room *room = p2p_room_of_secret(p, m->secret);
	if (room == NULL || room->leaving)
		return;
	if (!room->numbered && !bytes_equal(room->token, m->token, TOKEN_LEN))
		return;
	/* from now on by its token, which keeps the number when the server has restarted */
	if (room->numbered) {
		if (m->nameplate == 0 || bytes_zero(m->token, TOKEN_LEN))
			return;
		room->numbered = false;
		room->number = m->nameplate;
		memcpy(room->token, m->token, TOKEN_LEN);
	}
	p2p_heard(p);

	bool unmet = m->others > 0 && !p2p_room_has_pair(p, (int)(room - p->rooms));
	room->unmet = unmet ? room->unmet + 1 : 0;
	room->next_at = now + jitter(p->config.random, refresh_us(m->refresh_s, room->unmet));
	room->tries = 0;
	room->joined = true;
	room->told_full = false;
	room->others = m->others;
	p2p_pairs_of_room(p, (int)(room - p->rooms), m->others == 0, now);
}

void p2p_room_error(struct p2p *p, const struct error *m, uint64_t now)
{
	_Static_assert(sizeof m->about == SECRET_BYTES, "an error is about a secret");
	struct p2p_room *room = p2p_room_of_secret(p, m->about);
	if (room == NULL)
		return; /* not an answer to us: who else knows the secret? */
	p2p_heard(p);

	switch (m->code) {
	case SIGNALING_BAD_COOKIE: /* the server was restarted, or our address has changed */
		if (now < p->contact->cookie_at + P2P_BAD_COOKIE_US &&
		    now < p->refused_at + P2P_BAD_COOKIE_US)
			break;
		p->refused_at = now;
		p->contact->cookie_at = 0;
		p2p_rooms_rejoin(p, false, now);
		break;
	case SIGNALING_FULL:
	case SIGNALING_RATE:
		if (m->code == SIGNALING_FULL && !room->told_full)
			p2p_fail(p, ERR_BUSY, &p->contact->server, false);
		room->told_full |= m->code == SIGNALING_FULL;
		room->next_at = now + jitter(p->config.random, P2P_REFUSED_US);
		break;
	default: break;
	}
}

static void write_join(const struct p2p *p, const struct p2p_room *room, struct writer *w)
{
	struct join join = { .responder = !p->config.initiator,
		             .nameplate = room->numbered,
		             .leave = room->leaving };
	memcpy(join.cookie, p->contact->cookie, COOKIE_BYTES);
	memcpy(join.token, room->token, TOKEN_LEN);
	memcpy(join.secret, room->secret, SECRET_BYTES);
	signaling_write_join(w, &join);
}

bool p2p_rooms_output(struct p2p *p, struct writer *w, uint64_t now)
{
	if (p->contact == NULL || !p2p_may_say(p->contact))
		return false;
	for (size_t i = 0; i < LIMIT_ROOMS; i++) {
		struct p2p_room *room = &p->rooms[i];
		if (!room->used)
			continue;
		if (room->leaving) {
			write_join(p, room, w);
			bytes_wipe(room, sizeof *room);
			return true;
		}
		if (room->next_at > now)
			continue;
		if (!p2p_cookie_fresh(p, now))
			return false; /* this JOIN goes when the cookie has come */
		write_join(p, room, w);
		uint64_t pause = P2P_JOIN_US << (room->tries < 3 ? room->tries : 3);
		room->next_at = now + min_of(pause, P2P_JOIN_MAX_US);
		room->tries++;
		p2p_asked(p, now);
		return true;
	}
	return false;
}

uint64_t p2p_rooms_deadline(const struct p2p *p)
{
	uint64_t at = NEVER;
	if (p->contact == NULL || !p2p_may_say(p->contact) || p->contact->hello_at != NEVER)
		return at; /* no JOIN before there is a contact, or its cookie has come */
	for (size_t i = 0; i < LIMIT_ROOMS; i++)
		if (p->rooms[i].used)
			at = min_of(at, p->rooms[i].next_at);
	return at;
}

bool p2p_room_take(struct p2p_room *room, struct communicator_event *event)
{
	if (!room->used || !room->joined || room->leaving)
		return false;
	if (room->number != room->told_number) {
		room->told_number = room->number;
		*event = (struct communicator_event){ .kind = COMMUNICATOR_NAMEPLATE,
			                              .number = room->number };
		return true;
	}
	if (!room->told || room->others != room->told_others) {
		room->told = true;
		room->told_others = room->others;
		*event = (struct communicator_event){ .kind = COMMUNICATOR_WAITING,
			                              .number = room->others };
		return true;
	}
	return false;
}
