/* found: the addresses of a host, as a child hands them over that asked name servers, os/resolve;
 * of up to so many bytes, around the lengths of whole ones. In run, two are taken. */
#include <netdb.h>
#include <string.h>

#include "base/limits.h"
#include "os/child.h"
#include "proofs/states/any.h"

static struct span result;

enum child_state child_poll(struct child *c)
{
	c->result = result;
	return (enum child_state)Frama_C_interval(CHILD_NONE, CHILD_FAILED);
}

void child_end(struct child *c)
{
	(void)c;
}

bool socket_way(const struct addr *to)
{
	(void)to->port;
	return any_bool();
}

void proxy_found(const struct addr *at, size_t count)
{
	if (count > LIMIT_PEER_ADDRS)
		base_panic("proxy_found", 0);
	(void)at;
}

#include "os/resolve.c"

static void resolve_all(size_t len)
{
	static struct resolve r;
	struct addr out[LIMIT_PEER_ADDRS];
	size_t count;
	r = (struct resolve){ .name = any_addr(), .deadline = any_number(NEVER) };
	result = any_bytes(len);
	enum err err = resolve_take(&r, out, &count, any_number(NEVER));
	if (err == OK && (count == 0 || count > LIMIT_PEER_ADDRS))
		base_panic("resolve_take", 0);
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		if (len % ADDR_WIRE < 3)
			resolve_all(len);
}
