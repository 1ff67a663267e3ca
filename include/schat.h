/* schat: encrypted chat between two programs, as a library. This header says all of it; link with
 * libschat.a and the C library, nothing else. docs/LIBRARY.md has a first page, docs/examples/
 * whole programs.
 *
 * Three choices make a chat:
 *
 *   connection   where:    tcp:// or udp:// with an address, or a signaling server, at which two
 *                          hosts behind whatever NATs find each other
 *   encryption   how, and with whom: a suite, and a code, keys, or both
 *   interactor   what happens with what the peer says: a function, or schat_hear
 *
 *   struct schat *chat = schat_chat(&connection, &encryption, &interactor, &error);
 *   schat_wait_for_connection(chat, -1);
 *   schat_say(chat, 0, "hello");
 *   const struct schat_event *e = schat_hear(chat, -1);
 *   schat_end(chat, 5000);
 *   schat_free(chat);
 *
 * Two layers. schat_core (the end of this file) is pure: it makes no system call, and has no loop,
 * clock, or socket; bytes and times go in and out. schat is the core with sockets and a small loop,
 * which also runs inside the loop of another library (schat_fd, schat_timeout, schat_turn).
 *
 * Threads: there are none, and no globals that change. A chat, or a core, is for one thread at a
 * time; several are independent of each other. Nothing here forks, handles or blocks signals, or
 * touches SIGPIPE.
 *
 * Errors are values of enum schat_error; comments leave out its SCHAT_. Out of memory is ERR_FULL
 * from what makes things; later it ends conversations, not the program. A wrong argument (NULL, an
 * object after it was freed) is a mistake in the program, and behaviour is undefined.
 *
 * Versions: the wire is that of the schat program, release for release (docs/PROTOCOL.md). The
 * archive is static, so there is no binary interface to keep: compile with the header of the
 * archive. Within a major version, sources that compile go on compiling; structs grow at the end,
 * and zero is the default of every field. enums grow too, so a switch needs a default. */
#ifndef SCHAT_H
#define SCHAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

const char *schat_version(void); /* of the archive: "2.7.0" */

enum schat_error {
	SCHAT_OK,
	SCHAT_ERR_FORMAT,      /* bytes, an address, a key or a code that is malformed */
	SCHAT_ERR_AUTH,        /* it does not verify: wrong code, wrong key, altered bytes */
	SCHAT_ERR_REPLAY,      /* seen before */
	SCHAT_ERR_FULL,        /* no room, or no memory; of say: try again after a turn */
	SCHAT_ERR_STATE,       /* not possible now: nobody is connected, or it has ended */
	SCHAT_ERR_UNREACHABLE, /* nothing answers */
	SCHAT_ERR_TRUST,       /* the peer is not who was expected, or does not let us in */
	SCHAT_ERR_CUT,         /* the peer went silent, or left in the middle */
	SCHAT_ERR_LOCAL,       /* the peer's program could not read or write */
	SCHAT_ERR_VERSION,     /* another version, suite or mode at the peer */
	SCHAT_ERR_TIMEOUT,     /* the time given is over */
	SCHAT_ERR_EXISTS,      /* replaced by a newer connection of the same peer */
	SCHAT_ERR_BUSY,        /* the peer, or a server, has no room for us */
	SCHAT_ERR_USAGE        /* choices that do not fit together, or an unknown suite */
};
/* A static phrase in lower case, without a full stop. */
const char *schat_error_text(enum schat_error error);

/* ---- keys ---- */

/* Fills to with 48 random bytes. False: there are none, and nothing may be started. It is asked at
 * start and before each draw, so a copy of this process (a fork, a restored snapshot of a machine)
 * does not draw the same. schat_entropy is the system's. */
typedef bool (*schat_entropy_source)(uint8_t *to);
bool schat_entropy(uint8_t *to);

/* A long-term key pair. Peers know a host by its public half. */
struct schat_identity;

enum { SCHAT_KEY = 768, SCHAT_PEM = 4096, SCHAT_FINGERPRINT = 65 }; /* bytes, with the final 0 */

/* For "hybrid" and "noise": at once. For "rsa": 2048 bits, and a second of computing, sometimes
 * several. NULL: ERR_USAGE: the suite is unknown or has no keys; ERR_FULL;
 * ERR_STATE: no entropy. */
struct schat_identity *schat_identity_new(const char *suite, schat_entropy_source entropy,
                                          enum schat_error *error);
/* PKCS#8 PEM, as `schat keygen` and `openssl genpkey` write it without a passphrase. NULL:
 * ERR_FORMAT, ERR_FULL. */
struct schat_identity *schat_identity_read(const char *pem, size_t len, enum schat_error *error);
/* The private key as PEM: a secret, so wipe pem after use. Returns its length. */
size_t schat_identity_write(const struct schat_identity *id, char pem[SCHAT_PEM]);
/* The public key as a line "schat-x25519 BASE64", and its fingerprint "k3v7-6xqa-...". Either may
 * be NULL. */
void schat_identity_public(const struct schat_identity *id, char key[SCHAT_KEY],
                           char fingerprint[SCHAT_FINGERPRINT]);
void schat_identity_free(struct schat_identity *id); /* wipes; NULL is fine */

/* ---- the three choices: zero is the default of every field ---- */

/* What is pointed at is copied, unless it says otherwise. */
struct schat_connection {
	/* "tcp://HOST[:PORT]", "udp://HOST[:PORT]": the address of the side that waits.
	 * "HOST[:PORT]": a signaling server, with "/KEY" behind it if it wants one.
	 * PORT is 7242 if it is left out; of a side that waits,
	 * "tcp://" alone means every address of this host, and port 0 one that is free. */
	const char *address;
	bool waits;     /* this side waits there for others; the other connects */
	unsigned peers; /* conversations at a time, 1 to 64; 0: one. Only of a side that waits */
	uint32_t patience_ms; /* connects: gives up after this long; 0: 30 s; UINT32_MAX: never */
	uint32_t silence_ms;  /* a peer may be silent for so long; 0: 60 s; UINT32_MAX: for ever */
	bool no_relay;        /* signaling server: what is said goes over direct paths alone */
	bool relay_only;      /* ... or over the server alone: peers do not learn our addresses */
	uint32_t memory;      /* bytes of buffers each way, a power of two; 0: up to 16 MiB */
	const char *name;     /* that the peer is told; at most 32 bytes; NULL: none */
	/* A stream of bytes each way instead of texts: schat_write, SCHAT_BYTES. Both sides say so,
	 * and have one peer; schat itself does with --pipe */
	bool bytes;
};

/* Trust comes from one or more of code, keys and first_use; at least one is needed, but with the
 * suite "pseudo", which trusts nobody and takes no code. */
struct schat_encryption {
	/* "hybrid" (Noise XXhfs+psk0, X25519 with ML-KEM-768, ChaCha20-Poly1305 or AES-GCM),
	 * "noise" (the same without ML-KEM-768), "rsa" (RSA and AES-GCM), or "pseudo": no
	 * encryption at all, for tests, which needs insecure. NULL: "hybrid" */
	const char *suite;
	/* Ours, of the suite's type; borrowed for the life of the chat. NULL: one is made for this
	 * chat alone (rsa: see schat_identity_new) */
	const struct schat_identity *identity;
	/* Words to pair by, spoken or typed at both ends: "velvet-anchor", at a signaling server
	 * with a number before them, "107-velvet-anchor". They work once, for ten minutes, and
	 * three wrong guesses end them (longer codes rest instead). A side that waits may leave
	 * out the number, or with make_code all of it; SCHAT_CODE tells the whole. */
	const char *code;
	bool make_code; /* a side that waits: make the words */
	/* Public keys of those who may come, or of the one we connect to: lines as of
	 * schat_identity_public. At a signaling server two meet by their keys, without a code, if
	 * each has the other's among these and gives its own identity: not "rsa" (it
	 * is SCHAT_ERR_USAGE: give a code there, or connect to an address), and a side that
	 * connects gives a key or a code, not both */
	const char *const *keys;
	size_t keys_count; /* a side that connects: 0 or 1; a side that waits: up to 64 */
	/* Anybody may come, or be there, unproved: compare the words of SCHAT_CONNECTED, or the
	 * fingerprint, over another channel */
	bool first_use;
	bool insecure; /* "pseudo" is really meant */
};

struct schat_event;

struct schat_interactor {
	/* Every event; strings are valid until it returns. A text is confirmed to the peer as shown
	 * after it has returned. Call schat_say, schat_write, schat_leave, schat_accept,
	 * schat_refuse and schat_new_code in it, and nothing else. NULL: events wait for
	 * schat_hear. */
	void (*show)(void *context, const struct schat_event *event);
	void *context;
	/* SCHAT_PEER comes for each peer that has proved its key, and schat_accept or schat_refuse
	 * answers it. Otherwise the choices above decide. Needs show. */
	bool asks;
};

/* ---- events ---- */

enum schat_event_kind {
	SCHAT_NOTHING,
	SCHAT_LISTENING,  /* text: the address: a peer can come now */
	SCHAT_CODE,       /* text: the code that the peer has to give */
	SCHAT_CODE_ENDED, /* error: ERR_TIMEOUT after ten minutes, ERR_AUTH after wrong guesses */
	SCHAT_GUESS,      /* number: wrong guesses of the code so far */
	SCHAT_NOTICE,     /* error, text: something does not answer; it is still tried */
	/* name, key, fingerprint, trust: to be answered, when schat_interactor.asks */
	SCHAT_PEER,
	SCHAT_CONNECTED, /* name, key, fingerprint, trust, words, path */
	SCHAT_PATH,      /* path: what is said goes this way now */
	SCHAT_AWAY,      /* nothing is heard of the peer. What is said waits */
	SCHAT_BACK,
	SCHAT_TEXT,  /* number, text, more: what the peer says, whatever bytes it likes */
	SCHAT_SHOWN, /* number: ours up to this were shown at the peer */
	/* The peer says nothing more. It reads on until we have nothing to say either: schat_leave,
	 * now or later. Of a stream of bytes: its end. */
	SCHAT_LEFT,
	/* error, text: a conversation is over. number: texts (or bytes) of ours that were not
	 * confirmed.
	 * SCHAT_OK: everything said on both sides was shown. */
	SCHAT_OVER,
	/* error, text: nothing comes of it any more; the last event. Of a side that connects also
	 * after OVER, with the same error. */
	SCHAT_ENDED,
	SCHAT_BYTES /* number: of bytes before these; text, text_len: what the peer writes */
};

enum schat_trust {
	SCHAT_TRUST_NONE, /* "pseudo" */
	SCHAT_TRUST_CODE,
	SCHAT_TRUST_KEY, /* its key is one of schat_encryption.keys; with asks: it knows our key */
	SCHAT_TRUST_FIRST_USE
};

struct schat_event {
	enum schat_event_kind kind;
	unsigned peer; /* whom it is about: a number that is not used again; 0: nobody */
	uint64_t number;
	enum schat_error error;
	const char *text; /* text_len bytes, then a 0. Never NULL */
	size_t text_len;
	bool more; /* SCHAT_TEXT: it goes on in the next one of this peer */
	enum schat_trust trust;
	/* The name it gives itself (UTF-8, not unique, and nothing to rely on); the line of its
	 * public key and its fingerprint; three words to compare, the same at both ends, only
	 * with first_use. "" when there is none; never NULL. */
	const char *name, *key, *fingerprint, *words;
	const char *path; /* "direct udp", static */
};

enum { SCHAT_TEXT_MAX = 16000 }; /* bytes of one text */

/* ---- the chat: the three choices, sockets, and a small loop ---- */

struct schat;

/* A chat, which begins at once to wait or to connect. interactor: NULL is one of zeroes. A name in
 * the address is looked up now, which may take seconds; numbers never do. NULL: ERR_FORMAT: the
 * address, a code or a key; ERR_USAGE; ERR_UNREACHABLE: no such name; ERR_STATE: no entropy,
 * or the cryptography gives wrong results on this machine; ERR_FULL. */
struct schat *schat_chat(const struct schat_connection *connection,
                         const struct schat_encryption *encryption,
                         const struct schat_interactor *interactor, enum schat_error *error);
/* At once, and without a word to peers: schat_end before. NULL is fine. */
void schat_free(struct schat *s);

/* These wait, and run the chat meanwhile. timeout_ms below 0: without an end. */

/* Until a peer is connected that neither this nor schat_hear has reported. What happens before is
 * shown, or dropped without show. OK; ERR_TIMEOUT; ERR_STATE: without show, something else is to be
 * heard first; or why nothing comes of it (schat_why). */
enum schat_error schat_wait_for_connection(struct schat *s, int timeout_ms);
/* To the peer of that number, or with 0 to each that is connected. text: UTF-8, at most
 * SCHAT_TEXT_MAX bytes. OK: it is on its way, and SCHAT_SHOWN will tell of it. Up to 1 MiB is kept
 * for a peer that does not read; then this waits for room for up to 10 s, and not in show.
 * ERR_FULL: there is no room; nobody got it. ERR_FORMAT: not UTF-8, or too long. ERR_STATE: nobody
 * is there. */
enum schat_error schat_say(struct schat *s, unsigned peer, const char *text);
/* Where the choice is bytes: the next ones of ours. Returns how many were taken, at once: fewer, or
 * none, where there is no room, for the rest after a turn; none where nobody is there. schat_leave
 * is their end. */
size_t schat_write(struct schat *s, const void *bytes, size_t len);
/* The next event; valid until the next call with this chat, which also confirms a text to the peer
 * as shown. NULL: there was none in time. After ENDED: ENDED again, at once. With show, it has been
 * shown already, and what schat_turn and schat_end show does not come here. */
const struct schat_event *schat_hear(struct schat *s, int timeout_ms);
/* Says goodbye to all, and waits until everything said is confirmed. What peers still say is shown,
 * or without show dropped, and not confirmed. OK, or ERR_CUT: not all of ours was confirmed in
 * time. Only schat_free may follow. */
enum schat_error schat_end(struct schat *s, int timeout_ms);

/* We say nothing more to this peer (0: to each), and read on until it leaves, too. */
void schat_leave(struct schat *s, unsigned peer);
/* The answers to SCHAT_PEER. */
void schat_accept(struct schat *s);
void schat_refuse(struct schat *s);
/* Another code, for the next peer: as schat_encryption.code; NULL: make one. ERR_FORMAT, or
 * ERR_STATE where codes are not taken. SCHAT_CODE follows. Only of a side that waits. */
enum schat_error schat_new_code(struct schat *s, const char *code);
const char *schat_why(const struct schat *s); /* the text of SCHAT_ENDED; "" */

/* Inside the loop of another library: wait until fd is readable or the timeout has passed, then
 * call turn, which does not wait. show has all
 * events; without it, schat_hear(s, 0) after each turn. Call turn after saying something, too. */
int schat_fd(const struct schat *s);      /* the same one until schat_free */
int schat_timeout(const struct schat *s); /* ms, rounded up; -1: none; 0: at once */
void schat_turn(struct schat *s);

/* ---- the core: the same, pure ----
 *
 * One turn:  link events and input, for whatever has come; timer, once; take, until it is false;
 *            output, until it is 0; requests, until it is false. deadline says when the next turn
 *            is due though nothing comes.
 *
 * now is a clock in microseconds that never goes back and is never 0, best one that counts the time
 * asleep (CLOCK_BOOTTIME). */

struct schat_core;

/* As schat_chat; interactor.show is not called. If the address has a name instead of numbers,
 * schat_core_host gives it; look it up, and call schat_link_addresses. A session with rsa takes a
 * pair of keys of its own, which is made in schat_core_timer of the side that waits, and takes a
 * second. */
struct schat_core *schat_core_new(const struct schat_connection *connection,
                                  const struct schat_encryption *encryption, bool asks,
                                  schat_entropy_source entropy, uint64_t now,
                                  enum schat_error *error);
void schat_core_free(struct schat_core *c); /* wipes; sends nothing; NULL is fine */

/* The name to look up, and its port; NULL: there is none. */
const char *schat_core_host(const struct schat_core *c, uint16_t *port);

/* What the host's clock says, in microseconds since 1970: once, before the first turn. By it two
 * who meet by their keys at a signaling server know the day when the server's is wrong. */
void schat_core_clock(struct schat_core *c, uint64_t unix_us, uint64_t now);
void schat_core_timer(struct schat_core *c, uint64_t now);
uint64_t schat_core_deadline(const struct schat_core *c); /* UINT64_MAX: never */
/* The next event, valid until the next call of take, which also confirms a text as shown. */
bool schat_core_take(struct schat_core *c, struct schat_event *event, uint64_t now);
enum schat_error schat_core_say(struct schat_core *c, unsigned peer, const char *text, size_t len);
size_t schat_core_write(struct schat_core *c, const void *bytes, size_t len);
void schat_core_leave(struct schat_core *c, unsigned peer);
/* Breaks off what is not over, with these words to the peers; static, at most 200 bytes. */
void schat_core_break_off(struct schat_core *c, const char *words);
/* The server hears that we go; poll output once more. */
void schat_core_finish(struct schat_core *c);
bool schat_core_settled(const struct schat_core *c); /* nothing of ours is on its way */
void schat_core_accept(struct schat_core *c, uint64_t now);
void schat_core_refuse(struct schat_core *c);
enum schat_error schat_core_new_code(struct schat_core *c, const char *code, uint64_t now);
unsigned schat_core_peers(const struct schat_core *c);       /* conversations that go on */
uint64_t schat_core_unconfirmed(const struct schat_core *c); /* texts of ours, in these */

/* Links: the sockets that the core wants, each with a number that the core gives; accepted ones are
 * numbered by whoever opens them, from SCHAT_LINK_ACCEPTED on. */

enum { SCHAT_LINK_ACCEPTED = 0x4000 };

struct schat_addr {
	uint8_t ip[16]; /* IPv4 as ::ffff:a.b.c.d */
	uint16_t port;
	uint16_t scope; /* of a link-local address: the number of the interface; else 0 */
};

enum schat_link_kind { SCHAT_LINK_UDP, SCHAT_LINK_TCP, SCHAT_LINK_LISTEN };

struct schat_link_request {
	bool open; /* false: close it; no event follows */
	uint16_t link;
	enum schat_link_kind kind;
	struct schat_addr local;  /* to bind; the system chooses what is zero */
	struct schat_addr remote; /* SCHAT_LINK_TCP: to connect to */
};

enum schat_link_state {
	SCHAT_LINK_UP,       /* bound, connected or listening: local (and remote) */
	SCHAT_LINK_TAKEN,    /* listener has taken a connection: link is its number */
	SCHAT_LINK_DOWN,     /* refused, broken, ended: error, and it is closed already */
	SCHAT_LINK_BLOCKED,  /* a stream takes no more now */
	SCHAT_LINK_WRITABLE, /* ... and again */
	/* UDP: a datagram to remote did not arrive, says an ICMP error. size: the largest IP packet
	 * that would; 0: none */
	SCHAT_LINK_REJECTED
};

struct schat_link_event {
	enum schat_link_state state;
	uint16_t link, listener;
	enum schat_link_kind kind;
	struct schat_addr local, remote;
	enum schat_error error;
	uint32_t size;
};

/* By which link, from where, to where. ttl: hop limit of this datagram; 0: the usual one. */
struct schat_route {
	uint16_t link;
	bool stream;
	uint8_t ttl;
	struct schat_addr local, remote;
};

enum { SCHAT_WIRE = 16384 }; /* bytes: a buffer for any output */

bool schat_link_request(struct schat_core *c, struct schat_link_request *request);
void schat_link_event(struct schat_core *c, const struct schat_link_event *event, uint64_t now);
/* One datagram, or the next bytes of a stream. */
void schat_link_input(struct schat_core *c, const struct schat_route *from, const void *bytes,
                      size_t len, uint64_t now);
/* The next datagram, or bytes for a stream: *bytes, within buffer. Returns the length; 0: none. */
size_t schat_link_output(struct schat_core *c, struct schat_route *to, uint8_t buffer[SCHAT_WIRE],
                         const uint8_t **bytes, uint64_t now);
/* Addresses that peers might reach this host at, without ports: at start, and when they change. At
 * a signaling server, direct paths inside one network come from these. */
void schat_link_hosts(struct schat_core *c, const struct schat_addr *addrs, size_t count);
/* What schat_core_host has led to. */
void schat_link_addresses(struct schat_core *c, const struct schat_addr *addrs, size_t count,
                          uint64_t now);
void schat_link_refresh(struct schat_core *c, uint64_t now); /* another network, or waking up */

#ifdef __cplusplus
}
#endif

#endif
