/* spread: spare sockets (spares.h) go by turns to the look at our own NAT (natclass.h) and to the
 * search of a session, which goes first. Two more find out how long mappings may
 * go unused (lifetime.h); whether they end though used, the main socket shows (expiry.h). */
#pragma once

#include "transport/expiry.h"
#include "transport/lifetime.h"
#include "transport/natclass.h"

enum spread_user { SPREAD_NOBODY, SPREAD_LOOK, SPREAD_SEARCH };

/* Private to spread.c; others embed it. */
struct spread {
	struct spares spares;
	struct natclass natclass;
	struct lifetime lifetimes[2]; /* of IPv4, of IPv6 */
	struct expiry expiry;
	enum spread_user user;
	bool measure;     /* a search wants to know where its first socket is seen */
	bool due;         /* SPARES is to be reported */
	struct addr seen; /* ... with this */
	struct communicator_spare list[SPARES];
};

void spread_init(struct spread *s, struct random *random);
/* COOKIE, on a UDP socket. False: it answers nothing that was asked here. */
bool spread_cookie(struct spread *s, const struct route *from, struct span wire, uint64_t now);
/* COOKIE told of the main socket of IPv4. */
void spread_outside(struct spread *s, const struct route *from, struct span wire, uint64_t now);
/* As in struct communicator_class. */
void spread_spare(struct spread *s, unsigned count, bool low, bool measure, uint64_t now);

/* An event of a spare link; false: it is of another one. */
bool spread_link(struct spread *s, const struct link_event *event, uint64_t now);
bool spread_request(struct spread *s, struct link_request *request);
bool spread_up(const struct spread *s, uint16_t link);
/* Mappings of IPv4, and of IPv6, may go unused for so long; 0: it is not known. */
void spread_quiet(const struct spread *s, uint64_t quiet_us[static 2]);
/* What becomes of the mapping of the main socket of IPv4; each once. */
enum expiry_news spread_expiry(struct spread *s);
void spread_timer(struct spread *s, uint64_t now);
uint64_t spread_deadline(const struct spread *s);
/* The next HELLO. */
bool spread_output(struct spread *s, struct writer *w, struct route *to);
/* NAT or SPARES; false: there is nothing to report. */
bool spread_report(struct spread *s, struct communicator_event *event);
void spread_regard(struct spread *s, const struct route *route,
                   enum communicator_standing standing);
/* *index: how many to pass over; less those of here when false. */
bool spread_held(const struct spread *s, unsigned *index, struct route *route);
