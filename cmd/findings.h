/* findings: what schat check tells: of the network, and of meeting peers; for people, and as JSON
 * (docs/JSON.md). */
#pragma once

#include "base/text.h"
#include "transport/outlook.h"

enum { FINDINGS_TEXT = 4096 };

struct findings_server {
	const char *name;
	enum outlook_answer udp, tcp, web;
};

void findings_text(const struct outlook_facts *f, const struct findings_server *servers,
                   size_t count, struct text *out);
void findings_json(const struct outlook_facts *f, const struct findings_server *servers,
                   size_t count, struct text *out);
