/* proxy: the proxy of this process, if it has one, and what is reached through it. Nobody looks
 * such a name up: it goes to the proxy as it is, and stands in the program as an address of its own
 * (addr_is_name), to which only connections lead. */
#pragma once

#include "base/addr.h"
#include "base/limits.h"
#include "base/text.h"
#include "os/proxy_talk.h"

enum { PROXY_NAMES = LIMIT_VENUES + 4 };

/* From now on, connections to all hosts but the exceptions go through it. url:
 * "socks5://[USER[:PASSWORD]@]HOST[:PORT]", or socks5h, or http; USER and PASSWORD may have %41 for
 * A. The port is 1080, or 80 for http, if none is given. exceptions: as in NO_PROXY: names, which
 * stand for all names below them too, addresses, ADDRESS/BITS, or "*", between commas or blanks;
 * borrowed for good. ERR_FORMAT: that is no such URL; ERR_VERSION: there is no such kind of proxy
 * here. */
enum err proxy_use(struct span url, struct span exceptions);

/* A URL without the user and the password in it. */
void proxy_show(const char *url, struct text *out);

/* host is reached through the proxy. */
bool proxy_covers(struct span host);
/* The address that stands for it; the same for the same name. False: there are too many. */
bool proxy_name(struct span host, uint16_t port, struct addr *out);
/* Where the proxy is, as it was given, and where it has been found; kept. */
const struct proxy *proxy_given(void);
void proxy_found(const struct addr *at, size_t count);

/* Begins to talk to the proxy about a name's address. at: where to connect. False: it is none, or
 * nobody knows where the proxy is. */
bool proxy_begin(const struct addr *name, struct addr *at, struct proxy_talk *t,
                 struct writer *out);
/* It has taken a connection; heard: and has said something. */
void proxy_answers(bool heard);
/* What to think of a proxy that takes connections and has never said anything; NULL: it has, or
 * takes none, or may be waiting for its target. closed: it has just hung up. */
const char *proxy_silence(bool closed);
