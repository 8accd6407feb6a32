package io.phalanx.it.lab;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FaultsTest {
  @Test
  void shouldPassWhatTheStoreSaysToAMemberThatComesOrGoes() {
    assertThat(
            Faults.in(
                "2026-11-20T23:34:29.624Z WARN  PartitionStateOperation"
                    + " com.hazelcast.spi.exception.CallerNotMemberException: Not Member! this:"
                    + " [10.60.0.11]:5701, caller: [10.60.0.13]:5701, partitionId: -1 "))
        .isFalse();
  }

  @Test
  void shouldPassASecondOutcomeOfACallOfTheStore() {
    assertThat(
            Faults.in(
                "2026-11-21T07:19:12.148Z WARN  Invocation Future.complete(Object) on completed"
                    + " future. Request: Invocation{op=EntryOperation{}} java.lang.Exception: x"
                    + " | at com.hazelcast.spi.impl.AbstractInvocationFuture.complete(A.java:1)"))
        .isFalse();
  }

  @Test
  void shouldTellErrorsAndTraces() {
    assertThat(Faults.in("2026-11-20T23:34:29.624Z ERROR ControlLoop stopped ")).isTrue();
    assertThat(
            Faults.in(
                "2026-11-20T23:34:29.624Z WARN  EntryOperation java.lang.IllegalStateException: x |"
                    + " at io.phalanx.replication.A.b(A.java:1) | at com.hazelcast.B.c(B.java:1)"))
        .isTrue();
    assertThat(
            Faults.in(
                "2026-11-20T23:34:29.624Z WARN  Turns given up:"
                    + " com.hazelcast.spi.exception.WrongTargetException: x"))
        .isTrue();
    assertThat(Faults.in("2026-11-20T23:34:29.624Z WARN  Lane java.io.IOException: closed "))
        .isTrue();
    assertThat(Faults.in("2026-11-20T23:34:29.624Z INFO  Member member 1 is ready ")).isFalse();
  }
}
