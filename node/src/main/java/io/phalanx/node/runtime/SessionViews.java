package io.phalanx.node.runtime;

import io.phalanx.config.Identity;
import io.phalanx.node.ops.SessionView;
import io.phalanx.node.ops.SessionView.Child;
import io.phalanx.replication.Owner;
import io.phalanx.replication.image.IkeSaImage;
import io.phalanx.replication.image.IkeSaImage.ChildRef;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Sessions as an operator sees them, out of images. */
final class SessionViews {
  private SessionViews() {}

  static SessionView of(IkeSaImage image, Owner owner, SaDirectory directory) {
    long initiator = image.initiator() ? image.localSpi() : image.peerSpi();
    long responder = image.initiator() ? image.peerSpi() : image.localSpi();
    return new SessionView(
        String.format("%016x", image.sessionId()),
        image.connection(),
        image.peerId().map(Identity::toString).orElse(""),
        image.peer().getAddress().getHostAddress() + ":" + image.peer().getPort(),
        Stream.concat(image.virtualAddresses().stream(), image.ownAddresses().stream())
            .map(InetAddress::getHostAddress)
            .toList(),
        image.phase().name().toLowerCase(Locale.ROOT),
        String.format("%016x", initiator),
        String.format("%016x", responder),
        owner.member(),
        children(image, directory));
  }

  private static List<Child> children(IkeSaImage image, SaDirectory directory) {
    return image.children().stream().map(child -> child(child, directory)).toList();
  }

  private static Child child(ChildRef child, SaDirectory directory) {
    int owner =
        directory.route(child.saId()).map(route -> route.fence().owner().member()).orElse(0);
    return new Child(
        child.child(),
        String.format("%08x", child.inboundSpi()),
        String.format("%08x", child.outboundSpi()),
        owner,
        0,
        0);
  }
}
