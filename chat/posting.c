#include "chat/posting.h"

bool posting_next(struct chat *ch, struct outbox *o)
{
	struct outbox_line line;
	if (!chat_ready(ch) || !outbox_next(o, false, &line))
		return false;
	outbox_said(o, chat_line(ch, &line));
	return true;
}

enum err posting_text(struct chat *ch, struct outbox *o, struct span utf8, bool more)
{
	if (o == NULL)
		return chat_text(ch, utf8, more);
	if (chat_finished(ch))
		return ERR_STATE;
	if (outbox_unsaid(o) || !chat_ready(ch))
		return ERR_FULL;
	enum err err = outbox_add(o, utf8, more, false);
	return err || posting_next(ch, o) ? err : ERR_STATE;
}
