/* story: says in words what travels: the name of a packet, and what is in it. A SEALED packet is
 * told by what the tap saw of it before it was sealed. Shared by all worlds of the program. */
#pragma once

#include "base/bytes.h"
#include "base/text.h"

/* Forgets what it knows of streams and sealed packets: another conversation begins. */
void story_begin(void);

/* node: who sends it. Appends "NAME" or "NAME: what is in it". FORWARD and OPEN are told by the
 * packet inside; what stands before the packet on a stream is not part of wire. */
void story_packet(struct text *t, int node, struct span wire);
