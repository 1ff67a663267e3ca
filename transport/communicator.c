/* communicator: the table of communicators, and their beginning and end. */
#include "transport/communicator.h"

#include <stdlib.h>
#include <string.h>

#include "base/assert.h"
#include "transport/carrier.h"

const struct communicator_class *const communicator_classes[] = {
	&communicator_p2p,
	&communicator_tcp,
	&communicator_udp,
	NULL,
};

const struct communicator_class *communicator_class_named(struct span name)
{
	for (size_t i = 0; communicator_classes[i] != NULL; i++)
		if (span_is(name, communicator_classes[i]->name))
			return communicator_classes[i];
	return NULL;
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
		*err = ERR_LOCAL;
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
	bytes_wipe(c, c->class->size);
	free(c);
}

void nameplate_token(uint32_t nameplate, uint8_t token[static TOKEN_LEN])
{
	memset(token, 0, TOKEN_LEN);
	store_be32(token + TOKEN_LEN - 4, nameplate);
}

enum err carrier_no_join(struct communicator *c, const uint8_t token[static TOKEN_LEN],
                         uint64_t now)
{
	(void)c, (void)token, (void)now;
	return OK;
}

bool carrier_no_held(struct communicator *c, unsigned index, struct route *route)
{
	(void)c, (void)index, (void)route;
	return false;
}

void carrier_no_release(struct communicator *c, const struct route *route)
{
	(void)c, (void)route;
}

void carrier_no_vouch(struct communicator *c, const struct route *route, bool known)
{
	(void)c, (void)route, (void)known;
}

void carrier_no_leave(struct communicator *c, const uint8_t token[static TOKEN_LEN])
{
	(void)c, (void)token;
}
