#include "cmd/talk/lookout.h"

#include "base/min_max.h"
#include "os/interfaces.h"
#include "os/nat64_search.h"

enum { WATCH_NAT64, WATCH_HOSTS, WATCH_DIRECTORY };
_Static_assert((int)WATCH_DIRECTORY + (int)DIRECTORY_WATCHES == (int)LOOKOUT_WATCHES,
               "each has its place");

int lookout_init(struct lookout *l, const struct plan *plan, uint64_t now)
{
	l->relay_only = plan->options->relay_only;
	hosts_init(&l->hosts);
	return directory_init(&l->directory, plan, now);
}

void lookout_end(struct lookout *l)
{
	nat64_search_end();
	directory_end(&l->directory);
	hosts_end(&l->hosts);
}

static void look_at_hosts(struct lookout *l, struct endpoint *ep, uint64_t now)
{
	enum hosts_news news = hosts_look(&l->hosts, now);
	struct addr router = { .port = 0 }, own = router;
	if (news == HOSTS_FIRST || news == HOSTS_MOVED)
		nat64_search_begin(now);
	if (news == HOSTS_FIRST || news == HOSTS_MOVED)
		endpoint_hosts(ep, l->hosts.at, l->hosts.count);
	if (nat64_search_turn(now) || news == HOSTS_MOVED || news == HOSTS_SHAKEN)
		endpoint_refresh(ep, now);
	if (news == HOSTS_SAME || l->relay_only)
		return;
	if (!interfaces_router(&router, &own))
		router = own = (struct addr){ .port = 0 };
	communicator_router(endpoint_communicator(ep), &router, &own, now);
}

/* During a conversation, this is not shown on the screen. */
static void without(const struct directory *d, struct meeting *m, enum meeting_state state)
{
	char server[LIMIT_HOST];
	struct phrase *p = state == MEETING_FREE
	                       ? decision_show(&m->decisions, EVENT_NOTICE)
	                       : &decision_add(&m->decisions, DECISION_DETAIL)->phrase;
	directory_text(d, d->place.number, server);
	phrase_of(p, OK, "can't reach the signaling server %s%s%s; going on without it", server,
	          d->why ? ": " : "", d->why ? d->why : "");
}

static void tell_failure(struct meeting *m, const struct communicator_event *failure,
                         enum meeting_state state, uint64_t now)
{
	struct endpoint_event e = { .kind = ENDPOINT_COMMUNICATOR, .communicator = *failure };
	meeting_event(m, &e, state, now);
}

void lookout_turn(struct lookout *l, const struct watch watches[static LOOKOUT_WATCHES],
                  struct endpoint *ep, struct meeting *m, enum meeting_state state, uint64_t now)
{
	struct directory *d = &l->directory;
	enum directory_news news;
	if (watches[WATCH_HOSTS].readable)
		hosts_heard(&l->hosts, now);
	look_at_hosts(l, ep, now);
	while ((news = directory_step(d, now)) != DIRECTORY_NOTHING) {
		if (news == DIRECTORY_FOUND)
			communicator_peers(endpoint_communicator(ep), &d->place, d->at, d->at_count,
			                   now);
		else if (news == DIRECTORY_SILENT)
			without(d, m, state);
		else
			tell_failure(m, &d->failure, state, now);
	}
}

bool lookout_event(struct lookout *l, const struct endpoint_event *e, uint64_t now)
{
	return directory_event(&l->directory, e, now);
}

size_t lookout_watch(const struct lookout *l, struct watch out[static LOOKOUT_WATCHES])
{
	nat64_search_watch(&out[WATCH_NAT64]);
	out[WATCH_HOSTS] = poller_lasting(l->hosts.fd, true);
	return WATCH_DIRECTORY + directory_watch(&l->directory, out + WATCH_DIRECTORY);
}

uint64_t lookout_deadline(const struct lookout *l)
{
	uint64_t at = min_of(l->hosts.look_at, directory_deadline(&l->directory));
	return min_of(at, nat64_search_deadline());
}
