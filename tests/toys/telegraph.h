/* telegraph: a toy interactor. Messages come out in capitals and end in STOP; a line of input is a
 * message. It has nothing that a class may leave out. */
#ifndef TESTS_TOYS_TELEGRAPH_H
#define TESTS_TOYS_TELEGRAPH_H

#include "ui/interactor.h"

struct telegraph {
	struct interactor ui;
	struct out out;
	struct feed feed;
	uint8_t input[4096];
	size_t handed; /* bytes of the line that was taken last */
};

static void telegraph_init(struct interactor *ui, const struct interactor_config *config)
{
	struct telegraph *t = (struct telegraph *)ui;
	(void)config;
	t->feed = feed_of(t->input, sizeof t->input);
	ui->out = &t->out;
	ui->feed = &t->feed;
}

static bool telegraph_take(struct interactor *ui, struct command *command)
{
	struct telegraph *t = (struct telegraph *)ui;
	feed_use(&t->feed, t->handed);
	t->handed = 0;
	*command = (struct command){ .kind = COMMAND_TEXT, .conv = feed_conv(&t->feed) };
	return feed_line(&t->feed, &command->text, &t->handed);
}

static bool telegraph_show(struct interactor *ui, const struct event *event, size_t *used)
{
	struct telegraph *t = (struct telegraph *)ui;
	(void)used;
	if (event->kind != EVENT_TEXT)
		return true;
	if (out_room(&t->out) < event->text.len + 6)
		return false;
	struct writer w = out_begin(&t->out);
	for (size_t i = 0; i < event->text.len; i++) {
		uint8_t c = event->text.at[i];
		write_u8(&w, c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c);
	}
	write_span(&w, span_text(" STOP\n"));
	out_done(&t->out, UI_OUT, &w);
	return true;
}

static const struct interactor_class telegraph_class = {
	.name = "telegraph",
	.mode = MODE_CHAT,
	.size = sizeof(struct telegraph),
	.init = telegraph_init,
	.take = telegraph_take,
	.show = telegraph_show,
};

#endif
