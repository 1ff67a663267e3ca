/* encryptor: one interface over the suites: noise, rsa, pseudo. Bytes in, bytes out; it knows no packets and no addresses.
 * Handshake messages are whole and in order, each at most LIMIT_HANDSHAKE bytes: the session fragments, repeats and
 * de-duplicates them. docs/PROTOCOL.md sections 3.1 and 5 have every byte. A suite is configured, never negotiated. */
#ifndef CRYPTO_ENCRYPTOR_H
#define CRYPTO_ENCRYPTOR_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/limits.h"
#include "base/random.h"
#include "crypto/identity.h"

enum {
	PSK_LEN = 32,
	SESSION_ID_LEN = 32,
	TAG_LEN = 16,
	LIMIT_PSKS = 3
}; /* a responder's: the code's, its own key's, and zeroes with --tofu */

enum suite {
	SUITE_NONE = 0,
	SUITE_NOISE = 1,
	SUITE_RSA = 2,
	SUITE_PSEUDO = 3
}; /* as on the wire */

struct encryptor_config {
	bool initiator;
	bool aes; /* this host has AES in hardware (crypto_has_aes) */
	const struct identity
	    *identity; /* own, of the suite's type; NULL for pseudo. Borrowed until free. */
	const struct identity
	    *session_pair; /* rsa responder: a pair made for this session. Borrowed until free. */
	const struct public_key *
	    expected; /* initiator: the one key the responder may have; NULL: any. Borrowed until free. */
	const uint8_t (
	    *psks)[PSK_LEN]; /* initiator: exactly one. Responder: 1..3, tried in order. Copied. */
	size_t psks_count;
	struct span prologue; /* bound into the transcript. Copied or hashed at init. */
	struct span
	    payload; /* ours for the peer, encrypted: section 4.2 after its flags byte, which the suite
	                                       * writes from aes; at most LIMIT_HELLO_PAYLOAD. Copied. */
	struct random *random; /* borrowed until free */
};

/* The first fields of every encryptor; a class's own struct starts with this one. Read-only for others. */
struct encryptor {
	const struct encryptor_class *class;
	bool ready; /* seal and open may be used */
	bool
	    peer_known; /* peer holds the peer's authenticated long-term key (type KEY_NONE in pseudo) */
	size_t psk_index; /* which psk matched (responder, once known) */
	struct public_key peer;
	uint8_t session_id[SESSION_ID_LEN]; /* transcript hash; equal on both sides, once ready */
	uint8_t peer_payload
	    [LIMIT_HELLO_PAYLOAD]; /* as the peer's config->payload: without the flags byte */
	size_t peer_payload_len;
};

struct encryptor_class {
	const char *name; /* "noise" */
	enum suite suite;
	enum key_type key_type; /* of identities and contacts; KEY_NONE for pseudo */
	bool insecure;          /* needs --insecure on both ends */
	unsigned messages;      /* handshake messages in all; message 0 is the initiator's */
	size_t size;

	enum err (*init)(
	    struct encryptor *e,
	    const struct encryptor_config *config); /* ERR_STATE: no identity, no session pair */

	/* in: the peer's next message (empty for the initiator's first call); out: ours, or empty when none is due.
	 * ERR_FORMAT, ERR_AUTH: this message does not verify; state is as before the call for a responder's FIRST message
	 * (silence; another may come), and dead after any later one (every further call: ERR_STATE).
	 * ERR_TRUST: the responder's key is not config->expected; e->peer tells which it is; nothing of ours was shown. */
	enum err (*handshake)(struct encryptor *e, struct span in, struct writer *out);

	/* In place. data holds len bytes and room for TAG_LEN more. counter: never repeated by the caller, below 2^62. */
	void (*seal)(struct encryptor *e, uint64_t counter, struct span header, uint8_t *data,
	             size_t len);
	/* In place. len includes the tag; the text is the first len - TAG_LEN bytes. ERR_AUTH (data is then garbage), ERR_REPLAY:
	 * opened before, or LIMIT_REPLAY or more below the newest. The window moves only after authentication. */
	enum err (*open)(struct encryptor *e, uint64_t counter, struct span header, uint8_t *data,
	                 size_t len);

	/* 32 bytes bound to this session and label: HKDF-Expand(exporter secret, label). For rekeying, path ids, tokens.
	 * Once ready. A span, because a path id's label ends with a byte that may be 0. */
	void (*export)(const struct encryptor *e, struct span label, uint8_t out[static 32]);
};

/* Table of all suites, ended by NULL. */
extern const struct encryptor_class *const encryptor_classes[];
const struct encryptor_class *encryptor_class_named(struct span name); /* NULL: unknown */
const struct encryptor_class *encryptor_class_of(enum suite suite);    /* NULL: unknown */

/* *err tells why NULL came back (ERR_STATE, ERR_FULL for no memory). The caller frees. */
struct encryptor *encryptor_new(const struct encryptor_class *class,
                                const struct encryptor_config *config, enum err *err);
void encryptor_free(struct encryptor *e); /* wipes; NULL is fine */
void encryptor_wipe(
    struct encryptor
	*e); /* the whole of class->size becomes zero: e can then only be freed by free() */

/* Shared by the classes: the payload as it goes into the handshake, flags byte first (section 4.2), and back. */
enum { HELLO_FLAG_AES = 1, LIMIT_HELLO = 1 + LIMIT_HELLO_PAYLOAD };
void payload_write(struct writer *out, bool aes, struct span payload);
/* Fills e->peer_payload. ERR_FORMAT: empty or longer than LIMIT_HELLO. */
enum err payload_read(struct encryptor *e, struct span in, bool *aes);

/* The window of open(): shared by the classes. */
struct replay_window {
	uint64_t next; /* one above the newest */
	uint64_t seen[LIMIT_REPLAY / 64];
};
bool replay_fresh(const struct replay_window *w, uint64_t counter);
void replay_mark(struct replay_window *w, uint64_t counter); /* after authentication */

#endif
