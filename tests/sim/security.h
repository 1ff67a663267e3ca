/* security: what must hold of keys, nonces and the wire in whole conversations. docs/SECURITY.md
 * names these. */
#ifndef SIM_SECURITY_H
#define SIM_SECURITY_H

#include <stdbool.h>

/* Runs them all; *count: how many there are. Gives how many failed; each is printed with what did
 * not hold. RECONNECTS in the environment: how often two contacts meet again in the test of nonces.
 */
unsigned security_run(unsigned *count, bool verbose);

#endif
