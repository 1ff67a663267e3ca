/* session_key: serve with rsa needs a fresh key pair for each session. */
#pragma once

#include "endpoint/endpoint.h"
#include "os/child.h"

/* The first one, where the endpoint wants any: nobody is answered without. 0, or the exit status
 * after saying why. */
int session_key_first(struct endpoint *endpoint);
/* Once a turn: a child process (to be ended with child_end) makes the next one meanwhile. False: it
 * cannot be made. */
bool session_key_turn(struct child *maker, struct endpoint *endpoint);
