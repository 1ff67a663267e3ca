/* slot: one peer of an endpoint. */
#include "endpoint/slot.h"

#include <string.h>

#include "base/min_max.h"

void slot_free(struct endpoint *ep, struct slot *slot)
{
	if (slot->trying)
		tries_failed(&ep->tries, &slot->source);
	handshake_free(slot->shake);
	session_free(slot->session);
	bytes_wipe(slot, sizeof *slot);
	slot->stranded_at = slot->refused_at = NEVER;
}

void slot_dismiss(struct endpoint *ep, struct slot *slot)
{
	struct route route;

	for (unsigned i = 0; slot->session != NULL && session_route_at(slot->session, i, &route);
	     i++) {
		if (!route_is_bare(&route))
			communicator_drop(ep->communicator, &route);
	}
	slot_free(ep, slot);
}

bool slot_unconfirmed(const struct endpoint *ep, const struct slot *slot)
{
	return ep->config.initiator && slot->state == SLOT_PROVED && slot->shake != NULL;
}

uint64_t slot_deadline(const struct endpoint *ep, const struct slot *slot)
{
	uint64_t at = NEVER;

	if (slot->shake != NULL)
		at = min_of(at, handshake_deadline(slot->shake));
	if (slot->session != NULL)
		at = min_of(at, session_deadline(slot->session));
	if (slot->state == SLOT_SHAKING || slot_unconfirmed(ep, slot))
		at = min_of(at, knock_deadline(ep, slot));
	if (slot_comparing(slot))
		at = min_of(at, first_use_deadline(slot));
	if (slot->stranded_at != NEVER)
		at = min_of(at, slot->stranded_at + STRANDED_US);
	return at;
}

size_t slot_output(struct slot *slot, struct route *to, uint8_t *packet, uint64_t now)
{
	size_t len = 0;

	if (slot->shake != NULL && (len = handshake_output(slot->shake, packet, now)) > 0)
		*to = slot->shake->route;
	if (len == 0 && slot->session != NULL)
		len = session_output(slot->session, to, packet, now);
	return len;
}
