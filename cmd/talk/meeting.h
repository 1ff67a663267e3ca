/* meet_inner: what the parts of meet share: meet.c (who is let in), meet_server.c (servers, codes,
 * ports), meet_fail.c. */
#ifndef CMD_TALK_MEETING_H
#define CMD_TALK_MEETING_H

#include "cmd/talk/talk.h"

enum { SENTENCE = 1024 };

struct text sentence_in(char buffer[static SENTENCE]);
const char *fingerprint_of(const struct public_key *key, char out[static FINGERPRINT_TEXT]);
void add_key_line(struct text *t, const struct public_key *key); /* quoted for a shell */

/* meet_server.c */
bool meet_is_wanted(const struct contact *c,
                    const void *talk); /* by --allow, or the one we want to meet */
void meet_rooms(struct talk *t, uint64_t now);
void meet_communicator(struct talk *t, const struct communicator_event *e, uint64_t now);

/* meet_fail.c */
void meet_code_dead(struct talk *t, const char *why);
void meet_guessed(struct talk *t, const struct endpoint_event *e);
void meet_wrong_code(struct talk *t,
                     uint32_t number); /* connect: of so many, and nobody else answers */
void meet_key_changed(struct talk *t, const struct endpoint_event *e);
void meet_refused(struct talk *t, const struct endpoint_event *e);
void meet_failed(struct talk *t, const struct endpoint_event *e);

#endif
