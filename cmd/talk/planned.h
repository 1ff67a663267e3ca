/* planned: how a run of serve, connect, say, send and receive begins and ends: with a plan, which
 * each of them makes in its own way. */
#pragma once

#include "cmd/talk/plan.h"

/* Fills in a plan that has its options, the contacts, and the suite of -c. 0, or the exit status.
 */
typedef int planned_planner(struct plan *p, struct options *o);
/* Does what was planned: conversation_run, or what a command does around or instead of it. */
typedef int planned_work(const struct plan *p);

/* Gives the exit status. */
int planned_run(struct options *o, enum plan_errand errand, planned_planner *make,
                planned_work *work);
