package io.phalanx.replication.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import io.phalanx.replication.image.Decoded.Refused;
import io.phalanx.replication.image.Decoded.Whole;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ImageCodecTest {
  private static final ImageCodec<IkeSaImage> IKE = ImageCodec.ofIkeSas();
  private static final ImageCodec<SaClusterImage> CLUSTERS = ImageCodec.ofSaClusters();
  private static final ImageCodec<RouteImage> ROUTES = ImageCodec.ofRoutes();

  private final IkeSaImage ikeSa = GoldenImages.IKE_SA;
  private final SaClusterImage saCluster = GoldenImages.SA_CLUSTER;
  private final RouteImage route = GoldenImages.ROUTE;

  @Test
  void shouldReadWhatItWrote() {
    assertSame(IKE.decode(IKE.encode(ikeSa)), ikeSa);
    assertSame(CLUSTERS.decode(CLUSTERS.encode(saCluster)), saCluster);
    assertSame(ROUTES.decode(ROUTES.encode(route)), route);
  }

  @Test
  void shouldReadTheGoldenImagesOfVersion1() throws IOException {
    assertSame(IKE.decode(GoldenImages.read("ike-sa-v1")), ikeSa);
    assertSame(CLUSTERS.decode(GoldenImages.read("sa-cluster-v1")), saCluster);
    assertSame(ROUTES.decode(GoldenImages.read("route-v1")), route);
  }

  /** A failure says that the format has changed: {@link GoldenImages} writes the new octets. */
  @Test
  void shouldWriteTheGoldenImages() throws IOException {
    assertThat(hex(IKE.encode(ikeSa))).isEqualTo(hex(GoldenImages.read("ike-sa-v1")));
    assertThat(hex(CLUSTERS.encode(saCluster))).isEqualTo(hex(GoldenImages.read("sa-cluster-v1")));
    assertThat(hex(ROUTES.encode(route))).isEqualTo(hex(GoldenImages.read("route-v1")));
  }

  @Test
  void shouldPassOverUnknownComponents() throws IOException {
    byte[] newer = edited(IKE.encode(ikeSa), tree -> tree.put("postQuantum", "ml-kem"));
    assertSame(IKE.decode(newer), ikeSa);
  }

  @Test
  void shouldTakeMissingComponentsAsEmpty() throws IOException {
    byte[] older =
        edited(
            IKE.encode(ikeSa),
            tree ->
                tree.remove(
                    List.of("sessionId", "natPort", "connection", "responses", "init", "localId")));
    assertThat(IKE.decode(older))
        .isInstanceOfSatisfying(
            Whole.class,
            whole -> {
              IkeSaImage image = (IkeSaImage) whole.image();
              assertThat(image.sessionId()).isZero();
              assertThat(image.natPort()).isFalse();
              assertThat(image.connection()).isEmpty();
              assertThat(image.responses()).isEmpty();
              assertThat(image.init()).isEmpty();
              assertThat(image.localId()).isEmpty();
              assertThat(image.localSpi()).isEqualTo(ikeSa.localSpi());
            });
  }

  @Test
  void shouldReadAnIkeSaFromBeforeMessageIdsCouldBeSynchronised() throws IOException {
    byte[] older =
        edited(
            IKE.encode(ikeSa),
            tree -> ((ObjectNode) tree.required("extensions")).remove("syncedIds"));
    assertThat(IKE.decode(older))
        .isInstanceOfSatisfying(
            Whole.class,
            whole ->
                assertThat(((IkeSaImage) whole.image()).extensions())
                    .isEqualTo(ikeSa.extensions().withSyncedIds(Optional.empty())));
  }

  @Test
  void shouldRefuseAnImageWithoutAComponentThatCannotBeEmpty() throws IOException {
    byte[] octets = edited(IKE.encode(ikeSa), tree -> tree.remove("suite"));
    assertThat(IKE.decode(octets)).isEqualTo(new Refused<>("InvalidNullException at suite"));
  }

  @Test
  void shouldRefuseOtherVersions() {
    byte[] octets = IKE.encode(ikeSa);
    octets[0] = ImageCodec.VERSION + 1;
    assertThat(IKE.decode(octets)).isEqualTo(new Refused<>("version 2"));
    octets[0] = (byte) (ImageCodec.OLDEST_VERSION - 1);
    assertThat(IKE.decode(octets)).isInstanceOf(Refused.class);
  }

  @Test
  void shouldAnswerGarbageWithAValue() {
    Random random = new Random(1);
    byte[] good = IKE.encode(ikeSa);
    for (int i = 0; i < 1000; i++) {
      byte[] octets = Arrays.copyOf(good, i % 3 == 0 ? random.nextInt(good.length) : good.length);
      for (int flips = random.nextInt(1, 6); octets.length > 1 && flips > 0; flips--) {
        octets[random.nextInt(1, octets.length)] = (byte) random.nextInt();
      }
      assertThat(IKE.decode(octets)).isNotNull();
    }
    assertThat(IKE.decode(new byte[0])).isInstanceOf(Refused.class);
    assertThat(IKE.decode(CLUSTERS.encode(saCluster))).isInstanceOf(Refused.class);
  }

  @Test
  void reasonsShouldHoldNothingOfTheOctets() throws IOException {
    byte[] octets = edited(IKE.encode(ikeSa), tree -> tree.put("phase", "hunter2"));
    assertThat(IKE.decode(octets)).isEqualTo(new Refused<>("InvalidFormatException at phase"));
  }

  @Test
  void exceptionsShouldHoldNothingOfTheImage() {
    IkeSaImage broken =
        Images.ikeSa(1, 4, InetSocketAddress.createUnresolved("hunter2.example", 1));
    assertThatThrownBy(() -> IKE.encode(broken))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("a record that cannot be written: JsonMappingException at peer")
        .hasNoCause();
  }

  private interface Edit {
    Object on(ObjectNode tree);
  }

  private static byte[] edited(byte[] octets, Edit edit) throws IOException {
    CBORMapper mapper = new CBORMapper();
    ObjectNode tree = (ObjectNode) mapper.readTree(Arrays.copyOfRange(octets, 1, octets.length));
    edit.on(tree);
    byte[] cbor = mapper.writeValueAsBytes(tree);
    byte[] edited = new byte[cbor.length + 1];
    edited[0] = octets[0];
    System.arraycopy(cbor, 0, edited, 1, cbor.length);
    return edited;
  }

  private static <I> void assertSame(Decoded<I> decoded, I expected) {
    assertThat(decoded).usingRecursiveComparison().isEqualTo(new Whole<>(expected));
  }

  private static String hex(byte[] octets) {
    return HexFormat.of().formatHex(octets);
  }
}
