/* congestion: after C4 (draft-huitema-ccwg-c4-spec), in the place of the program's own: what
 * tests/cc compares that with. Without ECN and careful resume. */
#pragma once

#include "session/delivery.h"
#include "session/pacer.h"

enum { CONGESTION_MIN = 2 * LIMIT_PACKET, CONGESTION_INITIAL = 10 * LIMIT_PACKET };

enum c4_state { C4_INITIAL, C4_RECOVERY, C4_CRUISING, C4_PROBING, C4_PUSHING };

struct congestion {
	uint64_t cwnd, in_flight, initial_cwnd;
	struct pacer pacer;
	struct delivery path;
	enum c4_state state;
	bool limited, congested, probed, drain;
	double rate, rate_before; /* nominal, bytes a second; when the era or the cycle began */
	double max_rtt, running_min, era_min, era_max; /* us */
	double alpha, alpha_before;
	double loss; /* smoothed */
	unsigned eras, no_growth, received;
};

struct congestion_loss {
	uint64_t bytes, calm, sent_at;
	const struct sent_stamp *stamp;
};

void congestion_start(struct congestion *c);
struct sent_stamp congestion_sent(struct congestion *c, size_t bytes, uint64_t now);
void congestion_gone(struct congestion *c, size_t bytes);
void congestion_acked(struct congestion *c, const struct delivery_ack *ack, uint64_t now);
void congestion_lost(struct congestion *c, const struct congestion_loss *loss, uint64_t now);
void congestion_spurious(struct congestion *c, uint64_t bytes, uint64_t calm);
void congestion_persistent(struct congestion *c, uint64_t now);
void congestion_limited(struct congestion *c, bool by_window);
bool congestion_room(const struct congestion *c, size_t bytes);
uint64_t congestion_pace_at(const struct congestion *c);
