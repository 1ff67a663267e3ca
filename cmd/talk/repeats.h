/* repeats: lines of a contact's outbox, some of which may have been shown before: in an earlier
 * conversation, whose receipt was lost, or in this one. */
#pragma once

#include "cmd/talk/meeting.h"
#include "cmd/talk/postbox.h"

/* Only repeats.c writes to it; others embed it, and set the first two, which are borrowed. */
struct repeats {
	struct postbox *all;
	const struct meeting_peer *peer;
	struct outbox_mark mark; /* of the last line that was shown and is not noted; else zeroes */
};

/* The line with this mark was shown. mark: zeroes for a line of no outbox. */
bool repeats_known(const struct repeats *r, const struct outbox_mark *mark);
/* The last line was another outbox's, and is to be noted before this one is shown. */
bool repeats_wait(const struct repeats *r, const struct outbox_mark *mark);
/* It is given to the interactor. */
void repeats_show(struct repeats *r, const struct outbox_mark *mark);
/* What was given to the interactor must not be shown again, also by a later run; surely: nor after
 * a loss of power. It is shown first: a program that is killed between the two shows it twice, and
 * the other way round not at all. */
void repeats_note(struct repeats *r, bool surely);
