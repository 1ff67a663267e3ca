/* port: connections of other programs, over TCP or a socket in the file system. Nothing here waits.
 */
#pragma once

#include "base/addr.h"
#include "base/bytes.h"
#include "base/err.h"

/* A listener; -1: errno says why. */
int port_listen(const struct addr *at);
/* The same in the file system, for this user alone. What is left there of a program that is gone is
 * taken away; of several programs that do so at the same time, one gets the place. errno: as of
 * bind(2), but EEXIST where what is there is no socket. */
int port_listen_path(const char *path);
/* The folder of path belongs to this user, and nobody else can put anything there. False with
 * errno: it cannot be looked at; with 0: somebody else can. */
bool port_folder_is_ours(const char *path);
/* The program at the other end of a connection in the file system is of this user. */
bool port_is_ours(int fd);
/* Takes it away, unless another program has it now. After its descriptor is closed. */
void port_unlisten_path(const char *path);
/* Two ends of a connection within this program. False: there is no more room for them. */
bool port_pair(int fd[static 2]);
/* The next connection, and where it is from (zeroes: in the file system). -1: none; *tired: for
 * want of descriptors or memory, so it is of no use to ask again at once. */
int port_accept(int listener, struct addr *from, bool *tired);

/* A connection that is about to stand, or -1. When it can be written, port_connected says whether
 * it does. */
int port_connect(const struct addr *to);
bool port_connected(int fd);
/* One in the file system, which stands at once. -1: errno says why. */
int port_connect_path(const char *path);
/* As much as goes now; *taken may be 0. False: it is broken. */
bool port_write(int fd, struct span bytes, size_t *taken);
/* Nothing more is written, and the other side sees that. */
void port_end(int fd);
/* Closes it; the other side sees that it was broken off (RST). */
void port_reset(int fd);
