/* talk: what serve and connect share: one conversation after the other, from sockets to screen. The
 * objects and the loop that joins them; talk.c is the loop, meet.c decides about peers, rooms.c
 * waits for contacts at a signaling server. */
#ifndef CMD_TALK_TALK_H
#define CMD_TALK_TALK_H

#include "base/hush.h"
#include "cmd/book.h"
#include "cmd/options.h"
#include "cmd/talk/contact_rooms.h"
#include "cmd/talk/hosts.h"
#include "cmd/talk/target.h"
#include "cmd/talk/terminal_io.h"
#include "endpoint/endpoint.h"
#include "os/child.h"
#include "os/net.h"
#include "ui/speech.h"

struct talk {
	const struct options *o;
	bool serving;
	enum target_kind kind;
	const struct encryptor_class *suite;
	struct identity identity;
	struct book *book;
	char server[LIMIT_HOST]; /* the signaling server as people write it; "" without */
	char direct[LIMIT_HOST]; /* connect: "tcp://HOST:PORT", to be kept with the peer; "" without
				  */
	struct public_key expected; /* connect: of the contact */

	struct net *net;
	struct endpoint *endpoint;
	struct hosts hosts;
	struct chat *chat;
	struct screen screen;
	struct speech speech;                /* our user's words, and to whom they go */
	uint64_t unsent_told_at, rest_until; /* input that is for nobody: told; not read before */
	struct rooms rooms;
	struct child pair_child; /* makes the next RSA pair */

	/* meeting */
	struct code code; /* serve: what a new peer pairs by; connect: what we pair by */
	bool has_code;    /* it is alive */
	bool has_nameplate_room;
	bool code_told; /* serve: the command for the other side was shown */
	bool contacts;  /* serve: known contacts may come */
	bool server_told, waiting_told, failure_told;
	uint32_t members;          /* of the other role in our room, as the server last said */
	uint64_t code_ends_at;     /* NEVER */
	struct addr failed_at;     /* where nothing answered; zeroes */
	struct public_key refused; /* the last stranger: told once */
	struct hush refusals;      /* ... and many, not one by one */

	/* the conversation */
	bool talking; /* the chat is attached */
	bool over; /* the endpoint has said that the session is over: the chat takes what is left */
	struct contact peer; /* name "" for a peer that is not known and not kept */
	char peer_name[LIMIT_NAME + 1], fingerprint[FINGERPRINT_TEXT], words[COMPARE_TEXT];
	struct session_path path;
	bool user_left, input_failed, output_failed;
	uint64_t out_base;   /* screen.out_bytes when the conversation began */
	uint64_t shown;      /* texts given to the screen */
	uint64_t displayed;  /* ... and written out: the peer is to learn of it */
	uint64_t confirm_at; /* at the latest, or when we say something; NEVER: it knows */
	bool holding;        /* held waits for room on the screen */
	struct event held;

	/* the end */
	bool finishing, done;
	uint64_t finish_from, finish_until; /* not before; at the latest */
	int exit_code;
	enum err end_err; /* why, for EVENT_CLOSED */
	bool closed_told;
};

/* What serve and connect do alike. 0, or the exit code after it was said why. */
int talk_suite(struct talk *t, const char *name); /* also: --insecure and what goes with it */
int talk_open(struct talk *t); /* identity, network, screen; signals from here on are events */
int talk_resolve(struct talk *t, const char *host, uint16_t port,
                 struct addr out[static LIMIT_PEER_ADDRS], size_t *count);
/* The first of the list that has an address becomes t->server. */
int talk_server(struct talk *t, const char *list, struct communicator_config *network);
/* config: what the caller knows; the rest is filled in here. Takes the communicator. */
int talk_start(struct talk *t, struct communicator_config *network, struct endpoint_config *config);
int talk_run(struct talk *t);                   /* the exit code */
void talk_close(struct talk *t, int exit_code); /* the code that the program ends with */

/* On the screen and in the log; strings up to a NULL. */
void talk_say(struct talk *t, const char *first, ...);
void talk_detail(struct talk *t, const char *first, ...); /* with -v */
void talk_log(struct span sentence);                      /* in the log alone, made safe */
/* An error with what to do about it (NULL: nothing); the program then ends with this code. */
void talk_fail(struct talk *t, int exit_code, const char *text, const char *hint);
/* The same, and goes on. err: what a program is told. */
void talk_warn(struct talk *t, enum err err, const char *text, const char *hint);
/* Who is here was said, and nothing waits to be read: what is read from now on is for them. To be asked
 * the moment after it is said, and before the peer is heard: an answer to the peer comes later. */
void talk_settle(struct talk *t);
void talk_end(struct talk *t, int exit_code); /* the loop ends when the last words are said */

/* talk_end.c: how conversations and the program end, and what is said about it */
void talk_tell_unsent(struct talk *t, bool end); /* what could not be sent */
void talk_conversation_over(struct talk *t, enum err err, struct span words);
/* The same peer has come again, its old session being of no use to it any more. */
void talk_conversation_replaced(struct talk *t);
/* Standard input cannot be read, or standard output not be written, and nobody is here. */
void talk_fail_input(struct talk *t);
void talk_fail_output(struct talk *t);
void talk_closed(struct talk *t); /* EVENT_CLOSED, once */

/* meet.c */
bool meet_events(struct talk *t,
                 uint64_t now); /* all that the endpoint has to tell; true: there was something */
void meet_timer(struct talk *t, uint64_t now); /* the code's ten minutes */
const char *meet_path_text(const struct session_path *path);
void meet_show_who(struct talk *t, enum event_kind kind);
uint64_t talk_timeout_us(const struct talk *t, uint64_t otherwise); /* --timeout */

#endif
