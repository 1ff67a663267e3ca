/* interactor: see interactor.h. */
#include "ui/interactor.h"

#include <stdlib.h>

#include "base/assert.h"

const struct interactor_class *interactor_class_named(struct span name)
{
	for (size_t i = 0; interactor_classes[i] != NULL; i++) {
		if (span_is(name, interactor_classes[i]->name))
			return interactor_classes[i];
	}
	return NULL;
}

struct interactor *interactor_new(const struct interactor_class *class,
                                  const struct interactor_config *config)
{
	assert(class->size >= sizeof(struct interactor));
	struct interactor *ui = calloc(1, class->size);
	if (ui == NULL)
		return NULL;
	ui->class = class;
	class->init(ui, config);
	return ui;
}

void interactor_free(struct interactor *ui)
{
	if (ui == NULL)
		return;
	bytes_wipe(ui, ui->class->size);
	free(ui);
}

bool interactor_show(struct interactor *ui, const struct event *event, size_t *used)
{
	*used = 0;
	return ui->class->show(ui, event, used);
}

size_t interactor_output(struct interactor *ui, int *where, uint8_t *out, size_t cap)
{
	if (ui->class->draw != NULL)
		ui->class->draw(ui);
	size_t len = out_take(ui->out, where, out, cap);
	if (len == 0 && ui->class->fetched != NULL)
		ui->class->fetched(ui);
	return len;
}

bool interactor_crowded(const struct interactor *ui)
{
	return out_crowded(ui->out);
}

void interactor_end(struct interactor *ui)
{
	if (ui->class->end != NULL)
		ui->class->end(ui);
}

/* ---- input ---- */

size_t interactor_room(const struct interactor *ui)
{
	return ui->class->room != NULL ? ui->class->room(ui) : feed_room(ui->feed);
}

void interactor_input(struct interactor *ui, struct span keys, uint64_t conv, uint64_t now)
{
	if (ui->class->input != NULL)
		ui->class->input(ui, keys, conv, now);
	else
		feed_add(ui->feed, keys, conv);
}

void interactor_input_end(struct interactor *ui)
{
	if (ui->class->input_end != NULL)
		ui->class->input_end(ui);
	else
		feed_end(ui->feed);
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

bool interactor_take(struct interactor *ui, struct command *command)
{
	*command = (struct command){ 0 };
	return ui->class->take != NULL && ui->class->take(ui, command);
}

void interactor_answer(struct interactor *ui, enum answer answer, size_t len)
{
	if (ui->class->answer != NULL)
		ui->class->answer(ui, answer, len);
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
