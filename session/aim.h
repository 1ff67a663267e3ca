/* aim: the ports at which one side of a search may be found (docs/PROTOCOL.md 6.12-3), as SEARCH
 * says them, and the order in which they are tried. */
#pragma once

#include "base/addr.h"
#include "base/bytes.h"
#include "base/limits.h"
#include "base/random.h"

enum { AIM_RANGES = 8, AIM_PORT_MIN = 600, AIM_BODY_MAX = 2 + 6 * AIM_RANGES };

struct aim_range { /* first, first + step ... up to last */
	uint16_t first, last, step;
};

/* All zero: no ports. Only aim.c writes to it; others embed it, and read ports. */
struct aim {
	bool ordered; /* one after the other; else at random */
	unsigned ranges;
	struct aim_range at[AIM_RANGES];
	unsigned ports;          /* how many there are */
	unsigned stride, offset; /* the order at random */
};

/* Where we are. */
struct aim_self {
	uint16_t link;                       /* our socket of IPv4, */
	struct addr seen;                    /* ... as the server sees it */
	struct addr hosts[LIMIT_CANDIDATES]; /* addresses of our interfaces */
	size_t hosts_count;
};

/* May anything be sent to ports of this IPv4 address? The server must not lead us to the services
 * of this host or of its network, unless it is in there itself. */
bool aim_allowed(const struct addr *to, const struct aim_self *self);

/* One more range. What is above 65535, one too many, or of step 0 is left out. */
void aim_add(struct aim *a, uint32_t first, uint32_t last, unsigned step);
void aim_in_order(struct aim *a); /* they are to be tried as they were added */
void aim_write(const struct aim *a, struct writer *w);
/* False: it makes no sense, and *a is undefined. */
bool aim_read(struct aim *a, struct reader *r);
/* In another order each time, where it is at random; until then it is as written. */
void aim_shuffle(struct aim *a, struct random *random);
/* The port whose turn is the index-th; after all comes the first again. There is one. */
uint16_t aim_port(const struct aim *a, unsigned index);
