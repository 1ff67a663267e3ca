/* keys: turns the bytes a terminal sends into keys: sequences of xterm, vt220, rxvt and the Linux
 * console, UTF-8, bracketed paste. A sequence may arrive in pieces; only time tells a lone Escape
 * from the beginning of one. Unknown sequences are dropped whole. */
#pragma once

#include "base/bytes.h"
#include "base/limits.h"

enum key_kind {
	KEY_NONE, /* nothing for an editor: an unknown sequence */
	KEY_RUNE, /* rune; inside a paste also \n and \t */
	KEY_CTRL, /* rune: the lower-case letter, or one of @[\]^_ */
	KEY_ALT,  /* rune: what was pressed with it; 0x7f: Backspace */
	KEY_ENTER,
	KEY_TAB,
	KEY_BACKSPACE,
	KEY_ESCAPE,
	KEY_DELETE,
	KEY_UP,
	KEY_DOWN,
	KEY_LEFT,
	KEY_RIGHT,
	KEY_WORD_LEFT, /* Ctrl or Alt with the arrow */
	KEY_WORD_RIGHT,
	KEY_HOME,
	KEY_END,
	/* The runes up to KEY_PASTE_END were pasted; \r and \r\n come as \n, other controls not at
	 * all. */
	KEY_PASTE_BEGIN,
	KEY_PASTE_END
};

struct key {
	enum key_kind kind;
	uint32_t rune;
};

#define KEYS_ESCAPE_US   (SECOND / 2) /* a lone Escape: a slow line parts sequences for less */
#define KEYS_SEQUENCE_US SECOND       /* the rest of anything else */
#define KEYS_PASTE_US    (2 * SECOND) /* a paste whose end was lost */

/* Private to keys.c; others embed it. */
struct keys {
	uint8_t part[32]; /* the beginning of a key */
	size_t len;
	bool pasting, after_cr;
	uint64_t at; /* when the last byte came */
};

/* Takes bytes from the front of *in until a key is complete. False: it took all, and none is. */
bool keys_next(struct keys *k, struct span *in, uint64_t now, struct key *key);
uint64_t keys_deadline(const struct keys *k); /* when to call keys_timer; or NEVER */
bool keys_timer(struct keys *k, uint64_t now, struct key *key); /* what time has decided */
