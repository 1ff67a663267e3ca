/* servers: which signaling server is meant, whatever way it is written, and the key it wants. */
#pragma once

#include "base/access_key.h"
#include "cmd/talk/plan.h"

enum { SERVERS_NAME = LIMIT_HOST + 8 }; /* "[HOST]:PORT" */

/* Written in the same way on all hosts: names in lower case and without the final dot, addresses in
 * the one form of RFC 5952, and always with the port. */
void servers_name(const char *host, uint16_t port, char out[static SERVERS_NAME]);
/* The key that was given for it: with the code or the name that it follows; else by -s, or in the
 * environment or the settings; else with the contact. */
struct access_key servers_key(const struct plan *p, const char *name);
