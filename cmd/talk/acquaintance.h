/* acquaintance: what our user is told of those they know: who is here, who is waited for, who else
 * there is; and what the user says about them while the program runs. */
#pragma once

#include "cmd/talk/meeting.h"
#include "cmd/talk/terminal_io.h"

/* Which way our data goes, in words. */
const char *acquaintance_path(const struct session_path *path);
/* Completes and shows an EVENT_CONNECTED or EVENT_WHO. */
void acquaintance_here(const struct plan *plan, struct terminal_io *io,
                       const struct meeting_peer *peer, const struct session_path *path,
                       struct event *event);

/* Adds to an EVENT_WAITING (to others nothing) who it is; valid until the book changes, or the next
 * call. */
void acquaintance_waited(const struct meeting *m, struct event *event);
/* COMMAND_CONTACTS: shows all. */
void acquaintance_contacts(const struct plan *plan, struct terminal_io *io, struct span id);
/* COMMAND_VERIFY: marks the contact as verified if the fingerprint is that of its key, and shows
 * what came of it. here: NULL: nobody. */
void acquaintance_verify(const struct plan *plan, struct terminal_io *io,
                         const struct meeting_peer *here, const struct command *c);
