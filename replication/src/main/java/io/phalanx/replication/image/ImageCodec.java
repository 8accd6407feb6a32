package io.phalanx.replication.image;

/**
 * Images as octets: one octet of format version, then the record as CBOR (RFC 8949), a map by the
 * names of its components.
 *
 * <p>Members of two neighbouring versions share a store during a rolling upgrade. So an image of
 * the version before is read too, a component that is not known is passed over, and one that is
 * missing is zero, false or empty. Whatever cannot be told that way needs a new version.
 *
 * <p>What is read comes out of the store, where it was sealed; still nothing here throws on it.
 */
public final class ImageCodec<I> {
  /** Version written. */
  public static final int VERSION = 1;

  /** Oldest version read. */
  static final int OLDEST_VERSION = Math.max(1, VERSION - 1);

  private final CborRecords<I> records;

  private ImageCodec(Class<I> type) {
    records = CborRecords.of(type);
  }

  public static ImageCodec<IkeSaImage> ofIkeSas() {
    return new ImageCodec<>(IkeSaImage.class);
  }

  public static ImageCodec<SaClusterImage> ofSaClusters() {
    return new ImageCodec<>(SaClusterImage.class);
  }

  public static ImageCodec<RouteImage> ofRoutes() {
    return new ImageCodec<>(RouteImage.class);
  }

  public byte[] encode(I image) {
    byte[] cbor = records.encode(image);
    byte[] octets = new byte[cbor.length + 1];
    octets[0] = VERSION;
    System.arraycopy(cbor, 0, octets, 1, cbor.length);
    return octets;
  }

  public Decoded<I> decode(byte[] octets) {
    return octets.length == 0 || octets[0] < OLDEST_VERSION || octets[0] > VERSION
        ? new Decoded.Refused<>(octets.length == 0 ? "empty" : "version " + octets[0])
        : records.decode(octets, 1, octets.length - 1);
  }
}
