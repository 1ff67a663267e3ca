#include "cmd/talk/deserted.h"

#include "os/descriptor.h"
#include "session/session_net.h"

void deserted_limit(const struct plan *plan, const struct chat *chat, struct session *s,
                    uint64_t now)
{
	const struct options *o = plan->options;
	if (o->pipe && !o->timeout && session_away(s) &&
	    (chat_finished(chat) || descriptor_deserted(0)))
		session_farewell(s, now - session_heard_at(s) + LIMIT_FAREWELL_US);
}
