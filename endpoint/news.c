#include "endpoint/news.h"

#include "base/assert.h"

void news_add(struct news *n, unsigned about, const struct endpoint_event *event)
{
	n->waiting += n->since[about] == 0;
	n->since[about] = ++n->last;
	n->events[about] = *event;
}

void news_add_communicator(struct news *n, const struct communicator_event *event)
{
	const struct addr *first = &n->events[COMMUNICATOR_LISTENING].communicator.addr;
	unsigned about = event->kind;

	if (event->kind == COMMUNICATOR_LISTENING && n->since[about] != 0 &&
	    !addr_equal(first, &event->addr))
		about = NEWS_LISTENING_TOO;
	else if (event->kind == COMMUNICATOR_OBSERVED && !addr_is_v4(&event->addr))
		about = NEWS_OBSERVED_IPV6;
	else if (event->kind == COMMUNICATOR_SERVER)
		about = NEWS_SERVERS + event->server;
	else if (event->kind == COMMUNICATOR_FAILED && !event->ours)
		about = NEWS_FAILURES + event->server;
	bool fatal = n->since[about] != 0 && n->events[about].communicator.fatal;
	if (!fatal || event->fatal)
		news_add(n, about,
		         &(struct endpoint_event){ .kind = ENDPOINT_COMMUNICATOR,
		                                   .communicator = *event });
}

bool news_take(struct news *n, struct endpoint_event *event)
{
	int oldest = -1;

	if (n->waiting == 0)
		return false;
	for (int i = 0; i < NEWS_COUNT; i++) {
		if (n->since[i] != 0 && (oldest < 0 || n->since[i] < n->since[oldest]))
			oldest = i;
	}
	assert(oldest >= 0);
	*event = n->events[oldest];
	n->since[oldest] = 0;
	n->waiting--;
	return true;
}
