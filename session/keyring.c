#include "session/keyring.h"

#include <string.h>

#include "base/assert.h"
#include "base/min_max.h"

#define NUMBER_END (UINT64_C(1) << 62) /* what a varint holds */

_Static_assert((int)SEALED_OVERHEAD == (int)SEALED_HEADER + (int)TAG_LEN, "the tag comes last");

/* Four ids from each export. docs/PROTOCOL.md 6.6 */
static void derive_ids(const struct keyring *k, const char *label_of_0,
                       uint8_t ids[static LIMIT_PATH_IDS][CONNECTION_ID])
{
	char label[] = "schat path R0";
	uint8_t out[32];

	for (unsigned i = 0; i < LIMIT_PATH_IDS; i += 4) {
		memcpy(label, label_of_0, sizeof label);
		label[sizeof label - 2] = (char)('0' + i / 4);
		keyring_export(k, label, out);
		memcpy(ids[i], out, sizeof out);
	}
	bytes_wipe(out, sizeof out);
}

void keyring_init(struct keyring *k, struct encryptor *keys, bool initiator, uint64_t now)
{
	uint8_t out[32];

	assert(keys->ready);
	*k = (struct keyring){ .keys = { keys }, .phase_at = now, .old_until = NEVER };
	derive_ids(k, "schat path R0", initiator ? k->peer_ids : k->own_ids);
	derive_ids(k, "schat path I0", initiator ? k->own_ids : k->peer_ids);
	keyring_export(k, "schat rejoin v1", out);
	memcpy(k->rejoin, out, sizeof k->rejoin);
	bytes_wipe(out, sizeof out);
}

void keyring_wipe(struct keyring *k)
{
	for (unsigned i = 0; i < PACKET_PHASES; i++)
		encryptor_free(k->keys[i]);
	bytes_wipe(k, sizeof *k);
}

/* ---- phases ---- */

unsigned keyring_next_phase(const struct keyring *k)
{
	return (k->phase + 1) % PACKET_PHASES;
}

static unsigned last_phase(const struct keyring *k)
{
	return (k->phase + PACKET_PHASES - 1) % PACKET_PHASES;
}

static void turn_to(struct keyring *k, unsigned phase, uint64_t now)
{
	k->phase = phase;
	k->phase_at = now;
	k->phase_number = k->next_number;
	k->phase_opened = 0;
}

bool keyring_settled(const struct keyring *k)
{
	return k->keys[keyring_next_phase(k)] == NULL && k->keys[last_phase(k)] == NULL;
}

uint64_t keyring_worn_at(const struct keyring *k)
{
	uint64_t sealed = k->next_number - k->phase_number;

	return max_of(sealed, k->phase_opened) < LIMIT_REKEY_PACKETS ? k->phase_at + LIMIT_REKEY_US
	                                                             : 0;
}

static void drop_last(struct keyring *k)
{
	encryptor_free(k->keys[last_phase(k)]);
	k->keys[last_phase(k)] = NULL;
	k->old_until = NEVER;
}

/* The last phase's keys go first, if their time is not over: the peer has rekeyed under those in
 * use, so it needs no others. They would stay in the ring, and be taken for the next phase's. */
void keyring_add(struct keyring *k, struct encryptor *fresh, bool seal, uint64_t now)
{
	unsigned phase = keyring_next_phase(k);

	assert(fresh->ready);
	drop_last(k);
	encryptor_free(k->keys[phase]);
	k->keys[phase] = fresh;
	if (seal)
		turn_to(k, phase, now);
}

void keyring_timer(struct keyring *k, uint64_t now)
{
	if (now >= k->old_until)
		drop_last(k);
}

/* ---- packets ---- */

bool keyring_owns(const struct keyring *k, const uint8_t id[static CONNECTION_ID])
{
	for (unsigned i = 0; i < LIMIT_PATH_IDS; i++) {
		if (memcmp(k->own_ids[i], id, CONNECTION_ID) == 0)
			return true;
	}
	return false;
}

/* A packet of this phase has opened: the peer has these keys. */
static void opened(struct keyring *k, unsigned phase, uint64_t old_stay_us, uint64_t now)
{
	k->phase_opened++;
	if (phase == keyring_next_phase(k))
		turn_to(k, phase, now);
	if (phase == k->phase && k->old_until == NEVER && k->keys[last_phase(k)] != NULL)
		k->old_until = now + old_stay_us;
}

enum err keyring_open(struct keyring *k, uint8_t *packet, size_t len, uint64_t old_stay_us,
                      uint64_t *number, struct span *frames, uint64_t now)
{
	if (len < SEALED_OVERHEAD || len > LIMIT_PACKET_MAX)
		return ERR_FORMAT;
	unsigned phase = packet[0] & (PACKET_PHASES - 1);
	uint64_t claimed = load_be64(packet + 1 + CONNECTION_ID);
	struct encryptor *keys = k->keys[phase];

	if (keys == NULL || claimed >= NUMBER_END)
		return ERR_AUTH;
	enum err err = encryptor_open(keys, claimed, span_of(packet, SEALED_HEADER),
	                              packet + SEALED_HEADER, len - SEALED_HEADER);
	if (err != OK)
		return err;
	opened(k, phase, old_stay_us, now);
	*number = claimed;
	*frames = span_of(packet + SEALED_HEADER, len - SEALED_OVERHEAD);
	return OK;
}

size_t keyring_seal(struct keyring *k, uint8_t *packet, size_t frames_len, unsigned id,
                    uint64_t *number)
{
	struct encryptor *keys = k->keys[k->phase];

	*number = k->next_number++;
	packet[0] = (uint8_t)(PACKET_SEALED | k->phase);
	memcpy(packet + 1, k->peer_ids[id], CONNECTION_ID);
	store_be64(packet + 1 + CONNECTION_ID, *number);
	encryptor_seal(keys, *number, span_of(packet, SEALED_HEADER), packet + SEALED_HEADER,
	               frames_len);
	return SEALED_OVERHEAD + frames_len;
}

void keyring_leave_out(struct keyring *k)
{
	k->next_number++;
}

/* ---- what the keys say ---- */

const struct encryptor *keyring_current(const struct keyring *k)
{
	return k->keys[k->phase];
}

void keyring_export(const struct keyring *k, const char *label, uint8_t out[static 32])
{
	struct encryptor *keys = k->keys[k->phase];

	encryptor_export(keys, span_text(label), out);
}
