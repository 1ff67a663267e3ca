/* notice: what the program itself says to its user during conversations, on the screen and in the
 * log. Never what is said in them, never a code. */
#ifndef CMD_TALK_NOTICE_H
#define CMD_TALK_NOTICE_H

#include "cmd/talk/decision.h"
#include "cmd/talk/terminal_io.h"

/* kind: NOTICE or ERROR. */
void notice_phrase(struct terminal_io *io, enum event_kind kind, const struct phrase *p);
void notice_decision(struct terminal_io *io, const struct decision *d); /* DECISION_SHOW */
void notice_say(struct terminal_io *io, const char *sentence);
void notice_log(struct span sentence); /* made safe */

#endif
