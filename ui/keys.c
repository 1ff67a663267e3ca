#include "ui/keys.h"
#include "base/utf8.h"

#include <string.h>

enum { ESC = 0x1b, DEL = 0x7f };

static const char paste_end[] = "\x1b[201~";

/* All parsers return how many bytes the key takes; 0: more are needed. */

static size_t found(struct key *key, enum key_kind kind, uint32_t rune, size_t size)
{
	*key = (struct key){ kind, rune };
	return size;
}

static size_t parse_rune(struct span in, enum key_kind kind, struct key *key)
{
	uint32_t rune;
	int size = utf8_decode(in, &rune);
	if (size == -2)
		return 0;
	if (size < 0)
		return found(key, kind, 0xfffd, 1);
	if (rune >= 0x80 && rune < 0xa0)
		kind = KEY_NONE;
	return found(key, kind, rune, (size_t)size);
}

static size_t parse_control(uint8_t c, struct key *key)
{
	switch (c) {
	case '\r':
	case '\n': return found(key, KEY_ENTER, 0, 1);
	case '\t': return found(key, KEY_TAB, 0, 1);
	case '\b':
	case DEL: return found(key, KEY_BACKSPACE, 0, 1);
	default: break;
	}
	return found(key, KEY_CTRL,
	             c >= 1 && c <= 26 ? (uint32_t)(c - 1 + 'a') : (uint32_t)(c + '@'), 1);
}

static enum key_kind arrow(uint8_t final, bool by_word)
{
	switch (final) {
	case 'A': return KEY_UP;
	case 'B': return KEY_DOWN;
	case 'C': return by_word ? KEY_WORD_RIGHT : KEY_RIGHT;
	case 'D': return by_word ? KEY_WORD_LEFT : KEY_LEFT;
	case 'H': return KEY_HOME;
	case 'F': return KEY_END;
	default: return KEY_NONE;
	}
}

/* The vt220's numbers; rxvt ends them with ^ $ @ instead of ~ for Ctrl, Shift and both. */
static enum key_kind numbered(uint64_t number)
{
	switch (number) {
	case 1:
	case 7: return KEY_HOME;
	case 4:
	case 8: return KEY_END;
	case 3: return KEY_DELETE;
	case 200: return KEY_PASTE_BEGIN;
	default: return KEY_NONE;
	}
}

/* A key by its code and what is held with it, 1 + (1 Shift, 2 Alt, 4 Ctrl). Terminals send it as
 * CSI 13;2u (kitty) or CSI 27;2;13~ (xterm) for keys that have no sequence of their own. */
static size_t modified(uint64_t code, uint64_t modifiers, size_t size, struct key *key)
{
	unsigned held = modifiers > 0 ? (unsigned)modifiers - 1 : 0;
	bool control = code < 0x20 || code == DEL;
	if (code == '\r' && (held & 3) != 0)
		return found(key, KEY_ALT, '\r', size);
	if (code == ESC)
		return found(key, KEY_ESCAPE, 0, size);
	if (control && (held & 2) == 0) {
		parse_control((uint8_t)code, key);
		return size;
	}
	enum key_kind kind = control || (held & 2) != 0 ? KEY_ALT
	                     : (held & 4) != 0          ? KEY_CTRL
	                                                : KEY_RUNE;
	return found(key, kind, (uint32_t)code, size);
}

/* ESC [ and so on: ECMA-48 5.4, with two liberties of rxvt ($ as an end) and of the linux console
 * ([ [ A for F1). */
static size_t parse_csi(struct span in, struct key *key)
{
	uint64_t numbers[3] = { 0, 0, 0 };
	size_t count = 0, i = 2;
	/*@ loop invariant 2 <= i <= in.len;
	    loop assigns i, count, numbers[0 .. 2];
	    loop variant in.len - i; */
	for (; i < in.len && in.at[i] >= 0x20 && in.at[i] < 0x40 && in.at[i] != '$'; i++) {
		if (in.at[i] == ';')
			count++;
		else if (in.at[i] >= '0' && in.at[i] <= '9' && count < 3)
			numbers[count] = (numbers[count] * 10 + in.at[i] - '0') % 10000;
	}
	if (i == in.len)
		return 0;
	uint8_t final = in.at[i];
	if (final < 0x20 || final > 0x7e) /* broken off by a byte that is a key of its own */
		return found(key, KEY_NONE, 0, i);
	if (i == 2 && final == '[')
		return in.len < 4 ? 0 : found(key, KEY_NONE, 0, 4);
	i++;
	if (final == 'u' && numbers[0] > 0)
		return modified(numbers[0], numbers[1], i, key);
	if (final == '~' && numbers[0] == ESC && numbers[2] > 0)
		return modified(numbers[2], numbers[1], i, key);
	if (final == '~' || final == '^' || final == '$' || final == '@')
		return found(key, numbered(numbers[0]), 0, i);
	if (final >= 'a' && final <= 'd' && count == 0)
		return found(key, arrow((uint8_t)(final - 'a' + 'A'), false), 0, i);
	/* xterm's second number: 1 + (1 Shift, 2 Alt, 4 Ctrl, 8 Meta) */
	bool by_word = numbers[1] > 1 && ((numbers[1] - 1) & ~UINT64_C(1)) != 0;
	return found(key, arrow(final, by_word), 0, i);
}

/* ESC O: arrows and Home in application mode, rxvt's arrows with Ctrl, the keypad. */
static size_t parse_ss3(struct span in, struct key *key)
{
	size_t i = 2;
	/*@ loop invariant 2 <= i <= in.len;
	    loop assigns i;
	    loop variant in.len - i; */
	while (i < in.len && in.at[i] >= '0' && in.at[i] <= '9')
		i++;
	if (i == in.len || in.len < 3)
		return 0;
	uint8_t c = in.at[i];
	if (c < 0x20 || c > 0x7e)
		return found(key, KEY_NONE, 0, i);
	i++;
	if (c == 'M')
		return found(key, KEY_ENTER, 0, i);
	if (c >= 'a' && c <= 'd')
		return found(key, arrow((uint8_t)(c - 'a' + 'A'), true), 0, i);
	if (c >= 'j' && c <= 'y')
		return found(key, KEY_RUNE, (uint32_t)(c - 'j' + '*'), i);
	return found(key, arrow(c, i > 3), 0, i);
}

static size_t parse_escape(struct span in, struct key *key)
{
	if (in.len < 2)
		return 0;
	switch (in.at[1]) {
	case '[': return parse_csi(in, key);
	case 'O': return parse_ss3(in, key);
	case ESC: return found(key, KEY_ESCAPE, 0, 1); /* the second begins anew */
	case '\b': return found(key, KEY_ALT, DEL, 2);
	default: break;
	}
	size_t size = parse_rune(span_of(in.at + 1, in.len - 1), KEY_ALT, key);
	return size > 0 ? size + 1 : 0;
}

static size_t parse_key(struct span in, struct key *key)
{
	if (in.at[0] == ESC)
		return parse_escape(in, key);
	if (in.at[0] < 0x20 || in.at[0] == DEL)
		return parse_control(in.at[0], key);
	return parse_rune(in, KEY_RUNE, key);
}

/* Inside a paste, its end is the only sequence. */
static size_t parse_pasted(struct keys *k, struct span in, struct key *key)
{
	size_t same = 0;
	/*@ loop invariant same <= in.len && same < sizeof(paste_end);
	    loop assigns same;
	    loop variant in.len - same; */
	while (same < in.len && same < sizeof paste_end - 1 &&
	       in.at[same] == (uint8_t)paste_end[same])
		same++;
	if (same == sizeof paste_end - 1)
		return found(key, KEY_PASTE_END, 0, same);
	if (same == in.len)
		return 0;
	uint8_t c = in.at[0];
	bool second = c == '\n' && k->after_cr;
	k->after_cr = c == '\r';
	if (c == '\r' || c == '\n')
		return found(key, second ? KEY_NONE : KEY_RUNE, '\n', 1);
	if ((c < 0x20 && c != '\t') || c == DEL)
		return found(key, KEY_NONE, 0, 1);
	return parse_rune(in, KEY_RUNE, key);
}

/* One key from part, if it is whole. */
static bool parse(struct keys *k, struct key *key)
{
	struct span in = span_of(k->part, k->len);
	if (k->len == 0)
		return false;
	size_t size = k->pasting ? parse_pasted(k, in, key) : parse_key(in, key);
	if (size == 0 && k->len == sizeof k->part) /* no sequence we know is that long */
		size = found(key, KEY_NONE, 0, k->len);
	if (size == 0)
		return false;
	k->len -= size;
	memmove(k->part, k->part + size, k->len);
	if (key->kind == KEY_PASTE_BEGIN || key->kind == KEY_PASTE_END) {
		k->pasting = key->kind == KEY_PASTE_BEGIN;
		k->after_cr = false;
	}
	return true;
}

bool keys_next(struct keys *k, struct span *in, uint64_t now, struct key *key)
{
	/*@ loop invariant is_keys(k) && is_span(in);
	    loop invariant \base_addr(in->at) == \at(\base_addr(in->at), Pre);
	    loop assigns *k, *in, *key;
	    loop variant in->len; */
	for (;;) {
		/*@ loop invariant is_keys(k);
		    loop assigns *k, *key;
		    loop variant k->len; */
		while (parse(k, key)) {
			if (key->kind != KEY_NONE)
				return true;
		}
		if (in->len == 0)
			return false;
		k->part[k->len++] = in->at[0];
		k->at = now;
		*in = span_of(in->at + 1, in->len - 1);
	}
}

uint64_t keys_deadline(const struct keys *k)
{
	if (k->pasting)
		return k->at + KEYS_PASTE_US;
	if (k->len == 0)
		return NEVER;
	return k->at + (k->len == 1 && k->part[0] == ESC ? KEYS_ESCAPE_US : KEYS_SEQUENCE_US);
}

bool keys_timer(struct keys *k, uint64_t now, struct key *key)
{
	if (now < keys_deadline(k))
		return false;
	bool escape = !k->pasting && k->len == 1 && k->part[0] == ESC, pasting = k->pasting;
	k->len = 0;
	k->pasting = k->after_cr = false;
	*key = (struct key){ pasting ? KEY_PASTE_END : escape ? KEY_ESCAPE : KEY_NONE, 0 };
	return key->kind != KEY_NONE;
}
