package io.phalanx.replication.interlink;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.GatewayConfig.ClusterKey;
import io.phalanx.config.Secret;
import io.phalanx.replication.Owner;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SealingTest {
  private static final ClusterKey OLD = key(1);
  private static final ClusterKey NEW = key(200);
  private static final Frame FRAME = new Frame.ChildDue(1, 2, false);

  static ClusterKey key(int id) {
    byte[] octets = new byte[32];
    Arrays.fill(octets, (byte) id);
    return new ClusterKey(id, Secret.of(octets));
  }

  private final Sealing one = new Sealing(new Owner(1, 0xABCD), List.of(OLD));
  private final Sealing two = new Sealing(new Owner(2, 7), List.of(OLD));

  @Test
  void shouldOpenWhatAnotherMemberHasSealed() {
    Sealing.Opened opened = two.open(one.seal(2, FRAME).orElseThrow()).orElseThrow();
    assertThat(opened.sender()).isEqualTo(new Owner(1, 0xABCD));
    assertThat(opened.counter()).isEqualTo(1);
    assertThat(FrameCodec.decode(opened.frame())).contains(FRAME);
    assertThat(two.open(one.seal(2, FRAME).orElseThrow()).orElseThrow().counter()).isEqualTo(2);
  }

  @Test
  void shouldNotOpenWhatIsForSomebodyElse() {
    assertThat(two.open(one.seal(3, FRAME).orElseThrow())).isEmpty();
  }

  @Test
  void shouldNotOpenADatagramWithAnyBitChanged() {
    byte[] datagram = one.seal(2, FRAME).orElseThrow();
    for (int bit = 0; bit < datagram.length * 8; bit++) {
      byte[] changed = datagram.clone();
      changed[bit / 8] ^= (byte) (1 << (bit % 8));
      assertThat(two.open(changed)).as("bit %s", bit).isEmpty();
    }
  }

  @Test
  void shouldNotOpenAnythingShort() {
    byte[] datagram = one.seal(2, FRAME).orElseThrow();
    for (int length = 0; length < datagram.length; length++) {
      assertThat(two.open(Arrays.copyOf(datagram, length))).isEmpty();
    }
  }

  @Test
  void shouldOpenUnderEachKeyAndSealUnderTheFirst() {
    Sealing rotated = new Sealing(new Owner(3, 1), List.of(NEW, OLD));
    assertThat(rotated.open(one.seal(3, FRAME).orElseThrow())).isPresent();
    assertThat(two.open(rotated.seal(2, FRAME).orElseThrow())).as("key unknown yet").isEmpty();
    Sealing after = new Sealing(new Owner(2, 7), List.of(NEW));
    assertThat(after.open(rotated.seal(2, FRAME).orElseThrow())).isPresent();
  }

  @Test
  void shouldRefuseWhatDoesNotFitIntoADatagram() {
    int max = Sealing.DATAGRAM_MAX - Sealing.HEADER - Sealing.TAG - 2;
    assertThat(one.seal(2, new Frame.ClearForward(new byte[max], 0))).isPresent();
    assertThat(one.seal(2, new Frame.ClearForward(new byte[max + 1], 0))).isEmpty();
  }
}
