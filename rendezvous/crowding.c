#include "rendezvous/crowding.h"

static bool busy(const struct pairs *p, const struct member *member, uint64_t now)
{
	for (size_t i = 0; i < MEMBERS_OF_ROLE; i++)
		if (member->pairs[i] && pairs_busy(p, member->pairs[i], now))
			return true;
	return false;
}

/* Of those of the newcomer's role the oldest of its host that is not busy; 0: none. */
static uint32_t same_again(const struct members *m, const struct pairs *p, const struct member *who,
                           const struct room *role, uint64_t now)
{
	uint32_t found = 0;
	for (size_t i = 0; i < role->count; i++) {
		const struct member *x = &m->at[role->at[i]];
		if (addr_same_host(&x->remote, &who->remote) && !busy(p, x, now) &&
		    (!found || x->since < m->at[found].since))
			found = role->at[i];
	}
	return found;
}

/* Whose last JOIN is the oldest: whoever died, wherever it was. A room of contacts has nobody in it
 * but their programs, and those that live join again. */
static uint32_t longest_silent(const struct members *m, const struct room *room)
{
	uint32_t found = room->at[0];
	for (size_t i = 1; i < room->count; i++) {
		const struct member *x = &m->at[room->at[i]], *y = &m->at[found];
		if (x->joined_at < y->joined_at ||
		    (x->joined_at == y->joined_at && x->since < y->since))
			found = room->at[i];
	}
	return found;
}

static size_t of_network(const struct members *m, uint32_t network, const struct room *room)
{
	size_t same = 0;
	for (size_t i = 0; i < room->count; i++)
		same += m->at[room->at[i]].network == network;
	return same;
}

/* Of those in room the newest of the network that has most there, the newcomer counted; 0: the
 * newcomer itself. */
static uint32_t newest_of_most(const struct members *m, const struct member *who,
                               const struct room *room)
{
	size_t most = of_network(m, who->network, room) + 1;
	uint32_t found = 0;
	for (size_t i = 0; i < room->count; i++) {
		const struct member *x = &m->at[room->at[i]];
		size_t has = of_network(m, x->network, room);
		bool newer = found && x->since > m->at[found].since;
		if (has > most || (has == most && newer)) {
			most = has;
			found = room->at[i];
		}
	}
	return found;
}

bool crowding_full(const struct members *m, const struct pairs *p, const struct member *who,
                   uint64_t now, uint32_t *goes)
{
	struct room room = members_of_room(m, who->token),
		    role = members_of_role(m, who->token, who->responder);
	bool role_full = role.count == MEMBERS_OF_ROLE,
	     room_full = role_full || room.count == MEMBERS_OF_ROOM;
	*goes = 0;
	if (room_full && !members_nameplate(who->token)) {
		struct room others = members_of_role(m, who->token, !who->responder);
		*goes = longest_silent(m, others.count > role.count ? &others : &role);
	} else if (room_full) {
		*goes = same_again(m, p, who, &role, now);
		if (!*goes)
			*goes = newest_of_most(m, who, role_full ? &role : &room);
	} else if (members_full(m)) {
		*goes = members_make_way(m, who);
	}
	return room_full || members_full(m);
}
