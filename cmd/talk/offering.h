/* offering: what our user wants to send becomes a transfer. */
#pragma once

#include "cmd/talk/errand.h"
#include "crypto/public_key.h"

/* Of a->roots. own: ours, or NULL. False: it can't be sent, and p says why. */
bool offering_roots(struct errand *a, const struct identity *own, struct phrase *p);
/* Of a list of files, as for upload_new, whose bytes a page of web is to send; NULL: there is none.
 */
bool offering_upload(struct errand *a, const struct identity *own, struct web *web,
                     struct span list, struct phrase *p);
