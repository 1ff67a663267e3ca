/* signaling: the messages between peers and a signaling server, docs/SIGNALING.md, as
 * plain structs. Each write appends one whole datagram (padded as the protocol says); each read
 * takes one whole datagram. */
#ifndef WIRE_SIGNALING_H
#define WIRE_SIGNALING_H

#include "base/addr.h"
#include "base/bytes.h"
#include "base/err.h"
#include "wire/packet.h"

struct hello {
	uint8_t nonce[NONCE_BYTES];
};
struct cookie {
	uint8_t nonce[NONCE_BYTES];
	struct addr observed;
	uint8_t cookie[COOKIE_BYTES];
	uint32_t day, relay_kbit, day_ends_s; /* day_ends_s: UINT32_MAX unknown */
};
struct join {
	uint8_t cookie[COOKIE_BYTES];
	uint8_t token[16]; /* zero when nameplate, and only then */
	uint8_t secret[SECRET_BYTES];
	bool responder, nameplate, leave;
};
struct wait {
	uint8_t secret[SECRET_BYTES], token[16];
	uint32_t nameplate;
	uint16_t refresh_s;
	uint8_t others;
};
struct intro {
	uint8_t own_secret[SECRET_BYTES];
	uint8_t peer_id[8]; /* made by the server; does not tell the peer's secret */
	uint64_t pair;
	bool responder;
	uint32_t host; /* made by the server of the room and the peer's host, which is an IPv4
			  address or an IPv6 /48: equal ones are one; 0: not told */
	struct addr peer;
};
enum signaling_error {
	SIGNALING_BAD_COOKIE = 1,
	SIGNALING_FULL = 2,
	SIGNALING_RATE = 3,
	SIGNALING_NO_PAIR = 4
};
struct error {
	uint8_t code;
	uint8_t about[8];
};

/* padded_to >= HELLO_LEN */
void hello_write(struct writer *w, const struct hello *m, size_t padded_to);
void cookie_write(struct writer *w, const struct cookie *m);
void join_write(struct writer *w, const struct join *m);
void wait_write(struct writer *w, const struct wait *m);
void intro_write(struct writer *w, const struct intro *m);
void error_write(struct writer *w, const struct error *m);

/* ERR_FORMAT: not this message, too short; ERR_VERSION: another version. Longer ones are read as
 * the first bytes. */
enum err hello_read(struct span wire, struct hello *m);
enum err cookie_read(struct span wire, struct cookie *m);
enum err join_read(struct span wire, struct join *m);
enum err wait_read(struct span wire, struct wait *m);
enum err intro_read(struct span wire, struct intro *m);
enum err error_read(struct span wire, struct error *m);

/* Stateless cookies of a server or a udp:// responder: SipHash over epoch and address under a
 * secret key. now in us. */
struct cookie_jar {
	uint8_t key[16];
};
void cookie_make(const struct cookie_jar *jar, const struct addr *address, uint64_t now,
                 uint8_t cookie[static COOKIE_BYTES]);
bool cookie_good(const struct cookie_jar *jar, const struct addr *address, uint64_t now,
                 const uint8_t cookie[static COOKIE_BYTES]);

#endif
