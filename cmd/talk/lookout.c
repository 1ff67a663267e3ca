#include "cmd/talk/lookout.h"

#include "base/min_max.h"

int lookout_init(struct lookout *l, const struct plan *plan, uint64_t now)
{
	return directory_init(&l->directory, plan, now);
}

void lookout_end(struct lookout *l)
{
	directory_end(&l->directory);
}

static void look_at_hosts(struct lookout *l, struct endpoint *ep, uint64_t now)
{
	enum hosts_news news = hosts_look(&l->hosts, now);
	if (news == HOSTS_FIRST || news == HOSTS_MOVED)
		endpoint_hosts(ep, l->hosts.at, l->hosts.count);
	if (news == HOSTS_MOVED || news == HOSTS_WOKE_UP)
		endpoint_refresh(ep, now);
}

static void next_server(const struct directory *d, struct meeting *m)
{
	meeting_place_next(&m->place);
	if (d->news && d->absent)
		phrase_of(&decision_add(&m->decisions, DECISION_DETAIL)->phrase, OK,
		          "nobody is waiting at %s; trying %s", d->before, d->server);
	else if (d->news)
		phrase_of(decision_show(&m->decisions, EVENT_NOTICE), OK,
		          "can't reach the signaling server %s%s%s; trying %s", d->before,
		          d->why ? ": " : "", d->why ? d->why : "", d->server);
}

void lookout_turn(struct lookout *l, struct endpoint *ep, struct meeting *m,
                  enum meeting_state state, uint64_t now)
{
	struct directory *d = &l->directory;
	struct endpoint_event e = { .kind = ENDPOINT_COMMUNICATOR };
	look_at_hosts(l, ep, now);
	enum directory_news news = directory_step(d, now);
	if (news == DIRECTORY_FAILED) {
		e.communicator = d->failure;
		meeting_event(m, &e, state, now);
	} else if (news != DIRECTORY_NOTHING) {
		if (news == DIRECTORY_NEXT)
			next_server(d, m);
		endpoint_peers(ep, 0, d->at, d->at_count, news == DIRECTORY_NEXT, now);
	}
}

bool lookout_event(struct lookout *l, const struct endpoint_event *e, uint64_t now)
{
	return directory_event(&l->directory, e, now);
}

void lookout_watch(const struct lookout *l, struct watch out[static RESOLVE_FAMILIES])
{
	directory_watch(&l->directory, out);
}

uint64_t lookout_deadline(const struct lookout *l)
{
	return min_of(l->hosts.look_at, directory_deadline(&l->directory));
}
