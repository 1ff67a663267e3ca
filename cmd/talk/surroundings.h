/* surroundings: what the terminal, if there is one, and the environment want of an interactor. */
#pragma once

#include "cmd/options.h"
#include "ui/interactor.h"

/* terminal: both standard input and what is written to, fd, are one. */
struct interactor_config surroundings_of(const struct options *o, bool terminal, int fd);
