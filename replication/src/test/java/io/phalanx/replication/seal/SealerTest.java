package io.phalanx.replication.seal;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.GatewayConfig.ClusterKey;
import io.phalanx.config.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SealerTest {
  private static final ClusterKey OLD = new ClusterKey(1, Secret.ofUtf8("the old cluster secret"));
  private static final ClusterKey NEW = new ClusterKey(2, Secret.ofUtf8("the new cluster secret"));

  private final byte[] plain = bytes("an image with keys in it");
  private final byte[] place = bytes("ike-sas 17");

  @Test
  void shouldOpenOnAnotherMemberWhatOneSealed() {
    byte[] sealed = sealer(1, NEW).seal(plain, place);
    assertThat(sealed).hasSize(plain.length + Sealer.OVERHEAD_OCTETS);
    assertThat(sealer(2, NEW).open(sealed, place)).hasValue(plain);
  }

  @Test
  void shouldReadOldKeysDuringRotation() {
    byte[] sealed = sealer(1, OLD).seal(plain, place);
    assertThat(sealer(2, NEW, OLD).open(sealed, place)).hasValue(plain);
    byte[] resealed = sealer(2, NEW, OLD).seal(plain, place);
    assertThat(sealer(1, OLD, NEW).open(resealed, place)).hasValue(plain);
    assertThat(sealer(1, OLD).open(resealed, place)).isEmpty();
  }

  @Test
  void shouldNotOpenInAnotherPlace() {
    byte[] sealed = sealer(1, NEW).seal(plain, place);
    assertThat(sealer(1, NEW).open(sealed, bytes("ike-sas 18"))).isEmpty();
  }

  @Test
  void shouldNotOpenForAnotherPurpose() {
    byte[] sealed = sealer(1, NEW).seal(plain, place);
    Sealer other = new Sealer(new Keyring(List.of(NEW)), "interlink", new Random(2));
    assertThat(other.open(sealed, place)).isEmpty();
  }

  @Test
  void shouldNotOpenUnderAnotherSecretOfTheSameId() {
    byte[] sealed = sealer(1, NEW).seal(plain, place);
    Sealer other = sealer(1, new ClusterKey(2, Secret.ofUtf8("of another cluster")));
    assertThat(other.open(sealed, place)).isEmpty();
  }

  @Test
  void shouldNoticeEveryChangedOctet() {
    Sealer sealer = sealer(1, NEW);
    byte[] sealed = sealer.seal(plain, place);
    for (int at = 0; at < sealed.length; at++) {
      byte[] changed = sealed.clone();
      changed[at] ^= 1;
      assertThat(sealer.open(changed, place)).as("octet %d", at).isEmpty();
    }
    for (int length = 0; length < sealed.length; length++) {
      assertThat(sealer.open(Arrays.copyOf(sealed, length), place)).isEmpty();
    }
  }

  @Test
  void shouldNeverSealTheSameWayTwice() {
    Sealer sealer = sealer(1, NEW);
    byte[] first = sealer.seal(plain, place);
    byte[] second = sealer.seal(plain, place);
    assertThat(Arrays.copyOf(first, 25)).isNotEqualTo(Arrays.copyOf(second, 25));
    assertThat(Arrays.copyOfRange(first, 25, first.length))
        .isNotEqualTo(Arrays.copyOfRange(second, 25, second.length));
  }

  private static Sealer sealer(long seed, ClusterKey... keys) {
    return new Sealer(new Keyring(List.of(keys)), "store", new Random(seed));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
