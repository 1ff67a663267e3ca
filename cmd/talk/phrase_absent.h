/* phrase_absent: what is said where nobody comes: who has not answered, and why we cannot even
 * wait. As phrase.h. */
#pragma once

#include "cmd/talk/phrase.h"

/* Who does not answer, in the order in which it is asked. */
enum phrase_silent {
	PHRASE_SILENT_NAME,    /* where: a host, whose name is not found */
	PHRASE_SILENT_ADDRESS, /* where: an address */
	PHRASE_SILENT_SO_FAR,  /* ... at the first try */
	PHRASE_SILENT_PORT,    /* ... that is reached, and no peer speaks there to us */
	PHRASE_SILENT_SERVER,  /* where: a signaling server */
	PHRASE_SILENT_CODE,    /* nobody waits with this code there */
	PHRASE_SILENT_CONTACT, /* the contact does not wait there */
	PHRASE_SILENT_PEER     /* it waits and does not answer */
};
/* reason: the system's words, or NULL. */
void phrase_absent_silence(struct phrase *p, enum phrase_silent who, const char *where,
                           const char *reason, const char *contact);
/* Too many wait there. keyed: with our access key, which may have a limit of its own. */
void phrase_absent_room(struct phrase *p, const char *server, bool keyed);
/* err, reason: the system's. listens: on at; else a socket to reach others by cannot be opened. */
void phrase_absent_socket(struct phrase *p, bool listens, const char *at, enum err err,
                          const char *reason);
