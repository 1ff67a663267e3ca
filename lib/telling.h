/* telling: events of include/schat.h that are about no conversation, and the words for failures. */
#pragma once

#include "endpoint/endpoint_event.h"
#include "include/schat.h"

/* text: borrowed for as long as the event lives. */
struct schat_event telling_of(enum schat_event_kind kind, enum err err, const char *text);

/* Why an initiator comes to nothing: CHANGED, WRONG_CODE, REFUSED, FAILED. Static texts. */
enum err telling_why(const struct endpoint_event *e, const char **text);
