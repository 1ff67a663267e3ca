#include "cmd/talk/session_key.h"

#include "cmd/key_file.h"

int session_key_first(struct endpoint *endpoint)
{
	struct identity key;
	if (!endpoint_pair_wanted(endpoint))
		return 0;
	int code = key_file_generate(KEY_RSA, RSA_BITS_DEFAULT, &key);
	if (!code)
		endpoint_pair(endpoint, &key);
	bytes_wipe(&key, sizeof key);
	return code;
}

bool session_key_turn(struct child *maker, struct endpoint *endpoint)
{
	UNSET struct identity key;
	enum child_state state = child_poll(maker);
	bool good = state != CHILD_FAILED;
	if (state == CHILD_NONE && endpoint_pair_wanted(endpoint))
		good = key_file_start(maker, KEY_RSA, RSA_BITS_DEFAULT);
	if (state == CHILD_DONE) {
		good = key_file_take(maker, &key);
		child_end(maker);
		if (good)
			endpoint_pair(endpoint, &key);
		bytes_wipe(&key, sizeof key);
	}
	return good;
}
