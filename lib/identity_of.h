/* identity_of: what is inside a struct schat_identity. */
#pragma once

#include "crypto/identity.h"

struct schat_identity {
	struct identity pair;
};
