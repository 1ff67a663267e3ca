/* files: the interactor of send and receive, which nobody chooses by name: everything is talk, on
 * UI_ERR; nothing is read but the answer to a question, from a terminal that gives whole lines. On
 * a terminal, how far it is stands in one row, which is written over; elsewhere it is a line now
 * and then. */
#pragma once

#include "ui/interactor.h"

extern const struct interactor_class files_class;
