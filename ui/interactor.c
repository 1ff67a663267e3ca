/* interactor: see interactor.h. */
#include "ui/interactor.h"

#include <stdlib.h>

#include "base/assert.h"
#include "ui/classes.h"

const struct interactor_class *const interactor_classes[] = {
	&console_class, &lines_class, &json_class, &pipe_class, NULL,
};

const struct interactor_class *interactor_class_named(struct span name)
{
	for (size_t i = 0; interactor_classes[i]; i++) {
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
	if (!ui)
		return NULL;
	ui->class = class;
	if (class->init(ui, config) != OK) {
		interactor_free(ui);
		return NULL;
	}
	return ui;
}

void interactor_free(struct interactor *ui)
{
	if (!ui)
		return;
	bytes_wipe(ui, ui->class->size);
	free(ui);
}
