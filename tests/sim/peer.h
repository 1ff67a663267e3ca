/* peer: one side of a simulated conversation: an endpoint, a chat, and a user who says lines and
 * notes what is heard. */
#pragma once

#include "chat/chat.h"
#include "endpoint/endpoint.h"
#include "net.h"

enum { SIM_LINES = 200, SIM_DIARY = 2000 };

/* What became of a user's lines, over all the programs of its. */
struct diary {
	unsigned said;
	uint8_t shown[SIM_DIARY]; /* so often, to the other one */
	bool confirmed[SIM_DIARY];
	bool unsure[SIM_DIARY]; /* it was told that it is not */
};

struct peer_setup {
	int node;
	bool initiator;
	const struct communicator_class *communicator;
	struct communicator_config where;
	struct addr other_server; /* beside that of where; port 0: none */
	const struct encryptor_class *suite;
	const struct identity *identity, *pair;
	const struct public_key *expected;
	const struct code *code;
	bool contacts, first_use, no_relay, relay_only;
	enum mode mode;
	uint64_t silence_us;
	unsigned lines;               /* chat: how many to say; pipe: how many KiB to send */
	size_t text_len;              /* of each line, on both sides; 0: as short as they are */
	uint64_t say_from, say_until; /* spread over this time */
	uint64_t finish_at;           /* when its user leaves; NEVER: when the other does */
	struct random *clumsy; /* it calls what it should not, by chance (clumsy.h); NULL: never */
	/* Its program outlives conversations, and connect looks for its peer again. */
	struct diary *diary, *theirs; /* both, or NULL */
};

struct peer {
	struct peer_setup setup;
	struct endpoint *ep;
	struct chat *chat;
	unsigned said, heard, delivered;
	uint64_t bytes_in, bytes_out;
	uint64_t shown; /* the last line's number in this conversation */
	bool wrong;     /* a line lost, doubled or out of order */
	char note[160];
	bool ready, over, failed;
	enum err err;
	unsigned guesses;
	enum refuse_reason refused;
	bool changed;
	uint64_t ready_at, over_at;
	unsigned conversations;
	unsigned first; /* lines that were said in earlier ones */
};

void peer_start(struct peer *p, const struct peer_setup *setup, struct net *n);
void peer_arrival(struct peer *p, struct net *n, const struct arrival *a);
void peer_run(struct peer *p, struct net *n); /* everything due now */
uint64_t peer_due_at(const struct peer *p, const struct net *n);
void peer_end(struct peer *p);
bool peer_direct(struct peer *p); /* its data takes a direct path now */
