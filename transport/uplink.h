/* uplink: which way the signaling server is reached. HELLO goes to all its addresses over UDP,
 * after 300 ms over TCP too, and after 300 ms more to TCP port 443, which networks let through that
 * block others; sooner where an attempt was rejected. The first COOKIE makes its channel the
 * contact. A UDP socket that is not the contact says KEEP and HELLO now and then: that keeps its
 * NAT mapping, and a peer may reach us there (docs/SIGNALING.md S8).
 *
 *   searching      --COOKIE--> contact
 *   contact        --6 s without an answer, or its link broke--> searching
 *   contact        --uplink_refresh: the network has changed--> searching beside the contact
 *   ... beside it  --COOKIE of the contact, or after 300 ms of any channel--> contact
 *   contact (TCP)  --COOKIE over UDP--> contact (UDP)
 *
 * It knows nothing of rooms and pairs. Who embeds it polls uplink_take after every call. */
#pragma once

#include "transport/channel.h"

enum { UPLINK_UDP = 2, UPLINK_CHANNELS = UPLINK_UDP + 2 * LIMIT_PEER_ADDRS };

enum uplink_news {
	UPLINK_NOTHING,
	UPLINK_NEW,  /* the server is reached, by another way than before */
	UPLINK_SAME, /* a search has ended with the way that was in use */
	UPLINK_LOST, /* the server is not reached; it may still know us */
	UPLINK_CUT   /* ... and has forgotten us, as our TCP connection has ended (S7-4) */
};

/* Numbers of TCP links that are one uplink's own, of CHANNEL_STEP. */
enum { UPLINK_LINKS = CHANNEL_STEP / LIMIT_VENUES };
_Static_assert((int)UPLINK_CHANNELS <= (int)UPLINK_LINKS, "each channel has a number");

/* Private to uplink.c; others embed it. Links 1 and 2 are UDP sockets, which the embedder opens.
 * TCP connections are the uplink's own. */
struct uplink {
	struct channel_servers servers;
	unsigned tcp; /* first link of channel 0, if it were one of TCP; channel 1: 1 more ... */
	/* in use: one of TCP for each address of the server, and one for its port 443 if the server
	 * is at the default port */
	size_t channels_count;

	struct channel *contact; /* NULL: none */
	bool searching;          /* HELLO goes everywhere; a contact may stand meanwhile */
	uint64_t search_at;      /* since when */
	unsigned refusals;       /* connections that have failed in this search */
	uint64_t choose_at;      /* when others than the contact count; NEVER: already */
	uint64_t fail_at;        /* when that nothing is found is reported; NEVER: it was */
	uint64_t silent_at;      /* when the contact must have answered; NEVER: no question */
	uint64_t return_at;      /* COOKIE over UDP takes the place of TCP from then on */
	uint64_t refused_at;     /* when ERROR last said that our cookie is bad; NEVER */
	uint64_t goes_until;     /* ERROR 5 begins no search before */
	enum uplink_news news;

	uint64_t
	    quiet_us[2]; /* of IPv4, of IPv6: the NAT may be left alone for so long; 0: unknown */
	struct addr crossing;            /* of the contact, if it is one of TCP, as last reported */
	bool server_changed;             /* SERVER is to be reported */
	struct cookie cookie;            /* the contact's last */
	struct carrier_failure *failure; /* borrowed: where to say that the server is not reached */
	struct channel channels[UPLINK_CHANNELS];
};

/* u: all zero.
 * Without a server: uplink_servers follows. index: of the uplinks of one program, 0 to LIMIT_VENUES
 * - 1. failure: set when the server cannot be reached. */
void uplink_init(struct uplink *u, unsigned index, struct random *random,
                 struct carrier_failure *failure, uint64_t now);
/* The addresses of one server, up to LIMIT_PEER_ADDRS; copied. Who was the contact is it no more,
 * and the search begins there: CUT. */
void uplink_servers(struct uplink *u, const struct addr *servers, size_t count, uint64_t now);
/* A UDP socket, link 1 or 2, was bound or is gone, or a datagram of it was rejected; or an event of
 * a TCP link. False: of others nothing is taken. */
bool uplink_link(struct uplink *u, const struct link_event *event, uint64_t now);
bool uplink_request(struct uplink *u, struct link_request *request);
/* The next message among the bytes of a TCP link; false: there is no more. Broken framing ends the
 * link. */
bool uplink_read(struct uplink *u, uint16_t link, struct span *in, struct span *message,
                 uint64_t now);

/* COOKIE came on a link, from that address. False: it is no answer of this server. */
bool uplink_cookie(struct uplink *u, const struct route *from, struct span wire, uint64_t now);
/* Whether a message that came so is the contact's. */
bool uplink_is_contact(const struct uplink *u, const struct route *from);
/* The contact has answered; was asked something that it has to answer. */
void uplink_heard(struct uplink *u);
void uplink_asked(struct uplink *u, uint64_t now);
/* ERROR 1: the contact does not take our cookie. True: we ask for another, and what was refused is
 * to be repeated; false: not so often. */
bool uplink_refused(struct uplink *u, uint64_t now);

/* ERROR 5: the server has forgotten us, or is about to. It is looked for again in a moment; if that
 * was said a moment ago, too, after some seconds. */
void uplink_goes(struct uplink *u, uint64_t now);

/* The route of messages to the contact; false: there is none. */
bool uplink_way(const struct uplink *u, struct route *way);
/* There is a contact, and it takes messages. */
bool uplink_ready(const struct uplink *u);
/* *cookie: the contact's, while there is one. False: it is too old for a JOIN (S8-3). */
bool uplink_fresh(const struct uplink *u, const uint8_t **cookie, uint64_t now);
bool uplink_asking(const struct uplink *u); /* the contact owes us a cookie */
/* Asks the contact for another cookie, if ours is too old for a JOIN. */
void uplink_freshen(struct uplink *u, uint64_t now);

/* Asks everybody again: the network may have changed. */
void uplink_refresh(struct uplink *u, uint64_t now);

/* ... the sockets that are not in use: a peer is about to try the addresses they have outside. */
void uplink_look(struct uplink *u, uint64_t now);

/* quiet: the NATs of IPv4, and of IPv6, may be left alone for so long; 0: it is not known. */
void uplink_timer(struct uplink *u, const uint64_t quiet[static 2], uint64_t now);
/* The next HELLO, and its route; false: none. */
bool uplink_output(struct uplink *u, struct writer *w, struct route *to);
uint64_t uplink_deadline(const struct uplink *u);

/* What has happened, for the embedder. */
enum uplink_news uplink_take(struct uplink *u);
/* ... for the program: OBSERVED, BLOCKED, WRITABLE, SERVER. */
bool uplink_report(struct uplink *u, struct communicator_event *event);
