/* figures: what a server counts, for people in one line and for programs as OpenMetrics text 1.0.
 * Both come from one table. */
#pragma once

#include "base/text.h"
#include "rendezvous/server.h"

enum { FIGURES_METRICS = 2560 }; /* the longest text, and its final 0 */

/* Adds "waiting 2, pairs 1, ..."; not all: only how the server is now. */
void figures_line(const struct server *s, bool all, struct text *out);
/* Adds all of it, and "# EOF". began_s: seconds since 1970. */
void figures_metrics(const struct server *s, const char *version, uint64_t began_s,
                     struct text *out);
