/* encryptor: one interface over the suites (noise, rsa, pseudo). Bytes in, bytes out; it knows no
 * packets and no addresses. Handshake messages are whole and in order, each at most LIMIT_HANDSHAKE
 * bytes: the session fragments, repeats and de-duplicates them. docs/PROTOCOL.md sections 3.1 and 5
 * have every byte. A suite is configured, never negotiated. */
#pragma once

#include "base/bytes.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/random.h"
#include "crypto/mutual.h"

/* LIMIT_PSKS, a responder's: the code's, its own key's, and zeroes with --tofu. */
enum { PSK_LEN = 32, SESSION_ID_LEN = 32, TAG_LEN = 16, LIMIT_PSKS = 3, LIMIT_PROLOGUE = 64 };

/* As on the wire. */
enum suite { SUITE_NONE = 0, SUITE_NOISE = 1, SUITE_RSA = 2, SUITE_PSEUDO = 3, SUITE_HYBRID = 4 };

/* What is borrowed is borrowed until encryptor_free. */
struct encryptor_config {
	bool initiator;
	bool aes; /* this host has AES in hardware (self_test_has_aes) */
	/* Our own, of the class's key_type; NULL for KEY_NONE. Borrowed. */
	const struct identity *identity;
	/* Responder, of the class's session_key type: made for this session alone. Borrowed. */
	const struct identity *session_key;
	/* Initiator: the one key the responder may have; NULL: any. Borrowed. */
	const struct public_key *expected;
	/* Initiator: exactly one. Responder: 1..LIMIT_PSKS, tried in order. Copied. */
	const uint8_t (*psks)[PSK_LEN];
	size_t psks_count;
	struct span prologue; /* bound into the transcript; at most LIMIT_PROLOGUE bytes; copied */
	/* Ours for the peer, sent encrypted: section 4.2 after its flags byte, which comes from
	 * aes. At most LIMIT_HELLO_PAYLOAD bytes; copied. */
	struct span payload;
	struct random *random; /* borrowed */
};

/* What every encryptor begins with; a class's own struct starts with this one. Read-only for all
 * but the classes. */
struct encryptor {
	const struct encryptor_class *class;
	struct encryptor_config config; /* what it says is copied is in the following */
	uint8_t psks[LIMIT_PSKS][PSK_LEN], prologue[LIMIT_PROLOGUE], payload[LIMIT_HELLO_PAYLOAD];

	unsigned next; /* the message that comes in next; 0 before an initiator's first */
	bool ready;    /* encryptor_seal, _open and _export may be called */
	bool dead;     /* the handshake failed: every further message gets ERR_STATE */
	bool peer_known;
	struct public_key
	    peer;         /* its authenticated long-term key, once known; KEY_NONE in pseudo */
	size_t psk_index; /* responder: which psk matched, once known; the others are wiped then */
	uint8_t session_id[SESSION_ID_LEN]; /* transcript hash; equal on both sides, once ready */
	/* The peer's hello: has it AES in hardware, does it take packets above LIMIT_PACKET, and
	 * streams that are opened, and its payload without the flags byte. */
	bool peer_aes, peer_large, peer_streams;
	uint8_t peer_payload[LIMIT_HELLO_PAYLOAD];
	size_t peer_payload_len;

	uint8_t exporter[32]; /* secret, from the class: what exports are made of */
	/* Which packets were opened before: a bit for each of the newest LIMIT_REPLAY numbers below
	 * window_end, at its number modulo the window (RFC 4303 section 3.4.3). */
	uint64_t window_end, window[LIMIT_REPLAY / 64];
};

struct encryptor_class {
	const char *name; /* "noise" */
	enum suite suite;
	enum key_type key_type;    /* of identities and contacts; KEY_NONE: it has none */
	enum key_type session_key; /* of the pair a responder makes for each session, or KEY_NONE */
	bool insecure;             /* needs --insecure on both ends */
	unsigned messages;         /* handshake messages in all; message 0 is the initiator's */
	unsigned split;            /* bytes of a message 0 that no packet has room for; else 0 */
	size_t size;               /* of its struct */

	/* As encryptor_handshake below, which has seen to it that a message is due. Where a
	 * responder's FIRST message fails, the state is as before the call. */
	enum err (*handshake)(struct encryptor *e, struct span in, struct writer *out);

	/* As encryptor_seal and _open below; open: whether it verifies. */
	void (*seal)(struct encryptor *e, uint64_t counter, struct span header, uint8_t *data,
	             size_t len);
	bool (*open)(struct encryptor *e, uint64_t counter, struct span header, uint8_t *data,
	             size_t len);
};

/* All suites, ended by NULL; the first is the default, also for new contacts. crypto/suites.c */
extern const struct encryptor_class *const encryptor_classes[];
const struct encryptor_class *encryptor_class_named(struct span name); /* NULL: unknown */
const struct encryptor_class *encryptor_class_of(enum suite suite);    /* NULL: unknown */
/* The oldest suite with keys of that type: that of contacts whose line names none. NULL: none */
const struct encryptor_class *encryptor_class_for(enum key_type contact);

/* Whether these are of the types that class needs; NULL: none. */
bool encryptor_has_keys(const struct encryptor_class *class, bool initiator,
                        const struct identity *identity, const struct identity *session_key);
/* NULL, and *err: ERR_STATE without the keys that class needs, ERR_FULL for no memory. The caller
 * frees. */
struct encryptor *encryptor_new(const struct encryptor_class *class,
                                const struct encryptor_config *config, enum err *err);
void encryptor_free(struct encryptor *e); /* wipes; NULL is fine */
/* The whole of class->size becomes zero: e can then only be freed by free(). */
void encryptor_wipe(struct encryptor *e);

/* in: the peer's next message (empty for the initiator's first call); out: ours, or empty when none
 * is due. ERR_FORMAT, ERR_AUTH: this message does not verify; e is as before the call for a
 * responder's FIRST message (silence; another may come), and dead after any later one: its secrets
 * are wiped then. ERR_TRUST: the responder's key is not config->expected; e->peer is the key it
 * has; nothing of ours was shown. ERR_STATE: dead, ready, or it is the initiator who begins. */
enum err encryptor_handshake(struct encryptor *e, struct span in, struct writer *out);

/* In place. data holds len bytes and room for TAG_LEN more. counter: never repeated by the caller,
 * below 2^62. */
void encryptor_seal(struct encryptor *e, uint64_t counter, struct span header, uint8_t *data,
                    size_t len);
/* In place. len includes the tag; the text is the first len - TAG_LEN bytes. ERR_AUTH: data is then
 * garbage. ERR_REPLAY: opened before, or LIMIT_REPLAY or more below the newest. The window moves
 * only after authentication. */
enum err encryptor_open(struct encryptor *e, uint64_t counter, struct span header, uint8_t *data,
                        size_t len);
/* 32 bytes bound to this session and label: HKDF-Expand(exporter secret, label). For rekeying, path
 * ids, tokens. A span, because a path id's label ends with a byte that may be 0. */
void encryptor_export(const struct encryptor *e, struct span label, uint8_t out[static 32]);

/* ---- for the classes ---- */

/* A hello is what each side tells the other inside the handshake: a byte of flags and its payload.
 * docs/PROTOCOL.md section 4.2. */
enum { HELLO_FLAG_AES = 1, HELLO_FLAG_LARGE = 2, HELLO_FLAG_STREAMS = 4 };
enum { LIMIT_HELLO = 1 + LIMIT_HELLO_PAYLOAD };

void encryptor_write_hello(const struct encryptor *e, struct writer *out); /* ours */
/* The peer's. ERR_FORMAT: empty or longer than LIMIT_HELLO. */
enum err encryptor_read_hello(struct encryptor *e, struct span in);
/* The peer's long-term key, which it has proved. ERR_TRUST: it is not the expected one. */
enum err encryptor_meet(struct encryptor *e, const struct public_key *peer);
