/* pipe: raw bytes both ways, on standard input and UI_OUT; everything else goes to UI_ERR. */
#include "base/assert.h"
#include "base/min_max.h"
#include "ui/interactor.h"

struct pipe {
	struct interactor ui;
	uint64_t copied; /* bytes of the peer's stream that went to out */
};

static void pipe_answer(struct interactor *ui, enum answer answer, size_t used)
{
	(void)answer;
	queue_use(&ui->in, used);
}

static uint64_t pipe_unsent(const struct interactor *ui)
{
	return queue_waiting(&ui->in).len;
}

static bool pipe_take(struct interactor *ui, struct command *command)
{
	size_t len;
	command->kind = COMMAND_BYTES;
	command->conv = queue_whom(&ui->in, &len);
	command->text = span_of(queue_waiting(&ui->in).at, len);
	return len > 0;
}

/* The same bytes are shown again until they are written; skips what was copied already. */
static bool show_bytes(struct pipe *p, const struct event *event)
{
	assert(event->number <= p->copied);
	uint64_t skip = p->copied - event->number;
	if (skip >= event->text.len)
		return true;
	struct span left = span_after(event->text, (size_t)skip);
	size_t room = queue_room_apart(&p->ui.out);
	if (room <= OUT_RESERVE)
		return false;
	left.len = (size_t)min_of(left.len, room - OUT_RESERVE);
	queue_add(&p->ui.out, UI_OUT, left);
	p->copied += left.len;
	return true;
}

static bool pipe_show(struct interactor *ui, const struct event *event)
{
	struct pipe *p = (struct pipe *)ui;
	if (event->kind == EVENT_BYTES)
		return show_bytes(p, event);
	if (event->kind == EVENT_CONNECTED)
		p->copied = 0;
	return sentences_print(&ui->sentences, event, &ui->out);
}

const struct interactor_class pipe_class = {
	.name = "pipe",
	.mode = MODE_PIPE,
	.peers = 1,
	.size = sizeof(struct pipe),
	.waiting = 1 << 18, /* several trains of packets: a short one is left over each time */
	.take = pipe_take,
	.answer = pipe_answer,
	.unsent = pipe_unsent,
	.show = pipe_show,
};
