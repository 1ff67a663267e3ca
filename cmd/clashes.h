/* clashes: options that mean nothing together. One table says which, and why. What was typed is
 * refused; what comes from a settings file gives way to what was typed. Pure. */
#pragma once

#include "cmd/options.h"

/* After everything was read: takes out what gives way. False: *why, which was empty, says what is
 * wrong and what to do. */
bool clashes_settle(struct options *o, struct text *why);
