/* findings: the report of schat check about the network and the peers that can be reached from it,
 * for people and as JSON (docs/JSON.md). Names of servers are not trusted: characters that no host
 * name has are left out. */
#pragma once

#include "base/text.h"
#include "transport/outlook.h"

enum { FINDINGS_TEXT = 4096 };

struct findings_server {
	const char *name;
	const char *why; /* why it has no address; NULL: it has one */
	enum outlook_answer answers[OUTLOOK_WAYS];
	bool mute,
	    keyed; /* it takes connections, and does not answer; it was given an access key */
};

void findings_text(const struct outlook_facts *f, const struct findings_server *servers,
                   size_t count, struct text *out);
void findings_json(const struct outlook_facts *f, const struct findings_server *servers,
                   size_t count, struct text *out);
