package io.phalanx.replication.interlink;

import io.phalanx.datapath.PeerPath;
import io.phalanx.datapath.UdpDatagram;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Frames as octets, big-endian; the first octet is the type.
 *
 * <pre>
 *  1 heartbeat      start nonce (8) | count (2) | count * { member (2) | incarnation (2)
 *                   | start nonce (8) | proven (1) }
 *  2 ESP forward    hops (1) | NAT port (1) | path | ESP
 *  3 clear forward  hops (1) | packet
 *  4 IKE forward    as ESP
 *  5 child due      IKE SPI (8) | SA id (4) | exhausted (1)
 *  6 goodbye
 *  7 peer moved     IKE SPI (8) | SA id (4) | path
 * 12 handed over   IKE SPI (8) | SA id, or 0 for the IKE SA (4)
 * 16 note           octets
 *
 *  path             listen address (1) | address length (1) | address (4, 16) | port (2)
 * </pre>
 *
 * <p>Octets after what a frame needs are left to versions to come. What cannot be read is nothing:
 * an older member ignores what a newer one says.
 */
final class FrameCodec {
  private static final int HEARTBEAT = 1;
  private static final int ESP_FORWARD = 2;
  private static final int CLEAR_FORWARD = 3;
  private static final int IKE_FORWARD = 4;
  private static final int CHILD_DUE = 5;
  private static final int GOODBYE = 6;
  private static final int PEER_MOVED = 7;
  private static final int HANDED_OVER = 12;
  private static final int NOTE = 16;

  private static final int HEARD_OCTETS = 13;

  private FrameCodec() {}

  static int size(Frame frame) {
    return 1
        + switch (frame) {
          case Frame.Heartbeat(_, var heard) -> 10 + HEARD_OCTETS * heard.size();
          case Frame.EspForward(var datagram, _) -> size(datagram);
          case Frame.IkeForward(var datagram, _) -> size(datagram);
          case Frame.ClearForward(var packet, _) -> 1 + packet.length;
          case Frame.ChildDue _ -> 13;
          case Frame.HandedOver _ -> 12;
          case Frame.Note(var octets) -> octets.length;
          case Frame.Goodbye _ -> 0;
          case Frame.PeerMoved(_, _, var path) -> 12 + size(path.peer());
        };
  }

  private static int size(UdpDatagram datagram) {
    return 2 + size(datagram.peer()) + datagram.payload().length;
  }

  private static int size(InetSocketAddress peer) {
    return 4 + peer.getAddress().getAddress().length;
  }

  static void encode(Frame frame, ByteBuffer out) {
    switch (frame) {
      case Frame.Heartbeat(var startNonce, var heard) -> {
        out.put((byte) HEARTBEAT).putLong(startNonce).putShort((short) heard.size());
        for (Frame.Heard life : heard) {
          out.putShort((short) life.member()).putShort((short) life.incarnation());
          out.putLong(life.startNonce()).put(octet(life.proven()));
        }
      }
      case Frame.EspForward(var datagram, var hops) -> encode(ESP_FORWARD, datagram, hops, out);
      case Frame.IkeForward(var datagram, var hops) -> encode(IKE_FORWARD, datagram, hops, out);
      case Frame.ClearForward(var packet, var hops) ->
          out.put((byte) CLEAR_FORWARD).put((byte) hops).put(packet);
      case Frame.ChildDue(var ikeSpi, var saId, var exhausted) ->
          out.put((byte) CHILD_DUE).putLong(ikeSpi).putInt(saId).put(octet(exhausted));
      case Frame.HandedOver(var ikeSpi, var saId) ->
          out.put((byte) HANDED_OVER).putLong(ikeSpi).putInt(saId);
      case Frame.Note(var octets) -> out.put((byte) NOTE).put(octets);
      case Frame.Goodbye _ -> out.put((byte) GOODBYE);
      case Frame.PeerMoved(var ikeSpi, var saId, var path) -> {
        out.put((byte) PEER_MOVED).putLong(ikeSpi).putInt(saId);
        encode(path.peer(), path.listen(), out);
      }
    }
  }

  private static void encode(int type, UdpDatagram datagram, int hops, ByteBuffer out) {
    out.put((byte) type).put((byte) hops).put(octet(datagram.natPort()));
    encode(datagram.peer(), datagram.listen(), out);
    out.put(datagram.payload());
  }

  private static void encode(InetSocketAddress peer, int listen, ByteBuffer out) {
    byte[] address = peer.getAddress().getAddress();
    out.put((byte) listen).put((byte) address.length).put(address);
    out.putShort((short) peer.getPort());
  }

  private static byte octet(boolean flag) {
    return (byte) (flag ? 1 : 0);
  }

  /** The frame, or empty if it is of an unknown type or cut short. */
  static Optional<Frame> decode(ByteBuffer in) {
    try {
      return switch (in.get() & 0xFF) {
        case HEARTBEAT -> Optional.of(heartbeat(in));
        case ESP_FORWARD -> {
          int hops = in.get() & 0xFF;
          yield datagram(in).map(datagram -> new Frame.EspForward(datagram, hops));
        }
        case IKE_FORWARD -> {
          int hops = in.get() & 0xFF;
          yield datagram(in).map(datagram -> new Frame.IkeForward(datagram, hops));
        }
        case CLEAR_FORWARD -> {
          int hops = in.get() & 0xFF;
          yield Optional.of(new Frame.ClearForward(rest(in), hops));
        }
        case CHILD_DUE -> Optional.of(new Frame.ChildDue(in.getLong(), in.getInt(), in.get() != 0));
        case HANDED_OVER -> Optional.of(new Frame.HandedOver(in.getLong(), in.getInt()));
        case NOTE -> Optional.of(new Frame.Note(rest(in)));
        case GOODBYE -> Optional.of(new Frame.Goodbye());
        case PEER_MOVED -> {
          long ikeSpi = in.getLong();
          int saId = in.getInt();
          yield path(in).map(path -> new Frame.PeerMoved(ikeSpi, saId, path));
        }
        default -> Optional.empty();
      };
    } catch (BufferUnderflowException _) {
      return Optional.empty();
    }
  }

  private static Frame heartbeat(ByteBuffer in) {
    long startNonce = in.getLong();
    int count = in.getShort() & 0xFFFF;
    if (count * HEARD_OCTETS > in.remaining()) {
      throw new BufferUnderflowException();
    }
    List<Frame.Heard> heard = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      heard.add(
          new Frame.Heard(
              in.getShort() & 0xFFFF, in.getShort() & 0xFFFF, in.getLong(), in.get() != 0));
    }
    return new Frame.Heartbeat(startNonce, List.copyOf(heard));
  }

  private static Optional<UdpDatagram> datagram(ByteBuffer in) {
    boolean natPort = in.get() != 0;
    return path(in).map(path -> new UdpDatagram(path.peer(), natPort, rest(in), path.listen()));
  }

  private static Optional<PeerPath> path(ByteBuffer in) {
    int listen = in.get();
    int addressLength = in.get() & 0xFF;
    if (addressLength != 4 && addressLength != 16) {
      return Optional.empty();
    }
    byte[] address = new byte[addressLength];
    in.get(address);
    int port = in.getShort() & 0xFFFF;
    try {
      InetSocketAddress peer = new InetSocketAddress(InetAddress.getByAddress(address), port);
      return Optional.of(new PeerPath(peer, listen));
    } catch (UnknownHostException _) {
      return Optional.empty();
    }
  }

  private static byte[] rest(ByteBuffer in) {
    byte[] rest = new byte[in.remaining()];
    in.get(rest);
    return rest;
  }
}
