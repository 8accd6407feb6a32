package io.phalanx.node.ike.wire;

import io.phalanx.config.iana.NotifyType;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A decoded and, where it was protected, decrypted message. */
public record IkeMessage(IkeHeader header, List<Payload> payloads) {
  /** The first payload of a kind. */
  public <P extends Payload> Optional<P> first(Class<P> kind) {
    return all(kind).findFirst();
  }

  /** Whether it carries a notification of this type. */
  public boolean has(NotifyType type) {
    return all(Payload.Notify.class).anyMatch(each -> each.type().equals(type));
  }

  public <P extends Payload> Stream<P> all(Class<P> kind) {
    return payloads.stream().filter(kind::isInstance).map(kind::cast);
  }
}
