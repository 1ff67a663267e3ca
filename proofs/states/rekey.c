/* rekey: REKEY, session/rekey: three messages, of some lengths, to either side. What is in them is
 * for the suites. */
#define ANY_MAX 2048
#include "session/rekey.h"
#include "proofs/states/any.h"

static const struct encryptor_class suite = { .session_key = KEY_RSA };
static struct encryptor current, fresh;
static struct keyring keyring;
static struct identity key;

unsigned keyring_next_phase(const struct keyring *k)
{
	(void)k;
	return (unsigned)Frama_C_interval(0, PACKET_PHASES - 1);
}

const struct encryptor *keyring_current(const struct keyring *k)
{
	(void)k;
	return &current;
}

bool keyring_settled(const struct keyring *k)
{
	(void)k;
	return any_bool();
}

uint64_t keyring_worn_at(const struct keyring *k)
{
	(void)k;
	return any_number(NEVER);
}

void keyring_export(const struct keyring *k, const char *label, uint8_t out[static 32])
{
	(void)k, (void)label;
	Frama_C_make_unknown((char *)out, 32);
}

void keyring_add(struct keyring *k, struct encryptor *keys, bool seal, uint64_t now)
{
	(void)k, (void)keys, (void)seal, (void)now;
}

bool public_key_equal(const struct public_key *a, const struct public_key *b)
{
	(void)a, (void)b;
	return any_bool();
}

struct encryptor *encryptor_new(const struct encryptor_class *class,
                                const struct encryptor_config *config, enum err *err)
{
	(void)class, (void)config;
	fresh.ready = false;
	*err = any_bool() ? OK : ERR_FULL;
	return *err == OK ? &fresh : NULL;
}

void encryptor_free(struct encryptor *e)
{
	(void)e;
}

enum err encryptor_handshake(struct encryptor *e, struct span in, struct writer *out)
{
	if (in.len > 0)
		in.at[0], in.at[in.len - 1];
	if (any_bool())
		write_zeroes(out, (size_t)Frama_C_interval(1, LIMIT_HANDSHAKE));
	e->ready = any_bool();
	return any_bool() ? OK : ERR_AUTH;
}

static void read_one(struct rekey *r, size_t len)
{
	static uint8_t bytes[REKEY_BODY_MAX];
	struct writer out = writer_of(bytes, sizeof bytes);
	//@ split len;
	(void)rekey_key_give(r, &key);
	(void)rekey_timer(r, &keyring, any_bool(), &out, any_number(NEVER - 1));
	out = writer_of(bytes, sizeof bytes);
	rekey_input(r, &keyring, any_bytes(len), &out, any_number(NEVER - 1));
}

int main(void)
{
	static const uint16_t lens[] = { 0,
		                         1,
		                         REKEY_HEADER,
		                         REKEY_HEADER + 1,
		                         REKEY_HEADER + REKEY_FIRST_MAX,
		                         REKEY_HEADER + REKEY_FIRST_MAX + 1 };
	current.peer.type = any_bool() ? KEY_NONE : KEY_RSA;
	for (int initiator = 0; initiator < 2; initiator++) {
		struct rekey r;
		rekey_init(&r, &(struct rekey_config){ .initiator = initiator,
		                                       .suite = &suite,
		                                       .identity = &key,
		                                       .random = &any_random });
		for (int message = 0; message < 3; message++)
			read_one(&r, lens[Frama_C_interval(0, sizeof lens / sizeof lens[0] - 1)]);
	}
}
