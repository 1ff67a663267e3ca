/* web: the page of --ui web: a small server of this host alone. Who has the token of the address
 * that was printed reads the events of the audience, and writes commands to it. docs/JSON.md, "In a
 * browser". */
#pragma once

#include "cmd/talk/audience.h"
#include "cmd/upload.h"

struct web;

/* Listens, and prints the address. a is borrowed. 0, or the exit status: the user was told. */
int web_open(struct audience *a, struct web **w);
/* What the audience had for the page is written, if that goes within a second; NULL is fine. */
void web_close(struct web *w);

/* The bytes of u, which transfer offers, are to be sent with POST /files/TRANSFER. If nobody does,
 * it is left (UPLOAD_GIVES). False: too many are awaited, and so it is. */
bool web_await(struct web *w, unsigned transfer, struct upload *u);

int web_watch(struct web *w);               /* the descriptor to wait for, until it can be read */
uint64_t web_deadline(const struct web *w); /* somebody has asked for too long */
void web_turn(struct web *w, uint64_t now); /* after a wait */
