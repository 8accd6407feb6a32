package io.phalanx.node.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.phalanx.replication.image.Decoded;
import io.phalanx.replication.image.IkeSaImage.IvSpace;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sets of contexts as octets, sealed, and the keys for that. */
final class SetsTest {
  @TempDir private Path directory;

  private static ContextSet set() {
    return new ContextSet(
        new byte[16],
        1_000,
        2_000,
        "east",
        List.of(new IvSpace(new byte[32], List.of(1, 2))),
        List.of(ContextsTest.context()));
  }

  @Test
  void shouldComeBackAsItWas() {
    byte[] octets = ContextCodec.encode(set());
    assertThat(ContextCodec.decode(octets)).isInstanceOf(Decoded.Whole.class);
    Decoded.Whole<ContextSet> read = (Decoded.Whole<ContextSet>) ContextCodec.decode(octets);
    assertThat(ContextCodec.encode(read.image())).isEqualTo(octets);
    assertThat(read.image()).usingRecursiveComparison().withStrictTypeChecking().isEqualTo(set());
  }

  @Test
  void shouldHaveTheNamesOfTheDraft() {
    String octets = new String(ContextCodec.encode(set()), StandardCharsets.ISO_8859_1);
    String names =
        "initiator ike_spi_i ike_spi_r my_host other_host enc_alg_ike enc_alg_ike_len int_alg_ike"
            + " prf_alg nonce_i nonce_r dh_secret ipsec_mode encr_alg_child enc_alg_len_child"
            + " int_alg_child enc_key_i int_key_i enc_key_o int_key_o child_seq_i child_bit_i"
            + " child_seq_o child_bit_o child_spi_i child_spi_o ts_l ts_r fromport toport type"
            + " proto fromaddress toaddress";
    assertThat(octets).contains(names.split(" "));
  }

  @Test
  void shouldRefuseWhatItDoesNotKnow() {
    ContextSet set = set();
    for (ContextSet wrong :
        List.of(
            new ContextSet("else", 1, set.id(), 1, 2, "", List.of(), List.of()),
            new ContextSet(ContextSet.FORMAT, 2, set.id(), 1, 2, "", List.of(), List.of()),
            new ContextSet(new byte[15], 1, 2, "", List.of(), List.of()))) {
      assertThat(ContextCodec.decode(ContextCodec.encode(wrong)))
          .isInstanceOf(Decoded.Refused.class);
    }
  }

  @Test
  void shouldNotThrowOnAnyOctets() {
    byte[] octets = ContextCodec.encode(set());
    Random random = new Random(7);
    ContextReader contexts = new ContextReader(List.of());
    int whole = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] wrong = octets.clone();
      for (int flips = random.nextInt(4); flips >= 0; flips--) {
        wrong[random.nextInt(wrong.length)] = (byte) random.nextInt();
      }
      byte[] cut = round % 5 == 0 ? Arrays.copyOf(wrong, random.nextInt(wrong.length)) : wrong;
      if (ContextCodec.decode(cut) instanceof Decoded.Whole<ContextSet>(ContextSet read)) {
        whole++;
        read.ikeSas().forEach(each -> contexts.images(each, read.ivSpaces(), 5));
      }
    }
    assertThat(whole).as("some get that far").isGreaterThan(100);
  }

  @Test
  void shouldOpenWhatWasSealedForItByThePartner() throws IOException {
    TransferKeys.Pair east = pair("east");
    TransferKeys.Pair west = pair("west");
    TransferKeys.Pair north = pair("north");
    byte[] plain = ContextCodec.encode(set());
    byte[] sealed =
        ContextSeal.of(east.privateKey(), east.publicKey()).seal(plain, west.publicKey());
    ContextSeal there = ContextSeal.of(west.privateKey(), west.publicKey());
    assertThat(there.open(sealed, east.publicKey())).hasValue(plain);
    assertThat(there.open(sealed, north.publicKey())).as("from somebody else").isEmpty();
    assertThat(ContextSeal.of(north.privateKey(), north.publicKey()).open(sealed, east.publicKey()))
        .as("for somebody else")
        .isEmpty();
    for (int at = 0; at < sealed.length; at += 7) {
      byte[] forged = sealed.clone();
      forged[at] ^= 1;
      assertThat(there.open(forged, east.publicKey())).as("octet " + at).isEmpty();
    }
    assertThat(there.open(new byte[0], east.publicKey())).isEmpty();
    assertThat(there.open(sealed, new byte[32])).as("no key at all").isEmpty();
  }

  private TransferKeys.Pair pair(String name) throws IOException {
    Path key = directory.resolve(name + ".key");
    Path pub = directory.resolve(name + ".pub");
    TransferKeys.generate(key, pub);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(key)))
        .isEqualTo("rw-------");
    TransferKeys.Pair pair = TransferKeys.readPrivate(key);
    assertThat(TransferKeys.readPublic(pub)).isEqualTo(pair.publicKey());
    return pair;
  }

  @Test
  void shouldSayWhatIsWrongWithAKeyFile() throws IOException {
    pair("one");
    Path key = directory.resolve("one.key");
    Path pub = directory.resolve("one.pub");
    assertThatThrownBy(() -> TransferKeys.generate(key, directory.resolve("two.pub")))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThatThrownBy(() -> TransferKeys.generate(directory.resolve("two.key"), pub))
        .isInstanceOf(FileAlreadyExistsException.class);
    assertThat(directory.resolve("two.key")).doesNotExist();
    assertThatThrownBy(() -> TransferKeys.readPrivate(pub))
        .hasMessageContaining("holds no X25519 PRIVATE KEY");
    assertThatThrownBy(() -> TransferKeys.readPublic(key))
        .hasMessageContaining("holds no X25519 PUBLIC KEY");
    assertThatThrownBy(() -> TransferKeys.readPublic(directory.resolve("none")))
        .hasMessageContaining("does not exist; make it by: phalanx context key");
    Path broken =
        Files.writeString(directory.resolve("broken"), Files.readString(key).replace("M", "N"));
    assertThatThrownBy(() -> TransferKeys.readPrivate(broken))
        .hasMessageContaining("holds no X25519 PRIVATE KEY");
  }
}
