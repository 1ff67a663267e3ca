/* skips: a test that can't run here says why; scripts/run-units prints that beside its name. */
#pragma once

#include "tests/unit/support.h"

/* why: what is missing here. Does not return. */
#define skip_without(why) (print_message("# skipped: %s\n", why), skip())
