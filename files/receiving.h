/* receiving: the side of a transfer that gets files: from the bytes of a stream to what is to be
 * done with the disk, and back. It touches no file itself. docs/PROTOCOL.md section 7.5. */
#pragma once

#include "files/want.h"

struct receiving;

/* peer: its fingerprint. NULL: no memory. */
struct receiving *receiving_new(const uint8_t peer[static 32]);
void receiving_free(struct receiving *r);

/* What has arrived, from the first byte that was not taken before. Returns how many bytes are
 * taken; fewer than there are: something is wanted, or output has no room. What a WANT_WRITE has
 * is a part of bytes: it has to stay in its place until that is answered, and is taken by the call
 * after. */
size_t receiving_input(struct receiving *r, struct span bytes);
void receiving_ended(struct receiving *r); /* the peer's end, with everything before it taken */
/* What to send; valid until the next call of anything but this. */
struct span receiving_output(const struct receiving *r);
void receiving_sent(struct receiving *r, size_t len);

/* What it waits for; false: nothing. Spans are valid until it is answered. */
bool receiving_wants(const struct receiving *r, struct want *want);
/* The answers. accept: room: as for announced_limit. versions: what was noted of items that are
 * whole here: they are not sent again. */
void receiving_accept(struct receiving *r, uint64_t room, struct span versions);
void receiving_refuse(struct receiving *r, uint8_t code); /* or at any time */
/* So much of the file is there, with these bytes at its end: PARCEL_GUARDED, or all. whole: nothing
 * has to be sent. */
void receiving_looked(struct receiving *r, uint64_t offset, struct span tail, bool whole);
void receiving_answer(struct receiving *r, enum parcel_status status);

/* FINISHED: everything was said on both sides: end our side of the stream. RESET: with this code,
 * in our name. */
enum files_state receiving_state(const struct receiving *r, uint8_t *code);

struct files_progress receiving_progress(const struct receiving *r);
