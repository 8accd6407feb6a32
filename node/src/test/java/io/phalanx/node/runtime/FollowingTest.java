package io.phalanx.node.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.PacketHandling;
import io.phalanx.replication.Fence;
import io.phalanx.replication.Interlink;
import io.phalanx.replication.Membership;
import io.phalanx.replication.Outcome;
import io.phalanx.replication.Owner;
import io.phalanx.replication.image.SaClusterImage;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class FollowingTest {
  private static final Owner SELF = new Owner(1, 10);
  private static final Owner SECOND = new Owner(2, 10);
  private static final int SA = 0x1234_5678;
  private static final long IKE_SPI = 9;

  private final List<String> done = new ArrayList<>();
  private Set<Owner> living = Set.of(SELF, SECOND);
  private boolean quiet = true;
  private boolean stored = true;
  private long inPackets;
  private final Following following =
      new Following(
          new SaClusters(),
          new IkeSas(),
          proxy(Membership.class, (_, _, _) -> living),
          proxy(
              Interlink.class,
              (_, method, arguments) -> {
                done.add(method.getName() + " to " + arguments[0] + " sa " + arguments[2]);
                return null;
              }));

  @Test
  void shouldFollowPacketsThatKeepComingThroughOneMember() {
    period(100, 0);
    period(100, 0);
    period(100, 0);
    assertThat(done).isEmpty();
    period(100, 0);
    assertThat(done)
        .containsExactly(
            "SA to 2", "handedOver to 2 sa " + SA, "IKE SA to 2", "handedOver to 2 sa 0");
    assertThat(following.moved()).isEqualTo(1);
  }

  @Test
  void shouldStayWhereManyPacketsComeDirectly() {
    for (int i = 0; i < 10; i++) {
      period(70, 30);
    }
    assertThat(done).isEmpty();
    period(75, 25);
    period(75, 25);
    assertThat(done).isEmpty();
    period(75, 25);
    assertThat(done).isNotEmpty();
  }

  @Test
  void shouldBeginAnewAfterAPeriodWithoutPackets() {
    period(100, 0);
    period(100, 0);
    period(100, 0);
    period(7, 0);
    period(100, 0);
    period(100, 0);
    period(100, 0);
    assertThat(done).isEmpty();
    period(100, 0);
    assertThat(done).contains("SA to 2");
  }

  @Test
  void shouldLeaveTheIkeSaWhereItHasSomethingUnderWay() {
    quiet = false;
    for (int i = 0; i < 4; i++) {
      period(100, 0);
    }
    assertThat(done).containsExactly("SA to 2", "handedOver to 2 sa " + SA);
  }

  @Test
  void shouldTellNobodyWhereTheStoreDidNotAnswer() {
    stored = false;
    for (int i = 0; i < 4; i++) {
      period(100, 0);
    }
    assertThat(done).containsExactly("SA to 2");
    assertThat(following.moved()).isZero();
  }

  @Test
  void shouldNotFollowToAMemberThatIsGone() {
    living = Set.of(SELF);
    for (int i = 0; i < 8; i++) {
      period(100, 0);
    }
    assertThat(done).isEmpty();
  }

  private void period(int forwarded, int direct) {
    byte[] esp = ByteBuffer.allocate(60).putInt(SA).array();
    for (int i = 0; i < forwarded; i++) {
      following.forwarded(2, esp);
    }
    following.forwarded(3, new byte[3]);
    inPackets += forwarded + direct;
    following.period();
    following.look(sa(), inPackets);
  }

  private static SaDirectory.Carried sa() {
    SaClusterImage image =
        new SaClusterImage(
            SA,
            IKE_SPI,
            1,
            "rw",
            "net",
            List.of(),
            true,
            64,
            List.of(),
            List.of(),
            0,
            0,
            Optional.empty(),
            PacketHandling.DEFAULT,
            0,
            new SaClusterImage.Limits(65, 64));
    return new SaDirectory.Carried(image, new Fence(SELF, 1));
  }

  private final class SaClusters implements Drain.SaClusters {
    @Override
    public Iterable<SaDirectory.Carried> all() {
      return List.of(sa());
    }

    @Override
    public int idOf(int inboundSpi) {
      return inboundSpi;
    }

    @Override
    public int size() {
      return 1;
    }

    @Override
    public int following() {
      return 0;
    }

    @Override
    public void handOver(int saId, Owner successor, Consumer<Boolean> ended) {
      done.add("SA to " + successor.member());
      ended.accept(stored);
    }
  }

  private final class IkeSas implements Following.IkeSas {
    @Override
    public Optional<Fence> movable(long spi) {
      return quiet ? Optional.of(new Fence(SELF, 1)) : Optional.empty();
    }

    @Override
    public void handOver(long spi, Fence fence, Owner successor, Consumer<Outcome> ended) {
      done.add("IKE SA to " + successor.member());
      ended.accept(Outcome.DONE);
    }
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
