/* channel: one way to a signaling server: a UDP socket of ours, or a TCP connection to one of the
 * server's addresses. HELLO is repeated on it until COOKIE comes (docs/SIGNALING.md S2, S8-1). The
 * uplink has several and decides which of them is in use. */
#ifndef TRANSPORT_CHANNEL_H
#define TRANSPORT_CHANNEL_H

#include "transport/carrier.h"
#include "wire/framing.h"
#include "wire/signaling.h"

/* The addresses of one server. Borrowed. */
struct channel_servers {
	const struct addr *at;
	size_t count;
	struct random *random;
};

/* Private to channel.c; the uplink embeds it. */
struct channel {
	enum socket_state state;
	bool stream;
	bool blocked, blocked_reported, observed_reported;
	uint16_t link;
	struct addr local;
	struct addr server;   /* TCP: where to connect. UDP: who answered last; unset: nobody */
	struct addr observed; /* UDP: our address as the server sees it; unset: unknown */
	uint64_t open_at;     /* TCP and NONE: when to connect; NEVER */
	unsigned failures;    /* TCP: attempts in vain, for the pause before the next */
	uint8_t nonce[NONCE_BYTES], cookie[COOKIE_BYTES];
	uint64_t cookie_at; /* when the cookie came; NEVER: there is none */
	uint64_t hello_at;  /* the next round of HELLOs; NEVER */
	unsigned hellos;    /* rounds since the last COOKIE */
	unsigned to_say;    /* bit i: the server's address i still gets this round's HELLO */
	struct framing framing;
};

/* server: NULL for a UDP channel. */
void channel_init(struct channel *c, uint16_t link, const struct addr *server);

/* ---- the link ---- */
void channel_up(struct channel *c, const struct addr *local, struct random *random, uint64_t now);
/* It is gone. reopen: it is connected again after a while. */
void channel_down(struct channel *c, bool reopen, struct random *random, uint64_t now);
/* ... by us: os/ is to close it. */
void channel_close(struct channel *c);
/* No longer needed: closes a connection, until channel_connect. */
void channel_retire(struct channel *c);
/* A TCP channel that is not open is opened at that time; one that waits for its time, at that one
 * at the latest. */
void channel_connect(struct channel *c, uint64_t at);
void channel_connect_sooner(struct channel *c, uint64_t at);
bool channel_connect_due(const struct channel *c, uint64_t now);
void channel_open(struct channel *c, uint16_t link);
bool channel_request(struct channel *c, struct link_request *request);
void channel_block(struct channel *c, bool blocked);
/* True while the channel has a link of that number, in whatever state. */
bool channel_has_link(const struct channel *c, uint16_t link);
/* An event about a link that we have closed meanwhile changes nothing else. */
bool channel_closing(struct channel *c, const struct link_event *event);
bool channel_is_up(const struct channel *c);
bool channel_may_say(const struct channel *c); /* up, and takes bytes */
/* How the server is reached: the route of our messages. */
struct route channel_route(const struct channel *c);
/* The next message among the bytes of a TCP channel. *bad: the framing is broken. */
bool channel_read(struct channel *c, struct span *in, struct span *message, bool *bad);

/* ---- HELLO and COOKIE ---- */
/* Asks now, with a fresh nonce: older answers are no longer taken. */
void channel_ask(struct channel *c, struct random *random, uint64_t now);
/* As soon as the pauses have grown, asks at once and more often again. */
void channel_ask_sooner(struct channel *c, uint64_t now);
/* Asks at that time; NEVER: no more. */
void channel_ask_at(struct channel *c, uint64_t at);
bool channel_asking(const struct channel *c);
bool channel_ask_due(const struct channel *c, uint64_t now);
/* A round of HELLOs begins: to all addresses of the server, or to the one that answered. */
void channel_round(struct channel *c, const struct channel_servers *servers, bool all,
                   uint64_t now);
/* TCP: the connection stands, and nothing has come for 5 s. */
bool channel_mute(const struct channel *c, uint64_t now);
/* This round's next HELLO and where it goes; false: all have been said. */
bool channel_output(struct channel *c, const struct channel_servers *servers, struct writer *w,
                    struct addr *to);
/* True: it is an answer to a HELLO of this channel. */
bool channel_answers(const struct channel *c, const struct channel_servers *servers,
                     const struct addr *from, const struct cookie *m);
/* Keeps what it says. from: its sender. */
void channel_cookie(struct channel *c, const struct addr *from, const struct cookie *m,
                    uint64_t now);
/* When the cookie that we have came; NEVER: there is none. */
uint64_t channel_cookie_at(const struct channel *c);
void channel_forget_cookie(struct channel *c);
const uint8_t *channel_cookie_bytes(const struct channel *c);

uint64_t channel_deadline(const struct channel *c);
/* OBSERVED, BLOCKED or WRITABLE; false: there is nothing to report. */
bool channel_report(struct channel *c, struct communicator_event *event);

#endif
