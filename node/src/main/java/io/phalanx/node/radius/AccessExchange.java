package io.phalanx.node.radius;

import io.phalanx.config.Secret;
import io.phalanx.node.radius.RadiusAnswer.Granted;
import io.phalanx.node.radius.RadiusPacket.Attribute;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Access-Request and its answers (RFC 2865 §4, RFC 3579 §2). */
final class AccessExchange {
  /** EAP packets of this size at most fit an IKE message that need not be fragmented. */
  private static final int MTU_OCTETS = 1100;

  /** What fits a packet beside the other attributes. */
  private static final int EAP_OCTETS_MAX = 2800;

  private static final int SERVICE_FRAMED = 2; // RFC 2865 §5.6
  private static final int PORT_VIRTUAL = 5; // RFC 2865 §5.41
  private static final int CLASS_OCTETS_MAX = 1024; // a bound of ours: they go into each report
  private static final long SECONDS_MAX = 10L * 365 * 24 * 3600;

  /** "The peer chooses", "the NAS chooses" (RFC 2865 §5.8). */
  private static final List<String> NO_ADDRESSES = List.of("255.255.255.255", "255.255.255.254");

  private AccessExchange() {}

  /** Whether the question fits a packet; peers choose how long theirs are. */
  static boolean fits(RadiusQuestion question) {
    return question.eap().length <= EAP_OCTETS_MAX;
  }

  static List<Attribute> attributes(RadiusQuestion question, List<Attribute> nas) {
    List<Attribute> all = new ArrayList<>(nas);
    all.add(Attribute.text(AttributeType.USER_NAME, question.user()));
    all.add(Attribute.number(AttributeType.SERVICE_TYPE, SERVICE_FRAMED));
    all.add(Attribute.number(AttributeType.NAS_PORT_TYPE, PORT_VIRTUAL));
    all.add(Attribute.number(AttributeType.FRAMED_MTU, MTU_OCTETS));
    all.add(
        Attribute.text(
            AttributeType.CALLING_STATION_ID, question.peer().getAddress().getHostAddress()));
    all.add(Attribute.text(AttributeType.CALLED_STATION_ID, question.calledStation()));
    all.add(Attribute.text(AttributeType.ACCT_SESSION_ID, Accounting.id(question.sessionId())));
    if (question.state().length() > 0) {
      all.add(new Attribute(AttributeType.STATE, question.state().reveal()));
    }
    all.addAll(RadiusPacket.pieces(AttributeType.EAP_MESSAGE, question.eap()));
    return all;
  }

  /** What an authentic answer says; empty if it is none to an Access-Request. */
  static Optional<RadiusAnswer> read(
      RadiusPacket answer, RadiusPacket request, Secret secret, int server) {
    byte[] eap = answer.joined(AttributeType.EAP_MESSAGE);
    return switch (answer.code()) {
      case RadiusPacket.ACCESS_CHALLENGE ->
          Optional.of(
              new RadiusAnswer.Challenge(
                  eap,
                  answer.first(AttributeType.STATE).map(Secret::of).orElse(Secret.EMPTY),
                  server));
      case RadiusPacket.ACCESS_ACCEPT ->
          Optional.of(
              new RadiusAnswer.Accept(
                  answer.text(AttributeType.USER_NAME).orElse(""),
                  MppeKeys.msk(answer, request, secret).orElse(Secret.EMPTY),
                  granted(answer)));
      case RadiusPacket.ACCESS_REJECT -> Optional.of(new RadiusAnswer.Reject(eap));
      default -> Optional.empty();
    };
  }

  private static Granted granted(RadiusPacket accept) {
    List<InetAddress> addresses = new ArrayList<>();
    accept
        .address(AttributeType.FRAMED_IP_ADDRESS, 4)
        .filter(each -> !NO_ADDRESSES.contains(each.getHostAddress()))
        .ifPresent(addresses::add);
    accept
        .address(AttributeType.FRAMED_IPV6_ADDRESS, 16)
        .or(() -> accept.first(AttributeType.FRAMED_IPV6_PREFIX).flatMap(AccessExchange::inPrefix))
        .ifPresent(addresses::add);
    return new Granted(
        List.copyOf(addresses),
        accept.text(AttributeType.FRAMED_POOL).orElse(""),
        classes(accept),
        seconds(accept, AttributeType.SESSION_TIMEOUT),
        seconds(accept, AttributeType.IDLE_TIMEOUT),
        seconds(accept, AttributeType.ACCT_INTERIM_INTERVAL));
  }

  private static List<byte[]> classes(RadiusPacket accept) {
    List<byte[]> classes = new ArrayList<>();
    int octets = 0;
    for (byte[] each : accept.all(AttributeType.CLASS).toList()) {
      octets += each.length;
      if (octets <= CLASS_OCTETS_MAX) {
        classes.add(each);
      }
    }
    return List.copyOf(classes);
  }

  private static long seconds(RadiusPacket accept, int type) {
    return Math.min(accept.number(type).orElse(0L), SECONDS_MAX);
  }

  /** The prefix itself if it is one address, else its first one (RFC 3162 §2.3). */
  private static Optional<InetAddress> inPrefix(byte[] value) {
    int bits = value.length < 2 ? 0 : value[1] & 0xff;
    if (bits == 0 || bits > 128 || value.length > 18) {
      return Optional.empty();
    }
    byte[] octets = Arrays.copyOf(Arrays.copyOfRange(value, 2, value.length), 16);
    for (int bit = bits; bit < 128; bit++) {
      octets[bit / 8] &= (byte) ~(0x80 >> (bit % 8));
    }
    if (bits < 128) {
      octets[15] |= 1;
    }
    return RadiusPacket.address(octets);
  }
}
