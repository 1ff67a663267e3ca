/* news: see news.h. */
#include "endpoint/news.h"

void news_add(struct news *n, enum news_about about, const struct endpoint_event *event)
{
	n->since[about] = ++n->last;
	n->events[about] = *event;
}

void news_add_failed(struct news *n, enum news_about about, enum err err, const char *text)
{
	news_add(n, about,
	         &(struct endpoint_event){
		     .kind = ENDPOINT_FAILED, .err = err, .text = span_text(text) });
}

static enum news_about about_of(const struct news *n, const struct communicator_event *event)
{
	const struct communicator_event *first = &n->events[NEWS_LISTENING].communicator;

	switch (event->kind) {
	case COMMUNICATOR_LISTENING:
		return n->since[NEWS_LISTENING] == 0 || addr_equal(&first->addr, &event->addr)
		           ? NEWS_LISTENING
		           : NEWS_LISTENING_TOO;
	case COMMUNICATOR_SERVER: return NEWS_SERVER;
	case COMMUNICATOR_NAMEPLATE: return NEWS_NAMEPLATE;
	case COMMUNICATOR_WAITING: return NEWS_WAITING;
	case COMMUNICATOR_OBSERVED:
		return addr_is_v4(&event->addr) ? NEWS_OBSERVED : NEWS_OBSERVED_IPV6;
	default: return NEWS_TROUBLE;
	}
}

void news_add_communicator(struct news *n, const struct communicator_event *event)
{
	enum news_about about = about_of(n, event);
	bool fatal = n->since[about] != 0 && n->events[about].communicator.fatal;

	if (!fatal || event->fatal)
		news_add(n, about,
		         &(struct endpoint_event){ .kind = ENDPOINT_COMMUNICATOR,
		                                   .communicator = *event });
}

bool news_take(struct news *n, struct endpoint_event *event)
{
	int oldest = -1;

	for (int i = 0; i < NEWS_COUNT; i++) {
		if (n->since[i] != 0 && (oldest < 0 || n->since[i] < n->since[oldest]))
			oldest = i;
	}
	if (oldest < 0)
		return false;
	*event = n->events[oldest];
	n->since[oldest] = 0;
	return true;
}
