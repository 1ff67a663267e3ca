/* forward: one port of the serving side, for programs at the connecting one. serve --to: each
 * connection that a peer asks for is made to that port. connect --listen: each connection of a
 * program here goes to the peer. docs/PROTOCOL.md 7.6. */
#pragma once

#include "cmd/talk/company.h"
#include "os/resolve.h"

enum { FORWARD_WATCHES = 1 + RESOLVE_FAMILIES };

struct forward;

/* plan and io are borrowed. 0, with *f NULL where nothing is forwarded; or the exit status: the
 * user was told. */
int forward_open(const struct plan *plan, struct terminal_io *io, struct forward **f);
void forward_close(struct forward *f); /* all of it; NULL is fine */

/* All of these, of NULL: nothing. */
size_t forward_watch(const struct forward *f, struct watch out[static FORWARD_WATCHES]);
/* After each wait, when the sessions have their input, and before their output. */
void forward_turn(struct forward *f, const struct company *c,
                  const struct watch watches[static FORWARD_WATCHES], uint64_t now);
uint64_t forward_deadline(const struct forward *f);
