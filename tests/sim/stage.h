/* stage: alice and bob, a server and the network between them, prepared for scenarios; what a
 * listener hears of them; and the running of lists of scenarios. One stage for the whole program:
 * a scenario prepares it, changes what it is about, starts, runs and looks at what a user or the
 * wire sees. */
#pragma once

#include <stdio.h>

#include "world.h"

extern struct world *const w;
extern struct identity ids[4], pair;
extern struct code code, other_code; /* they differ in a word */
extern struct peer_setup alice, bob; /* changed between stage_prepare and stage_start */
extern const char *failure;          /* the first CHECK that did not hold; NULL */
/* How many rounds of a long scenario there are to the next: 1, or more where it is run in brief. */
extern unsigned stage_step;

#define CHECK(condition)                                                                           \
	do {                                                                                       \
		if (!(condition) && failure == NULL) {                                             \
			failure = #condition;                                                      \
			printf("%s:%d: ", __FILE__, __LINE__);                                     \
		}                                                                                  \
	} while (0)

/* What somebody who hears the wire can tell of the session. */
struct heard {
	bool answered;     /* alice has answered a first message */
	unsigned phase[2]; /* of the keys in which each of them seals, the highest so far */
	struct {
		uint64_t id;
		struct addr to;
	} ids[64]; /* bob's connection ids, and where each went first */
	unsigned ids_count;
	bool id_shared; /* one of them went to two places */
};
extern struct heard heard;

/* Alice waits with a code, bob has it; 20 ms away; three lines each, and bob leaves a second
 * later. */
void stage_prepare(enum carrier carrier, enum suite suite, uint64_t seed);
void stage_start_one(const struct peer_setup *setup);
void stage_start(void);
/* Bob is another program now, at another address when moved. */
void stage_restart_bob(bool moved);
void stage_run_for(uint64_t time);
struct peer *stage_peer(int node);
struct session *stage_session(int node); /* NULL: none */
void stage_both_end_well(void);          /* runs for a minute; all is said, heard and confirmed */

struct scene {
	const char *name;
	void (*run)(void);
};
/* clang-format off */
#define SCENARIO(function) { #function, function }
/* clang-format on */
/* ended by a name of NULL */
extern const struct scene scenarios[], security_scenarios[], again_scenes[], heal_scenes[],
    hard_scenes[], lifetime_scenes[], bulk_scenes[], idle_scenes[], server_scenes[], crowd_scenes[],
    cross_scenes[], many_scenes[];

/* Runs all of a list, or only the one of this name; *count is raised by how many that were. Gives
 * how many failed; each is printed with what did not hold. */
unsigned stage_run(const struct scene *list, const char *only, unsigned *count, bool verbose);
