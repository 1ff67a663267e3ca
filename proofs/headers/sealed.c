/* sealed: SEALED packets, session/keyring, with any keys of the four phases; of up to so many
 * bytes. */
#include "proofs/states/any.h"
#include "session/keyring.h"

static struct encryptor some[PACKET_PHASES];

/* It reads the header and the packet, which it may open in place. */
enum err encryptor_open(struct encryptor *e, uint64_t number, struct span header, uint8_t *bytes,
                        size_t len)
{
	(void)e->ready, (void)number;
	if (len < 16)
		base_panic("encryptor_open", 0);
	header.at[header.len - 1];
	bytes[len - 1];
	if (any_bool())
		return ERR_AUTH;
	Frama_C_make_unknown((char *)bytes, len - 16);
	return OK;
}

void encryptor_free(struct encryptor *e)
{
	if (e)
		e->ready = false;
}

static void read_all(size_t len)
{
	struct keyring k = { .phase = Frama_C_unsigned_int_interval(0, PACKET_PHASES - 1),
		             .old_until = any_number(NEVER) };
	uint64_t number;
	struct span frames, packet = any_bytes(len);
	for (size_t i = 0; i < PACKET_PHASES; i++)
		k.keys[i] = any_bool() ? &some[i] : NULL;
	enum err err = keyring_open(&k, any_array + ANY_MAX - len, packet.len, any_number(SECOND),
	                            &number, &frames, any_number(NEVER / 2));
	if (err == OK && frames.len > 0)
		frames.at[0], frames.at[frames.len - 1];
}

int main(void)
{
	for (size_t len = 0; len <= LEN; len++)
		read_all(len);
}
