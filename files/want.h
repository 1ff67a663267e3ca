/* want: what a transfer asks of whoever has the files. One thing at a time; the transfer goes on
 * when it was answered. */
#pragma once

#include "files/naming.h"
#include "files/offer.h"

enum want_kind {
	WANT_NOTHING,

	/* A receiver's. */
	WANT_DECISION, /* offer: is it wanted? receiving_accept, receiving_refuse. See notes */
	WANT_LOOK,     /* what is there of it? receiving_looked, or receiving_answer */
	/* Make the part as long as offset, and write behind that from now on. offset may be size,
	 * and the part gone because the whole file is in place: then nothing is to be done. */
	WANT_OPEN,
	WANT_WRITE, /* bytes */
	WANT_CLOSE, /* it is whole: note its version, and give it its name, its time and its mode */
	WANT_LEAVE, /* it is not whole, by status. CHANGED: throw the part away; else keep it */
	/* The folder at path is to exist, with this time. One that is an item: note its version,
	 * and give it its name; but with a status, something in it is missing. */
	WANT_FOLDER,
	WANT_FORGET, /* what is noted of the items of offer */

	/* A sender's. */
	WANT_ENTRY,  /* the next file or folder: sending_announce, sending_all */
	WANT_FILE,   /* open it: sending_facts, or sending_answer */
	WANT_READ,   /* the bytes from offset on into `into`: sending_answer */
	WANT_FACTS,  /* of the open file, once more; and close it: sending_facts */
	WANT_REPORT, /* tell: this file will not be whole there, by status */
	WANT_TELL    /* tell: the receiver is done with an item, by status */
};

struct want {
	enum want_kind kind;
	struct span path; /* at the receiver: clean, below its folder */
	uint64_t size, mtime_ms, offset, number;
	struct span
	    bytes; /* WRITE; FOLDER, CLOSE of an item: the version; empty: not to be noted */
	uint8_t *into;
	size_t into_len;
	unsigned item; /* a sender's, as it was announced; TELL: how many were done before */
	enum parcel_status status;
	bool executable;
	/* part: what the file is called until it is whole, in the folder it belongs into.
	 * item_part: the folder of the item until that is whole, in the place of the first
	 * component of path; "": path has only one. notes: the file where versions are noted. */
	char part[NAMING_PART], item_part[NAMING_PART], notes[NAMING_PART];
	struct offer offer;
};

enum files_state { FILES_RUNNING, FILES_FINISHED, FILES_RESET };

/* Files that are whole at the receiver, bytes that are there, and those that had to be sent. room:
 * of what a receiver has accepted, so much may be taken. */
struct files_progress {
	uint64_t files, bytes, sent, room;
};
