package io.phalanx.node.radius;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * What accounting is to be told of a session.
 *
 * @param localSpi of its IKE SA, to tell when it is done
 * @param byRadius whether a RADIUS server has authenticated the user, not we ourselves
 * @param saIds SA clusters whose packets count
 * @param counted what was counted before these
 * @param cause Acct-Terminate-Cause (RFC 2866 §5.10), at the end; else 0
 */
public record AccountRecord(
    long localSpi,
    long sessionId,
    Kind kind,
    String user,
    boolean byRadius,
    InetSocketAddress peer,
    List<InetAddress> addresses,
    List<byte[]> classes,
    long startedAtMillis,
    List<Integer> saIds,
    Traffic counted,
    int cause) {

  /** Acct-Status-Type (RFC 2866 §5.1). */
  public enum Kind {
    START(1),
    INTERIM(3),
    STOP(2);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }
  }

  /** Packets and octets; in is what the peer has sent. */
  public record Traffic(long inPackets, long inOctets, long outPackets, long outOctets) {
    public static final Traffic NONE = new Traffic(0, 0, 0, 0);

    public Traffic plus(Traffic more) {
      return new Traffic(
          inPackets + more.inPackets,
          inOctets + more.inOctets,
          outPackets + more.outPackets,
          outOctets + more.outOctets);
    }
  }
}
