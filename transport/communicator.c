/* communicator: how communicators are found, made and ended, and what happens where a class leaves
 * a member out. */
#include "transport/communicator.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

/* Letters count as small ones (RFC 3986 section 3.1). */
static bool begins_with(struct span text, const char *scheme)
{
	size_t len = strlen(scheme);
	if (len == 0 || text.len < len)
		return false;
	for (size_t i = 0; i < len; i++) {
		uint8_t c = text.at[i];
		if ((c >= 'A' && c <= 'Z' ? c | 0x20 : c) != (uint8_t)scheme[i])
			return false;
	}
	return true;
}

const struct communicator_class *communicator_class_of_scheme(struct span *address)
{
	for (size_t i = 0; communicator_classes[i] != NULL; i++) {
		const char *scheme = communicator_classes[i]->scheme;

		if (!begins_with(*address, scheme))
			continue;
		*address = span_after(*address, strlen(scheme));
		return communicator_classes[i];
	}
	return NULL;
}

const struct communicator_class *communicator_class_that_meets(void)
{
	size_t i = 0;

	while (communicator_classes[i] != NULL && !communicator_classes[i]->meets)
		i++;
	return communicator_classes[i];
}

struct communicator *communicator_new(const struct communicator_class *class,
                                      const struct communicator_config *config, uint64_t now,
                                      enum err *err)
{
	assert(config->random != NULL);
	assert(config->peers_count <= LIMIT_PEER_ADDRS);
	assert(config->listen_count <= sizeof config->listen / sizeof config->listen[0]);

	struct communicator *c = calloc(1, class->size);
	if (c == NULL) {
		*err = ERR_FULL;
		return NULL;
	}
	c->class = class;
	enum err why = class->init(c, config, now);
	if (why != OK) {
		communicator_free(c);
		*err = why;
		return NULL;
	}
	return c;
}

void communicator_free(struct communicator *c)
{
	if (c == NULL)
		return;
	bytes_wipe(c, c->class->used != NULL ? c->class->used(c) : c->class->size);
	free(c);
}

void communicator_timer(struct communicator *c, uint64_t now)
{
	if (c->class->timer != NULL)
		c->class->timer(c, now);
}

void communicator_regard(struct communicator *c, const struct route *route,
                         enum communicator_standing standing)
{
	if (c->class->regard != NULL)
		c->class->regard(c, route, standing);
}

bool communicator_held(struct communicator *c, unsigned index, struct route *route)
{
	return c->class->held != NULL && c->class->held(c, index, route);
}

enum err communicator_join(struct communicator *c, const uint8_t token[static TOKEN_LEN],
                           uint64_t now)
{
	return c->class->join != NULL ? c->class->join(c, token, now) : OK;
}

void communicator_leave(struct communicator *c, const uint8_t token[static TOKEN_LEN])
{
	if (c->class->leave != NULL)
		c->class->leave(c, token);
}

void communicator_finish(struct communicator *c)
{
	if (c->class->finish != NULL)
		c->class->finish(c);
}

void communicator_refresh(struct communicator *c, uint64_t now)
{
	if (c->class->refresh != NULL)
		c->class->refresh(c, now);
}

void communicator_router(struct communicator *c, const struct addr *router, const struct addr *own,
                         uint64_t now)
{
	if (c->class->router != NULL)
		c->class->router(c, router, own, now);
}

void communicator_spare(struct communicator *c, unsigned count, bool low, bool measure,
                        uint64_t now)
{
	if (c->class->spare != NULL)
		c->class->spare(c, count, low, measure, now);
}

void communicator_peers(struct communicator *c, const struct communicator_place *place,
                        const struct addr *peers, size_t count, uint64_t now)
{
	if (c->class->peers != NULL)
		c->class->peers(c, place, peers, count, now);
}

void communicator_nameplate_token(uint32_t nameplate, uint8_t token[static TOKEN_LEN])
{
	memset(token, 0, TOKEN_LEN);
	store_be32(token + TOKEN_LEN - 4, nameplate);
}
