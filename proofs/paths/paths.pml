/* The choice of a path: docs/PROTOCOL.md 6.6. Two sides, A and B (the initiator), have one path, H. Beside it is an attacker, who sees
   all packets, and whose address is the other end of a second path, X. What is sent on H arrives on H; or it is lost, LOSSES times;
   or the attacker is faster, and it arrives on X (the packet itself then counts as repeated, 3.3-4, and changes nothing). What is
   sent on X comes to the attacker. He forwards it, and it arrives on X, or, under the sender's own address, on H; or he does not.
   phase 0: he does all that. 1: he is still faster where he likes, but forwards nothing. 2: he is gone. He begins in BEGINS. With
   ONE_WAY only B's packets have to fear that he is faster, and what he forwards arrives on H.

   Packets arrive in any order. Time goes by turns: when nothing is under way any more, each side does what is due by then (a
   challenge, a repetition, suspicion); EARLY times one does so before. The number of a packet is that since the last such turn of
   both; of what came before, only on which path the highest number came is kept. TRIES is how often a path is asked in vain, for 8,
   3 and 12 of 6.6. All addresses are equal (6.6-12), and sizes are left out (6.6-4, 6.6-8).

   The sides are in C, so that the state is small; what is chosen is in Promela. */

#include "properties.pml"
#define WAITS 1		/* once he forwards no more, what a side has said is acknowledged within PATIENCE turns */
#define PROVED 2	/* his address is proved, and carries data, only if he forwards */
#define TRUE_ACKS 3	/* what is acknowledged has arrived */
#define HIS_NEVER 4	/* his address carries no data */
#define FITS 5		/* no side sends more packets in a turn than the model has numbers for */

#ifndef BEGINS
#define BEGINS 0
#endif
#ifndef LOSSES
#define LOSSES 0
#endif
#ifndef EARLY
#define EARLY 0
#endif
#ifndef TEXTS_A
#define TEXTS_A 0
#endif
#ifndef TEXTS_B
#define TEXTS_B 1
#endif
#ifndef TURNS
#define TURNS 3
#endif
#ifndef PATIENCE
#define PATIENCE 5
#endif
#define TRIES 2
#define NUMBERS 16
#ifdef ONE_WAY
#define FASTER(me) (me == 0)
#else
#define FASTER(me) 1
#endif

c_decl {
enum { H, X, NOWHERE };
enum { UNKNOWN, PROVING, VALIDATED, SILENT }; /* 11.4 */

struct packet {
	unsigned there : 1, on : 1;
	unsigned ping : 1, text : 2;	/* PING; STREAM: the text of this number, or 0 */
	unsigned challenge : 1;		/* its bytes are the number of the packet */
	unsigned response : 4;		/* to the challenge of that number; 0: none */
	unsigned acks : NUMBERS;	/* a bit for each number */
};
struct path {
	unsigned stage : 2, tries : 3;
	unsigned challenge : 4;		/* the one that was sent last, and is not answered; 0: none */
	unsigned fresh : 1;		/* ... since the doubt began */
	unsigned sure : 1;		/* has answered since then */
	unsigned ask : 1, asked : 1;	/* a challenge is due; one was sent in this turn */
	unsigned respond : 4;		/* to this challenge */
	unsigned highest : 4;		/* of the packets here that say that their sender is (6.6-11) */
	unsigned flying : 4;		/* the newest unacknowledged packet; 1: of an earlier turn; 0: none */
	unsigned text : 2;		/* what it carries */
	unsigned since : 1;		/* it was sent since the doubt began */
	unsigned copy : 1;		/* what is unacknowledged is to be sent here, too */
};
struct side {
	struct path at[2];
	struct packet sealed[NUMBERS]; /* under way */
	unsigned data : 2;	/* the path in use */
	unsigned asker : 2;	/* where the newest ack-eliciting packet came from */
	unsigned doubt : 1, grace : 1;
	unsigned moved : 1;	/* it has chosen among equals in this turn */
	unsigned send : 1, ping : 1;	/* the text said last, or PING, is to be sent */
	unsigned said : 2, acked : 2, got : 2;
	unsigned ack : 1;	/* is due */
	unsigned listens : 1;	/* has heard since it sent something ack-eliciting */
	unsigned number : 4;
	unsigned waits : 4;
	unsigned received : NUMBERS;
};
struct world {
	struct side s[2];
	unsigned char phase, losses, early, turns, quiet, broken, full;
};
}

c_code {
struct world w;
extern int readtrail; /* of the verifier */

void tell(int me, const char *what, int a, int b)
{
	if (readtrail)
		printf("%c: %s %d %d\n", 'A' + me, what, a, b);
}

/* ---- what goes out ---- */

struct packet *seal(struct side *s, int where)
{
	static struct packet nobody;
	struct packet *p = &s->sealed[s->number];

	if (s->number >= NUMBERS - 1) {
		w.full = 1;
		return &nobody;
	}
	s->number++;
	if (where == X && w.phase > 0)
		return &nobody; /* gets it */
	p->there = 1;
	p->on = where;
	return p;
}

void probe(int me, int where)
{
	struct side *s = &w.s[me];
	struct path *at = &s->at[where];

	if (!at->ask && !at->respond)
		return;
	unsigned number = s->number;
	struct packet *p = seal(s, where);
	tell(me, "challenges (response to, on)", at->respond, where);
	p->response = at->respond;
	at->respond = 0;
	p->challenge = at->ask;
	if (at->ask) {
		at->challenge = number;
		at->fresh = at->asked = 1;
		at->ask = 0;
	}
}

/* A text, or PING. */
void speak(int me, int where, unsigned text)
{
	struct side *s = &w.s[me];
	unsigned number = s->number;
	struct packet *p = seal(s, where);

	p->text = text;
	p->ping = text == 0;
	p->acks = s->ack && s->asker == where ? s->received : 0;
	if (s->asker == where)
		s->ack = 0;
	s->at[where].flying = number;
	s->at[where].text = text;
	s->at[where].since = 1;
	s->listens = 0;
	tell(me, "sends text, on", text, where);
}

void acknowledge(int me, int where)
{
	seal(&w.s[me], where)->acks = w.s[me].received;
	tell(me, "acknowledges on", where, 0);
}

void output(int me)
{
	struct side *s = &w.s[me];

	for (int q = H; q <= X; q++)
		probe(me, q);
	for (int q = H; q <= X; q++) {
		if (s->at[q].copy && s->at[q].stage == VALIDATED && q != s->data && s->said > s->acked)
			speak(me, q, s->said);
		s->at[q].copy = 0;
	}
	if (s->data != NOWHERE && (s->send || s->ping)) {
		speak(me, s->data, s->send ? s->said : 0);
		s->send = s->ping = 0;
	}
	if (!s->ack)
		return;
	s->ack = 0; /* 6.6-10 */
	int asker = s->at[s->asker].stage == UNKNOWN ? s->data : s->asker;
	if (asker == NOWHERE)
		return;
	acknowledge(me, asker);
#ifndef ACKS_ONCE
	if (asker != s->data && s->data != NOWHERE && s->at[asker].stage != VALIDATED) {
		acknowledge(me, s->data);
		s->asker = s->data;
	}
#endif
}

/* ---- which path ---- */

/* What is in flight there is sent again. */
void hand_back(struct side *s, int q)
{
#ifndef KEEPS
	if (s->at[q].flying && s->at[q].text == s->said && s->said > s->acked)
		s->send = 1;
#endif
	s->at[q].flying = s->at[q].text = s->at[q].since = 0;
}

void stop(struct side *s, int q, int to)
{
	hand_back(s, q);
	if (to == UNKNOWN)
		memset(&s->at[q], 0, sizeof s->at[q]);
	s->at[q].stage = to;
	s->at[q].tries = 0;
	s->at[q].ask = to == SILENT;
}

void begin_doubt(int me)
{
	struct side *s = &w.s[me];

	s->doubt = s->grace = 1;
	for (int q = H; q <= X; q++) {
		struct path *at = &s->at[q];

		at->sure = at->fresh = at->since = 0;
		at->copy = at->stage == VALIDATED && q != s->data;
		if (at->stage == VALIDATED)
			at->tries = 0;
		at->ask |= at->stage >= VALIDATED;
	}
	tell(me, "doubts", 0, 0);
}

int usable(const struct side *s, int q)
{
	if (q == NOWHERE)
		return 0;
#ifdef UNPROVED
	if (s->at[q].stage == PROVING)
		return 1;
#endif
	return s->at[q].stage == VALIDATED;
}

int best(const struct side *s)
{
	const struct path *h = &s->at[H], *x = &s->at[X];

	if (!usable(s, H) || !usable(s, X))
		return usable(s, H) ? H : usable(s, X) ? X : NOWHERE;
	if (h->sure != x->sure)
		return x->sure ? X : H;
	return x->highest > h->highest ? X : H;
}

/* 6.6-12, 6.6-19 */
void choose(int me)
{
	struct side *s = &w.s[me];
	int old = s->data, to = best(s);
	int stays = usable(s, old) && to != old &&
	            ((me == 1 && s->moved && s->at[old].sure == s->at[to].sure) || (s->doubt && !s->at[old].sure && s->grace));

	if (stays)
		to = old;
	s->data = to;
	if (to != NOWHERE && s->at[to].sure)
		s->doubt = s->grace = 0;
	if (to == old)
		return;
	tell(me, "chooses", to, 0);
	if (to != NOWHERE)
		s->ping = s->moved = 1;
	if (usable(s, old)) {
		s->at[old].tries = 0;
		s->at[old].ask |= !s->at[old].sure;
		hand_back(s, old);
	}
}

/* ---- what comes in ---- */

void take_response(struct side *s, int q, unsigned response)
{
	struct path *at = &s->at[q];

#ifdef ANY_RESPONSE
	if (!at->challenge || !response)
		return;
#else
	if (!response || at->challenge != response)
		return;
#endif
	at->challenge = 0;
	at->sure |= at->fresh || !s->doubt;
	at->ask = s->doubt && !at->sure && !at->asked;
	at->tries = 0;
	at->stage = VALIDATED;
	if (q != s->data)
		hand_back(s, q); /* 6.6-13 */
}

void take_acks(struct side *s, int q, unsigned acks)
{
	struct path *at = &s->at[q];

	if (at->flying < 2 || !(acks >> at->flying & 1))
		return;
	at->sure |= at->since;
	if (at->text && at->text == s->said && s->said > s->acked) {
		s->acked = s->said;
		s->send = 0;
		s->waits = 0;
	}
	at->flying = at->text = at->since = 0;
}

void look(void)
{
	w.quiet = 1;
	for (int me = 0; me < 2; me++)
		for (int n = 0; n < NUMBERS; n++)
			w.quiet &= !w.s[me].sealed[n].there;
	for (int me = 0; me < 2; me++) {
		const struct side *s = &w.s[me];

		if (s->acked > w.s[!me].got)
			w.broken |= 1 << TRUE_ACKS;
		if (s->waits > PATIENCE)
			w.broken |= 1 << WAITS;
		if (BEGINS > 0 && (s->at[X].stage == VALIDATED || s->data == X))
			w.broken |= 1 << PROVED;
	}
#ifdef HIS
	if (w.s[0].data == X || w.s[1].data == X)
		w.broken |= 1 << HIS_NEVER;
#endif
}

void gone(int me, int n)
{
	memset(&w.s[!me].sealed[n], 0, sizeof w.s[0].sealed[0]);
}

void input(int me, int n, int q)
{
	struct side *s = &w.s[me];
	struct packet in = w.s[!me].sealed[n];
	struct path *at = &s->at[q];

	gone(me, n);
	tell(me, "gets packet, on", n, q);
	if (at->stage == UNKNOWN) {
		at->stage = PROVING; /* 6.6-3 */
		at->ask = 1;
		at->sure = !s->doubt;
	} else if (at->stage == SILENT && !at->asked) {
		at->ask = 1; /* 6.6-15 */
	}
	if (in.text || in.ping) {
		if (n > at->highest)
			at->highest = n;
		s->received |= 1u << n;
		s->ack = s->listens = 1;
	}
	if (in.text == s->got + 1)
		s->got++;
	if (in.text || in.ping || in.challenge || in.response)
		s->asker = q;
	if (in.challenge)
		at->respond = n; /* 6.6-6 */
	for (int i = H; i <= X; i++)
		take_response(s, i, in.response);
	for (int i = H; i <= X; i++)
		take_acks(s, i, in.acks);
	choose(me);
	output(me);
	look();
}

/* ---- time ---- */

/* Asked in vain: 6.6-13, 6.6-15, 6.6-16. */
void give_up(struct side *s, int q)
{
	struct path *at = &s->at[q];

	if (at->tries < TRIES)
		return;
	if (at->stage == VALIDATED && q == s->data)
		at->tries = 0;
	else if (at->stage == VALIDATED)
		stop(s, q, SILENT);
	else if (at->stage == PROVING)
		stop(s, q, UNKNOWN);
#ifdef FORGETS
	else
		stop(s, q, UNKNOWN);
#else
	else if (s->doubt || s->data == NOWHERE)
		at->tries = TRIES - 1;
	else
		stop(s, q, UNKNOWN);
#endif
}

/* idle: the 25 s of 6.6-13 are over, and the 20 s of 6.5-9 */
void turn(int me, int idle)
{
	struct side *s = &w.s[me];

	tell(me, "-- time (idle)", idle, 0);
	s->moved = s->grace = 0;
#ifndef PATIENT
	if (usable(s, s->data) && s->at[s->data].flying) { /* 6.6-14, 6.6-19 */
		int other = usable(s, 1 - s->data);

		if (other)
			stop(s, s->data, SILENT);
		if (other || !s->doubt)
			begin_doubt(me);
	}
#endif
	for (int q = H; q <= X; q++) {
		struct path *at = &s->at[q];

		at->asked = 0;
		if (at->stage != UNKNOWN && at->tries)
			give_up(s, q);
		if (at->stage == PROVING || at->stage == SILENT ||
		    (at->stage == VALIDATED && (s->doubt || (q != s->data && (at->tries || idle))))) {
			at->ask = 1;
			at->tries++;
		}
	}
	if (s->data != NOWHERE && s->at[s->data].flying) { /* PTO */
		s->send |= s->at[s->data].text && s->said > s->acked;
		s->ping |= !s->send;
	}
#ifdef DEAF
	s->ping |= idle && !s->listens;
#else
	s->ping |= idle || s->listens; /* 6.5-9, 6.5-10 */
#endif
	if (s->said > s->acked && w.phase > 0 && s->waits <= PATIENCE)
		s->waits++;
	choose(me);
	output(me);
	look();
}

/* Numbers begin again. */
void settle(void)
{
	for (int me = 0; me < 2; me++) {
		struct side *s = &w.s[me];
		int x = s->at[X].highest > s->at[H].highest;

		for (int q = H; q <= X; q++) {
			s->at[q].flying = s->at[q].flying > 0;
			s->at[q].challenge = 0;
		}
		s->at[X].highest = x;
		s->at[H].highest = !x;
		s->received = 0;
		s->number = 2;
	}
}

void start(void)
{
	memset(&w, 0, sizeof w);
	w.phase = BEGINS;
	for (int me = 0; me < 2; me++) {
		w.s[me].at[H] = (struct path){ .stage = VALIDATED, .sure = 1, .highest = 1 };
		w.s[me].number = 2;
	}
	look();
}

void say(int me)
{
	w.s[me].said++;
	w.s[me].send = 1;
	w.s[me].waits = 0;
	tell(me, "says", w.s[me].said, 0);
	output(me);
	look();
}

void next_phase(void)
{
	w.phase++;
	tell(0, "-- the attacker comes to phase", w.phase, 0);
	for (int me = 0; me < 2; me++) {
		w.s[me].waits = 0;
		for (int n = 0; n < NUMBERS; n++)
			if (w.s[me].sealed[n].on == X)
				gone(!me, n);
	}
	look();
}
}
c_track "&w" "sizeof(struct world)"

/* What may become of packet n to one side. */
#define ON(me, n, q) w.s[1 - me].sealed[n].there && w.s[1 - me].sealed[n].on == q
#define PACKET(me, n) \
	:: atomic { c_expr { ON(me, n, H) } -> c_code { input(me, n, H); } } \
	:: atomic { c_expr { ON(me, n, H) && w.phase < 2 && FASTER(me) } -> c_code { input(me, n, X); } } \
	:: atomic { c_expr { ON(me, n, H) && w.losses < LOSSES } -> c_code { w.losses++; gone(me, n); look(); } } \
	:: atomic { c_expr { ON(me, n, X) } -> c_code { input(me, n, H); } } \
	:: atomic { c_expr { ON(me, n, X) && FASTER(me) } -> c_code { input(me, n, X); } } \
	:: atomic { c_expr { ON(me, n, X) } -> c_code { gone(me, n); look(); } }
#define PACKETS(n) PACKET(0, n) PACKET(1, n)

#define OVER(x, texts) (w.s[x].acked == texts)

#define TIME(long) :: atomic { c_expr { w.quiet && (w.phase || w.turns < TURNS) } -> c_code { w.turns += !w.phase; settle(); turn(0, long); turn(1, long); } }

init {
	c_code { start(); };
	do
	:: atomic { c_expr { w.broken } -> must(WAITS, c_expr { !(w.broken & 1 << WAITS) }); must(PROVED, c_expr { !(w.broken & 1 << PROVED) });
		must(TRUE_ACKS, c_expr { !(w.broken & 1 << TRUE_ACKS) }); must(HIS_NEVER, c_expr { !(w.broken & 1 << HIS_NEVER) });
		break }
	:: atomic { c_expr { w.full } -> must(FITS, false); break }
	PACKETS(2) PACKETS(3) PACKETS(4) PACKETS(5) PACKETS(6) PACKETS(7) PACKETS(8) PACKETS(9) PACKETS(10) PACKETS(11) PACKETS(12) PACKETS(13) PACKETS(14)
	:: atomic { c_expr { w.s[0].said < TEXTS_A && w.s[0].said == w.s[0].acked } -> c_code { say(0); } }
	:: atomic { c_expr { w.s[1].said < TEXTS_B && w.s[1].said == w.s[1].acked } -> c_code { say(1); } }
	:: atomic { c_expr { w.phase < 2 } -> c_code { next_phase(); } }
	TIME(0) TIME(1)
	:: atomic { c_expr { !w.quiet && w.early < EARLY } -> c_code { w.early++; turn(0, 0); } }
	:: atomic { c_expr { !w.quiet && w.early < EARLY } -> c_code { w.early++; turn(1, 0); } }
	:: c_expr { w.phase == 2 && w.quiet && OVER(0, TEXTS_A) && OVER(1, TEXTS_B) } -> break
	od
}
