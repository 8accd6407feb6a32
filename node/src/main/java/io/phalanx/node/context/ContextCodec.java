package io.phalanx.node.context;

import io.phalanx.replication.image.CborRecords;
import io.phalanx.replication.image.Decoded;

/** Sets of contexts as CBOR (RFC 8949). Nothing here throws on what it reads. */
public final class ContextCodec {
  /** IKE SAs of a set. */
  public static final int IKE_SAS_MAX = 4096;

  private static final int ID_OCTETS = 16;
  private static final CborRecords<ContextSet> RECORDS =
      CborRecords.withUnderscores(ContextSet.class);

  private ContextCodec() {}

  public static byte[] encode(ContextSet set) {
    return RECORDS.encode(set);
  }

  public static Decoded<ContextSet> decode(byte[] octets) {
    return switch (RECORDS.decode(octets, 0, octets.length)) {
      case Decoded.Whole<ContextSet>(ContextSet set) -> checked(set);
      case Decoded.Refused<ContextSet> refused -> refused;
    };
  }

  private static Decoded<ContextSet> checked(ContextSet set) {
    if (!set.format().equals(ContextSet.FORMAT) || set.version() != ContextSet.VERSION) {
      return new Decoded.Refused<>(
          "only version %d of the format is known here".formatted(ContextSet.VERSION));
    }
    if (set.id().length != ID_OCTETS) {
      return new Decoded.Refused<>("an id of %d octets".formatted(set.id().length));
    }
    return set.ikeSas().size() > IKE_SAS_MAX
        ? new Decoded.Refused<>("more than %d IKE SAs".formatted(IKE_SAS_MAX))
        : new Decoded.Whole<>(set);
  }
}
