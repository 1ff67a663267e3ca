/* event_log: what the log keeps of the events that the program shows its user. Never what is said,
 * never a code. */
#ifndef CMD_TALK_EVENT_LOG_H
#define CMD_TALK_EVENT_LOG_H

#include "chat/chat.h"

/* Others than the program's own leave nothing. */
void event_log(const struct event *e);

#endif
