/* telegraph: a toy interactor. Messages come out in capitals and end in STOP; a line of input is a
 * message. Of what a class may leave out it has its input alone. */
#pragma once

#include "ui/interactor.h"

struct telegraph {
	struct interactor ui;
	size_t line; /* bytes of the line that was taken last */
};

static bool telegraph_take(struct interactor *ui, struct command *command)
{
	struct telegraph *t = (struct telegraph *)ui;
	size_t run;
	command->kind = COMMAND_TEXT;
	command->conv = queue_whom(&ui->in, &run);
	return queue_line(&ui->in, &command->text, &t->line);
}

static void telegraph_answer(struct interactor *ui, enum answer answer, size_t used)
{
	(void)used;
	queue_use(&ui->in, answer == ANSWER_LATER ? 0 : ((struct telegraph *)ui)->line);
}

static bool telegraph_show(struct interactor *ui, const struct event *event)
{
	if (event->kind != EVENT_TEXT)
		return true;
	if (queue_room_apart(&ui->out) < event->text.len + 6)
		return false;
	struct writer w = queue_begin(&ui->out);
	for (size_t i = 0; i < event->text.len; i++) {
		uint8_t c = event->text.at[i];
		write_u8(&w, c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c);
	}
	write_span(&w, span_text(" STOP\n"));
	queue_done(&ui->out, UI_OUT, &w);
	return true;
}

static const struct interactor_class telegraph_class = {
	.name = "telegraph",
	.mode = MODE_CHAT,
	.size = sizeof(struct telegraph),
	.waiting = 4096,
	.take = telegraph_take,
	.answer = telegraph_answer,
	.show = telegraph_show,
};
