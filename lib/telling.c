#include "lib/telling.h"

struct schat_event telling_of(enum schat_event_kind kind, enum err err, const char *text)
{
	return (struct schat_event){ .kind = kind,
		                     .error = (enum schat_error)err,
		                     .text = text,
		                     .text_len = strlen(text),
		                     .name = "",
		                     .key = "",
		                     .fingerprint = "",
		                     .words = "",
		                     .path = "" };
}

static enum err refused(enum refuse_reason reason, const char **text)
{
	switch (reason) {
	case REFUSE_VERSION: *text = "the peer has another version"; return ERR_VERSION;
	case REFUSE_SUITE: *text = "the peer has another suite"; return ERR_VERSION;
	case REFUSE_KEY: *text = "the peer does not know this key"; return ERR_TRUST;
	case REFUSE_CODE: *text = "wrong code"; return ERR_AUTH;
	case REFUSE_CODE_DEAD: *text = "this code no longer works"; return ERR_TRUST;
	default: *text = "the peer is in another conversation"; return ERR_BUSY;
	}
}

enum err telling_why(const struct endpoint_event *e, const char **text)
{
	switch (e->kind) {
	case ENDPOINT_CHANGED: *text = "the peer has another key"; return ERR_TRUST;
	case ENDPOINT_WRONG_CODE: *text = "wrong code"; return ERR_AUTH;
	case ENDPOINT_REFUSED: return refused(e->reason, text);
	default: *text = err_text(e->err); return e->err;
	}
}
