/* http: what the page of --ui web asks its server for: the small part of HTTP/1.1 (RFC 9112) that a
 * browser needs, read strictly. A connection carries one request. Whoever asks must be the page:
 * the names in Host and Origin are constants, and all but the page itself wants the token. */
#pragma once

#include "base/text.h"

enum {
	HTTP_HEAD = 8192,   /* bytes of a request before its body */
	HTTP_BODY = 100096, /* ... of its body: the longest line of a command, and its end */
	HTTP_SHORT = 512,   /* ... where it is no command of the conversation */
	HTTP_TOKEN = 32,    /* hexadecimal digits: 128 random bits */
	HTTP_ANSWER = 1024, /* bytes before the body of an answer, at most */
	HTTP_CHUNK = 8      /* ... before those of a chunk: http_chunk */
};

enum http_wants {
	HTTP_PAGE,     /* GET / */
	HTTP_EVENTS,   /* POST /events: a command attach; the answer is events until they end */
	HTTP_COMMANDS, /* POST /commands: one or more, each a line */
	HTTP_QR,       /* POST /qr: the text for a QR code */
	HTTP_UPLOAD    /* POST /files/TRANSFER: all bytes of its files */
};

/* Only http.c writes to it; others embed it and read what stands before the empty line. Zeroes: a
 * request begins. */
struct http {
	unsigned status; /* of the answer, once the head is known; 200: as wanted, else an error. */
	enum http_wants wants;
	uint64_t body; /* bytes of the body that are still to come */
	unsigned transfer;
	bool no_body; /* of the answer: HEAD */

	size_t len;
	uint8_t head[HTTP_HEAD];
};

/* What a request is compared with. */
struct http_place {
	uint16_t port;
	char token[HTTP_TOKEN + 1];
};

/* Reads the head. Returns how many of the bytes belong to it; when status is set, what follows is
 * the body. Wipes the head then. */
size_t http_input(struct http *h, const struct http_place *at, struct span bytes);
/* What there is of the body; the rest of bytes is no part of the request. */
struct span http_take_body(struct http *h, struct span bytes);

/* The answer up to its body; of an error the body too. len: bytes of the body; HTTP_EVENTS has
 * chunks instead. script, style: of the page, what its policy allows: "sha256-...". */
void http_answer(const struct http *h, size_t len, const char *script, const char *style,
                 struct writer *w);
/* What stands before a chunk of so many bytes, behind which comes a CR LF; 0: the end of all. */
void http_chunk(size_t len, struct writer *w);
