package io.phalanx.node.ike.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.phalanx.config.Secret;
import io.phalanx.config.suite.IkeSuite;
import io.phalanx.datapath.NonceSource;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** RFC 7383: a message in fragments, there and back. */
class FragmentTest {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int OCTETS_MAX = 600;
  private static final Payload LONG = new Payload.Certificate(4, pattern(5000));

  private final Reassembly reassembly = new Reassembly();

  static Stream<IkeSuite> suites() {
    return Stream.of(Samples.GCM, Samples.CHACHA, Samples.CBC);
  }

  private static byte[] pattern(int length) {
    byte[] octets = new byte[length];
    new Random(length).nextBytes(octets);
    return octets;
  }

  private static SkCipher cipher(IkeSuite suite) {
    return new SkCipher(
        suite,
        Secret.of(pattern(suite.encryptionKeyOctets())),
        Secret.of(pattern(suite.integrityKeyOctets())));
  }

  private static List<Payload> payloads() {
    List<Payload> payloads = new ArrayList<>(Samples.auth());
    payloads.add(LONG);
    return payloads;
  }

  private static List<byte[]> fragments(SkCipher cipher, int octetsMax) {
    return cipher.encrypt(Samples.AUTH_HEADER, payloads(), octetsMax, new CountingNonces(), RANDOM);
  }

  private Optional<Decoded> take(SkCipher cipher, byte[] message) {
    return cipher.openFragment(message).flatMap(reassembly::add);
  }

  private static void assertWhole(Optional<Decoded> decoded) {
    assertThat(decoded)
        .get()
        .usingRecursiveComparison()
        .isEqualTo(new Decoded.Ok(new IkeMessage(Samples.AUTH_HEADER, payloads())));
  }

  @ParameterizedTest
  @MethodSource("suites")
  void shouldComeBackInAnyOrderAndWithCopies(IkeSuite suite) {
    SkCipher cipher = cipher(suite);
    List<byte[]> fragments = fragments(cipher, OCTETS_MAX);
    assertThat(fragments).hasSizeGreaterThan(8);
    assertThat(fragments).allSatisfy(each -> assertThat(each.length).isLessThanOrEqualTo(600));
    assertThat(fragments).allSatisfy(each -> assertThat(SkCipher.carriesFragment(each)).isTrue());
    for (int seed = 0; seed < 20; seed++) {
      List<byte[]> shuffled = new ArrayList<>(fragments);
      shuffled.add(fragments.get(seed % fragments.size()));
      Collections.shuffle(shuffled, new Random(seed));
      byte[] last = shuffled.removeLast();
      long distinct = shuffled.stream().distinct().count();
      List<Optional<Decoded>> answers = shuffled.stream().map(each -> take(cipher, each)).toList();
      if (distinct == fragments.size()) {
        assertThat(answers.stream().filter(Optional::isPresent)).hasSize(1);
        answers.stream().filter(Optional::isPresent).forEach(FragmentTest::assertWhole);
      } else {
        assertThat(answers).allSatisfy(each -> assertThat(each).isEmpty());
        assertWhole(take(cipher, last));
      }
      reassembly.clear();
    }
  }

  @ParameterizedTest
  @MethodSource("suites")
  void shouldStayWholeWhereItFits(IkeSuite suite) {
    SkCipher cipher = cipher(suite);
    int whole =
        cipher.encrypt(Samples.AUTH_HEADER, payloads(), new CountingNonces(), RANDOM).length;
    List<byte[]> messages = fragments(cipher, whole);
    assertThat(messages).hasSize(1);
    assertThat(SkCipher.carriesFragment(messages.getFirst())).isFalse();
    assertThat(cipher.decrypt(messages.getFirst())).isInstanceOf(Decoded.Ok.class);
    assertThat(fragments(cipher, whole - 1)).hasSize(2);
  }

  @Test
  void shouldRefuseEveryFragmentThatWasTouched() {
    SkCipher cipher = cipher(Samples.GCM);
    byte[] fragment = fragments(cipher, OCTETS_MAX).get(1);
    for (int at = 0; at < fragment.length; at++) {
      byte[] touched = fragment.clone();
      touched[at] ^= 1;
      assertThat(cipher.openFragment(touched)).isEmpty();
    }
    for (int length = 0; length < fragment.length; length++) {
      assertThat(cipher.openFragment(Arrays.copyOf(fragment, length))).isEmpty();
    }
  }

  @Test
  void shouldBeginAnewWhereThePeerCutsSmaller() {
    SkCipher cipher = cipher(Samples.GCM);
    List<byte[]> large = fragments(cipher, 2_000);
    List<byte[]> small = fragments(cipher, OCTETS_MAX);
    assertThat(take(cipher, large.getFirst())).isEmpty();
    for (byte[] each : small.subList(0, small.size() - 1)) {
      assertThat(take(cipher, each)).isEmpty();
      assertThat(take(cipher, large.getLast())).as("of the cut before").isEmpty();
    }
    assertWhole(take(cipher, small.getLast()));
  }

  @Test
  void shouldBoundWhatItKeeps() {
    byte[] much = new byte[Limits.MESSAGE_OCTETS_MAX / 2 + 1];
    assertThat(reassembly.add(fragment(1, 3, much))).isEmpty();
    assertThat(reassembly.add(fragment(2, 3, much))).isEmpty();
    assertThat(reassembly.add(fragment(3, 3, new byte[0]))).as("begun anew").isEmpty();
    assertThat(reassembly.add(fragment(1, Limits.FRAGMENTS_MAX + 1, new byte[1]))).isEmpty();
  }

  private static Fragment fragment(int number, int total, byte[] content) {
    return new Fragment(Samples.AUTH_HEADER, List.of(), 0, number, total, content);
  }

  private static final class CountingNonces implements NonceSource {
    private long next = 1;

    @Override
    public long next() {
      return reserve(1);
    }

    @Override
    public long reserve(int count) {
      next += count;
      return next - count;
    }
  }
}
