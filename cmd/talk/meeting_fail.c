/* meet_fail: why nobody came, in words that say what to do. */
#include <string.h>

#include "cmd/log.h"
#include "cmd/report.h"
#include "cmd/talk/meeting.h"
#include "os/clock.h"

/* Who was refused believes it after a second without anything better (docs/PROTOCOL.md section 3):
 * until then the connection should stand. */
#define REFUSAL_US (1200 * MS)

void meet_code_dead(struct talk *t, const char *why)
{
	t->has_code = false;
	t->code_ends_at = NEVER;
	endpoint_code(t->endpoint, NULL);
	if (t->talking)
		return;
	if (t->contacts && t->book->count > 0) {
		talk_warn(t, ERR_TRUST, why,
		          "Known contacts may still come. For a new code start schat serve again.");
		return;
	}
	talk_fail(t, EXIT_TRUST, why, "For a new code start schat serve again.");
}

/* Somebody had a try at the code: told, and the program goes on. */
void meet_guessed(struct talk *t, const struct endpoint_event *e)
{
	char text[SENTENCE];
	struct text s = sentence_in(text);
	bool patient = t->code.words_count > CODE_WORDS;
	text_add(&s, t->serving ? "somebody tried a wrong code ("
	             : t->has_code
	                 ? "somebody answered and has not shown that it knows the code ("
	                 : "somebody answered and broke off before the words to compare (");
	text_add_u64(&s, e->number);
	if (patient && t->serving) {
		text_add(&s, " so far)");
	} else {
		text_add(&s, " of ");
		text_add_u64(&s, LIMIT_CODE_GUESSES);
		text_add(&s, ")");
	}
	if (e->rest_s > 0) {
		text_add(&s, "; the code rests for ");
		text_add_u64(&s, e->rest_s);
		text_add(&s, " s");
	}
	text_add(&s, t->serving ? "" : "; still trying");
	struct event shown = { .kind = EVENT_GUESS,
		               .number = e->number,
		               .text = span_of(text, s.len) };
	log_line(text, NULL);
	(void)screen_show(&t->screen, &shown);
	if (!t->serving || patient || e->number < LIMIT_CODE_GUESSES)
		return;
	meet_code_dead(t, "the code is dead after three wrong tries");
	t->finish_from = clock_us() + REFUSAL_US;
}

void meet_wrong_code(struct talk *t, uint32_t number)
{
	if (!t->has_code)
		talk_fail(
		    t, EXIT_TRUST,
		    number >= LIMIT_CODE_GUESSES
			? "three times somebody answered and broke off when the words to "
			  "compare were due"
			: "somebody answered and broke off when the words to compare were due",
		    "Somebody may stand between you. Use a code: schat serve");
	else if (number >= LIMIT_CODE_GUESSES)
		talk_fail(t, EXIT_TRUST,
		          "three answers came from somebody who does not know the code, so no "
		          "more are tried",
		          "Compare the code with the other side. If it is right, somebody on the "
		          "way is guessing it: take a new one, by another server or tcp://.");
	else
		talk_fail(
		    t, EXIT_TRUST,
		    "the codes differ: a word is mistyped, or somebody else answers there",
		    "Compare the code with the other side and try again. One host may be wrong "
		    "twice; the third wrong try ends the code.");
}

/* The responder proved a key, but not the one we know. */
void meet_key_changed(struct talk *t, const struct endpoint_event *e)
{
	char text[SENTENCE], hint[SENTENCE + LIMIT_KEY_LINE], old[FINGERPRINT_TEXT],
	    fresh[FINGERPRINT_TEXT];
	struct text s = sentence_in(text), h = text_of(hint, sizeof hint);
	text_add(&s, t->peer.name);
	text_add(&s, "'s key changed. Known: ");
	text_add(&s, fingerprint_of(&t->peer.key, old));
	text_add(&s, t->peer.since[0] ? " since " : "");
	text_add(&s, t->peer.since);
	text_add(&s, "; now: ");
	text_add(&s, fingerprint_of(&e->key, fresh));
	if (e->unproved)
		text_add(&s, " (unproved: anybody on the way can have answered so)");
	text_add(&h, "If ");
	text_add(&h, t->peer.name);
	text_add(&h, " told you so in person: schat peers trust ");
	text_add(&h, t->peer.name);
	text_add(&h, " ");
	add_key_line(&h, &e->key);
	talk_fail(t, EXIT_TRUST, text, hint);
}

static void no_psk_matched(struct talk *t)
{
	char text[SENTENCE], hint[SENTENCE], old[FINGERPRINT_TEXT];
	struct text s = sentence_in(text), h = sentence_in(hint);
	if (t->has_code) {
		talk_fail(t, EXIT_TRUST, "the other side takes no code, or its code has died",
		          "Ask for a new one: schat serve");
		return;
	}
	if (!t->peer.name[0]) {
		talk_fail(t, EXIT_TRUST, "the other side does not let strangers in",
		          "It would have to be started with --tofu, or give you a code.");
		return;
	}
	text_add(&s, "who answers there has not the key of ");
	text_add(&s, t->peer.name);
	text_add(&s, ", known: ");
	text_add(&s, fingerprint_of(&t->peer.key, old));
	text_add(&s, t->peer.since[0] ? " since " : "");
	text_add(&s, t->peer.since);
	text_add(&h, "If ");
	text_add(&h, t->peer.name);
	text_add(&h, " made a new key and told you so in person: schat peers trust ");
	text_add(&h, t->peer.name);
	text_add(&h, " KEYLINE (from its id_*.pub), or pair anew with a code");
	talk_fail(t, EXIT_TRUST, text, hint);
}

static const char *suite_name(uint8_t suite)
{
	const struct encryptor_class *c = encryptor_class_of((enum suite)suite);
	return c ? c->name : "another suite";
}

void meet_refused(struct talk *t, const struct endpoint_event *e)
{
	char text[SENTENCE], hint[SENTENCE];
	struct text s = sentence_in(text), h = sentence_in(hint);
	switch (e->reason) {
	case REFUSE_VERSION:
		text_add(&s, "the other side speaks version ");
		text_add_u64(&s, e->their_version);
		text_add(&s, " of the protocol, this schat (" SCHAT_VERSION ") version 1");
		talk_fail(t, EXIT_VERSION, text, "Update the older of the two.");
		break;
	case REFUSE_SUITE:
		text_add(&s, "the other side runs the suite ");
		text_add(&s, suite_name(e->their_suite));
		text_add(&s, ", this side ");
		text_add(&s, t->suite->name);
		text_add(&h, "Try again with -c ");
		text_add(&h, suite_name(e->their_suite));
		talk_fail(t, EXIT_VERSION, text, hint);
		break;
	case REFUSE_KEY: no_psk_matched(t); break;
	case REFUSE_CODE: meet_wrong_code(t, e->number); break;
	case REFUSE_CODE_DEAD:
		talk_fail(t, EXIT_TRUST,
		          "the code is dead: it was used, is too old, or had too many wrong "
		          "tries (two from one host, or three)",
		          "Ask for a new one: schat serve");
		break;
	case REFUSE_BUSY:
		talk_fail(t, EXIT_UNREACHABLE,
		          t->has_code ? "the other side is in another conversation, or its code "
		                        "rests after wrong tries"
		                      : "the other side is in another conversation",
		          "Try again later.");
		break;
	}
}

/* The initiator has waited long enough. */
static void nobody_came(struct talk *t)
{
	char text[SENTENCE], at[ADDR_TEXT];
	struct text s = sentence_in(text);
	const char *hint = "Is the other side running, and are both ends online?";
	if (t->kind != TARGET_P2P) {
		addr_format(&t->failed_at, at);
		text_add(&s, "no answer from ");
		text_add(&s, addr_is_set(&t->failed_at) ? at : t->direct);
		hint = t->peer.name[0] ? "Nobody answers there who has the key we know; or nothing "
		                         "runs there, or its port is closed."
		                       : "Does 'schat serve' run there, and is its port open?";
	} else if (!t->server_told) {
		text_add(&s, "no answer from the signaling server ");
		text_add(&s, t->server);
		hint = "Does 'schat signal' run there, and is its port open, udp and tcp?";
	} else if (t->has_nameplate_room && t->members == 0) {
		text_add(&s, "nobody waits with this code at ");
		text_add(&s, t->server);
		hint = "A code lives ten minutes and for one peer. Ask for a new one: schat serve";
	} else if (t->members == 0) {
		text_add(&s, t->peer.name);
		text_add(&s, " does not wait at ");
		text_add(&s, t->server);
		hint = "It has to run 'schat serve' with the same server, and know your key.";
	} else {
		text_add(&s, "the other side is there, but does not answer");
	}
	talk_fail(t, EXIT_UNREACHABLE, text, hint);
}

void meet_failed(struct talk *t, const struct endpoint_event *e)
{
	char text[SENTENCE];
	struct text s = sentence_in(text);
	text_add_span(&s, e->text.len > 0 ? e->text : span_text(err_text(e->err)));
	bool goes_on = t->serving && (t->o->keep || t->talking);
	if (e->err == ERR_UNREACHABLE && e->text.len == 0)
		nobody_came(t);
	else if (goes_on)
		talk_warn(t, e->err, text, NULL);
	else if (e->err == ERR_VERSION)
		talk_fail(t, EXIT_VERSION, text, "Start both with --pipe, or both without.");
	else if (e->err == ERR_UNREACHABLE)
		talk_fail(t, EXIT_UNREACHABLE, text,
		          "Ask the owner of the signaling server for --relay, or use tcp:// with "
		          "an open port.");
	else
		talk_fail(t, EXIT_CUT, text, NULL);
}
