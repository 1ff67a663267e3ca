/* scenarios: what must hold in situations that chance rarely makes, each named by its property. */
#ifndef SIM_SCENARIOS_H
#define SIM_SCENARIOS_H

#include <stdbool.h>

/* Runs them all; *count: how many there are. Gives how many failed; each is printed with what did not hold. */
unsigned scenarios_run(unsigned *count, bool verbose);

#endif
