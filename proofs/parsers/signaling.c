/* signaling: what a server and a client read of each other, wire/signaling. */
#include "wire/signaling.h"
#include "proofs/parsers/any.h"

static struct hello hello;
static struct cookie cookie;
static struct join join;
static struct wait wait;
static struct intro intro;
static struct error error;
static struct keep keep;

/* A message that is whole, one that lacks a byte, or has but one, or none. */
#define EACH(read, len, message)                                                                   \
	do {                                                                                       \
		read(any_bytes(0), message);                                                       \
		read(any_bytes(1), message);                                                       \
		read(any_bytes(len - 1), message);                                                 \
		read(any_bytes(len), message);                                                     \
	} while (0)

int main(void)
{
	EACH(signaling_read_hello, HELLO_LEN, &hello);
	EACH(signaling_read_cookie, COOKIE_LEN, &cookie);
	EACH(signaling_read_join, JOIN_LEN, &join);
	EACH(signaling_read_wait, WAIT_LEN, &wait);
	EACH(signaling_read_intro, INTRO_LEN, &intro);
	EACH(signaling_read_error, ERROR_LEN, &error);
	EACH(signaling_read_keep, KEEP_HEADER + SECRET_BYTES, &keep);
	EACH(signaling_read_keep, KEEP_HEADER + KEEP_ROOMS * SECRET_BYTES, &keep);
	EACH(signaling_read_keep, KEEP_HEADER + (KEEP_ROOMS + 1) * SECRET_BYTES, &keep);
}
