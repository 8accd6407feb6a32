/*
 * Leases, claims, settling and planned handover of one SA cluster. See README.md beside it.
 *
 * Each WITHOUT_... takes one rule away; ./phalanx model shows that each of them is needed.
 */

#ifndef MEMBERS
#define MEMBERS 2
#endif
#ifndef OUT
#define OUT 2 /* outbound sequence numbers are 1..OUT */
#endif
#ifndef IN
#define IN 2 /* inbound sequence numbers are 1..IN */
#endif
#ifndef EPOCHS
#define EPOCHS 4
#endif
#ifndef ASKS
#define ASKS 3 /* changes of limits, and handovers, in one life of a member */
#endif
#ifndef LIVES
#define LIVES (MEMBERS + 1) /* one member may crash and start again */
#endif
#ifndef HELD
#define HELD 1 /* whether packets beyond the limit are held, or come again */
#endif
#define CALLS 2 /* calls of one member that the store may still run, given up or not */

/* Sets of numbers. */
#define BIT(n) (1 << (n))
#define UP_TO(n) ((1 << ((n) + 1)) - 1)

mtype = { IDLE, RAISING, LOWERING, HANDING_OVER } /* TrackedLease.State, and HANDING_OVER */
mtype = { NOTHING, SET_LIMITS, CLAIM, HAND_OVER } /* Change */
mtype = { DONE, FENCED }                          /* Outcome; UNKNOWN is that none comes */

/* What the store holds: Header. */
typedef Entry {
  byte owner; /* a life: a member and its incarnation. 0 for no entry */
  byte epoch;
  byte order;
  byte outLease;
  byte inLimit
}

typedef Call {
  mtype kind;
  byte life;
  byte epoch; /* of the fence; of a claim, the epoch it has seen */
  byte order;
  byte outLease;
  byte inLimit;
  byte successor
}

typedef Member {
  byte life;

  /* The packet path. */
  bool carries;
  byte epoch;
  byte nextOut;
  byte outLease; /* in force */
  byte inLimit;  /* in force */
  byte top;      /* highest inbound number that counts as seen */
  byte window;   /* inbound numbers seen */
  byte held;     /* authenticated packets beyond inLimit that wait for it */

  /* TrackedLease. */
  mtype state;
  byte order;
  byte outAsked;
  byte wantedIn;
  mtype answer;

  /* SaDirectory. The answer may be old when it is used. */
  byte claims;   /* the epoch that a claim under way has seen; 0 for none */
  Entry claimed;
  byte begun     /* the last epoch that was begun in this life */
}

Entry store;
Member members[MEMBERS];
Call calls[MEMBERS * CALLS];
byte lives;

/* What the invariants are about. */
byte sent;     /* numbers that any member has sent */
byte accepted; /* numbers that any member has accepted */
byte owners;   /* epochs that any life has begun */

/* NoNumberSentTwice, NoPacketAcceptedTwice, OneOwnerPerEpoch. */
#define once(set, n) assert(!((set) & BIT(n))); set = set | BIT(n)

inline clear_entry(e) {
  e.owner = 0; e.epoch = 0; e.order = 0; e.outLease = 0; e.inLimit = 0
}

inline copy_entry(to, from) {
  to.owner = from.owner; to.epoch = from.epoch; to.outLease = from.outLease;
  to.inLimit = from.inLimit
}

inline clear_call(c) {
  c.kind = NOTHING; c.life = 0; c.epoch = 0; c.order = 0; c.outLease = 0; c.inLimit = 0;
  c.successor = 0
}

inline stop_carrying(m) {
  members[m].carries = false; members[m].epoch = 0; members[m].nextOut = 0; members[m].outLease = 0;
  members[m].inLimit = 0; members[m].top = 0; members[m].window = 0; members[m].held = 0;
  members[m].state = IDLE; members[m].outAsked = 0; members[m].wantedIn = 0; members[m].answer = 0
}

/* LimitInForceNeverAboveStored: while the fence is in force, so is what the member goes by. */
inline limits_hold() {
  for (k : 0 .. MEMBERS - 1) {
    if
    :: members[k].carries && store.owner == members[k].life && store.epoch == members[k].epoch ->
      assert(members[k].outLease <= store.outLease);
      assert(members[k].inLimit <= store.inLimit)
    :: else
    fi
  }
  k = 0
}

/* A place for a call, if there is one: CALLS of them are enough to be late in any order. */
inline free_call(m) {
  if
  :: calls[m * CALLS].kind == NOTHING -> c = m * CALLS
  :: calls[m * CALLS].kind != NOTHING && calls[m * CALLS + 1].kind == NOTHING -> c = m * CALLS + 1
  fi
}

#define may_call(m) (calls[(m) * CALLS].kind == NOTHING || calls[(m) * CALLS + 1].kind == NOTHING)
#define may_ask(m) (members[m].carries && members[m].state == IDLE && members[m].order < ASKS && may_call(m))
#define works(m) (members[m].carries && (members[m].state != HANDING_OVER || GOES_ON))

#ifdef WITHOUT_BEGINNING_AN_EPOCH_ONCE
#define may_adopt(m) (!members[m].carries)
#else
#define may_adopt(m) (!members[m].carries && members[m].claimed.epoch > members[m].begun)
#endif

#ifdef WITHOUT_STOPPING_BEFORE_HANDOVER
#define GOES_ON 1
#else
#define GOES_ON 0
#endif

inline ask(m, what, newOut, newIn) {
  free_call(m);
  members[m].order++;
  calls[c].kind = what;
  calls[c].life = members[m].life;
  calls[c].epoch = members[m].epoch;
  calls[c].order = members[m].order;
  calls[c].outLease = newOut;
  calls[c].inLimit = newIn;
  c = 0
}

/* Begins with what the answer to a claim says: SaDirectory.adopt. */
inline adopt(m) {
  once(owners, members[m].claimed.epoch);
  members[m].begun = members[m].claimed.epoch;
  members[m].carries = true;
  members[m].epoch = members[m].claimed.epoch;
  members[m].outLease = members[m].claimed.outLease;
  members[m].outAsked = members[m].claimed.outLease;
  members[m].inLimit = members[m].claimed.inLimit;
  members[m].top = members[m].claimed.inLimit;
  members[m].nextOut = members[m].claimed.outLease;
#ifdef WITHOUT_STARTING_AT_THE_LEASE
  if
  :: members[m].nextOut > 1 -> members[m].nextOut--
  :: else
  fi;
#endif
#ifdef WITHOUT_TAKING_ALL_UP_TO_THE_LIMIT_FOR_SEEN
  members[m].window = BIT(0);
#else
  members[m].window = UP_TO(members[m].claimed.inLimit);
#endif
  limits_hold()
}

inline accept(m, n) {
  once(accepted, n);
  members[m].window = members[m].window | BIT(n);
  if
  :: n > members[m].top -> members[m].top = n
  :: else
  fi
}

/* One member. Nothing makes it hurry: that is a member that is frozen, or slow, or cut off. */
proctype Run(byte m) {
  byte n;
  byte out;
  byte c;
  byte k;

  do
  /* A packet is sent. */
  :: atomic { works(m) && members[m].nextOut < members[m].outLease ->
      once(sent, members[m].nextOut);
      members[m].nextOut++
    }

#if IN > 0
  /* A packet comes: any one, at any time, any number of times. */
  :: atomic { works(m) ->
      select(n : 1 .. IN);
      if
      :: members[m].window & BIT(n)
      :: !(members[m].window & BIT(n)) && n <= members[m].inLimit -> accept(m, n)
      :: !(members[m].window & BIT(n)) && n > members[m].inLimit ->
        if
        :: HELD -> members[m].held = members[m].held | BIT(n)
        :: else /* it comes again */
        fi
      fi;
      n = 0
    }

  /* One that waited goes on once the limit allows it. */
  :: atomic { works(m) && (members[m].held & UP_TO(members[m].inLimit)) ->
      select(n : 1 .. IN);
      if
      :: n <= members[m].inLimit && (members[m].held & BIT(n)) ->
        members[m].held = members[m].held & ~BIT(n);
        if
#ifndef WITHOUT_CHECKING_HELD_PACKETS_AGAIN
        :: members[m].window & BIT(n)
        :: else -> accept(m, n)
#else
        :: true -> accept(m, n)
#endif
        fi
      :: else
      fi;
      n = 0
    }
#endif

  /* Raising: asked first, in force when the store has acknowledged it. */
  :: atomic { may_ask(m) ->
      select(out : members[m].outAsked .. OUT + 1);
      select(n : members[m].inLimit .. IN);
      ask(m, SET_LIMITS, out, n);
      members[m].state = RAISING;
      members[m].outAsked = out;
      members[m].wantedIn = n;
#ifdef WITHOUT_WAITING_FOR_THE_STORE
      members[m].outLease = out;
      members[m].inLimit = n;
#endif
      out = 0; n = 0;
      limits_hold()
    }

  /* Settling: in force first, then asked for. */
  :: atomic { may_ask(m) && members[m].inLimit > members[m].top ->
      ask(m, SET_LIMITS, members[m].outAsked, members[m].top);
      members[m].state = LOWERING;
      members[m].wantedIn = members[m].top;
#ifndef WITHOUT_LOWERING_FIRST
      members[m].inLimit = members[m].top
#endif
    }

  /* Handover: stops for good, then writes what is exactly so, and who is to go on. */
  :: atomic { may_ask(m) && store.epoch < EPOCHS ->
      select(n : 0 .. MEMBERS - 1);
      if
      :: n != m ->
        out = members[n].life;
        free_call(m);
        members[m].order++;
        calls[c].kind = HAND_OVER;
        calls[c].life = members[m].life;
        calls[c].epoch = members[m].epoch;
        calls[c].order = members[m].order;
        calls[c].outLease = members[m].nextOut;
        calls[c].inLimit = members[m].top;
        calls[c].successor = out;
        members[m].state = HANDING_OVER;
        members[m].held = 0 /* they go to the successor, as packets that come */
      :: else
      fi;
      n = 0; out = 0; c = 0
    }

  /* The store has answered. */
  :: atomic { members[m].answer ->
      if
      :: members[m].answer == FENCED || members[m].state == HANDING_OVER -> stop_carrying(m)
      :: members[m].answer == DONE && members[m].state == RAISING ->
        members[m].outLease = members[m].outAsked;
        members[m].inLimit = members[m].wantedIn;
        members[m].state = IDLE
      :: members[m].answer == DONE && members[m].state == LOWERING ->
        members[m].inLimit = members[m].wantedIn;
        members[m].state = IDLE
      fi;
      members[m].wantedIn = 0;
      members[m].answer = 0;
      limits_hold()
    }

  /* It does not answer, or not in time: UNKNOWN. */
  :: atomic { members[m].state != IDLE ->
      if
      :: members[m].state == HANDING_OVER ->
#ifdef WITHOUT_CLAIMING_AFTER_AN_UNKNOWN_HANDOVER
        members[m].state = IDLE
#else
        stop_carrying(m) /* a look-up comes next, and a claim */
#endif
      :: members[m].state == RAISING ->
#ifdef WITHOUT_REFUSING_AN_UNKNOWN_RAISE
        members[m].outLease = members[m].outAsked;
        members[m].inLimit = members[m].wantedIn;
#endif
        members[m].state = IDLE
      :: members[m].state == LOWERING -> members[m].state = IDLE
      fi;
      members[m].wantedIn = 0;
      members[m].answer = 0;
      limits_hold()
    }

  /*
   * A look-up, and a claim of what it has found, whether the owner lives or not, or has handed it to
   * this member. A look-up that is old by then leads to a claim that is refused.
   */
  :: atomic { !members[m].carries && members[m].claims == 0 && may_call(m) && store.epoch < EPOCHS ->
      free_call(m);
      calls[c].kind = CLAIM;
      calls[c].life = members[m].life;
      calls[c].epoch = store.epoch;
      members[m].claims = store.epoch;
      c = 0
    }

  /* The answer to a claim; a sweep may bring the same a second time, however late. */
  :: atomic { members[m].claimed.owner != 0 ->
      if
      :: may_adopt(m) -> adopt(m)
      :: else
      fi;
      members[m].claims = 0;
      if
      :: true -> clear_entry(members[m].claimed)
      :: true
      fi
    }

  /* A claim is given up. */
  :: atomic { members[m].claims != 0 && members[m].claimed.owner == 0 -> members[m].claims = 0 }

  /* It dies, and starts again with another incarnation. */
  :: atomic { lives < LIVES && (members[m].carries || members[m].claims != 0) ->
      stop_carrying(m);
      clear_entry(members[m].claimed);
      members[m].claims = 0;
      members[m].order = 0;
      members[m].begun = 0;
      lives++;
      members[m].life = lives
    }
  od
}

#ifdef WITHOUT_FENCES
#define fence_holds(i) true
#else
#define fence_holds(i) (store.owner == calls[i].life && store.epoch == calls[i].epoch)
#endif

#ifdef WITHOUT_THE_ORDER_OF_CALLS
#define in_order(i) true
#define is_old(i) false
#else
#define is_old(i) (calls[i].order <= store.order) /* done already, or too late */
#define in_order(i) (calls[i].order >= store.order)
#endif

#define waits(i) (members[i / CALLS].life == calls[i].life && \
  members[i / CALLS].order == calls[i].order && members[i / CALLS].state != IDLE)
#define may_claim(i) (members[i / CALLS].life == calls[i].life && members[i / CALLS].claims == calls[i].epoch)

/* Tells the caller, if it still waits for this call. The network may lose it all the same. */
inline tell(i, outcome) {
  if
  :: waits(i) -> members[i / CALLS].answer = outcome
  :: true
  fi
}

/* Whether nothing can come of a call any more. It goes, so that there are fewer states to look at. */
#define is_spent(i) ((calls[i].kind == CLAIM && store.epoch > calls[i].epoch && !may_claim(i)) || \
  ((calls[i].kind == SET_LIMITS || calls[i].kind == HAND_OVER) && !waits(i) && (!fence_holds(i) || is_old(i))))

inline run_call(i) {
  if
  :: calls[i].kind == SET_LIMITS && !fence_holds(i) -> tell(i, FENCED)
  :: calls[i].kind == SET_LIMITS && fence_holds(i) && in_order(i) ->
    store.order = calls[i].order;
    if
    :: calls[i].outLease > store.outLease -> store.outLease = calls[i].outLease
    :: else
    fi;
    store.inLimit = calls[i].inLimit;
    tell(i, DONE)
  :: calls[i].kind == HAND_OVER && !fence_holds(i) -> tell(i, FENCED)
  :: calls[i].kind == HAND_OVER && fence_holds(i) && in_order(i) ->
    store.owner = calls[i].successor;
    store.epoch++;
    store.order = 0;
    store.outLease = calls[i].outLease;
    store.inLimit = calls[i].inLimit;
    tell(i, DONE)
  :: calls[i].kind == CLAIM ->
    if
    :: store.epoch == calls[i].epoch ->
      store.owner = calls[i].life;
      store.epoch++;
      store.order = 0
    :: else
    fi;
    if
    :: store.owner == calls[i].life && may_claim(i) ->
      copy_entry(members[i / CALLS].claimed, store)
    :: true
    fi
  :: else /* late: refused as UNKNOWN */
  fi
}

/* The store runs calls in any order, early or late, once or twice or never. */
proctype Store() {
  byte i;
  byte k;

  do
  :: atomic {
      select(i : 0 .. MEMBERS * CALLS - 1);
      if
      :: calls[i].kind != NOTHING ->
        if
        :: !is_spent(i) -> run_call(i); limits_hold()
        :: true -> clear_call(calls[i]) /* it never comes, or not once more */
        fi;
        for (i : 0 .. MEMBERS * CALLS - 1) {
          if
          :: is_spent(i) -> clear_call(calls[i])
          :: else
          fi
        }
      :: else
      fi;
      i = 0
    }
  od
}

init {
  byte m;
  atomic {
    store.owner = 1;
    store.epoch = 1;
    store.outLease = 1;
    for (m : 0 .. MEMBERS - 1) {
      lives++;
      members[m].life = lives;
      members[m].state = IDLE
    }
    for (m : 0 .. MEMBERS * CALLS - 1) {
      calls[m].kind = NOTHING
    }
    /* The first one has just made the SA cluster. */
    members[0].carries = true;
    members[0].epoch = 1;
    members[0].nextOut = 1;
    members[0].outLease = 1;
    members[0].outAsked = 1;
    members[0].window = BIT(0);
    members[0].begun = 1;
    owners = BIT(1);
    for (m : 0 .. MEMBERS - 1) {
      run Run(m)
    }
    run Store();
    m = 0
  }
}
