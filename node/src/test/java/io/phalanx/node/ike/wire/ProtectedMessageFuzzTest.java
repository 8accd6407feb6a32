package io.phalanx.node.ike.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.phalanx.config.Secret;
import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.datapath.NonceSource;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Anything that an authenticated peer may put into an encrypted payload. */
class ProtectedMessageFuzzTest {
  private static final Secret KEY = Secret.of(new byte[36]);
  private static final Protection PROTECTION =
      new AeadProtection(EncryptionAlgorithm.AES_GCM_16, KEY);
  private static final SkCipher CIPHER = new SkCipher(Samples.GCM, KEY, Secret.EMPTY);
  private static final SecureRandom RANDOM = new SecureRandom();

  static final NonceSource NONCES =
      new NonceSource() {
        private long next;

        @Override
        public long next() {
          return next++;
        }

        @Override
        public long reserve(int count) {
          next += count;
          return next - count;
        }
      };

  /** The type of the first payload inside, then the plaintext with padding and its length. */
  static Stream<byte[]> seeds() {
    return Stream.of(inside(Samples.auth()), inside(Samples.init().payloads()), inside(List.of()));
  }

  private static byte[] inside(List<Payload> payloads) {
    Writer out = new Writer().u8(PayloadEncoder.firstType(payloads));
    PayloadEncoder.encode(payloads, out);
    return out.u8(0).toBytes();
  }

  @MethodSource("seeds")
  @FuzzTest
  void shouldReadWhatIsInside(byte[] input) {
    if (input.length < 2 || input.length > 0xff00) {
      return;
    }
    byte[] plaintext = Arrays.copyOfRange(input, 1, input.length);
    Writer head = new Writer();
    HeaderCodec.encode(Samples.AUTH_HEADER, PayloadType.ENCRYPTED, head);
    int bodyOctets = plaintext.length + PROTECTION.overheadOctets();
    head.u8(input[0] & 0xff).u8(0).u16(PayloadChain.GENERIC_HEADER_OCTETS + bodyOctets);
    byte[] octets = head.toBytes();
    HeaderCodec.setLength(octets, octets.length + bodyOctets);
    byte[] message =
        new Writer()
            .bytes(octets)
            .bytes(PROTECTION.seal(octets, plaintext, NONCES, RANDOM))
            .toBytes();
    // It is authentic: never silence, unless it is longer than any message may be.
    Decoded decoded = CIPHER.decrypt(message);
    if (decoded instanceof Decoded.Drop) {
      assertThat(message.length).isGreaterThan(Limits.MESSAGE_OCTETS_MAX);
    }
    if (decoded instanceof Decoded.Ok(var read)) {
      assertThat(read.payloads().size()).isLessThanOrEqualTo(Limits.PAYLOADS_MAX);
    }
  }

  @FuzzTest
  void shouldDropWhatIsNotAuthentic(byte[] octets) {
    assertThat(CIPHER.decrypt(octets)).isInstanceOf(Decoded.Drop.class);
  }
}
