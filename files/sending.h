/* sending: the side of a transfer that gives files: it asks for them, and makes the bytes of a
 * stream of them. It touches no file itself. docs/PROTOCOL.md section 7.5. */
#pragma once

#include "files/announced.h"
#include "files/want.h"

struct sending;

/* key: for the MAC; the same for every transfer of this identity, and known to nobody else. The
 * offer's items are copied. NULL: no memory. */
struct sending *sending_new(const uint8_t key[static ANNOUNCED_KEY], const struct offer *offer);
void sending_free(struct sending *s);

/* As for receiving. */
size_t sending_input(struct sending *s, struct span bytes);
void sending_ended(struct sending *s);
struct span sending_output(const struct sending *s);
void sending_sent(struct sending *s, size_t len);

bool sending_wants(const struct sending *s, struct want *want);
/* Answers to WANT_ENTRY. facts: bytes that stay the same as long as the file, or all in the folder,
 * is not changed (number in the file system, size, times); the version, a MAC of them, is filled in
 * here. item: its place in the offer, which comes back in wants. A path has at most PARCEL_PATH
 * bytes and PARCEL_DEPTH components of 1 to PARCEL_NAME bytes. What is in a folder comes before the
 * folder itself; the folder of an item comes last. */
void sending_announce(struct sending *s, struct announcement a, struct span facts, unsigned item);
void sending_all(struct sending *s); /* there are no more */
/* To WANT_FILE and WANT_FACTS. */
void sending_facts(struct sending *s, struct span facts);
/* To all others, and in place of sending_facts. WANT_READ: all of into was filled; CHANGED: the
 * file has become shorter. Not WHOLE: the file was closed. After a reset, answers are ignored. */
void sending_answer(struct sending *s, enum parcel_status status);

/* The receiver has this item (by its place in the offer) already: announce nothing of it. Known
 * from the first WANT_ENTRY on. */
bool sending_skips(const struct sending *s, unsigned item);

/* All was said, and the receiver is done with it: end our side of the stream. */
bool sending_said_all(const struct sending *s);
/* FINISHED: and so has the receiver. RESET: with this code, in our name. */
enum files_state sending_state(const struct sending *s, uint8_t *code);
struct files_progress sending_progress(const struct sending *s);
