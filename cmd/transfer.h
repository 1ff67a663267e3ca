/* transfer: files on a stream of a session: joins files/ and os/ to session/. Nothing here waits,
 * and each step does little; so several transfers, and a conversation, go on beside each other. */
#pragma once

#include "cmd/disk.h"
#include "session/session.h"

struct transfer;

enum transfer_news {
	TRANSFER_OFFERED, /* offer: transfer_accept, transfer_refuse */
	TRANSFER_LOST,    /* path (of a sender: within item) will not be whole there, by status */
	TRANSFER_ITEM,    /* path (of a sender: item) is whole there; or not, by status */
	/* status: WHOLE: all was said, on both sides; else broken off, by code, a RESET_. left_out:
	 * of a sender: links, devices and folders that cannot be read */
	TRANSFER_OVER
};

struct transfer_event {
	enum transfer_news news;
	enum parcel_status status;
	uint8_t code;
	bool by_peer; /* OVER: it broke off */
	uint64_t left_out;
	unsigned item;    /* which of the roots */
	struct span path; /* until the next transfer_step */
	struct offer offer;
};

/* roots: borrowed, as for tree_new, which says what err and which are. key: as for sending_new. */
struct transfer *transfer_send(char *const *roots, unsigned count,
                               const uint8_t key[static ANNOUNCED_KEY], enum err *err,
                               unsigned *which);
/* Of what is handed in: u, which it leaves. NULL: no memory. */
struct transfer *transfer_upload(struct upload *u, const uint8_t key[static ANNOUNCED_KEY]);
/* What a file or folder is like now: PARCEL_VERSION bytes that differ when it, or anything in it,
 * has changed. ERR_FULL: there is too much in it to be looked through in a moment; others as for
 * tree_new. */
enum err transfer_version(const char *root, const uint8_t key[static ANNOUNCED_KEY],
                          uint8_t version[static PARCEL_VERSION]);
/* Of one root: nothing is sent if its version is another one: over, with STATUS_CHANGED. */
void transfer_expect(struct transfer *t, const uint8_t version[static PARCEL_VERSION]);
/* A stream that the peer has opened, its first byte taken. dir: borrowed. peer: its fingerprint.
 * NULL: no memory. */
struct transfer *transfer_receive(unsigned stream, int dir, const uint8_t peer[static 32]);
/* One that is not over is broken off; what has arrived stays, and so does the session. s: NULL
 * where it is gone. */
void transfer_free(struct transfer *t, struct session *s);

void transfer_accept(struct transfer *t, uint64_t room); /* as for announced_limit */
/* OFFERED: everything is here already; then nothing comes with a room of 0. */
bool transfer_is_known(const struct transfer *t);
void transfer_refuse(struct transfer *t, uint8_t code);

/* Goes on for a moment; after every input of the session, and before its output. True: there is
 * more to do at once. Nothing is done while there are news. */
bool transfer_step(struct transfer *t, struct session *s);
bool transfer_take(struct transfer *t, struct transfer_event *event);
int transfer_folder(const struct transfer *t); /* a receiver's: its descriptor */
/* A sender's: the receiver has all there is to have, and has said so. Only the ends are to come. */
bool transfer_is_settled(const struct transfer *t);
/* all: of what was offered; known before the first step that sends. */
struct files_progress transfer_progress(const struct transfer *t, struct files_progress *all);
