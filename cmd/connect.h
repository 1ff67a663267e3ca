/* connect: what it makes of its options, for whatever else connects to a host that waits. */
#pragma once

#include "cmd/talk/plan.h"

/* After plan_begin: to whom, from its first argument, SCHAT_CODE or standard input, and how. 0, or
 * the exit status. */
int connect_plan(struct plan *p);

/* SCHAT_CODE names one. */
bool connect_has_code(void);
