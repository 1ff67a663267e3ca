/* user_output: what a conversation says, on its way from the chat to our user, and back: the peer
 * learns what was really written out. */
#ifndef CMD_TALK_USER_OUTPUT_H
#define CMD_TALK_USER_OUTPUT_H

#include "cmd/talk/terminal_io.h"

/* Private to user_output.c; others embed it. */
struct user_output {
	struct terminal_io *io;
	bool pipe;
	bool failed;         /* standard output, and the peer knows it */
	uint64_t base;       /* bytes that standard output had taken when the conversation began */
	uint64_t shown;      /* texts given to the interactor */
	uint64_t written;    /* ... and written out: the peer is to learn of it */
	uint64_t confirm_at; /* at the latest, or when we say something; NEVER: it knows */
	bool holding;        /* held waits for room on the screen */
	struct event held;
};

struct user_output user_output_of(struct terminal_io *io, bool pipe);
void user_output_begin(struct user_output *o); /* a conversation */

/* Events of the chat go to the user until there is no room. at_once: what was written is confirmed
 * now. *peer_left: the peer has said everything. True: there were some. */
bool user_output_step(struct user_output *o, struct chat *chat, bool at_once, bool *peer_left,
                      uint64_t now);
/* Now is the last moment to see that somebody is there to read what is confirmed. */
void user_output_confirm(struct user_output *o, struct chat *chat);
/* The session is over: what the chat has taken of our user's words is shown with its number. */
void user_output_end(struct user_output *o, struct chat *chat);

bool user_output_failed(const struct user_output *o);
uint64_t user_output_deadline(const struct user_output *o);

#endif
