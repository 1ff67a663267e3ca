/* guest: one connection to the server of --ui web (web.h), with one request: what it asks, and what
 * it gets. */
#pragma once

#include "cmd/page.h"
#include "cmd/qr.h"
#include "cmd/talk/audience.h"
#include "cmd/upload.h"
#include "os/poller.h"
#include "ui/http.h"

enum {
	GUEST_ENDS = 2, /* descriptors of one: to the browser, and to the audience */
	GUEST_PIECE = 4096,
	GUEST_OUT = QR_LINES + HTTP_ANSWER,
	GUEST_UPLOADS = 8 /* whose bytes have not begun to come */
};

/* Only guest.c writes to it; others read what stands before the empty line. */
struct guest {
	enum { ASKS, SAYS, HEARS, ANSWERED, LEAVES } state;
	bool gone;      /* it is to be freed */
	uint64_t until; /* ... at this time of clock_us; or NEVER */

	int fd, line; /* to the browser; to the audience, or -1 */
	struct asked asked[GUEST_ENDS];
	bool stuck;            /* what it says has no room at the audience */
	struct upload *upload; /* what it says are its bytes; NULL */
	struct http http;
	uint8_t in[GUEST_PIECE]; /* what it says, and is not taken yet */
	size_t in_at, in_len;
	uint8_t out[GUEST_OUT]; /* what is written next, and after it rest */
	size_t out_at, out_len;
	struct span rest;
};

/* What all have to do with. */
struct guest_of {
	struct audience *audience; /* NULL: it is closed */
	struct http_place place;
	struct page page;
	/* Whoever offered these is to send their bytes, soon: POST /files/TRANSFER. */
	struct awaited {
		struct upload *upload; /* NULL: a free place */
		unsigned transfer;
		uint64_t until;
	} awaited[GUEST_UPLOADS];
};

struct guest *guest_new(int fd, uint64_t now); /* fd becomes its own. NULL: no memory */
void guest_free(struct guest *g);
/* As until; 0: at once. */
uint64_t guest_deadline(const struct guest *g);
/* Says what to wait for. who: of its first descriptor; that of the other is one more. */
void guest_ask(struct guest *g, struct poller *p, uint32_t who);
/* Reads and writes what goes. */
void guest_serve(struct guest *g, struct guest_of *w, uint64_t now);
