/* event_log: see event_log.h. */
#include "cmd/talk/event_log.h"

#include "cmd/log.h"
#include "ui/safe.h"

enum { SENTENCE = 1024 };

static void log_sentence(const char *before, struct span s)
{
	uint8_t safe[SAFE_ROOM(SENTENCE) + 1];
	struct writer w = writer_of(safe, sizeof safe - 1);
	safe_text(s, SAFE_LINE, &w);
	safe[w.len] = 0;
	log_line("%s%s", before, (const char *)safe);
}

void event_log(const struct event *e)
{
	switch (e->kind) {
	case EVENT_LISTENING: log_sentence("listening on ", e->text); break;
	case EVENT_CONNECTED:
		log_line("connected to %s, %s, %s", e->peer, e->fingerprint, e->path);
		break;
	case EVENT_PATH: log_line("%s: now %s", e->peer, e->path); break;
	case EVENT_AWAY: log_line("%s is away", e->peer); break;
	case EVENT_BACK: log_line("%s is back", e->peer); break;
	case EVENT_NOTICE:
	case EVENT_GUESS:
	case EVENT_ERROR:
	case EVENT_UNSENT:
	case EVENT_OVER: log_sentence("", e->text); break;
	default: break;
	}
}
