/* planned: how a run of serve, connect, say, send and receive begins and ends: with a plan, which
 * each of them makes in its own way. */
#pragma once

#include "cmd/talk/plan.h"

/* Fills in a plan that has its options, the contacts, and the suite of -c. 0, or the exit status.
 */
typedef int planned_planner(struct plan *p, struct options *o);

/* Gives the exit status. */
int planned_run(struct options *o, enum plan_errand errand, planned_planner *make);
