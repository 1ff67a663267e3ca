/* interactors: the table of all classes. A new one is a file that exports its class, and a row
 * here. */
#include "ui/interactor.h"

extern const struct interactor_class console_class, lines_class, json_class, pipe_class;

const struct interactor_class *const interactor_classes[] = {
	&console_class, &lines_class, &json_class, &pipe_class, NULL,
};
