/* reception: who comes in at the endpoint, as the meeting has decided, and who has to make room. */
#pragma once

#include "cmd/talk/company.h"
#include "endpoint/endpoint.h"

/* What this host is doing, unless the program ends. */
enum meeting_state reception_state(struct endpoint *endpoint, const struct company *c);
/* The peer that the endpoint has asked about comes in, and is that one. */
void reception_let_in(struct endpoint *endpoint, struct company *c, const struct meeting_peer *peer,
                      uint64_t now);
/* Asks whoever would have to make room whether it still is here. Returns its number; 0: nobody
 * would. */
unsigned reception_ask(struct endpoint *endpoint);
