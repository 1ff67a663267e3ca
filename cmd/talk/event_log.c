/* event_log: see event_log.h. */
#include "cmd/talk/event_log.h"

#include "cmd/report.h"
#include "ui/safe.h"

enum { SENTENCE = 1024 };

static void log_sentence(const char *before, struct span s)
{
	uint8_t safe[SAFE_ROOM(SENTENCE) + 1];
	struct writer w = writer_of(safe, sizeof safe - 1);
	safe_text(s, SAFE_LINE, &w);
	safe[w.len] = 0;
	report_log("%s%s", before, (const char *)safe);
}

void event_log(const struct event *e)
{
	switch (e->kind) {
	case EVENT_LISTENING: log_sentence("listening on ", e->text); break;
	case EVENT_CONNECTED:
		report_log("connected to %s, %s, %s", e->peer, e->fingerprint, e->path);
		break;
	case EVENT_PATH: report_log("%s: now %s", e->peer, e->path); break;
	case EVENT_AWAY: report_log("%s is away", e->peer); break;
	case EVENT_BACK: report_log("%s is back", e->peer); break;
	case EVENT_NOTICE:
	case EVENT_GUESS:
	case EVENT_ERROR:
	case EVENT_UNSENT:
	case EVENT_OVER: log_sentence("", e->text); break;
	default: break;
	}
}
