package io.phalanx.node.radius;

import java.net.InetAddress;
import java.util.Collection;
import java.util.Optional;

/**
 * Which sessions a request is about (RFC 5176 §3): all that it names has to fit.
 *
 * @param sessionId Acct-Session-Id, or empty
 * @param user User-Name, or empty
 */
public record SessionQuery(String sessionId, String user, Optional<InetAddress> address) {
  boolean empty() {
    return sessionId.isEmpty() && user.isEmpty() && address.isEmpty();
  }

  public boolean fits(long id, String name, Collection<InetAddress> addresses) {
    return !empty()
        && (sessionId.isEmpty() || sessionId.equals(Accounting.id(id)))
        && (user.isEmpty() || user.equals(name))
        && (address.isEmpty() || addresses.contains(address.get()));
  }
}
