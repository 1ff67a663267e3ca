/* Rekeying: docs/PROTOCOL.md 6.8. Two sides; side 0 is the initiator, which begins REKEYS rekeyings, one after the other, each of
   MESSAGES messages (2: pseudo, 3: noise and hybrid, 4: rsa).

   The network is the set of all packets that were ever sealed: each may arrive at any time, any number of times, or never; so
   packets are lost, repeated, held back and reordered as an attacker likes. A packet has the number of its key, 1 for the keys of
   the session's handshake, 2 for those of the first rekeying and so on, and may carry one message of stream 0. That stream is
   reliable: a message is sealed again, under the keys of the time, until the peer has it; and handed on once and in order (6.2).
   Time is left out: 3 PTO (6.8-7) and the minute between two rekeyings (6.8-9) may pass at any moment.

   Each step adds something that is never taken back, so there are no cycles; that both come to the newest keys is shown by there
   being no last state in which one has not. */

#include "properties.pml"
#define FITS 1		/* every handshake has the same psk on both sides */
#define OPENS 2		/* what a side seals now, the other can open */
#define ONWARD 3	/* a side never seals under older keys than before */
#define HELD 4		/* besides the keys in use there are at most those of the phase before, or of the next one */
#define NONCE 5		/* a number is never used twice under one key */

#ifndef MESSAGES
#define MESSAGES 3
#endif
#ifndef PHASES
#define PHASES 4
#endif
#define KEYS (REKEYS + 1)
#define SAID (REKEYS * 2 + 2)
#define LAST (MESSAGES - 1)

typedef packets {
	bool any;
	bool carrying[SAID];	/* a message of stream 0 */
}
typedef side {
	byte ring[PHASES];	/* a key each; 0: none */
	byte phase;		/* in which it seals */
	bool ages;		/* 3 PTO run, and the phase before goes (6.8-7) */
	byte next;		/* message of the handshake that is expected */
	byte said, taken;	/* messages on stream 0 */
	byte psk[SAID];		/* what each of them was made with */
	bool ping;		/* PING, or its acknowledgment, is sealed until the peer has opened something of this phase */
	byte newest;		/* key under which it has sealed */
	byte opened;		/* ... the peer's packets */
#ifdef NUMBERS
	byte number;		/* of the next packet (3.3-1) */
	byte used[KEYS + 1];	/* numbers below this one were used under that key */
#endif
	packets sealed[KEYS + 1];
}
side s[2];
bool started;

#define P s[1 - me]
#define S s[me]
#define NAME (me -> 'B' : 'A')
#define KEY S.ring[S.phase]
#define NEXT ((S.phase + 1) % PHASES)
#define BEFORE ((S.phase + PHASES - 1) % PHASES)

#ifdef UNSETTLED
#define SETTLED true
#else
#define SETTLED (S.ring[NEXT] == 0 && S.ring[BEFORE] == 0)
#endif

#ifdef NUMBERS
#define MAY_SEAL (S.number < PACKETS)
#else
#define MAY_SEAL true
#endif

inline turn(to)
{
	S.phase = to;
#ifdef WIPES
	S.ring[BEFORE] = 0;
#endif
#ifdef RESTARTS
	S.number = 0;
#endif
	printf("%c: seals under key %d\n", NAME, KEY)
}

#ifdef LAZY
#define TURNS_NOW(got_last) false
#else
#ifdef EAGER
#define TURNS_NOW(got_last) true
#else
#define TURNS_NOW(got_last) got_last
#endif
#endif
#ifdef MUTE
#define PING false
#else
#define PING true
#endif

/* The handshake is over. 6.8-6: who got its last message turns at once. */
inline complete(got_last)
{
#ifndef KEEPS
	S.ring[BEFORE] = 0; /* 6.8-7 */
	S.ages = false;
#endif
	S.ring[NEXT] = KEY + 1;
	S.next = 0;
	printf("%c: has key %d\n", NAME, KEY + 1);
	if
	:: TURNS_NOW(got_last) ->
		turn(NEXT);
		S.ping = PING
	:: else -> skip
	fi
}

inline say(psk_)
{
	S.said++;
	S.psk[S.said] = psk_
}

/* The next message of the peer on stream 0: the S.next-th of a handshake. */
inline take()
{
	S.taken++;
	must(FITS, P.psk[S.taken] == KEY); /* else it does not verify, and 6.8-5 ends the session */
	printf("%c: takes message %d\n", NAME, S.next);
	if
	:: S.next == LAST -> complete(true)
	:: else ->
		say(KEY);
		if
		:: S.next + 1 == LAST -> complete(false)
		:: else -> S.next = S.next + 2
		fi
	fi
}

#define PLACE(k) ((k - 1) % PHASES)
#define CAN_OPEN(k) (S.ring[PLACE(k)] == k)
#ifdef ANY_PHASE
#define TURNS(k) (PLACE(k) != S.phase)
#else
#define TURNS(k) (PLACE(k) == NEXT)
#endif
/* What changes nothing is no step. */
#define MATTERS(k) (k > S.opened || TURNS(k) || (PLACE(k) == S.phase && S.ring[BEFORE] != 0 && !S.ages))

/* A packet opens. */
inline opens(k)
{
	if
	:: TURNS(k) -> turn(PLACE(k)); S.ping = true /* 6.8-6 */
	:: else -> skip
	fi;
	if
	:: PLACE(k) == S.phase && S.ring[BEFORE] != 0 -> S.ages = true /* 6.8-7 */
	:: else -> skip
	fi;
	S.opened = (k > S.opened -> k : S.opened)
}

inline seal(what)
{
	S.sealed[KEY].any = true;
	S.sealed[KEY].carrying[what] = true;
	must(ONWARD, KEY >= S.newest);
	S.newest = KEY;
#ifdef NUMBERS
	must(NONCE, S.number >= S.used[KEY]);
	S.number++;
	S.used[KEY] = S.number;
#endif
	printf("%c: packet under key %d\n", NAME, KEY)
}

#define OVER(x) (s[x].ring[s[x].phase] == KEYS && s[x].opened == KEYS && s[x].next == 0 && !s[x].ages)

proctype party(byte me)
{
	do
	:: atomic { me == 0 && S.next == 0 && SETTLED && KEY < KEYS -> say(KEY); S.next = 1; printf("A: begins\n") }
	:: atomic { S.said > P.taken && !S.sealed[KEY].carrying[P.taken + 1] && MAY_SEAL -> seal(P.taken + 1) }
	:: atomic { S.ping && P.opened < KEY && !S.sealed[KEY].any && MAY_SEAL -> seal(0) }
#ifdef TALKS
	:: atomic { !S.sealed[KEY].any && MAY_SEAL -> seal(0) }
#endif
#ifdef NUMBERS
	:: atomic { MAY_SEAL -> seal(0) }
#endif
	:: atomic { S.ages -> S.ages = false; S.ring[BEFORE] = 0; printf("%c: the key before is gone\n", NAME) }
	:: OVER(0) && OVER(1) -> break
#ifdef NUMBERS
	:: S.number == PACKETS -> break
#endif
	od
}

/* Packets to one side, under one key. */
proctype network(byte me; byte k)
{
end:	do
	:: atomic { P.sealed[k].any && CAN_OPEN(k) && MATTERS(k) -> printf("%c: opens a packet under key %d\n", NAME, k); opens(k) }
	:: atomic { P.sealed[k].carrying[S.taken + 1] && CAN_OPEN(k) -> printf("%c: opens a packet under key %d\n", NAME, k); opens(k); take() }
	od
}

/* Wherever it is possible: in each state that there is. */
#define OPENS_OF(x) (s[x].ring[(KEY_OF(1 - x) - 1) % PHASES] == KEY_OF(1 - x))
#define KEY_OF(x) s[x].ring[s[x].phase]
#define PLACE_OF(x, n) s[x].ring[(s[x].phase + n) % PHASES]
#define NEIGHBOUR(x, n) (PLACE_OF(x, n) == 0 || PLACE_OF(x, n) == KEY_OF(x) || PLACE_OF(x, n) + 1 == KEY_OF(x) || PLACE_OF(x, n) == KEY_OF(x) + 1)
#define NEIGHBOURS(x) (NEIGHBOUR(x, 1) && NEIGHBOUR(x, 2 % PHASES) && NEIGHBOUR(x, PHASES - 1))
active proctype watch()
{
end:	atomic {
		started && !(OPENS_OF(0) && OPENS_OF(1) && NEIGHBOURS(0) && NEIGHBOURS(1)) ->
		must(OPENS, OPENS_OF(0) && OPENS_OF(1));
		must(HELD, NEIGHBOURS(0) && NEIGHBOURS(1))
	}
}

init {
	byte k;

	atomic {
		s[0].ring[0] = 1;
		s[1].ring[0] = 1;
		s[0].opened = 1;
		s[1].opened = 1;
		started = true;
		run party(0);
		run party(1);
		for (k : 1 .. KEYS) {
			run network(0, k);
			run network(1, k)
		}
	}
}
