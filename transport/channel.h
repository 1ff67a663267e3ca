/* channel: one way to a signaling server: a UDP socket of ours, or a TCP connection to one of the
 * server's addresses. HELLO is repeated on it until COOKIE comes (docs/SIGNALING.md S2, S8-1). The
 * uplink has several and decides which of them is in use. */
#pragma once

#include "transport/connection.h"
#include "wire/signaling.h"

/* The addresses of one server. */
struct channel_servers {
	size_t count;
	struct random *random; /* borrowed */
	struct addr at[LIMIT_PEER_ADDRS];
};

/* Only channel.c writes to it; the uplink embeds it, reads cookie, cookie_at and hello_at, and asks
 * connection for requests and bytes. */
struct channel {
	const struct channel_servers *servers; /* borrowed */
	bool stream;                           /* TCP; else UDP: */
	bool bound, observed_reported;
	uint16_t link;        /* UDP: of the socket. TCP: of the next connection */
	uint16_t fresh;       /* UDP: one that takes its place when COOKIE comes there; 0: none */
	struct addr observed; /* our address as the server sees it; unset: unknown */
	uint64_t unseen_at;   /* UDP: when that is forgotten, unless COOKIE comes before; NEVER */
	struct addr server;   /* UDP: who answered last; unset: nobody. TCP: where to connect */
	uint64_t open_at;     /* when to connect, or to give that up; NEVER */
	unsigned failures;    /* attempts in vain, for the pause before the next */
	uint8_t nonce[NONCE_BYTES], cookie[COOKIE_BYTES];
	uint64_t cookie_at; /* when the cookie came; NEVER: there is none */
	uint64_t cut_at;    /* when a link that had brought one went down; NEVER: none has */
	uint64_t hello_at;  /* the next round of HELLOs; NEVER */
	unsigned hellos;    /* rounds since the last COOKIE */
	unsigned to_say;    /* bit i: the server's address i still gets this round's HELLO */
	unsigned wakes;     /* since the last COOKIE */
	bool wake_due;
	struct connection connection; /* TCP */
};

/* c: all zero.
 * UDP over the socket of that link; or, with a server, TCP: its links have that number, from
 * CHANNEL_TCP on, and after each connection one that is larger by CHANNEL_STEP. */
enum { CHANNEL_TCP = 256, CHANNEL_STEP = 256 };
void channel_init(struct channel *c, const struct channel_servers *servers, uint16_t link,
                  const struct addr *server);

/* ---- the link ---- */
/* Its connection, or else a UDP socket of its family, has that number, in whatever state. */
bool channel_has(const struct channel *c, uint16_t link);
/* COOKIE has come on that link. True: it is a fresh socket, which takes the place of the one before
 * by that, so that JOIN is to come from there; it would too if a search began. */
bool channel_turned(struct channel *c, uint16_t link);
/* An event of its link. Say channel_down when it is down. */
enum connection_change channel_link(struct channel *c, const struct link_event *event,
                                    uint64_t now);
/* It is gone, or of no use. reopen: it is connected again after a while, which is short where a
 * server has just answered (S8-18). */
void channel_down(struct channel *c, bool reopen, uint64_t now);
bool channel_is_up(const struct channel *c);
bool channel_may_say(const struct channel *c); /* up, and takes bytes */
/* How the server is reached: the route of our messages. */
struct route channel_route(const struct channel *c);
/* TCP: no longer needed, until the next search. */
void channel_retire(struct channel *c);
/* ... but it stands for two more seconds: our membership would end with it, if the server had not
 * heard of us by another way before. */
void channel_leave(struct channel *c, uint64_t now);
/* TCP: the connection stands, and no COOKIE has come for 5 s; or it does not stand after 10; or it
 * was left. */
bool channel_mute(const struct channel *c, uint64_t now);

/* The server's addresses have changed. server: the TCP channel's. */
void channel_move(struct channel *c, const struct addr *server);

/* ---- HELLO and COOKIE ---- */
/* Asks now, with a fresh nonce: answers to earlier ones are no longer taken. */
void channel_ask(struct channel *c, uint64_t now);
void channel_rest(struct channel *c); /* asks no more */
/* A search begins: asks now; TCP connects after so long (S8-2). */
void channel_search(struct channel *c, uint64_t after_us, uint64_t now);
/* ... goes on, and pauses have grown meanwhile: they are short again. */
void channel_search_sooner(struct channel *c, uint64_t after_us, uint64_t now);
/* ... and another channel has failed: TCP connects at once, unless it has failed before. */
void channel_hurry(struct channel *c, uint64_t now);
/* Connects and asks when that is due: all addresses of the server, or the one that answered. True:
 * a round of HELLOs has begun. */
bool channel_timer(struct channel *c, bool all, uint64_t now);
/* This round's next HELLO and its route; false: all have been said. */
bool channel_output(struct channel *c, struct writer *w, struct route *to);
/* Keeps what COOKIE says. False: it is no answer to a HELLO of this channel. */
bool channel_input(struct channel *c, const struct route *from, const struct cookie *m,
                   uint64_t now);
bool channel_has_cookie(const struct channel *c, uint64_t us, uint64_t now); /* ... no older */
bool channel_answered(const struct channel *c, uint64_t since); /* ... has come since then */
void channel_forget_cookie(struct channel *c);
/* UDP: TCP was faster. Unless COOKIE comes here soon (as channel_hears is told, though it is not
 * taken), we are seen nowhere any more: our network is one that lets no UDP pass. */
void channel_doubt(struct channel *c, uint64_t now);
void channel_hears(struct channel *c, const struct cookie *m);
/* A UDP socket that is not the contact is kept in use, from now on. quiet_us: the NATs of IPv4, of
 * IPv6, may be left alone for so long; 0: it is not known. */
void channel_keep(struct channel *c, const uint64_t quiet_us[static 2], uint64_t now);
/* A byte to who answered last takes the place of the HELLO that is due, to wake the NAT. False: it
 * is HELLO's turn, since the address may have changed, or nothing is due. */
bool channel_wake(struct channel *c, const uint64_t quiet_us[static 2], uint64_t now);
/* Such a socket asks now, unless it has just done so. */
void channel_look(struct channel *c, uint64_t now);

uint64_t channel_deadline(const struct channel *c);
/* OBSERVED, of the contact's connection, if that is seen at another address than *told; NULL: there
 * is no contact. */
bool channel_crossing(const struct channel *c, struct addr *told, struct communicator_event *event);
/* OBSERVED (unset: nowhere any more), BLOCKED or WRITABLE; false: there is nothing to report. */
bool channel_report(struct channel *c, struct communicator_event *event);
