/* pulse: a server tells, again and again, that it is alive: its supervisor (os/notify.h), and
 * whoever looks at the time of a file. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Private to pulse.c; others embed it. */
struct pulse {
	const char *file; /* NULL: none */
	int held;         /* it, until we end */
	bool told;        /* there is a supervisor */
	bool watched;     /* ... which ends us if we are silent */
	bool owes;        /* it has to hear that we are ready, and did not yet */
	bool failed;      /* the file could not be written, and the user knows */
	uint64_t every, next;
	char status[96]; /* the last that was told */
};

/* file, which is borrowed, may be NULL. Returns 0, or the exit status after saying why. Nothing is
 * told before pulse_ready. */
int pulse_open(struct pulse *p, const char *file);
/* All is open, or the settings have been read again. */
void pulse_ready(struct pulse *p, uint64_t now);
void pulse_rereads(void);
/* At the deadline. status: how the server is, in a few words. */
uint64_t pulse_deadline(const struct pulse *p);
void pulse_turn(struct pulse *p, const char *status, uint64_t now);
void pulse_leaving(void); /* it ends, but not yet */
