/* findings: what schat check tells: of the network, and of meeting peers; for people, and as JSON
 * (docs/JSON.md). Names of servers may be anybody's: of what is no part of a host's name they lose
 * it here. */
#pragma once

#include "base/text.h"
#include "transport/outlook.h"

enum { FINDINGS_TEXT = 4096 };

struct findings_server {
	const char *name;
	const char *why; /* it has no address; NULL: it has */
	enum outlook_answer answers[OUTLOOK_WAYS];
};

void findings_text(const struct outlook_facts *f, const struct findings_server *servers,
                   size_t count, struct text *out);
void findings_json(const struct outlook_facts *f, const struct findings_server *servers,
                   size_t count, struct text *out);
