package io.phalanx.config;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whom a member's certificate is for. It stands there as a URI among the subject's alternative
 * names (RFC 5280 §4.2.1.6): {@code phalanx://berlin/members/2}.
 *
 * @param cluster name of the cluster
 * @param member its id, 1..4095
 */
public record MemberName(String cluster, int member) {
  private static final int URI_NAME = 6;
  private static final Pattern URI =
      Pattern.compile("phalanx://([A-Za-z0-9][A-Za-z0-9._-]{0,62})/members/([1-9][0-9]{0,3})");

  /**
   * @throws IllegalArgumentException if either cannot be in a name
   */
  public MemberName {
    if (!URI.matcher(uri(cluster, member)).matches() || member > GatewayReader.MEMBER_ID_MAX) {
      throw new IllegalArgumentException(
          "a cluster's name is up to 63 letters, digits, dots, hyphens and underscores, a member's"
              + " id is 1 to "
              + GatewayReader.MEMBER_ID_MAX);
    }
  }

  private static String uri(String cluster, int member) {
    return "phalanx://" + cluster + "/members/" + member;
  }

  public String uri() {
    return uri(cluster, member);
  }

  /** The one name of this kind in a certificate; empty if there is none, or several. */
  public static Optional<MemberName> of(X509Certificate certificate) {
    List<MemberName> names =
        uris(certificate).stream()
            .map(URI::matcher)
            .filter(Matcher::matches)
            .filter(match -> Integer.parseInt(match.group(2)) <= GatewayReader.MEMBER_ID_MAX)
            .map(match -> new MemberName(match.group(1), Integer.parseInt(match.group(2))))
            .toList();
    return names.size() == 1 ? Optional.of(names.getFirst()) : Optional.empty();
  }

  private static List<String> uris(X509Certificate certificate) {
    try {
      Collection<List<?>> names = certificate.getSubjectAlternativeNames();
      return names == null
          ? List.of()
          : names.stream()
              .filter(name -> name.getFirst().equals(URI_NAME))
              .map(name -> String.valueOf(name.get(1)))
              .toList();
    } catch (CertificateParsingException notReadable) {
      return List.of();
    }
  }

  @Override
  public String toString() {
    return "member " + member + " of " + cluster;
  }
}
