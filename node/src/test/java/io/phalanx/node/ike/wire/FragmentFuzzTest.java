package io.phalanx.node.ike.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.phalanx.config.Secret;
import io.phalanx.config.iana.ExchangeType;
import java.io.ByteArrayOutputStream;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Any fragments of an authenticated peer, in any order: a message, or nothing yet. */
class FragmentFuzzTest {
  private static final Secret KEY = Secret.of(new byte[36]);
  private static final SkCipher CIPHER = new SkCipher(Samples.GCM, KEY, Secret.EMPTY);

  /** Fragments: message id, number, total, octets of the content, content. */
  static Stream<byte[]> fragments() {
    Writer whole = new Writer();
    PayloadEncoder.encode(Samples.auth(), whole);
    byte[] content = Arrays.copyOf(whole.toBytes(), 500);
    return Stream.of(
        join(fragment(1, 1, 2, content, 0, 250), fragment(1, 2, 2, content, 250, 500)),
        join(fragment(1, 2, 2, content, 250, 500), fragment(1, 1, 2, content, 0, 250)),
        join(fragment(1, 1, 2, content, 0, 9), fragment(1, 1, 3, content, 0, 9)),
        join(fragment(1, 1, 1, content, 0, 0)));
  }

  private static byte[] fragment(int id, int number, int total, byte[] content, int from, int to) {
    return new Writer()
        .u8(id)
        .u8(number)
        .u8(total)
        .u8(to - from)
        .bytes(Arrays.copyOfRange(content, from, to))
        .toBytes();
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    Stream.of(parts).forEach(all::writeBytes);
    return all.toByteArray();
  }

  @MethodSource("fragments")
  @FuzzTest
  void shouldPutTogetherWhatFits(byte[] input) {
    Reassembly reassembly = new Reassembly();
    int at = 0;
    while (at + 4 <= input.length) {
      int total = Math.max(1, input[at + 2] & 0xff);
      int number = 1 + (input[at + 1] & 0xff) % total;
      int end = Math.min(input.length, at + 4 + (input[at + 3] & 0xff));
      IkeHeader header = new IkeHeader(1, 2, ExchangeType.IKE_AUTH, true, false, input[at] & 0xff);
      Fragment fragment =
          new Fragment(
              header, List.of(), 35, number, total, Arrays.copyOfRange(input, at + 4, end));
      Optional<Decoded> decoded = reassembly.add(fragment);
      decoded.ifPresent(each -> assertThat(each).isNotInstanceOf(Decoded.Drop.class));
      at = end;
    }
  }

  static Stream<byte[]> messages() {
    return CIPHER
        .encrypt(
            Samples.AUTH_HEADER,
            Samples.auth(),
            600,
            ProtectedMessageFuzzTest.NONCES,
            new SecureRandom())
        .stream();
  }

  @MethodSource("messages")
  @FuzzTest
  void shouldOpenOnlyWhatIsAFragment(byte[] octets) {
    CIPHER
        .openFragment(octets)
        .ifPresent(fragment -> assertThat(fragment.number()).isBetween(1, fragment.total()));
  }
}
