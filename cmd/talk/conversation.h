/* conversation: what serve and connect share: one conversation after the other, from sockets to
 * screen, until the program ends. It opens what it needs, joins it, and closes it. */
#pragma once

#include "cmd/talk/plan.h"

/* Gives the exit status. plan: stays as it is. */
int conversation_run(const struct plan *plan);
