/* requests: what our user asks in the course of a conversation, besides saying something: who is
 * here, who is known, to hang up. */
#pragma once

#include "cmd/talk/company.h"

/* Answers such a command, also by decisions of the meeting; does nothing about others. */
void requests_answer(struct company *c, struct meeting *m, struct endpoint *endpoint,
                     const struct command *wish);
