/* session_key: see session_key.h. */
#include "cmd/talk/session_key.h"

#include "cmd/key_file.h"

struct session_key session_key_none(void)
{
	return (struct session_key){ .child.fd = -1 };
}

void session_key_end(struct session_key *k)
{
	child_end(&k->child);
}

int session_key_fd(const struct session_key *k)
{
	return k->child.fd;
}

int session_key_first(struct endpoint *endpoint)
{
	struct identity key;
	if (!endpoint_pair_wanted(endpoint))
		return 0;
	int code = key_file_generate(KEY_RSA, RSA_BITS_DEFAULT, &key);
	if (!code)
		endpoint_pair(endpoint, &key);
	identity_wipe(&key);
	return code;
}

static bool take(struct session_key *k, struct endpoint *endpoint)
{
	struct identity key;
	enum child_state state = child_poll(&k->child);
	if (state == CHILD_RUNNING || state == CHILD_NONE)
		return true;
	bool made = state == CHILD_DONE && key_file_take(&k->child, &key);
	child_end(&k->child);
	if (!made)
		return false;
	endpoint_pair(endpoint, &key);
	identity_wipe(&key);
	return true;
}

bool session_key_step(struct session_key *k, struct endpoint *endpoint, struct phrase *p)
{
	bool good = true;
	if (k->child.fd >= 0)
		good = take(k, endpoint);
	else if (endpoint_pair_wanted(endpoint))
		good = key_file_start(&k->child, KEY_RSA, RSA_BITS_DEFAULT);
	if (!good)
		phrase_of(p, ERR_STATE, "can't make the RSA key for the next session", NULL);
	return good;
}
