/* talk: see talk.h. The loop:
 *
 *   wait -> links and packets -> endpoint -> keys -> chat, endpoint's and chat's events -> screen
 * -> packets -> links */
#include "cmd/talk.h"

#include <signal.h>
#include <string.h>

#include "base/assert.h"
#include "base/least.h"
#include "cmd/keys.h"
#include "cmd/log.h"
#include "cmd/report.h"
#include "os/clock.h"
#include "os/signals.h"

enum {
	WATCH_SIGNALS = SCREEN_WATCHES,
	WATCH_CHILD,
	WATCHES,
	PACKETS_AT_ONCE = 256,
	ROUNDS_AT_ONCE = 64,
	SENTENCE = 1024
};

#define DRAIN_US     (2 * SECOND) /* for our own input after the peer has left */
#define BREAK_OFF_US (300 * MS)	  /* for the last words after Ctrl-C */
#define CONFIRM_US   (5 * MS)	  /* a receipt waits for an answer to travel with */

/* --- the network's side --- */

static void link_events(struct talk *t, uint64_t now)
{
	struct link_event event;
	while (net_event(t->net, &event))
		endpoint_link(t->endpoint, &event, now);
}

static void read_network(struct talk *t, uint64_t now)
{
	struct route from;
	struct span bytes;
	link_events(t, now);
	while (net_read(t->net, &from, &bytes))
		endpoint_input(t->endpoint, &from, bytes, now);
}

/* True: there may be more to send. */
static bool write_network(struct talk *t, uint64_t now)
{
	uint8_t buffer[LIMIT_WIRE];
	struct link_request request;
	struct route to;
	const uint8_t *wire;
	size_t len = 1;
	int packets;
	for (packets = 0; packets < PACKETS_AT_ONCE && len > 0; packets++) {
		while (endpoint_request(t->endpoint, &request))
			net_request(t->net, &request);
		link_events(
		    t, now); /* a stream link that is full says so before it would have to refuse */
		len = endpoint_output(t->endpoint, &to, buffer, sizeof buffer, &wire, now);
		if (len > 0)
			(void)net_write(t->net, &to, span_of(wire, len));
	}
	while (endpoint_request(t->endpoint, &request))
		net_request(t->net, &request);
	net_flush(t->net);
	return len > 0;
}

/* --- the user's side --- */

static void break_off(struct talk *t, int exit_code)
{
	struct session *s = endpoint_session(t->endpoint);
	if (t->finishing) { /* a second time: at once */
		t->done = true;
		t->exit_code = exit_code;
		return;
	}
	if (s)
		session_close(s, CLOSE_OTHER, span_text("broken off"));
	if (!t->screen.terminal)
		t->screen.out_err = ERR_CUT; /* what has not been written need not be */
	talk_end(t, exit_code);
	t->finish_until = clock_us() + BREAK_OFF_US;
}

static void leave(struct talk *t)
{
	bool by_choice = t->screen.terminal || !t->screen.input_ended;
	t->user_left = t->user_left || by_choice;
	chat_finish(t->chat);
	if (!t->talking && by_choice)
		talk_end(t, EXIT_DONE);
}

/* Texts that are on the screen are confirmed to the peer. */
static void confirm(struct talk *t)
{
	if (t->confirm_at == NEVER)
		return;
	t->confirm_at = NEVER;
	chat_shown(t->chat, t->displayed);
}

/* False: the command has to wait, and comes again. */
static bool say_text(struct talk *t, struct span text)
{
	if (t->talking)
		confirm(t);
	enum err err = t->talking ? chat_text(t->chat, text, false) : ERR_FULL;
	bool waits = err == ERR_FULL || (err == ERR_STATE && !chat_finished(t->chat));
	if (err == ERR_STATE && !waits)
		talk_say(t, "not sent: the conversation is ending", NULL);
	t->screen.ui->class->taken(t->screen.ui, waits ? 0 : text.len);
	return !waits;
}

static bool say_bytes(struct talk *t, struct span bytes)
{
	size_t taken = t->talking ? chat_bytes(t->chat, bytes) : 0;
	t->screen.ui->class->taken(t->screen.ui, taken);
	return taken == bytes.len;
}

static bool take_commands(struct talk *t)
{
	struct command c;
	bool any = false;
	while (!t->finishing && t->screen.ui->class->take(t->screen.ui, &c)) {
		bool taken = true;
		switch (c.kind) {
		case COMMAND_TEXT: taken = say_text(t, c.text); break;
		case COMMAND_BYTES: taken = say_bytes(t, c.text); break;
		case COMMAND_QUIT: leave(t); break;
		case COMMAND_STOP: break_off(t, EXIT_INT); break;
		case COMMAND_WHO: meet_show_who(t, EVENT_WHO); break;
		case COMMAND_SUSPEND: screen_suspend(&t->screen); break;
		}
		if (!taken)
			return any;
		any = true;
	}
	/* The peer has left: when our own ready input is said, so do we. */
	if (t->talking && t->peer_left && !chat_finished(t->chat) &&
	    (!t->screen.ready || clock_us() > t->drain_until))
		chat_finish(t->chat);
	return any;
}

static void take_signals(struct talk *t)
{
	int number;
	while ((number = signals_take()) != 0) {
		if (number == SIGINT || number == SIGTERM || number == SIGHUP)
			break_off(t, 128 + number);
		else if (number == SIGWINCH)
			screen_resized(&t->screen);
		else if (number == SIGCONT)
			screen_continued(&t->screen);
	}
}

/* --- the conversation --- */

/* What was written is to be confirmed to the peer; only now. True: the screen has everything. */
static bool written_out(struct talk *t)
{
	bool all = screen_flush(&t->screen);
	if (!t->talking)
		return all;
	if (t->screen.out_err && !t->output_failed) {
		t->output_failed = true;
		chat_fail(t->chat, ERR_LOCAL, "its output failed");
	}
	if (t->output_failed)
		return all;
	if (t->o->pipe)
		chat_written(t->chat, t->screen.out_bytes - t->out_base);
	else if (all && t->displayed < t->shown) {
		t->displayed = t->shown;
		if (t->confirm_at == NEVER)
			t->confirm_at = clock_us() + CONFIRM_US;
	}
	return all;
}

static void note(struct talk *t, const struct event *e)
{
	if (e->kind == EVENT_TEXT)
		t->shown = e->number;
	if (e->kind == EVENT_PEER_LEFT && !t->o->pipe) {
		t->peer_left = true;
		t->drain_until = clock_us() + DRAIN_US;
	}
}

/* Events of the chat go to the screen until it is full. True: there were some. */
static bool take_chat(struct talk *t)
{
	bool any = false;
	if (!t->talking)
		return false;
	if (clock_us() >= t->confirm_at || t->peer_left || chat_finished(t->chat))
		confirm(t);
	chat_step(t->chat);
	if (!written_out(t))
		return false;
	while (t->holding || chat_take(t->chat, &t->held)) {
		size_t used;
		t->held.clock_s = clock_local_s();
		t->held.unix_s = clock_unix_s();
		bool shown = t->screen.ui->class->show(t->screen.ui, &t->held, &used);
		t->holding =
		    !shown && t->held.kind != EVENT_BYTES; /* bytes come again by themselves */
		if (!shown)
			break;
		note(t, &t->held);
		any = true;
	}
	(void)written_out(t);
	return any;
}

static void begin_again(struct talk *t)
{
	enum mode mode = t->o->pipe ? MODE_PIPE : MODE_CHAT;
	chat_free(t->chat);
	t->chat = chat_new(mode);
	assert(t->chat);
	if (t->screen.input_ended)
		chat_finish(t->chat);
	t->peer_left = false;
}

static int exit_code_of(const struct talk *t, enum err err)
{
	if (t->output_failed)
		return t->screen.out_err == ERR_CUT ? EXIT_PIPE : EXIT_LOCAL;
	/* The peer's full disk, and its newer session, are not ours. */
	return err == ERR_LOCAL || err == ERR_EXISTS ? EXIT_CUT : report_exit_code(err);
}

/* How it ended, for the user. */
static void describe_end(const struct talk *t, enum err err, struct span words, struct text *out)
{
	uint64_t unconfirmed = chat_unconfirmed(t->chat);
	const char *who = t->peer_name;
	if (t->output_failed) {
		text_add(out, "standard output failed; the conversation was ended");
		return;
	}
	text_add(out, "the conversation with ");
	text_add(out, who);
	text_add(out, err == OK		   ? " is over"
		      : err == ERR_TRUST   ? " was refused"
		      : err == ERR_VERSION ? " was not possible"
					   : " was broken off");
	if (err == ERR_CUT && words.len == 0)
		text_add(out, ": nothing was heard for too long");
	if (err && words.len > 0) {
		text_add(out, "; the other side says: ");
		text_add_span(out, words);
	}
	if (err && unconfirmed > 0) {
		text_add(out, ". Not confirmed: ");
		text_add_u64(out, unconfirmed);
		text_add(out, t->o->pipe ? " bytes" : unconfirmed == 1 ? " message" : " messages");
	}
}

static void conversation_over(struct talk *t, enum err err, struct span words)
{
	char sentence[SENTENCE];
	struct text s = text_of(sentence, sizeof sentence);
	bool next = t->serving && t->o->keep && !t->user_left && !t->output_failed;
	int code = exit_code_of(t, err);
	describe_end(t, err, words, &s);
	text_add(&s, next ? "; waiting for the next" : ".");
	struct event e = { .kind = next ? EVENT_NOTICE : EVENT_CLOSED,
			   .text = span_of(sentence, s.len),
			   .err = err,
			   .exit_code = code };
	talk_log(e.text);
	if (!(t->output_failed && t->screen.out_err == ERR_CUT))
		(void)screen_show(&t->screen, &e);
	chat_detach(t->chat);
	t->talking = t->over = t->holding = false;
	if (next)
		begin_again(t);
	else
		talk_end(t, code);
}

/* True: something has happened, so that there may be something to send. */
static bool converse(struct talk *t, uint64_t now)
{
	enum err err;
	struct span words;
	bool more = true, any = false;
	for (int i = 0; i < ROUNDS_AT_ONCE && more; i++) {
		more = take_commands(t);
		more |= meet_events(t, now);
		more |= take_chat(t);
		if (t->talking && chat_over(t->chat, &err, &words)) {
			conversation_over(t, err, words);
			more = true;
		}
		any |= more;
	}
	if (!t->talking)
		(void)screen_flush(&t->screen);
	return any;
}

/* --- the loop --- */

static void take_pair(struct talk *t)
{
	struct identity pair;
	enum child_state state = child_poll(&t->pair_child);
	if (state == CHILD_RUNNING || state == CHILD_NONE)
		return;
	bool made = state == CHILD_DONE && keys_take(&t->pair_child, &pair);
	child_end(&t->pair_child);
	if (made) {
		endpoint_pair(t->endpoint, &pair);
		identity_wipe(&pair);
	} else {
		talk_fail(t, EXIT_OTHER, "could not make the RSA pair for the next session.", NULL);
	}
}

static void make_pair(struct talk *t)
{
	if (t->pair_child.fd >= 0 || t->finishing || !endpoint_pair_wanted(t->endpoint))
		return;
	if (!keys_start(&t->pair_child, KEY_RSA, RSA_BITS_DEFAULT))
		talk_fail(t, EXIT_OTHER, "no process could be started to make an RSA pair.", NULL);
}

static uint64_t deadline(const struct talk *t)
{
	uint64_t at = least(endpoint_deadline(t->endpoint), screen_deadline(&t->screen));
	at = least(at, least(t->code_ends_at, t->rooms.next_at));
	if (t->talking)
		at = least(at, t->confirm_at);
	if (t->finishing)
		at = least(at, clock_us() < t->finish_from ? t->finish_from : t->finish_until);
	return t->talking && t->peer_left && !chat_finished(t->chat) ? 0 : at;
}

static bool wants_input(const struct talk *t)
{
	return !t->finishing && (!t->o->pipe || (t->talking && chat_bytes_room(t->chat) > 0));
}

/* The last words to the peer go before the forwarder is told that we leave, for then it forwards
 * nothing more. */
static void finish(struct talk *t, bool more, uint64_t now)
{
	bool said = endpoint_settled(t->endpoint) && !endpoint_session(t->endpoint) &&
		    now >= t->finish_from;
	if (!t->finishing || t->done ||
	    (now < t->finish_until && (more || !said || net_busy(t->net))))
		return;
	endpoint_finish(t->endpoint);
	(void)write_network(t, now);
	t->done = true;
}

int talk_run(struct talk *t)
{
	bool more = true; /* the communicator wants its sockets */
	while (!t->done) {
		struct watch w[WATCHES] = { 0 };
		screen_watch(&t->screen, wants_input(t), w);
		w[WATCH_SIGNALS] = (struct watch){ .fd = signals_fd(), .read = true };
		w[WATCH_CHILD] = (struct watch){ .fd = t->pair_child.fd, .read = true };
		net_wait(t->net, more ? 0 : deadline(t), w, WATCHES);
		uint64_t now = clock_us();
		read_network(t, now);
		if (w[WATCH_SIGNALS].readable)
			take_signals(t);
		if (w[WATCH_CHILD].readable)
			take_pair(t);
		make_pair(t);
		meet_timer(t, now);
		screen_read(&t->screen, w, now);
		(void)converse(t, now);
		more = write_network(t, now);
		more |= converse(t, now); /* sending is when timers run and links come up */
		finish(t, more, now);
	}
	return t->exit_code;
}
