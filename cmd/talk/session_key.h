/* session_key: the fresh RSA pair that a session of the suite rsa needs, made in a child process
 * while the conversation goes on. */
#ifndef CMD_TALK_SESSION_KEY_H
#define CMD_TALK_SESSION_KEY_H

#include "cmd/talk/phrase.h"
#include "endpoint/endpoint.h"
#include "os/child.h"

/* Private to session_key.c; others embed it. */
struct session_key {
	struct child child;
};

struct session_key session_key_none(void);
void session_key_end(struct session_key *k);
int session_key_fd(const struct session_key *k); /* readable when there is news; -1 */

/* Serving, before a peer is there: waits for the first one, if the endpoint wants one. 0, or the
 * exit status after saying why. */
int session_key_first(struct endpoint *endpoint);
/* Starts making one that the endpoint wants, gives it one that is made. False: *p says why not. */
bool session_key_step(struct session_key *k, struct endpoint *endpoint, struct phrase *p);

#endif
