/* keyring: the keys of a session by phase, the packet numbers, and the connection ids; it seals and
 * opens packets. docs/PROTOCOL.md 6.1, 6.6, 6.8.
 *
 * A SEALED packet: type and phase (1 byte), connection id (8), number (8), frames, tag (16). The
 * number is the nonce, and one counter serves all paths. Keys of the next phase are added by
 * rekey.h. The side that got the handshake's last message turns to them at once, the other when a
 * packet of the new phase opens; the last phase's keys stay a while, for packets on their way. */
#pragma once

#include "crypto/encryptor.h"
#include "wire/packet.h"

/* Only keyring.c writes to it; others may read phase, old_until and rejoin. */
struct keyring {
	struct encryptor *keys[PACKET_PHASES]; /* NULL: none of that phase */
	unsigned phase;                        /* in which we seal */
	uint64_t next_number;
	uint64_t phase_at, phase_number; /* when this phase began, and our first number in it */
	uint64_t phase_opened;           /* packets opened since then */
	uint64_t old_until;              /* when the last phase's keys are wiped; NEVER */
	uint8_t own_ids[LIMIT_PATH_IDS][CONNECTION_ID], peer_ids[LIMIT_PATH_IDS][CONNECTION_ID];
	uint8_t rejoin[16]; /* the token to meet again */
};

/* keys: ready; taken over. */
void keyring_init(struct keyring *k, struct encryptor *keys, bool initiator, uint64_t now);
void keyring_wipe(struct keyring *k); /* and frees all keys */

/* ---- packets ---- */

bool keyring_owns(const struct keyring *k, const uint8_t id[static CONNECTION_ID]);
/* Opens a packet in place. *number, and *frames inside the packet. old_stay_us: how long the last
 * phase's keys stay once the peer is known to have the new ones. ERR_FORMAT, ERR_AUTH, ERR_REPLAY:
 * nothing has changed. */
enum err keyring_open(struct keyring *k, uint8_t *packet, size_t len, uint64_t old_stay_us,
                      uint64_t *number, struct span *frames, uint64_t now);
/* Seals a packet whose frames lie at packet + SEALED_HEADER, for the peer's id-th connection id.
 * Returns its length, with the number it got. */
size_t keyring_seal(struct keyring *k, uint8_t *packet, size_t frames_len, unsigned id,
                    uint64_t *number);
void keyring_leave_out(struct keyring *k); /* the next number seals nothing */

/* ---- phases ---- */

unsigned keyring_next_phase(const struct keyring *k);
/* Neither the last phase's keys nor the next one's are there: a new handshake may begin. */
bool keyring_settled(const struct keyring *k);
/* When the keys in use will have lived as long as keys should; 0: they have sealed or opened as
 * much as they should. */
uint64_t keyring_worn_at(const struct keyring *k);
/* Keys of the next phase; taken over. seal: from now on we seal with them. The last phase's are
 * wiped, if that is not done yet. */
void keyring_add(struct keyring *k, struct encryptor *fresh, bool seal, uint64_t now);
void keyring_timer(struct keyring *k, uint64_t now); /* wipes the last phase's keys in time */

/* ---- what the keys say ---- */

const struct encryptor *keyring_current(const struct keyring *k);
void keyring_export(const struct keyring *k, const char *label, uint8_t out[static 32]);
