#include "cmd/talk/phrase_absent.h"

#include <string.h>

#include "cmd/report.h"
#include "os/proxy.h"

static void silent_peer(struct phrase *p, const char *contact)
{
	phrase_of(p, ERR_UNREACHABLE,
	          "%s is there but doesn't answer\n"
	          "Check that schat is still running there, and that both hosts are online.%s",
	          contact[0] ? contact : "the peer",
	          contact[0] ? "" : " If someone else has just used the code, ask for a new one.");
}

static void nobody_waits(struct phrase *p, const char *where)
{
	phrase_of(p, ERR_UNREACHABLE,
	          "nobody is waiting under this code's number at %s\n"
	          "Codes work once, and expire after ten minutes. " PHRASE_NEW_CODE,
	          where);
}

/* What the proxy is the reason of says nothing of what is behind it. */
static void blame_proxy(struct phrase *p, const char *reason)
{
	if (strstr(reason, "proxy") != NULL)
		text_copy(p->hint, sizeof p->hint,
		          "Check the proxy, or try without it: --proxy none");
}

void phrase_absent_silence(struct phrase *p, enum phrase_silent who, const char *where,
                           const char *reason, const char *contact)
{
	reason = reason ? reason : proxy_silence(false);
	const char *colon = reason ? ": " : "";
	if (reason == NULL)
		reason = "";
	switch (who) {
	case PHRASE_SILENT_NAME:
		phrase_of(p, ERR_UNREACHABLE,
		          "can't find %s%s%s\nCheck the name, and that this host is online.", where,
		          colon, reason);
		break;
	case PHRASE_SILENT_ADDRESS:
	case PHRASE_SILENT_SO_FAR:
		phrase_of(
		    p, ERR_UNREACHABLE,
		    "can't reach %s%s%s\n"
		    "Check that schat serve is running there %s%s%sand that its port is open.%s",
		    where, colon, reason, contact[0] ? "with " : "", contact,
		    contact[0] ? "'s key, " : "",
		    who == PHRASE_SILENT_SO_FAR ? " To keep trying, add --timeout SEC." : "");
		break;
	case PHRASE_SILENT_PORT:
		phrase_of(p, ERR_UNREACHABLE,
		          contact[0]
		              ? "%s is open, but %s doesn't answer there\n"
		                "schat serve doesn't answer strangers. If either of you has a new "
		                "key, pair again with a code."
		              : "%s is open, but nobody answers there%s\n"
		                "Check that schat serve uses this port.",
		          where, contact);
		break;
	case PHRASE_SILENT_SERVER:
		phrase_of(p, ERR_UNREACHABLE,
		          "can't reach the signaling server %s%s%s\n"
		          "Check that schat signal is running there and that its port is open for "
		          "UDP and TCP. A server with --access answers only if you give its key: "
		          "-s HOST/KEY.",
		          where, colon, reason);
		break;
	case PHRASE_SILENT_CODE: nobody_waits(p, where); break;
	case PHRASE_SILENT_CONTACT:
		phrase_of(
		    p, ERR_UNREACHABLE,
		    "%s isn't waiting at %s\n"
		    "They have to run schat serve with this server, and have you as a contact. "
		    "If either of you has a new key, run schat peers forget %s and pair again "
		    "with a code.",
		    contact, where, contact);
		break;
	case PHRASE_SILENT_PEER: silent_peer(p, contact); break;
	}
	if (who < PHRASE_SILENT_CODE) /* else the server has answered */
		blame_proxy(p, reason);
}

void phrase_absent_room(struct phrase *p, const char *server, bool keyed)
{
	if (keyed)
		phrase_of(
		    p, ERR_BUSY,
		    "%s has no place left for your access key: its limit is reached, or the "
		    "server is full\n"
		    "A host takes a place for its code, and one for each contact that it waits "
		    "for. Stop another schat that uses this key, or have its limit (members=) "
		    "raised at the server.",
		    server);
	else
		phrase_of(p, ERR_BUSY,
		          "%s is full: too many peers are waiting there, or with this code\n"
		          "Try again later, or use another server.",
		          server);
}

void phrase_absent_socket(struct phrase *p, bool listens, const char *at, enum err err,
                          const char *reason)
{
	phrase_of(p, ERR_LOCAL, "can't %s%s: %s\n%s", listens ? "listen on " : "open a socket",
	          listens ? at : "", reason ? reason : err_text(err),
	          listens || err == ERR_FULL ? report_listen_hint(err) : "");
}
