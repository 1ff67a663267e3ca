#include "os/nat64_search.h"

#include <netdb.h>
#include <sys/socket.h>

#include "os/child.h"
#include "os/nat64.h"
#include "os/proxy.h"
#include "os/socket.h"

#define AGAIN_US (10 * SECOND) /* the name servers were silent */

static const char name[] = "ipv4only.arpa";

static struct child child;
static uint64_t again_at = NEVER;

/* All addresses of the name; nothing: there are none. */
static bool look_up(void *argument, struct writer *out)
{
	struct addrinfo hints = { .ai_family = AF_INET6, .ai_socktype = SOCK_STREAM }, *list;
	int failed = getaddrinfo(name, NULL, &hints, &list);
	(void)argument;
	if (failed == EAI_AGAIN)
		return false;
	for (struct addrinfo *at = failed ? NULL : list;
	     at && out->len < LIMIT_PEER_ADDRS * ADDR_WIRE; at = at->ai_next) {
		struct addr a = socket_addr_read(at->ai_addr);
		addr_write(out, &a);
	}
	return true;
}

void nat64_search_begin(uint64_t now)
{
	struct addr none = { .port = 0 }, v4 = addr_v4(192, 0, 0, 170, 9),
		    v6 = { .ip = { 0x20, 1, 0x0d, 0xb8 }, .port = 9 };
	bool needed = socket_way(&v6) && !socket_way(&v4) && !proxy_covers(span_text(name));
	nat64_search_end();
	again_at = NEVER;
	if (!needed)
		nat64_use(&none, 0);
	else if (!child_start(&child, look_up, NULL))
		again_at = now + AGAIN_US;
}

static bool take(void)
{
	struct reader r = reader_of(child.result);
	struct addr answers[LIMIT_PEER_ADDRS], prefix = { .port = 0 };
	size_t count = 0;
	unsigned bits;
	while (r.left >= ADDR_WIRE && count < LIMIT_PEER_ADDRS)
		answers[count++] = addr_read(&r);
	bool found = nat64_find(answers, count, &prefix, &bits);
	nat64_use(&prefix, found ? bits : 0);
	return found;
}

bool nat64_search_turn(uint64_t now)
{
	bool found = false;
	if (now >= again_at)
		nat64_search_begin(now);
	switch (child_poll(&child)) {
	case CHILD_NONE:
	case CHILD_RUNNING: return false;
	case CHILD_FAILED: again_at = now + AGAIN_US; break;
	case CHILD_DONE: found = take(); break;
	}
	nat64_search_end();
	return found;
}

void nat64_search_watch(struct watch *out)
{
	*out = (struct watch){ .fd = child.pid > 0 ? child.fd : -1, .read = true };
}

uint64_t nat64_search_deadline(void)
{
	return again_at;
}

void nat64_search_end(void)
{
	child_end(&child);
}
