/* target: reads what connect has to connect to, and where serve has to listen. */
#pragma once

#include "base/access_key.h"
#include "base/limits.h"
#include "cmd/book.h"
#include "crypto/code.h"
#include "transport/communicator.h"

/* A record: filled in here, read by all. Wipe it, for the code is a secret. */
struct target {
	const struct communicator_class *class; /* how it is reached; meets: at a server */
	bool has_code;                          /* words to pair by */
	struct code
	    code; /* at a server without a contact: its nameplate is set, words perhaps not */
	bool has_contact;
	struct contact contact;
	char host[LIMIT_HOST]; /* of the peer, or of the server in text; "": none was given */
	uint16_t port;
	struct access_key key; /* of the server */
};

/* Of a server's name, which is said without what was to be the key. */
#define TARGET_NO_KEY                                                                              \
	"what follows '%s/' isn't an access key. Copy it as schat keygen -t access printed it."

struct target_server {
	char host[LIMIT_HOST]; /* port 0: what is no HOST[:PORT][/KEY], without what may be a key */
	uint16_t port;
	bool ported; /* a port was given */
	bool keyed;  /* there is no key, or a good one */
	struct access_key key;
};

/* text: CODE[@SIGNAL], NUMBER[@SIGNAL], NAME[@SIGNAL], tcp://[WORDS@]HOST[:PORT],
 * tcp://NAME@HOST[:PORT], udp://.... The first match wins. at_server: a contact is met at a server,
 * even where it is kept with an address. 0, or the exit status, as below. */
int target_read(struct target *t, struct span text, const struct book *book, bool at_server);
/* Words from elsewhere (SCHAT_CODE) for a direct target that has none. */
int target_add_code(struct target *t, struct span text);
/* True if text is an address, a contact's name or a code, with or without a server behind it. */
bool target_known(struct span text, const struct book *book);
/* True if text has a code in it, which should not be seen in a list of processes. */
bool target_has_secret(struct span text);
/* "tcp://HOST:PORT", as it stands in the peers file; at a server "HOST:PORT". False when it is too
 * long. */
bool target_direct_text(const struct target *t, char out[static LIMIT_HOST]);

/* tcp://ADDR[:PORT] of serve: sets t's class; one address, or both families' any. */
int target_listen(struct target *t, struct span text, struct addr out[static 2], size_t *count);

/* The next of a list of servers "a, b:1/KEY"; false: no more. */
bool target_next_server(struct span *list, struct target_server *s);
/* "HOST[:PORT]" with the default port left out, for people. */
void target_server_text(const char *host, uint16_t port, char out[static LIMIT_HOST]);
