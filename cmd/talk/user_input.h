/* user_input: what our user types or sends, from standard input to speech (ui/speech.h): when it is
 * read, and what is said about input that is for nobody. */
#ifndef CMD_TALK_USER_INPUT_H
#define CMD_TALK_USER_INPUT_H

#include "cmd/talk/terminal_io.h"
#include "ui/speech.h"

/* Touched by user_input.c alone. */
struct user_input {
	struct terminal_io *io;
	struct speech *speech;
	bool failed; /* standard input */
	/* input that is for nobody: it was reported; no more is read before */
	uint64_t unsent_reported_at, rest_until;
};

/* Both are borrowed. */
struct user_input user_input_of(struct terminal_io *io, struct speech *speech);

/* After a wait. True, once: standard input has failed. */
bool user_input_read(struct user_input *in, const struct watch watches[static TERMINAL_IO_WATCHES],
                     uint64_t now);
/* Reads what was typed so far: it was meant for who leaves. */
void user_input_drain(struct user_input *in, uint64_t now);
/* To be asked the moment after it was said who is here, and before the peer is heard: an answer to
 * the peer comes later. What is read from then on is for the peer. */
void user_input_settle(struct user_input *in, uint64_t now);
/* What could not be sent, in one sentence, as long as more of it comes, but not for ever. False:
 * nothing to report now. */
bool user_input_unsent(struct user_input *in, struct event *event,
                       char sentence[static SPEECH_SENTENCE], uint64_t now);

bool user_input_failed(const struct user_input *in);
bool user_input_rests(const struct user_input *in, uint64_t now); /* nothing is to be read now */
uint64_t user_input_deadline(const struct user_input *in, uint64_t now);

#endif
