/* control: the messages of stream 0. docs/PROTOCOL.md 6.3. */
#include <string.h>

#include "base/assert.h"
#include "session/core.h"

bool control_send(struct session *s, enum control_type type, struct span body)
{
	uint8_t header[CONTROL_HEADER] = { (uint8_t)type };

	assert(body.len <= CONTROL_BODY_MAX);
	if (session_write_room(s, STREAM_CONTROL) < sizeof header + body.len)
		return false; /* the peer takes nothing in any more */
	store_be16(header + 1, (uint16_t)body.len);
	session_write(s, STREAM_CONTROL, span_of(header, sizeof header));
	session_write(s, STREAM_CONTROL, body);
	return true;
}

/* ---- words to compare ---- */

_Static_assert((int)CONTROL_COMMIT == (int)COMPARE_COMMIT &&
                   (int)CONTROL_NONCE == (int)COMPARE_NONCE &&
                   (int)CONTROL_REVEAL == (int)COMPARE_REVEAL,
               "compare.h names these messages as they are on the wire");

void control_compare(struct session *s)
{
	uint8_t body[COMPARE_BODY];
	enum compare_type type;

	while (compare_output(&s->compare, &type, body)) {
		control_send(s, (enum control_type)type, span_of(body, sizeof body));
		s->compare_end = s->send[STREAM_CONTROL].end;
	}
	bytes_wipe(body, sizeof body);
}

/* A responder's REVEAL has to leave before its CLOSE may: else the initiator would count a try. Nothing further is waited for: who has
 * seen r has had a try, and could keep it unseen by staying silent. */
bool control_comparing(const struct session *s)
{
	return s->config.compare &&
	       (s->compare.state != COMPARE_DONE || s->send[STREAM_CONTROL].next < s->compare_end);
}

static void compare_message(struct session *s, struct span body)
{
	enum err err = compare_input(&s->compare, (enum compare_type)s->control[0], body);

	if (err == OK)
		control_compare(s);
	else
		session_protocol_error(s, err == ERR_AUTH ? "the words to compare were changed"
		                                          : "words to compare out of turn");
}

/* ---- all messages ---- */

static void dispatch(struct session *s, uint64_t now)
{
	struct reader r =
	    reader_of(span_of(s->control + CONTROL_HEADER, s->control_len - CONTROL_HEADER));

	switch (s->control[0]) {
	case CONTROL_CANDIDATES: punch_message(s, &r, now); break;
	case CONTROL_REKEY: rekey_message(s, &r, now); break;
	case CONTROL_COMMIT:
	case CONTROL_NONCE:
	case CONTROL_REVEAL: compare_message(s, span_of(r.at, r.left)); break;
	default: break; /* of a later version: skipped */
	}
}

/* Moves bytes of the stream into the message under assembly until it holds want bytes. */
static bool gather(struct session *s, size_t want)
{
	while (s->control_len < want) {
		struct span bytes = session_read(s, STREAM_CONTROL);
		size_t take = want - s->control_len < bytes.len ? want - s->control_len : bytes.len;

		if (take == 0)
			return false;
		memcpy(s->control + s->control_len, bytes.at, take);
		s->control_len += take;
		session_consume(s, STREAM_CONTROL, take);
	}
	return true;
}

void control_receive(struct session *s, uint64_t now)
{
	while (!s->closing && gather(s, CONTROL_HEADER)) {
		size_t len = load_be16(s->control + 1);

		if (len > CONTROL_BODY_MAX) {
			session_protocol_error(s, "control message too long");
			return;
		}
		if (!gather(s, CONTROL_HEADER + len))
			return;
		dispatch(s, now);
		s->control_len = 0;
	}
}
