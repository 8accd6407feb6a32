package io.phalanx.it.faults;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeoutException;

/**
 * Makes a fault and undoes it.
 *
 * @param victim the member that is struck
 */
record Strike(Members members, int victim) {
  private static final long SHORT_MILLIS = 3000;
  private static final long LONG_MILLIS = 5000;
  private static final int STORM_ROUNDS = 3;

  /** Returns when all members are ready again and hear each other. */
  void make(Fault fault) throws IOException, InterruptedException, TimeoutException {
    switch (fault) {
      case NONE -> Thread.sleep(SHORT_MILLIS);
      case KILL -> kill();
      case FREEZE -> freeze();
      case CABLE -> cable();
      case ONE_WAY -> oneWay();
      case PARTITION -> partition();
      case ROLLING -> rolling();
      case STORM -> storm();
      case STORE_PAUSE -> storePause();
    }
    members.awaitWhole();
  }

  private void kill() throws IOException, InterruptedException, TimeoutException {
    members.process(victim).kill();
    Thread.sleep(SHORT_MILLIS);
    members.start(victim);
  }

  private void freeze() throws IOException, InterruptedException {
    members.signal(victim, "STOP");
    Thread.sleep(SHORT_MILLIS);
    members.signal(victim, "CONT");
  }

  private void cable() throws IOException, InterruptedException {
    members.ground().pull(victim);
    Thread.sleep(LONG_MILLIS);
    members.ground().plug(victim);
  }

  private void oneWay() throws IOException, InterruptedException {
    members.ground().deafen(victim, members.others(victim));
    Thread.sleep(LONG_MILLIS);
    members.ground().mend(victim);
  }

  private void partition() throws IOException, InterruptedException {
    members.ground().deafen(victim, members.others(victim));
    for (int other : members.others(victim)) {
      members.ground().deafen(other, List.of(victim));
    }
    Thread.sleep(LONG_MILLIS);
    members.ground().mend(victim);
    for (int other : members.others(victim)) {
      members.ground().mend(other);
    }
  }

  private void rolling() throws IOException, InterruptedException, TimeoutException {
    for (int id = 1; id <= members.ground().members(); id++) {
      members.drain(id);
      members.start(id);
      members.awaitWhole();
    }
  }

  private void storm() throws IOException, InterruptedException, TimeoutException {
    for (int round = 0; round < STORM_ROUNDS; round++) {
      if (round % 2 == 0) {
        members.process(victim).kill();
      } else {
        members.process(victim).close();
      }
      members.start(victim);
    }
  }

  private void storePause() throws IOException, InterruptedException {
    for (int id = 1; id <= members.ground().members(); id++) {
      members.ground().holdStore(id);
    }
    Thread.sleep(SHORT_MILLIS);
    for (int id = 1; id <= members.ground().members(); id++) {
      members.ground().mend(id);
    }
  }
}
