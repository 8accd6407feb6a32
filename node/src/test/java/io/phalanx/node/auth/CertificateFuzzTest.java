package io.phalanx.node.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.phalanx.config.Identity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any octets as a peer's certificates: none makes it who it is not. */
class CertificateFuzzTest {
  private static final TestCa TRUSTED = TestCa.root("CN=Trusted");
  private static final TrustAnchors ANCHORS = TRUSTED.trusted();
  private static final Identity PEER = Identity.fqdn("moon.example");

  static Stream<byte[]> seeds() {
    TestCa stranger = TestCa.root("CN=Stranger");
    byte[] root = TestCa.der(stranger.certificate());
    byte[] intermediate = TestCa.der(stranger.intermediate("CN=Between", 0).certificate());
    byte[] two = Arrays.copyOf(intermediate, intermediate.length + root.length);
    System.arraycopy(root, 0, two, intermediate.length, root.length);
    byte[] otherPeer =
        TestCa.der(
            new TestCa.Template("CN=Venus", TestCa.keys("EC/secp256r1/venus"))
                .dns("venus.example")
                .signedBy(TRUSTED));
    return Stream.of(root, intermediate, two, otherPeer);
  }

  @MethodSource("seeds")
  @FuzzTest
  void shouldTrustNoOther(byte[] octets) {
    assertThat(PeerCertificates.validate(split(octets), ANCHORS, TestCa.NOW, PEER))
        .isInstanceOf(PeerCertificates.Refused.class);
  }

  /** Cut where the outermost DER sequences with a long length end. */
  private static List<byte[]> split(byte[] octets) {
    List<byte[]> parts = new ArrayList<>();
    int from = 0;
    while (from < octets.length) {
      int to = octets.length;
      if (to - from > 4 && octets[from] == 0x30 && octets[from + 1] == (byte) 0x82) {
        int length = (octets[from + 2] & 0xff) << 8 | (octets[from + 3] & 0xff);
        to = Math.min(to, from + 4 + length);
      }
      parts.add(Arrays.copyOfRange(octets, from, to));
      from = to;
    }
    return parts;
  }
}
