/* channel: one way to a signaling server: a UDP socket of ours, or a TCP connection to one of the
 * server's addresses. HELLO is repeated on it until COOKIE comes (docs/SIGNALING.md S2, S8-1). The
 * uplink has several and decides which of them is in use. */
#ifndef TRANSPORT_CHANNEL_H
#define TRANSPORT_CHANNEL_H

#include "transport/connection.h"
#include "wire/signaling.h"

/* The addresses of one server. Borrowed. */
struct channel_servers {
	const struct addr *at;
	size_t count;
	struct random *random;
};

/* Private to channel.c; the uplink embeds it. */
struct channel {
	bool stream; /* TCP; else UDP: */
	bool bound, observed_reported;
	uint16_t link;
	struct addr observed; /* our address as the server sees it; unset: unknown */
	struct addr server;   /* UDP: who answered last; unset: nobody. TCP: where to connect */
	uint64_t open_at;     /* when to connect; NEVER */
	unsigned failures;    /* attempts in vain, for the pause before the next */
	uint8_t nonce[NONCE_BYTES], cookie[COOKIE_BYTES];
	uint64_t cookie_at; /* when the cookie came; NEVER: there is none */
	uint64_t hello_at;  /* the next round of HELLOs; NEVER */
	unsigned hellos;    /* rounds since the last COOKIE */
	unsigned to_say;    /* bit i: the server's address i still gets this round's HELLO */
	struct connection connection; /* TCP */
};

/* UDP over the socket of that link; or, with a server, TCP. */
void channel_init(struct channel *c, uint16_t link, const struct addr *server);

/* ---- the link ---- */
/* Its UDP socket is bound, or its connection stands. */
void channel_up(struct channel *c, struct random *random, uint64_t now);
/* It is gone. reopen: it is connected again after a while. */
void channel_down(struct channel *c, bool reopen, struct random *random, uint64_t now);
bool channel_is_up(const struct channel *c);
bool channel_may_say(const struct channel *c); /* up, and takes bytes */
/* How the server is reached: the route of our messages. */
struct route channel_route(const struct channel *c);
/* TCP: the connection, for its events, requests and bytes. */
struct connection *channel_connection(struct channel *c);
/* TCP: connects at that time; sooner: only if it is to connect anyway, and later. */
void channel_connect_at(struct channel *c, uint64_t at, bool sooner);
bool channel_connect_due(const struct channel *c, uint64_t now);
void channel_connect(struct channel *c, uint16_t link);
/* TCP: no longer needed, until the next search. */
void channel_retire(struct channel *c);

/* ---- HELLO and COOKIE ---- */
/* Asks now, with a fresh nonce: answers to earlier ones are no longer taken. */
void channel_ask(struct channel *c, struct random *random, uint64_t now);
/* Asks at once, and the next time after 2 s, if the pauses have grown beyond. */
void channel_ask_sooner(struct channel *c, uint64_t now);
/* Asks at that time; NEVER: no more. */
void channel_ask_at(struct channel *c, uint64_t at);
bool channel_asking(const struct channel *c);
bool channel_ask_due(const struct channel *c, uint64_t now);
/* A round of HELLOs begins: to all addresses of the server, or to the one that answered. */
void channel_round(struct channel *c, const struct channel_servers *servers, bool all,
                   uint64_t now);
/* TCP: the connection stands, and no COOKIE has come for 5 s. */
bool channel_mute(const struct channel *c, uint64_t now);
/* This round's next HELLO and its route; false: all have been said. */
bool channel_output(struct channel *c, const struct channel_servers *servers, struct writer *w,
                    struct route *to);
/* Whether it is an answer to a HELLO of this channel. */
bool channel_answers(const struct channel *c, const struct channel_servers *servers,
                     const struct addr *from, const struct cookie *m);
/* Keeps what the answer says. */
void channel_cookie(struct channel *c, const struct addr *from, const struct cookie *m,
                    uint64_t now);
/* The cookie, and when it came; NEVER: there is none. */
uint64_t channel_cookie_at(const struct channel *c);
const uint8_t *channel_cookie_bytes(const struct channel *c);
void channel_forget_cookie(struct channel *c);

uint64_t channel_deadline(const struct channel *c);
/* OBSERVED, BLOCKED or WRITABLE; false: there is nothing to report. */
bool channel_report(struct channel *c, struct communicator_event *event);

#endif
