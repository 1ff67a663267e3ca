/* Lines that wait: docs/PROTOCOL.md 7.4, and how schat keeps its outbox. A's user types LINES lines, while B is there or not.
   Sessions begin and end at any time. A is killed or loses power at any time, DEATHS times, and B is killed DEATHS_B times; each
   starts again. A's disk is full FULL times, for any time. A's clock is right; with -DNO_BATTERY it may be at 0 in any run.

   A disk has two layers: what was written outlives the program, what was synced outlives the power. A session brings lines in
   their order, and receipts, until it ends; that nothing is lost within it is for `end` and `paths`. */

#include "properties.pml"
#define LOST 1	/* a line that is confirmed was shown */
#define TWICE 2	/* no line is shown twice, unless B was killed before it could note it; or see apart */
#define KEPT 3	/* a line that our user was told is kept is there until it is confirmed */
#define ORDER 4	/* lines are shown in the order in which they were typed */
#define NAMED 5	/* only if the disk was full, lines need another name */

#define RUN 8	/* numbers in a run, and in a second of the clock */
#define NAMES (DEATHS + 2)
#define NONE 255

typedef file {
	byte name;
	byte last;		/* the highest number */
	byte number[LINES];	/* of a line that waits; 0: it does not */
}
file mem, written, synced;	/* A's memory, and the layers of its disk */
bool present;			/* there is a file */
bool anew, sync;		/* it is to be written whole; synced */
byte seconds, clock;
bool is_full;
byte names;			/* that were used */
byte typed;
bool fresh[LINES];		/* typed while the peer was there, in this session */
bool kept[LINES];		/* our user was told so */
byte spare;			/* another name; NONE: none was needed in this run */
bool apart[LINES];		/* it was said under that one */
byte sure;			/* of the disk: later runs begin behind this one; NONE: no other run has this name */

/* B: the last number that it has shown, of each outbox */
byte heard[NAMES];
bool shown[LINES];
byte below;			/* lines before this one are over */
byte stage, l_b, name_b, number_b; /* of the line that has come last */
bool excused[LINES];		/* it may be shown again */

/* The session */
bool session, cut;		/* ... but B was killed */
byte line[LINES], name[LINES], number[LINES]; /* what is said, in order */
byte said, arrived, receipt, received;
byte deaths, deaths_b, fulls;

#define MAX(a, b) ((a) > (b) -> (a) : (b))

inline copy(to, from)
{
	to.name = from.name;
	to.last = from.last;
	for (k : 0 .. LINES - 1) {
		to.number[k] = from.number[k]
	}
	k = 0
}

inline new_name(to)
{
	assert(names < NAMES);
	to = names;
	names++
}

/* Whenever something has changed, and before the network has what is said. */
inline write()
{
	if
	:: is_full ->
		anew = true;
		sync = true
	:: else ->
		copy(written, mem);
		if
		:: anew || sync -> copy(synced, mem); present = true; sure = mem.last / RUN
		:: else
		fi;
		anew = false;
		sync = false;
		for (k : 0 .. LINES - 1) {
			kept[k] = kept[k] || (mem.number[k] != 0 && !fresh[k])
		}
		k = 0
	fi
}

inline start()
{
	seconds = seconds + 2;
	clock = seconds;
#ifdef NO_BATTERY
	if
	:: clock = 0
	:: true
	fi;
#endif
	if
	:: present -> copy(mem, written); sure = mem.last / RUN
	:: else -> new_name(mem.name); sure = NONE /* nobody else has this name */
	fi;
	spare = NONE;
	for (k : 0 .. LINES - 1) {
		must(KEPT, !kept[k] || mem.number[k] != 0)
	}
	k = 0;
#ifndef GOES_ON
	mem.last = MAX(mem.last / RUN + 1, clock) * RUN;
#endif
	anew = true;
	printf("A: starts; clock %d, outbox %d, last %d\n", clock, mem.name, mem.last);
#ifndef LATE
	write()
#endif
}

inline say(l)
{
	line[said] = l;
	name[said] = mem.name;
#ifndef SAME_NAME
	if
	:: apart[l] || mem.number[l] / RUN > sure ->
		if
		:: spare == NONE -> new_name(spare)
		:: else
		fi;
		must(NAMED, fulls > 0);
		apart[l] = true;
		name[said] = spare
	:: else
	fi;
#endif
	number[said] = mem.number[l];
	printf("A: says line %d as %d of outbox %d\n", l, number[said], name[said]);
	said++
}

/* l: the first line that waits, and was not said in this session; LINES: there is none. */
inline next_line(l)
{
	l = 0;
	do
	:: l == LINES -> break
	:: l < LINES && mem.number[l] == 0 -> l++
	:: l < LINES && mem.number[l] != 0 ->
		k = 0;
		do
		:: k < said && line[k] != l -> k++
		:: else -> break
		od;
		if
		:: k == said -> break
		:: else -> l++
		fi
	od;
	k = 0
}

inline end_session()
{
	if
	:: session ->
		session = false;
		said = 0; arrived = 0; receipt = 0; received = 0;
		for (k : 0 .. LINES - 1) {
			line[k] = NONE;
			name[k] = 0;
			number[k] = 0
		}
		k = 0
	:: else
	fi
}

/* What was not confirmed waits for the next session. */
inline again()
{
	for (k : 0 .. LINES - 1) {
		sync = sync || (fresh[k] && mem.number[k] != 0);
		fresh[k] = false
	}
	k = 0;
	write()
}

/* Our user types a line. It waits, or is said at once if none is before it. */
inline type()
{
	next_line(l);
	mem.last = MAX(mem.last + 1, (session -> 0 : clock * RUN));
	mem.number[typed] = mem.last;
	fresh[typed] = session;
#ifndef UNSYNCED
	sync = sync || !session;
#endif
	printf("A: line %d is typed, number %d\n", typed, mem.last);
	if
#ifdef NEW_FIRST
	:: session -> say(typed)
#else
	:: session && l == LINES -> say(typed)
#endif
	:: else
	fi;
	typed++;
	l = 0;
	write()
}

inline confirm()
{
	for (k : 0 .. received - 1) {
		must(LOST, shown[line[k]]);
		mem.number[line[k]] = 0;
		kept[line[k]] = false;
		fresh[line[k]] = false
	}
	k = 0;
	printf("A: %d are confirmed\n", received);
	write()
}

inline die()
{
	deaths++;
	end_session();
	if
	:: printf("A: is killed\n")
	:: copy(written, synced); printf("A: loses power\n")
	fi;
	for (k : 0 .. LINES - 1) {
		excused[k] = excused[k] || apart[k];
		mem.number[k] = 0;
		apart[k] = false;
		fresh[k] = false
	}
	k = 0;
	mem.last = 0;
	sync = false
}

active proctype a()
{
	byte l, k;
	atomic {
		for (k : 0 .. LINES - 1) {
			line[k] = NONE
		}
		k = 0;
		start()
	}
end:	do
	:: atomic { typed < LINES -> type() }
	:: atomic { session && said < LINES ->
		next_line(l);
		if
		:: l < LINES -> say(l)
		:: else
		fi;
		l = 0
	   }
	:: atomic { received < receipt -> received = receipt; confirm() }
	:: atomic { !session -> session = true; cut = false; printf("A: a session begins\n") }
	:: atomic { session -> end_session(); again(); printf("A: the session ends\n") }
	:: atomic { !is_full && fulls < FULL -> is_full = true; fulls++; printf("A: the disk is full\n") }
	:: atomic { is_full -> is_full = false; write(); printf("A: the disk is free\n") }
	:: atomic { deaths < DEATHS -> die(); start() }
	od
}

#define TAKEN 1
#define SHOWN 2
#ifdef ONE_MARK
#define OUTBOX 0
#else
#define OUTBOX name_b
#endif
#ifdef NO_MARKS
#define KNOWN false
#else
#define KNOWN (number_b <= heard[OUTBOX])
#endif
#ifdef HASTY
#define MAY_CONFIRM true
#else
#define MAY_CONFIRM (stage == 0)
#endif

inline take()
{
	l_b = line[arrived];
	name_b = name[arrived];
	number_b = number[arrived];
	arrived++;
	if
	:: KNOWN -> printf("B: line %d is known\n", l_b)
	:: else -> stage = TAKEN
	fi
}

inline display()
{
	printf("B: line %d is shown\n", l_b);
	must(TWICE, !shown[l_b] || excused[l_b]);
	must(ORDER, l_b >= below || shown[l_b]);
	below = MAX(below, l_b + 1);
	shown[l_b] = true
}

inline done()
{
	stage = 0; l_b = 0; name_b = 0; number_b = 0
}

active proctype b()
{
end:	do
	:: atomic { session && !cut && arrived < said && stage == 0 -> take() }
#ifdef NOTED_FIRST
	:: atomic { stage == TAKEN -> heard[OUTBOX] = number_b; stage = SHOWN }
	:: atomic { stage == SHOWN -> display(); done() }
#else
	:: atomic { stage == TAKEN -> display(); stage = SHOWN }
	:: atomic { stage == SHOWN -> heard[OUTBOX] = number_b; done() }
#endif
	:: atomic { session && !cut && receipt < arrived && MAY_CONFIRM -> receipt = arrived }
	:: atomic { deaths_b < DEATHS_B ->
		deaths_b++;
		excused[l_b] = excused[l_b] || stage == SHOWN;
		done();
		cut = true;
		printf("B: is killed\n")
	   }
	od
}
