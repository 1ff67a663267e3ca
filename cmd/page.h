/* page: what --ui web shows in a browser (ui/page.html), packed in the program. */
#pragma once

#include "base/bytes.h"

struct page {
	struct span text; /* lives as long as the program */
	/* What its policy names: "sha256-" and a digest in base64. */
	char script[52], style[52];
};

bool page_load(struct page *p); /* false: no memory */
