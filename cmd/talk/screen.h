/* screen: which interactor there is. */
#pragma once

#include "cmd/talk/plan.h"
#include "ui/interactor.h"

/* A page in a browser is what the user has chosen. */
bool screen_serves(const struct plan *plan);
/* By the options; terminal: single keys can be read and shown. 0, or the exit status: the options
 * do not go together. */
int screen_class(const struct plan *plan, bool terminal, const struct interactor_class **chosen);
