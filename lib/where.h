/* where: reads where to wait, or what to connect to. */
#pragma once

#include "base/access_key.h"
#include "base/err.h"
#include "base/limits.h"
#include "transport/communicator.h"

enum { WHERE_HOST = 256 };

/* A record: filled in here, read by all. */
struct where {
	const struct communicator_class *class;
	struct addr at[2]; /* to listen at, or to connect to */
	size_t count;      /* 0: host has to be looked up */
	char host[WHERE_HOST];
	uint16_t port;
	struct access_key key; /* of the server */
};

/* "tcp://HOST[:PORT]", "udp://HOST[:PORT]", or "HOST[:PORT][/KEY]" of a signaling server.
 * listens: this side waits there; then it is a number, or empty for every address. ERR_FORMAT;
 * ERR_USAGE: a kind that has no addresses. */
enum err where_read(struct span text, bool waits, struct where *out);
