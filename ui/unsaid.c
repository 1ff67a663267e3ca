#include "ui/unsaid.h"

#include <string.h>

#include "base/text.h"

bool unsaid_add(struct unsaid *r, const char *peer, enum unsent why, uint64_t count)
{
	if (r->count > 0 && (why != r->why || strcmp(r->peer, peer) != 0))
		return false;
	text_copy(r->peer, sizeof r->peer, peer);
	r->why = why;
	r->count += count;
	return true;
}

void unsaid_event(const struct unsaid *r, bool bytes, bool end, uint64_t more, struct event *event,
                  char sentence[static UNSAID_SENTENCE])
{
	struct text t = text_of(sentence, UNSAID_SENTENCE);
	uint64_t count = r->count + more;
	sentences_unsent(&t, count, bytes, end ? UNSENT_END : r->why, r->peer);
	*event = (struct event){ .kind = EVENT_UNSENT, .number = count, .text = text_span(&t) };
}

void unsaid_reported(struct unsaid *r, const struct event *event)
{
	r->ever += event->number;
	r->count = 0;
}
