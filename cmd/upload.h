/* upload: files that somebody hands in: what they are called and how long they are, and then their
 * bytes, one file after the other. They come once and are kept nowhere, so it stands for a tree
 * (os/tree.h) whose files can be read forwards only. Two share it, and each leaves it when it is
 * done: the transfer that takes the bytes, and whoever gives them. */
#pragma once

#include "os/tree.h"

struct upload;

enum upload_side { UPLOAD_TAKES, UPLOAD_GIVES };

/* list: for each file "BYTES TIME NAME", TIME in milliseconds since 1970; between them a slash,
 * which no name has. Copied. NULL: ERR_USAGE: it is no such list; ERR_EXISTS: two have the same
 * name; ERR_LOCAL: no memory. */
struct upload *upload_new(struct span list, enum err *err);
void upload_leave(struct upload *u, enum upload_side side); /* the second frees it */
bool upload_is_left(const struct upload *u, enum upload_side side);

uint64_t upload_bytes(const struct upload *u); /* of all files */
unsigned upload_count(const struct upload *u);
struct span upload_name(const struct upload *u, unsigned item); /* as long as u */

/* ---- who gives ---- */

/* Where the next bytes go. *room: as many as may come now; 0: wait until some were taken. */
uint8_t *upload_room(struct upload *u, size_t *room);
void upload_came(struct upload *u, size_t len);
/* Whoever gave them has left, and some never came. */
bool upload_is_short(const struct upload *u);

/* ---- who takes: as for a tree ---- */

bool upload_next(struct upload *u, struct tree_entry *entry);
void upload_again(struct upload *u);
void upload_facts(const struct upload *u, unsigned item, uint8_t facts[static TREE_FACTS]);
/* ERR_FULL: they have not come yet. ERR_CUT: they are over, for what is behind them was read. */
enum err upload_read(struct upload *u, unsigned item, uint64_t offset, uint8_t *to, size_t len);
