/* voice: one end of a conversation that outlives programs: it says numbered lines, which wait in an
 * outbox for as long as the other end is not here, and hears those of the other end. */
#pragma once

#include "chat/chat.h"

struct voice {
	char says[24], hears[24]; /* what lines begin with */
	unsigned said, heard;     /* ever; no line is heard twice, or before another one */
	bool wrong;
	struct chat *chat; /* NULL: nobody is here */
	struct outbox *box;
	struct random *random;
	uint8_t *disk; /* of the outbox, as it was written */
	size_t disk_len, disk_cap;
};

/* The program starts: what an earlier one had is on the disk. */
void voice_start(struct voice *v, struct random *random);
/* It ends, or is killed: what is in memory is gone. */
void voice_stop(struct voice *v);
void voice_end(struct voice *v); /* and the disk */
void voice_say(struct voice *v);
void voice_meet(struct voice *v, struct session *s);
void voice_part(struct voice *v);
/* After every input of the session, and before its output. */
void voice_step(struct voice *v);
bool voice_is_done(const struct voice *v, const struct voice *other); /* all is heard */
