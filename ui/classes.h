/* classes: the interactors that ui/interactor.c lists. */
#ifndef UI_CLASSES_H
#define UI_CLASSES_H

#include "ui/interactor.h"

extern const struct interactor_class console_class, lines_class, json_class, pipe_class;

#endif
