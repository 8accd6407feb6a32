package io.phalanx.config;

import io.phalanx.config.iana.IdType;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;

/**
 * Identities that are accepted: one, all mailboxes of a domain ({@code *@example.org}), all names
 * below a domain ({@code *.example.org}), or all distinguished names that agree where no {@code *}
 * stands.
 *
 * @param identity what is written; one of its parts may be a star
 */
public record IdentityPattern(Identity identity) {
  /** The one identity it stands for; empty if it stands for several. */
  public Optional<Identity> exact() {
    boolean several =
        text().filter(text -> text.startsWith("*")).isPresent()
            || name(identity).filter(DistinguishedName::hasWildcard).isPresent();
    return several ? Optional.empty() : Optional.of(identity);
  }

  /** Whether an identity is one of them. Names and domains count in any case (RFC 4343). */
  public boolean matches(Identity other) {
    if (identity.equals(other)) {
      return exact().isPresent();
    }
    if (!identity.type().equals(other.type())) {
      return false;
    }
    Optional<DistinguishedName> name = name(identity);
    if (name.isPresent()) {
      return name(other).filter(name.get()::matches).isPresent();
    }
    return text()
        .filter(mine -> matches(mine, new String(other.data(), StandardCharsets.UTF_8)))
        .isPresent();
  }

  private boolean matches(String mine, String other) {
    if (mine.startsWith("*")) {
      String tail = mine.substring(1).toLowerCase(Locale.ROOT);
      int head = other.length() - tail.length();
      return head > 0
          && other.toLowerCase(Locale.ROOT).endsWith(tail)
          && (!email() || other.indexOf('@') == head);
    }
    int domain = email() ? mine.lastIndexOf('@') : 0;
    return domain >= 0
        && mine.length() == other.length()
        && mine.regionMatches(0, other, 0, domain)
        && mine.equalsIgnoreCase(other);
  }

  private boolean email() {
    return identity.type().equals(IdType.RFC822_ADDR);
  }

  private Optional<String> text() {
    return email() || identity.type().equals(IdType.FQDN)
        ? Optional.of(new String(identity.data(), StandardCharsets.UTF_8))
        : Optional.empty();
  }

  private static Optional<DistinguishedName> name(Identity identity) {
    return identity.type().equals(IdType.DER_ASN1_DN)
        ? DistinguishedName.ofDer(identity.data())
        : Optional.empty();
  }

  @Override
  public String toString() {
    return identity.toString();
  }
}
