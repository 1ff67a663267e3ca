/* phrase_files: what is said of files that go to and fro. */
#pragma once

#include "base/text.h"
#include "files/offer.h"

/* "a.iso (1.2 GB), photos/ (200 files, 1.0 GB) and 3 more"; the names are clean. */
void phrase_files_offer(struct text *t, const struct offer *offer);
/* Why a file or folder cannot be sent, as tree_new (os/tree.h) has it. */
const char *phrase_files_unfit(enum err err);
/* Why a file is not whole, or not there; sends: for its sender, else for whom it is sent to. */
const char *phrase_files_why(enum parcel_status status, bool sends);
