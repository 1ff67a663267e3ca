/* opening: from a plan to an endpoint: names are looked up, the communicator is set up. All give 0,
 * or the exit status after saying why. */
#pragma once

#include "cmd/talk/plan.h"
#include "endpoint/endpoint.h"
#include "os/net.h"

/* Where packets go: the peer's addresses, or those of the first signaling server of the list that
 * has any; server then is that one, as people write it ("" without). */
int opening_find(const struct plan *plan, const struct identity *own, struct net *net,
                 char server[static LIMIT_HOST], struct communicator_config *network);

/* The endpoint. person: somebody sits at a terminal and has patience. own: NULL for a suite without
 * keys; borrowed like the plan. */
int opening_endpoint(const struct plan *plan, const struct identity *own, bool person,
                     struct communicator_config *network, struct endpoint **endpoint);
