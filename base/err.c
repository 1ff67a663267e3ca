/* err: the phrases of err.h. */
#include "base/err.h"

const char *err_text(enum err err)
{
	switch (err) {
	case OK: return "done";
	case ERR_FORMAT: return "malformed";
	case ERR_AUTH: return "does not verify";
	case ERR_REPLAY: return "seen before";
	case ERR_FULL: return "no room now";
	case ERR_STATE: return "not possible now";
	case ERR_UNREACHABLE: return "not reachable";
	case ERR_TRUST: return "not trusted";
	case ERR_CUT: return "cut off";
	case ERR_LOCAL: return "local input or output failed";
	case ERR_VERSION: return "the other side speaks another version or suite";
	case ERR_TIMEOUT: return "too late";
	case ERR_EXISTS: return "exists already";
	case ERR_BUSY: return "busy";
	case ERR_USAGE: return "wrong usage";
	}
	return "unknown error";
}
