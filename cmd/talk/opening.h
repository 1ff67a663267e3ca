/* opening: from a plan to an endpoint. Both give 0, or the exit status after saying why. */
#pragma once

#include "cmd/talk/plan.h"
#include "cmd/talk/terminal_io.h"
#include "endpoint/endpoint.h"

/* Checks that the contact can be met at a server, if that is the plan, and sets the proxy. Returns
 * 0, or the exit status after saying what is wrong. */
int opening_check(const struct plan *plan, const struct identity *own);

/* The endpoint, which does not know yet where its peer is: endpoint_peers. io: whether a person is
 * there, who has patience, and with how many peers our user talks. own: NULL for a suite without
 * keys; borrowed like the plan. */
int opening_endpoint(const struct plan *plan, const struct identity *own,
                     const struct terminal_io *io, struct endpoint **endpoint);
