/* pipe: raw bytes both ways, on standard input and UI_OUT; everything else goes to UI_ERR. */
#include <string.h>

#include "base/assert.h"
#include "ui/interactor.h"
#include "ui/sentences.h"

struct pipe {
	struct interactor ui;
	size_t handed;   /* bytes given out, which count as taken unless answered */
	uint64_t copied; /* bytes of the peer's stream that went to out */
	bool end_reported;
	struct sentences sentences;
	struct feed feed;
	struct out out;
	uint8_t input[1 << 16];
};

static struct pipe *pipe_of(const struct interactor *ui)
{
	return (struct pipe *)(uintptr_t)ui;
}

static void pipe_init(struct interactor *ui, const struct interactor_config *config)
{
	struct pipe *p = pipe_of(ui);
	p->feed = feed_of(p->input, sizeof p->input);
	ui->out = &p->out;
	ui->feed = &p->feed;
	sentences_init(&p->sentences, config->utf8, config->quiet);
}

static void pipe_answer(struct interactor *ui, enum answer answer, size_t len)
{
	struct pipe *p = pipe_of(ui);
	size_t used = answer == ANSWER_TAKEN ? len : answer == ANSWER_LATER ? 0 : p->handed;
	assert(used <= p->handed);
	feed_use(&p->feed, used);
	p->handed = 0;
}

static uint64_t pipe_unsent(const struct interactor *ui)
{
	return feed_waiting(&pipe_of(ui)->feed).len;
}

static bool pipe_take(struct interactor *ui, struct command *command)
{
	struct pipe *p = pipe_of(ui);
	pipe_answer(ui, ANSWER_TAKEN, p->handed);
	struct span waiting = span_of(feed_waiting(&p->feed).at, feed_run(&p->feed));
	if (waiting.len > 0) {
		command->kind = COMMAND_BYTES;
		command->conv = feed_conv(&p->feed);
		command->text = waiting;
		p->handed = waiting.len;
		return true;
	}
	if (!feed_at_end(&p->feed) || p->end_reported)
		return false;
	command->kind = COMMAND_END;
	p->end_reported = true;
	return true;
}

/* The same bytes are shown again until they are written; skips what was copied already. *used
 * counts that too. */
static bool show_bytes(struct pipe *p, const struct event *event, size_t *used)
{
	assert(event->number <= p->copied);
	uint64_t skip = p->copied - event->number;
	if (skip >= event->text.len) {
		*used = event->text.len;
		return true;
	}
	size_t left = event->text.len - (size_t)skip, room = out_room(&p->out);
	room -= room < OUT_RESERVE ? room : OUT_RESERVE;
	size_t len = left < room ? left : room;
	if (len > 0)
		out_add(&p->out, UI_OUT, span_of(event->text.at + skip, len));
	p->copied += len;
	*used = (size_t)skip + len;
	return len > 0;
}

static bool pipe_show(struct interactor *ui, const struct event *event, size_t *used)
{
	struct pipe *p = pipe_of(ui);
	sentences_note(&p->sentences, event);
	if (event->kind == EVENT_BYTES)
		return show_bytes(p, event, used);
	if (event->kind == EVENT_CONNECTED)
		p->copied = 0;
	return sentences_print(&p->sentences, event, &p->out);
}

const struct interactor_class pipe_class = {
	.name = "pipe",
	.mode = MODE_PIPE,
	.size = sizeof(struct pipe),
	.init = pipe_init,
	.take = pipe_take,
	.answer = pipe_answer,
	.unsent = pipe_unsent,
	.show = pipe_show,
};
