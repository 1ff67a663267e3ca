/* notify: what a supervisor says in the environment, os/notify: where it listens, around the length
 * that there is room for, and numbers. */
#include <sys/socket.h>
#include <sys/un.h>

#include "base/bytes.h"

#define SOCK_CLOEXEC 02000000
#define MSG_DONTWAIT 0x40
#include "os/notify.c"
#include "proofs/states/any.h"

static char value[LEN + 1];
static size_t value_len;

const char *process_environment(const char *variable)
{
	(void)variable;
	return value_len > 0 && any_bool() ? value + LEN - value_len : NULL;
}

bool text_read_u64(struct span s, uint64_t max, uint64_t *v)
{
	if (s.len > 0)
		s.at[s.len - 1];
	if (any_bool())
		return false;
	*v = any_number(max);
	return true;
}

static void read_all(size_t len)
{
	value_len = len;
	for (size_t i = 0; i < len; i++)
		value[LEN - len + i] = (char)Frama_C_interval(1, 127);
	if (read_name(process_environment("NOTIFY_SOCKET")) && name_len > sizeof name)
		base_panic("read_name", 0);
	(void)notify_watchdog_us();
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		if (len < 4 || len + 4 > LEN)
			read_all(len);
}
