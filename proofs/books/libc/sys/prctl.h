/* What os/privileges uses of it, for Frama-C. */
#pragma once

enum {
	PR_SET_DUMPABLE = 4,
	PR_SET_NO_NEW_PRIVS = 38,
	PR_CAP_AMBIENT = 47,
	PR_CAP_AMBIENT_CLEAR_ALL = 4
};

int prctl(int option, ...);
