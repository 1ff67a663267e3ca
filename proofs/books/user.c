/* user: the users of /etc/passwd, and a user as two numbers, os/privileges. */
#include "os/privileges.c"
#include "proofs/books/any.h"

static char name[LEN + 1];

static void read_all(size_t len)
{
	struct user user;
	file_len = len;
	look_up("a", &user);
	Frama_C_make_unknown(name + LEN - len, len);
	privileges_user(name + LEN - len, &user);
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
