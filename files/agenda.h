/* agenda: the files and folders that were announced and are not over, in their order. Both sides
 * have the same, and the sender announces no more than there is a place for. docs/PROTOCOL.md
 * section 7.5. */
#pragma once

#include "files/parcel.h"

enum {
	AGENDA_ENTRIES = 256,
	AGENDA_PATHS = 16384 /* bytes of all paths, each counted with one more */
};

enum entry_state { ENTRY_WAITS, ENTRY_STARTED, ENTRY_SKIPPED };

/* Written to by whoever has the agenda, but for path_at and path_len. */
struct entry {
	uint64_t size, mtime_ms;
	uint64_t offset;  /* STARTED: what the receiver has */
	uint64_t number;  /* of a file: how many were announced before it */
	uint64_t path_at; /* Private to agenda.c. */
	size_t path_len;
	unsigned item; /* the sender's: which of those that its user named */
	uint8_t state, status;
	bool folder, executable;
	uint8_t version[PARCEL_VERSION], guard[PARCEL_GUARD];
};

/* Private to agenda.c. */
struct agenda {
	unsigned first, count, answered; /* answered: of count, those that were passed by */
	uint64_t end;                    /* bytes of all paths ever added */
	size_t used;                     /* of paths: the last of these is at end */
	struct entry entries[AGENDA_ENTRIES];
	uint8_t paths[AGENDA_PATHS];
};

/* Has it a place for a path of so many bytes? */
bool agenda_fits(const struct agenda *a, size_t path_len);
/* Appends one, otherwise zero; agenda_fits was true. It stays where it is until it is popped. */
struct entry *agenda_add(struct agenda *a, struct span path);

struct entry *agenda_first(struct agenda *a); /* NULL: there is none */
struct entry *agenda_last(struct agenda *a);  /* the one that was added last; there is one */
void agenda_pop(struct agenda *a);            /* the first is over */
/* The first file that is ENTRY_WAITS; NULL: there is none. */
struct entry *agenda_waiting(struct agenda *a);

struct span agenda_path(const struct agenda *a, const struct entry *e); /* until the next add */
/* It has no slash: the entry is a whole item, or the end of one. */
bool agenda_is_item(const struct agenda *a, const struct entry *e);
