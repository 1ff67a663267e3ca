#include "ui/interactor.h"

#include <stdlib.h>

#include "base/assert.h"

const struct interactor_class *interactor_class_named(struct span name)
{
	for (size_t i = 0; interactor_classes[i] != NULL; i++) {
		const struct interactor_class *c = interactor_classes[i];
		if (span_is(name, c->name) || (c->page && span_is(name, c->page)))
			return c;
	}
	return NULL;
}

const char *interactor_name(size_t wanted)
{
	for (size_t i = 0; interactor_classes[i] != NULL; i++) {
		const struct interactor_class *c = interactor_classes[i];
		if (c->mode == MODE_CHAT && wanted-- == 0)
			return c->name;
		if (c->page && wanted-- == 0)
			return c->page;
	}
	return NULL;
}

struct interactor *interactor_new(const struct interactor_class *class,
                                  const struct interactor_config *config)
{
	assert(class->size >= sizeof(struct interactor));
	struct interactor *ui = calloc(1, class->size + class->waiting);
	if (ui == NULL)
		return NULL;
	ui->class = class;
	ui->config = *config;
	ui->in = queue_of((uint8_t *)ui + class->size, class->waiting);
	ui->out = queue_of(ui->out_bytes, sizeof ui->out_bytes);
	sentences_init(&ui->sentences, config->utf8, config->quiet);
	if (config->whom != NULL)
		sentences_await(&ui->sentences, config->whom);
	if (class->init != NULL)
		class->init(ui);
	return ui;
}

void interactor_free(struct interactor *ui)
{
	if (ui == NULL)
		return;
	bytes_wipe(ui, ui->class->size + ui->class->waiting);
	free(ui);
}

bool interactor_show(struct interactor *ui, const struct event *event)
{
	if (event->kind == EVENT_CONNECTED && event->again != 0 && !ui->class->addressed)
		queue_again(&ui->in, event->again, event->conv);
	sentences_note(&ui->sentences, event);
	return ui->class->show(ui, event);
}

struct span interactor_output(struct interactor *ui, int *where)
{
	size_t len;
	if (queue_waiting(&ui->out).len == 0 && ui->class->draw != NULL)
		ui->class->draw(ui);
	*where = (int)queue_whom(&ui->out, &len);
	return span_of(queue_waiting(&ui->out).at, len);
}

void interactor_written(struct interactor *ui, size_t len)
{
	queue_use(&ui->out, len);
}

bool interactor_crowded(const struct interactor *ui)
{
	return queue_room_apart(&ui->out) < OUT_RESERVE;
}

void interactor_end(struct interactor *ui)
{
	if (ui->class->end != NULL)
		ui->class->end(ui);
}

/* ---- input ---- */

size_t interactor_room(const struct interactor *ui)
{
	return ui->class->room != NULL ? ui->class->room(ui) : queue_room(&ui->in);
}

uint8_t *interactor_place(struct interactor *ui)
{
	return ui->class->input == NULL ? queue_begin(&ui->in).at : NULL;
}

void interactor_input(struct interactor *ui, struct span keys, uint64_t conv, uint64_t now)
{
	ui->begun = ui->begun || keys.len > 0;
	if (ui->class->input != NULL) {
		ui->class->input(ui, keys, conv, now);
		return;
	}
	struct writer w = queue_begin(&ui->in);
	if (keys.at == w.at)
		w.len = keys.len;
	else
		write_span(&w, keys);
	queue_done(&ui->in, conv, &w);
}

void interactor_input_end(struct interactor *ui)
{
	if (ui->class->input_end != NULL)
		ui->class->input_end(ui);
	else
		queue_end(&ui->in);
}

uint64_t interactor_deadline(const struct interactor *ui)
{
	return ui->class->deadline != NULL ? ui->class->deadline(ui) : NEVER;
}

void interactor_timer(struct interactor *ui, uint64_t now)
{
	if (ui->class->timer != NULL)
		ui->class->timer(ui, now);
}

void interactor_keep(struct interactor *ui, bool on)
{
	ui->keeps = on;
}

void interactor_clock(struct interactor *ui, uint64_t unix_ms, uint32_t date, uint32_t clock_s)
{
	ui->unix_ms = unix_ms;
	ui->date = date;
	ui->clock_s = clock_s;
}

bool interactor_take(struct interactor *ui, struct command *command)
{
	interactor_answer(ui, ANSWER_TAKEN, ui->handed_len);
	*command = (struct command){ 0 };
	if (ui->class->take != NULL && ui->class->take(ui, command)) {
		ui->handed = command->kind == COMMAND_TEXT || command->kind == COMMAND_BYTES;
		ui->handed_len = command->text.len;
		ui->ended = ui->ended || command->kind == COMMAND_QUIT;
		return true;
	}
	if (ui->ended || !queue_at_end(&ui->in))
		return false;
	*command = (struct command){ .kind = COMMAND_END };
	ui->ended = true;
	return true;
}

void interactor_answer(struct interactor *ui, enum answer answer, size_t len)
{
	if (!ui->handed)
		return;
	assert(len <= ui->handed_len);
	ui->handed = false;
	if (answer != ANSWER_TAKEN)
		len = answer == ANSWER_LATER ? 0 : ui->handed_len;
	ui->class->answer(ui, answer, len);
}

enum unsent interactor_absent(const struct interactor *ui)
{
	bool by_name = ui->config.several && !ui->class->addressed && !ui->class->chooses;
	return by_name && ui->sentences.keeps ? UNSENT_ABSENT : UNSENT_NOBODY;
}

uint64_t interactor_unsent(const struct interactor *ui)
{
	return ui->class->unsent != NULL ? ui->class->unsent(ui) : 0;
}

void interactor_resize(struct interactor *ui, unsigned columns, unsigned rows)
{
	if (ui->class->resize != NULL)
		ui->class->resize(ui, columns, rows);
}
