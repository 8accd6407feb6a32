package io.phalanx.node.ike.wire;

import static io.phalanx.node.ike.wire.Golden.hex;
import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.iana.NotifyType;
import io.phalanx.config.iana.ProtocolId;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class NotifiesTest {
  @Test
  void shouldHashSpisAddressAndPortForNatDetection() {
    // sha1(0102030405060708 1112131415161718 c0000201 01f4)
    byte[] hash =
        Notifies.natHash(
            0x0102030405060708L, 0x1112131415161718L, InetAddress.ofLiteral("192.0.2.1"), 500);
    assertThat(hash).isEqualTo(hex("d798d986143f878f70765e0e869c80bbc375f701"));
  }

  @Test
  void shouldNameTheGroupThatIsWanted() {
    Payload.Notify notify = Notifies.invalidKe(31);
    assertThat(notify.data()).containsExactly(0, 31);
    assertThat(Notifies.wantedGroup(notify)).contains(31);
    assertThat(Notifies.wantedGroup(Payload.Notify.of(NotifyType.INVALID_KE_PAYLOAD))).isEmpty();
  }

  @Test
  void shouldListHashAlgorithms() {
    Payload.Notify notify = Notifies.signatureHashAlgorithms(List.of(2, 3, 4));
    assertThat(notify.data()).containsExactly(0, 2, 0, 3, 0, 4);
    assertThat(Notifies.hashAlgorithms(notify)).containsExactly(2, 3, 4);
  }

  @Test
  void shouldIgnoreHalfAHashAlgorithm() {
    Payload.Notify odd =
        Payload.Notify.of(NotifyType.SIGNATURE_HASH_ALGORITHMS, (byte) 0, (byte) 2, (byte) 0);
    assertThat(Notifies.hashAlgorithms(odd)).containsExactly(2);
  }

  @Test
  void shouldGiveTheSpiOfAnEspSaOnly() {
    assertThat(Notifies.espSpi(ProtocolId.ESP, hex("deadbeef"))).contains(0xdeadbeef);
    assertThat(Notifies.espSpi(ProtocolId.AH, hex("deadbeef"))).isEmpty();
    assertThat(Notifies.espSpi(ProtocolId.ESP, hex("deadbe"))).isEmpty();
  }
}
