/* parcel: the records of a transfer: what one is, putting them together from the bytes of a
 * stream, and writing them. docs/PROTOCOL.md section 7.5. */
#pragma once

#include "base/bytes.h"
#include "base/err.h"
#include "session/codes.h"

enum parcel_type {
	/* The sender's. */
	PARCEL_OFFER = 1,
	PARCEL_FILE = 2,
	PARCEL_FOLDER = 3,
	PARCEL_FROM = 4,
	PARCEL_DATA = 5,
	PARCEL_END = 6,
	/* The receiver's. */
	PARCEL_ACCEPT = 17,
	PARCEL_START = 18,
	PARCEL_SKIP = 19,
	PARCEL_STOP = 20,
	PARCEL_DONE = 21
};

/* What became of a file, or of a whole item; in END, SKIP, STOP and DONE. Up to STOPPED the sender
 * has the reason, and all others the receiver. */
enum parcel_status {
	STATUS_WHOLE = 0,      /* SKIP: it is here already */
	STATUS_CHANGED = 1,    /* while it was sent */
	STATUS_UNREADABLE = 2, /* the sender cannot read it */
	STATUS_STOPPED = 3,    /* the sender does not go on, perhaps because of a STOP */
	STATUS_NO_ROOM = 4,    /* the disk, or the share of it, is full */
	STATUS_TOO_MUCH = 5,   /* more than was offered, or than the receiver takes */
	STATUS_UNWRITABLE = 6, /* the receiver cannot write it */
	STATUS_NAME = 7,       /* its file system has no such names */
	STATUS_BUSY = 8,       /* another transfer is receiving the same */
	STATUS_COUNT
};

enum {
	PARCEL_HEADER = 5,       /* bytes of length and type at most */
	PARCEL_BODY = 16384,     /* bytes behind the type at most, of all but DATA */
	PARCEL_DATA_MAX = 65536, /* ... of DATA */
	PARCEL_VERSION = 16,
	PARCEL_GUARD = 32,
	PARCEL_GUARDED = 65536, /* bytes before an offset that GUARD is a hash of */
	PARCEL_PATH = 4096,     /* bytes */
	PARCEL_DEPTH = 64,      /* components of a path */
	PARCEL_NAME = 255       /* bytes of a component */
};

struct parcel {
	uint8_t type;
	struct span body; /* of DATA: a piece, as much as there is of it */
};

/* Private to parcel.c. */
struct parcels {
	uint64_t passing; /* bytes still to come of DATA, or of a type that is not known */
	bool data;        /* they are DATA */
	bool lent;        /* bytes was returned, and is free again */
	size_t len;
	uint8_t bytes[PARCEL_HEADER + PARCEL_BODY];
};

/* Takes bytes off the front of *in until a record is whole, or there is a piece of a DATA. p's body
 * is valid until the next call; that of DATA is a part of *in. ERR_FULL: all of *in was taken, and
 * more is needed. ERR_FORMAT: it is no record. Types that are not known are skipped. */
enum err parcel_take(struct parcels *k, struct span *in, struct parcel *p);
/* Nothing of a record that is not whole was taken. */
bool parcel_between(const struct parcels *k);

/* The length and type of a record whose body has len bytes. */
void parcel_write_header(struct writer *w, enum parcel_type type, size_t len);
void parcel_write(struct writer *w, enum parcel_type type, struct span body);

/* What GUARD is: SHA-256 of the last bytes before an offset. */
void parcel_guard(struct span tail, uint8_t guard[static PARCEL_GUARD]);
