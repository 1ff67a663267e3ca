/* audience: the programs at our socket in the file system (--socket): each reads what the
 * interactor writes, from where it wants to, and one of them writes. They come and go, and none of
 * them can hold up another, or the conversation. docs/JSON.md, "At a socket". */
#pragma once

#include "ui/interactor.h"

struct audience;

/* path is borrowed; NULL: there is no such socket, and all come by audience_join. 0, or the exit
 * status: the user was told. */
int audience_open(const char *path, struct audience **a);
/* All that goes within a second is written; NULL is fine. */
void audience_close(struct audience *a);

/* The descriptor to wait for, until it can be read. want: the interactor has room for input. */
int audience_watch(struct audience *a, bool want, uint64_t now);
/* When there is a turn to be made in any case. */
uint64_t audience_deadline(const struct audience *a);
/* One more, whose descriptor the caller has then: it reads, from its command attach on; or, if it
 * writes, only writes. -1: there is no place. */
int audience_join(struct audience *a, bool writes);
/* After the wait has found it readable: who came, who is gone, and what they ask for. */
void audience_turn(struct audience *a, uint64_t now);

/* What the one that writes has written. ERR_FULL: nothing now; no other error, and no end. */
enum err audience_read(struct audience *a, void *to, size_t cap, size_t *len);
bool audience_ready(const struct audience *a); /* there is something */

/* Takes what the interactor wants to write; the last line of it is that event. */
void audience_take(struct audience *a, struct interactor *ui, enum event_kind kind, uint64_t conv);
/* Writes what goes. True: somebody is there who has got everything. */
bool audience_write(struct audience *a);
/* ... and it is one for whom messages of peers are, too. */
bool audience_hears(const struct audience *a);
