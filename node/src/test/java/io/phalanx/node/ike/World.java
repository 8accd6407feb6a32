package io.phalanx.node.ike;

import io.phalanx.datapath.UdpDatagram;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

/** Two sides and the network between them, under virtual time. */
final class World {
  private static final long TICK_MILLIS = 50;

  private record Due(long atMillis, long order, Runnable what) {}

  /** A datagram as it was seen on the wire. */
  record Seen(boolean fromLeft, byte[] message) {}

  private final PriorityQueue<Due> agenda =
      new PriorityQueue<>(Comparator.comparingLong(Due::atMillis).thenComparingLong(Due::order));
  private final Random random;
  private long order;
  long nowMillis = 1_780_000_000_000L;
  double loss;
  double duplication;
  long delayMillisMax = 1;

  /** Changes messages on their way. */
  UnaryOperator<byte[]> tamper = UnaryOperator.identity();

  final List<Seen> seen = new ArrayList<>();
  final Side left;
  final Side right;

  World(Configs left, Configs right) {
    this(left, Credentials.NONE, right, Credentials.NONE, 1);
  }

  World(Configs left, Credentials leftOwn, Configs right, Credentials rightOwn, long seed) {
    random = new Random(seed);
    this.left = new Side(this, true, left.build(), leftOwn);
    this.right = new Side(this, false, right.build(), rightOwn);
  }

  void after(long millis, Runnable what) {
    agenda.add(new Due(nowMillis + millis, order++, what));
  }

  void send(Side from, UdpDatagram sent) {
    UdpDatagram datagram =
        new UdpDatagram(sent.peer(), sent.natPort(), tamper.apply(sent.payload()), sent.listen());
    seen.add(new Seen(from == left, datagram.payload()));
    if (random.nextDouble() < loss) {
      return;
    }
    int copies = random.nextDouble() < duplication ? 2 : 1;
    Side to = from == left ? right : left;
    for (int copy = 0; copy < copies; copy++) {
      after(1 + random.nextLong(delayMillisMax), () -> to.received(from, datagram));
    }
  }

  void run(long millis) {
    runUntil(millis, () -> false);
  }

  /** Whether the condition came true in time. */
  boolean runUntil(long millis, BooleanSupplier condition) {
    long end = nowMillis + millis;
    for (long tick = nowMillis + TICK_MILLIS; tick <= end; tick += TICK_MILLIS) {
      while (!agenda.isEmpty() && agenda.element().atMillis() <= tick) {
        Due due = agenda.remove();
        nowMillis = Math.max(nowMillis, due.atMillis());
        due.what().run();
      }
      nowMillis = tick;
      left.tick();
      right.tick();
      if (condition.getAsBoolean()) {
        return true;
      }
    }
    return false;
  }

  /** Brings the tunnel up from the left. */
  void connect() {
    left.step(new Event.Initiate("conn"));
    run(2_000);
  }
}
