package io.phalanx.node.radius;

import io.phalanx.node.radius.AccountRecord.Kind;
import io.phalanx.node.radius.AccountRecord.Traffic;
import io.phalanx.node.radius.RadiusPacket.Attribute;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;

/** Accounting-Request (RFC 2866 §4.1). */
final class Accounting {
  private static final int BY_RADIUS = 1; // RFC 2866 §5.6
  private static final int LOCAL = 2;
  private static final int PORT_VIRTUAL = 5; // RFC 2865 §5.41

  private Accounting() {}

  /**
   * Acct-Session-Id: the same on every member and over rekeys, so that a successor's Stop ends what
   * another member has started.
   */
  static String id(long sessionId) {
    return String.format("%016x", sessionId);
  }

  /**
   * @param traffic all of the session so far
   * @param atMillis when what is told happened
   */
  static List<Attribute> attributes(
      AccountRecord record, Traffic traffic, long atMillis, long nowMillis, List<Attribute> nas) {
    List<Attribute> all = new ArrayList<>(nas);
    all.add(Attribute.number(AttributeType.ACCT_STATUS_TYPE, record.kind().code()));
    all.add(Attribute.text(AttributeType.ACCT_SESSION_ID, id(record.sessionId())));
    all.add(Attribute.text(AttributeType.USER_NAME, record.user()));
    all.add(Attribute.number(AttributeType.ACCT_AUTHENTIC, record.byRadius() ? BY_RADIUS : LOCAL));
    all.add(Attribute.number(AttributeType.NAS_PORT_TYPE, PORT_VIRTUAL));
    all.add(
        Attribute.text(
            AttributeType.CALLING_STATION_ID, record.peer().getAddress().getHostAddress()));
    for (InetAddress address : record.addresses()) {
      byte[] octets = address.getAddress();
      all.add(
          new Attribute(
              octets.length == 4
                  ? AttributeType.FRAMED_IP_ADDRESS
                  : AttributeType.FRAMED_IPV6_ADDRESS,
              octets));
    }
    record.classes().forEach(each -> all.add(new Attribute(AttributeType.CLASS, each)));
    all.add(Attribute.number(AttributeType.EVENT_TIMESTAMP, atMillis / 1000));
    all.add(
        Attribute.number(AttributeType.ACCT_DELAY_TIME, Math.max(0, nowMillis - atMillis) / 1000));
    if (record.kind() != Kind.START) {
      count(all, record, traffic, atMillis);
    }
    if (record.kind() == Kind.STOP && record.cause() != 0) {
      all.add(Attribute.number(AttributeType.ACCT_TERMINATE_CAUSE, record.cause()));
    }
    return all;
  }

  private static void count(
      List<Attribute> all, AccountRecord record, Traffic traffic, long atMillis) {
    all.add(
        Attribute.number(
            AttributeType.ACCT_SESSION_TIME,
            Math.max(0, atMillis - record.startedAtMillis()) / 1000));
    all.add(Attribute.number(AttributeType.ACCT_INPUT_OCTETS, traffic.inOctets()));
    all.add(Attribute.number(AttributeType.ACCT_OUTPUT_OCTETS, traffic.outOctets()));
    all.add(Attribute.number(AttributeType.ACCT_INPUT_PACKETS, traffic.inPackets()));
    all.add(Attribute.number(AttributeType.ACCT_OUTPUT_PACKETS, traffic.outPackets()));
    all.add(Attribute.number(AttributeType.ACCT_INPUT_GIGAWORDS, traffic.inOctets() >>> 32));
    all.add(Attribute.number(AttributeType.ACCT_OUTPUT_GIGAWORDS, traffic.outOctets() >>> 32));
  }
}
