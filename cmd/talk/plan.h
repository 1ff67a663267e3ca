/* plan: what serve, connect, send and receive have made of their options: who is met, how it is
 * reached, and why its key is trusted. They fill it in before anything is opened; afterwards it is
 * only read. */
#pragma once

#include "cmd/options.h"
#include "cmd/talk/target.h"
#include "crypto/encryptor.h"
#include "session/codes.h"

enum { LIMIT_SERVERS = 2048 }; /* bytes of a list of signaling servers */

/* What for: a conversation; or files, and then it is over. */
enum plan_errand { PLAN_TALKS, PLAN_SENDS, PLAN_RECEIVES };

struct plan {
	const struct options *options;
	bool serving;
	enum plan_errand errand;
	char *const *roots; /* SENDS: files and folders */
	unsigned roots_count;
	struct book *book; /* borrowed; plan_wipe wipes it */
	const struct encryptor_class *suite;
	/* serve: another one, by which contacts come whose line names it. NULL: there are none */
	const struct encryptor_class *also;
	/* connect: where to, by which code or to which contact. serve: its way and its code. */
	struct target target;
	/* "A, B:PORT": the signaling servers to ask, the likeliest first; without one, "" */
	char servers[LIMIT_SERVERS];
	char direct[LIMIT_HOST]; /* connect, without a server: the target as text; else "" */
	struct addr listen[2];   /* serve, without a server */
	size_t listen_count;
	/* serve --to: where each connection goes */
	char to_host[LIMIT_HOST];
	uint16_t to_port;
	bool contacts;  /* serve: known contacts may come */
	bool first_use; /* whoever comes is trusted on first use, or not at all (pseudo) */
};

/* Loads the contacts, and the suite of -c; without it, suite is NULL at first. 0, or the exit
 * status. */
int plan_begin(struct plan *p);
/* A port is forwarded (--to, --listen): nobody chats, and standard input is not read. */
bool plan_forwards(const struct plan *p);
enum mode plan_mode(const struct plan *p);
/* Adds a list to the servers. False: there are too many. */
bool plan_add_servers(struct plan *p, const char *list);
/* Without a suite, it is the first one. 0, or the exit status: the options do not allow it. */
int plan_suite(struct plan *p);

/* May the target be reached as --relay-only says? 0, or an exit status: the user was
 * told. */
int plan_relay(const struct plan *p);
/* -c is on the command line, and so for contacts, too; in the settings it is for new ones. */
bool plan_insists(const struct plan *p);
/* This contact may come (--allow), or is the one we want. */
bool plan_wants(const struct plan *p, const struct contact *c);
/* ... and comes by this suite: that of its line, unless plan_insists. */
bool plan_takes(const struct plan *p, const struct contact *c, enum suite suite);
/* The contact that is met, and no other: connect's, or serve's with one --allow. NULL: there is
 * none. */
const struct contact *plan_only(const struct plan *p);
/* The program goes on when its peer has left. person: somebody sits at a terminal, and ends it. */
bool plan_goes_on(const struct plan *p, bool person);
/* ... and the peer is the same one then: connect, which knows its key. */
bool plan_seeks_again(const struct plan *p, bool person);
/* Bytes that may be buffered each way: --memory, rounded down to a power of two. */
size_t plan_memory(const struct plan *p);
/* --timeout; otherwise: without it. */
uint64_t plan_timeout_us(const struct plan *p, uint64_t otherwise);
/* By when a peer that is here now has to have shown what say says; NEVER. */
uint64_t plan_shown_by(const struct plan *p, uint64_t now);
/* When serve gives up a signaling server that has never answered; NEVER. */
uint64_t plan_server_ends(const struct plan *p, uint64_t now);
/* When a code that is made now can no longer be used; NEVER. */
uint64_t plan_code_ends(const struct plan *p, const struct code *code, uint64_t now);
/* Whether to go on trying if nobody has answered yet, for that reason. */
bool plan_patient(const struct plan *p, enum err err);
void plan_wipe(struct plan *p);
