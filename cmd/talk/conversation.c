/* talk: see talk.h. The loop:
 *
 *   wait -> links and packets -> endpoint -> keys -> chat, endpoint's and chat's events -> screen
 * -> packets -> links */
#include "cmd/talk/talk.h"

#include <signal.h>
#include <string.h>

#include "base/assert.h"
#include "base/min_max.h"
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
	ROUNDS_AT_ONCE = 64
};

#define BREAK_OFF_US (300 * MS) /* for the last words after Ctrl-C */
#define CONFIRM_US   (5 * MS)   /* a receipt waits for an answer to travel with */
#define REST_US                                                                                    \
	(10 * MS) /* before more input is read that is for nobody: there may be no end of it */

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
	if (t->finishing) { /* a second time: at once */
		t->done = true;
		t->exit_code = exit_code;
		return;
	}
	if (!t->screen.terminal && !t->screen.ui->class->only_data)
		t->screen.out_err = ERR_CUT; /* what has not been written need not be */
	talk_end(t, exit_code);
	t->finish_until = clock_us() + BREAK_OFF_US;
}

/* Texts that are on the screen are confirmed to the peer: now is the last moment to see that
 * somebody is there to read them. */
static void confirm(struct talk *t)
{
	if (t->confirm_at == NEVER)
		return;
	t->confirm_at = NEVER;
	screen_check(&t->screen);
	if (!t->screen.out_err)
		chat_shown(t->chat, t->displayed);
}

static void leave(struct talk *t)
{
	t->user_left = true;
	speech_leave(&t->speech);
	if (!t->talking)
		talk_end(t, EXIT_DONE);
}

/* In one sentence, as long as more of it comes, but not for ever. */
static void tell_unsent(struct talk *t)
{
	uint64_t now = clock_us();
	if (!speech_has_refused(&t->speech) ||
	    (!speech_is_blocked(&t->speech) && screen_ready(&t->screen) && now < t->unsent_told_at + SECOND))
		return;
	talk_tell_unsent(t, false);
	t->unsent_told_at = now;
}

/* True: something was said, or is to be done. */
static bool take_commands(struct talk *t)
{
	struct command c;
	bool any = false, some;
	while (!t->finishing && speech_take(&t->speech, &c, &some)) {
		any = true;
		switch (c.kind) {
		case COMMAND_QUIT: leave(t); break;
		case COMMAND_STOP: break_off(t, EXIT_INT); break;
		case COMMAND_WHO: meet_show_who(t, EVENT_WHO); break;
		case COMMAND_SUSPEND: screen_suspend(&t->screen); break;
		default: break;
		}
	}
	if (t->finishing)
		return any;
	any |= some;
	tell_unsent(t);
	if (t->talking && some)
		confirm(t); /* a receipt travels with what we say */
	(void)speech_step(&t->speech, speech_peer_leaves(&t->speech) && screen_ready(&t->screen), clock_us());
	return any;
}

void talk_settle(struct talk *t)
{
	uint64_t now = clock_us();
	if (!t->talking || !speech_is_settling(&t->speech))
		return;
	bool told = screen_flush(&t->screen);
	if (speech_settles(&t->speech, told, now))
		screen_read_typed(&t->screen, speech_now(&t->speech), now);
	speech_settle(&t->speech, told, screen_ready(&t->screen), now);
}

static void read_screen(struct talk *t, const struct watch *w, uint64_t now)
{
	uint64_t conv = speech_now(&t->speech);
	if (screen_read(&t->screen, w, conv, now)) {
		speech_note_input(&t->speech);
		if (conv == ADDRESS_NOBODY && !t->screen.terminal)
			t->rest_until = now + REST_US;
	}
	if (!t->screen.in_err || t->input_failed)
		return;
	t->input_failed = true;
	if (t->talking)
		chat_fail(t->chat, ERR_LOCAL, "its input failed");
	else
		talk_fail_input(t);
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

/* Something was written that the peer does not know of. */
static bool has_news(const struct talk *t, bool all)
{
	if (t->o->pipe)
		return t->screen.out_bytes - t->out_base > t->displayed;
	return all && t->displayed < t->shown;
}

/* What was written is to be confirmed to the peer; only now. True: the screen has everything. */
static bool written_out(struct talk *t)
{
	bool all = screen_flush(&t->screen);
	if (!t->talking)
		return all;
	if (has_news(t, all))
		screen_check(&t->screen);
	if (t->screen.out_err && !t->output_failed) {
		t->output_failed = true;
		chat_fail(t->chat, ERR_LOCAL, "its output failed");
	}
	if (t->output_failed)
		return all;
	if (t->o->pipe) {
		t->displayed = t->screen.out_bytes - t->out_base;
		chat_written(t->chat, t->displayed);
	} else if (has_news(t, all)) {
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
	if (e->kind == EVENT_PEER_LEFT)
		speech_peer_left(&t->speech, clock_us());
}

/* Events of the chat go to the screen until it is full. True: there were some. */
static bool take_chat(struct talk *t)
{
	bool any = false;
	if (!t->talking)
		return false;
	if (clock_us() >= t->confirm_at || speech_peer_leaves(&t->speech) || chat_finished(t->chat))
		confirm(t);
	chat_step(t->chat);
	if (!written_out(t))
		return false;
	while (t->holding || chat_take(t->chat, &t->held)) {
		size_t used;
		t->held.clock_s = clock_local_s();
		t->held.unix_s = clock_unix_s();
		bool shown = interactor_show(t->screen.ui, &t->held, &used);
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
		if (t->talking && !screen_crowded(&t->screen) && chat_over(t->chat, &err, &words)) {
			talk_conversation_over(t, err, words);
			more = true;
		}
		talk_settle(t);
		any |= more;
	}
	if (!t->talking)
		(void)screen_flush(&t->screen);
	if (!t->talking && !t->finishing && t->screen.out_err)
		talk_fail_output(t);
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
	uint64_t at = min_of(endpoint_deadline(t->endpoint), screen_deadline(&t->screen));
	at = min_of(at, min_of(t->hosts.look_at, min_of(t->code_ends_at, t->rooms.next_at)));
	at = min_of(at, hush_deadline(&t->refusals));
	if (t->talking)
		at = min_of(at, min_of(t->confirm_at, speech_deadline(&t->speech)));
	if (clock_us() < t->rest_until)
		at = min_of(at, t->rest_until);
	if (t->finishing)
		at = min_of(at, clock_us() < t->finish_from ? t->finish_from : t->finish_until);
	return at;
}

static bool wants_input(const struct talk *t)
{
	bool refused =
	    speech_refuses(&t->speech);
	return !t->finishing && clock_us() >= t->rest_until &&
	       (!t->o->pipe || refused || (t->talking && chat_bytes_room(t->chat) > 0));
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
		hosts_look(&t->hosts, t->endpoint, now);
		meet_timer(t, now);
		read_screen(t, w, now);
		(void)converse(t, now);
		endpoint_timer(t->endpoint, now);
		more = write_network(t, now);
		more |= converse(t, now); /* links have come up, a session is over */
		finish(t, more, now);
	}
	talk_closed(t);
	return t->exit_code;
}
