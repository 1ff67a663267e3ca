#include "cmd/talk/reachable.h"

#include <string.h>

#include "cmd/talk/phrase_absent.h"
#include "os/interfaces.h"

/* One port number serves both families, unless the system chose it. */
static bool listens_to(const struct plan *plan, const struct addr *at, const struct addr *own)
{
	bool listens = addr_is_v4(own) == addr_is_v4(at);
	for (size_t i = 0; i < plan->listen_count && plan->listen[i].port > 0; i++)
		listens |= addr_is_v4(own) == addr_is_v4(&plan->listen[i]);
	return listens;
}

size_t reachable_list(const struct plan *plan, const struct addr *at,
                      struct addr out[static LIMIT_CANDIDATES])
{
	size_t count = 0;
	size_t all = addr_is_any(at) ? interfaces_list_all(out, LIMIT_CANDIDATES) : 0;
	for (size_t i = 0; i < all; i++) {
		out[count] = out[i];
		out[count].port = at->port;
		count += listens_to(plan, at, &out[i]);
	}
	if (count > 0)
		return count;
	out[0] = *at;
	if (addr_is_any(at))
		out[0] = addr_is_v4(at) ? addr_v4(127, 0, 0, 1, at->port)
		                        : (struct addr){ .ip = { [15] = 1 }, .port = at->port };
	return 1;
}

static bool same_network(const struct addr *a, const struct addr *b)
{
	return memcmp(a->ip, b->ip, addr_is_v4(a) ? 15 : 8) == 0;
}

/* Somebody may reach us there who does not reach the first, nor those named before. */
static bool is_another_way(const struct addr *list, size_t i)
{
	for (size_t n = 0; n < i; n++)
		if (same_network(&list[n], &list[i]))
			return false;
	return addr_is_v4(&list[i]) == addr_is_v4(&list[0]) ||
	       (addr_is_private(&list[0]) && !addr_is_private(&list[i]));
}

void reachable_doubt(const struct plan *plan, const struct addr *list, size_t count,
                     struct text *out)
{
	char at[ADDR_TEXT];
	size_t others = 0;
	bool every = plan->listen_count > 0 && addr_is_any(&plan->listen[0]);
	if (every && addr_is_loopback(&list[0]))
		text_add(out, "this host has no address that another host could use");
	if (list[0].scope > 0)
		text_add(out, "behind the %, the other host needs the name of its own interface");
	for (size_t i = 1; i < count && others < 3; i++) {
		if (!is_another_way(list, i))
			continue;
		interfaces_format(&list[i], at);
		text_add_format(
		    out, "%s%s",
		    others++ > 0 ? " or " : "if the other host can't reach that address, use ", at);
	}
}

void reachable_text(const struct plan *plan, const struct addr *at, char out[static LIMIT_HOST])
{
	if (plan->target.class->by_name)
		text_copy(out, LIMIT_HOST, plan->target.host);
	else
		interfaces_format(at, out);
}

void reachable_no_socket(const struct plan *plan, const struct communicator_event *e,
                         struct decisions *out)
{
	char at[LIMIT_HOST];
	reachable_text(plan, &e->addr, at);
	phrase_absent_socket(e->fatal ? decision_fail(out)
	                              : &decision_add(out, DECISION_DETAIL)->phrase,
	                     plan->serving && !plan->target.class->meets, at, e->err, e->reason);
}

void reachable_outside(const struct communicator_event *e, struct decisions *out)
{
	char at[ADDR_TEXT];
	interfaces_format(&e->addr, at);
	phrase_of(&decision_add(out, DECISION_DETAIL)->phrase, OK,
	          e->kind == COMMUNICATOR_MAPPED ? "the router forwards %s to this host"
	                                         : "seen from outside as %s",
	          at);
}
