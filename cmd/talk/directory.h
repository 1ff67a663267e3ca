/* directory: the addresses of the peer or the signaling servers, for as long as the program runs.
 * Names are looked up in the background, all at once, and again while nobody answers at an address,
 * since hosts move, and name servers fail for a while. If one of several servers does not answer,
 * the others are enough. */
#pragma once

#include "cmd/talk/servers.h"
#include "endpoint/endpoint_event.h"
#include "os/resolve.h"
#include "os/srv.h"

enum {
	DIRECTORY_PLACES = LIMIT_VENUES,
	DIRECTORY_TEXT = 2 * LIMIT_HOST + 32,
	DIRECTORY_WATCHES = DIRECTORY_PLACES * (RESOLVE_FAMILIES + 1)
};

struct directory_place {
	char given
	    [LIMIT_HOST]; /* by the user: HOST[:PORT], or a domain whose servers are asked for */
	char host[LIMIT_HOST];
	uint16_t port, priority;
	char name[SERVERS_NAME];
	struct access_key key;            /* that the server wants */
	const char *why;                  /* why nobody answers; NULL: the system has not said */
	struct addr at[LIMIT_PEER_ADDRS]; /* none: not known yet */
	size_t at_count;
	bool answered, silent; /* it has answered once; it does not answer now */
	bool introduced;       /* it has introduced a peer since the last conversation */
	bool untold, told;     /* silent, and the user has yet to hear of it; has heard of it */
	/* given is a domain: its SRV records are looked up first, each time, and this place is the
	 * first of its servers. */
	bool domain;
	bool asking, asked; /* for SRV records: now; in this look-up */
	bool looking;       /* for addresses */
	unsigned looks;     /* look-ups since an answer */
	uint64_t look_at;   /* when to look up again; NEVER */
	uint64_t ask_until; /* how long to wait for SRV records */
	struct srv srv;
	struct resolve resolve;
};

/* Only directory.c writes to it; others embed it, and read all but places. */
struct directory {
	bool meets;
	size_t count; /* of places; 0: nothing is looked for */
	struct directory_place places[DIRECTORY_PLACES];
	char servers[DIRECTORY_TEXT]; /* as people write them: "A, B or C"; "" without */
	/* Of the last step: the place, where it is, why nobody answers there. */
	struct communicator_place place;
	const struct addr *at;
	size_t at_count;
	const char *why;
	struct communicator_event failure; /* of DIRECTORY_FAILED, as a communicator would say it */
};

/* Returns 0, or the exit status after saying which name is invalid. End it in any case. */
int directory_init(struct directory *d, const struct plan *plan, uint64_t now);
void directory_end(struct directory *d);

/* A server as people write it: HOST, or HOST:PORT. "": there is no such place. */
void directory_text(const struct directory *d, unsigned place, char out[static LIMIT_HOST]);
/* The same with its key, for a peer who is to come there. */
void directory_invites(const struct directory *d, unsigned place, char out[static LIMIT_HOST]);
/* By which it is found again: the domain that named it, or the same text; with its key. */
void directory_given(const struct directory *d, unsigned place, char out[static LIMIT_HOST]);
/* We have given it an access key. */
bool directory_keyed(const struct directory *d, unsigned place);
/* Why no address was found for it; NULL: one was, or the reason is not known. */
const char *directory_why(const struct directory *d, unsigned place);
/* Whether a server that was given as text has introduced a peer since the last conversation. */
bool directory_introduced(const struct directory *d, const char *text);

/* Takes what the endpoint reports. True: it is about a server that can be done without, so the
 * failure ends nothing, and directory_step has what there is to say about it. */
bool directory_event(struct directory *d, const struct endpoint_event *e, uint64_t now);

enum directory_news {
	DIRECTORY_NOTHING,
	DIRECTORY_FOUND,  /* place is at these addresses now */
	DIRECTORY_SILENT, /* nobody answers at place, and we go on without it */
	DIRECTORY_FAILED /* failure: ERR_TIMEOUT: the name could not be looked up; ERR_FORMAT: there
	                     is no such name. It is tried again */
};
/* The next news, until there are none; directory_deadline says when again. */
enum directory_news directory_step(struct directory *d, uint64_t now);
/* Returns how many there are. */
size_t directory_watch(const struct directory *d, struct watch out[static DIRECTORY_WATCHES]);
uint64_t directory_deadline(const struct directory *d);
