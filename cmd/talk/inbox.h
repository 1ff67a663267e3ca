/* inbox: serve --inbox DIR: what contacts say is put into files, DIR/NAME/TIME.txt, one for each
 * message, while nobody is there to read it. A file has its name when the whole message is on the
 * disk, and each message has one file, whenever the program is killed. */
#pragma once

#include "chat/outbox.h"
#include "cmd/options.h"

/* folder: DIR; name: the contact's. What fails, file_why() says, but for ERR_FULL. */

/* A conversation begins. heard: the outbox that remembers what the contact has said; NULL: it is
 * not here. */
enum err inbox_begin(const char *folder, const char *name, const struct outbox *heard);
/* A message, or a part of it. ERR_FULL: as many bytes as may come in this run have come. When it is
 * whole, outbox_hear follows, the outbox is written, and then inbox_done. */
enum err inbox_add(const char *folder, const char *name, const struct outbox_mark *mark,
                   struct span text, bool more, uint64_t quota);
enum err inbox_done(const char *folder, const char *name, const struct outbox_mark *mark);

/* A descriptor of the folder for files of a peer: with --inbox that of a contact (saved), apart
 * from its messages, or else that of --dir. -1: it cannot be opened: errno says why. */
int inbox_files(const struct options *o, const char *name, bool saved);
