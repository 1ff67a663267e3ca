/* clumsy: a program that calls its endpoint and its chat when nothing asks for it, twice, too
 * early, too late, and with what their headers say is not taken. The conversation goes on as if it
 * had not. What the headers forbid (an assert) it leaves. */
#pragma once

#include "net.h"
#include "peer.h"

/* At the beginning of a turn, if setup.clumsy says so. What is not answered as its header says is
 * the peer's `wrong`; its next turn may be late. */
void clumsy_turn(struct peer *p, struct net *n);
