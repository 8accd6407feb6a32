package io.phalanx.node.runtime;

import java.util.ArrayList;
import java.util.List;

/** A control loop whose time passes when a test says so; what is to be done at once is done. */
final class VirtualLoop implements ControlLoop {
  private record Due(long atMillis, Runnable task) {}

  private final List<Due> later = new ArrayList<>();
  long now = 1_000_000;

  @Override
  public void execute(Runnable task) {
    task.run();
  }

  @Override
  public void executePacket(Runnable task) {
    task.run();
  }

  @Override
  public void after(long delayMillis, Runnable task) {
    later.add(new Due(now + delayMillis, task));
  }

  @Override
  public void every(long periodMillis, Runnable task) {
    throw new UnsupportedOperationException("nothing here runs again and again");
  }

  void advance(long millis) {
    for (long end = now + millis; now < end; ) {
      now++;
      List<Due> due = later.stream().filter(each -> each.atMillis() <= now).toList();
      later.removeAll(due);
      due.forEach(each -> each.task().run());
    }
  }
}
