package io.phalanx.node.radius;

import io.phalanx.config.Secret;
import io.phalanx.node.radius.RadiusPacket.Attribute;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A RADIUS server on a socket, for authentication and accounting alike. */
final class FakeServer implements AutoCloseable {
  private final DatagramSocket socket;
  private final Secret secret;
  private final FakeRadius users;
  final List<RadiusPacket> received = new CopyOnWriteArrayList<>();

  /** Packets to be passed over before one is answered. */
  final AtomicInteger deaf = new AtomicInteger();

  /** Whether answers have no Message-Authenticator. */
  volatile boolean careless;

  FakeServer(Secret secret, FakeRadius users) throws IOException {
    this.secret = secret;
    this.users = users;
    socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Thread.ofVirtual().start(this::serve);
  }

  InetSocketAddress address() {
    return (InetSocketAddress) socket.getLocalSocketAddress();
  }

  private void serve() {
    DatagramPacket in = new DatagramPacket(new byte[4096], 4096);
    while (!socket.isClosed()) {
      try {
        in.setLength(4096);
        socket.receive(in);
        RadiusPacket request =
            RadiusPacket.decode(Arrays.copyOf(in.getData(), in.getLength())).orElseThrow();
        received.add(request);
        if (deaf.getAndUpdate(left -> Math.max(0, left - 1)) == 0) {
          byte[] answer = answer(request).encode();
          socket.send(new DatagramPacket(answer, answer.length, in.getSocketAddress()));
        }
      } catch (IOException closed) {
        return;
      }
    }
  }

  private RadiusPacket answer(RadiusPacket request) {
    if (request.code() == RadiusPacket.ACCOUNTING_REQUEST) {
      return Protection.response(RadiusPacket.ACCOUNTING_RESPONSE, request, List.of(), secret);
    }
    if (!Protection.goodMessageAuthenticator(request, request.authenticator(), secret)) {
      throw new AssertionError("a request without proof");
    }
    RadiusQuestion question =
        new RadiusQuestion(
            0,
            request.text(AttributeType.USER_NAME).orElseThrow(),
            request.joined(AttributeType.EAP_MESSAGE),
            request.first(AttributeType.STATE).map(Secret::of).orElse(Secret.EMPTY),
            0,
            address(),
            "");
    RadiusPacket answer =
        switch (users.ask(question)) {
          case RadiusAnswer.Challenge(var eap, var state, _) ->
              answer(request, RadiusPacket.ACCESS_CHALLENGE, eap, Optional.of(state), List.of());
          case RadiusAnswer.Accept(var user, var msk, var granted) ->
              answer(
                  request,
                  RadiusPacket.ACCESS_ACCEPT,
                  new byte[0],
                  Optional.empty(),
                  accept(request, user, msk, granted));
          case RadiusAnswer.Reject(var eap) ->
              answer(request, RadiusPacket.ACCESS_REJECT, eap, Optional.empty(), List.of());
          case RadiusAnswer.Silence() -> throw new AssertionError("not a server's answer");
        };
    if (!careless) {
      return answer;
    }
    RadiusPacket bare =
        new RadiusPacket(
            answer.code(),
            answer.identifier(),
            request.authenticator(),
            answer.attributes().stream()
                .filter(each -> each.type() != AttributeType.MESSAGE_AUTHENTICATOR)
                .toList());
    return bare.with(Md5.of(bare.encode(), secret.reveal()));
  }

  private RadiusPacket answer(
      RadiusPacket request, int code, byte[] eap, Optional<Secret> state, List<Attribute> more) {
    List<Attribute> attributes = new ArrayList<>(more);
    state.ifPresent(each -> attributes.add(new Attribute(AttributeType.STATE, each.reveal())));
    attributes.addAll(RadiusPacket.pieces(AttributeType.EAP_MESSAGE, eap));
    return Protection.response(code, request, attributes, secret);
  }

  private List<Attribute> accept(
      RadiusPacket request, String user, Secret msk, RadiusAnswer.Granted granted) {
    List<Attribute> all = new ArrayList<>();
    all.add(Attribute.text(AttributeType.USER_NAME, user));
    byte[] receive = Arrays.copyOf(msk.reveal(), 16);
    byte[] send = Arrays.copyOfRange(msk.reveal(), 16, 32);
    byte[] salt = {(byte) 0x80, 1};
    all.add(
        RadiusPacketTest.microsoft(
            17, MppeKeys.seal(receive, salt, request.authenticator(), secret)));
    all.add(
        RadiusPacketTest.microsoft(16, MppeKeys.seal(send, salt, request.authenticator(), secret)));
    granted
        .addresses()
        .forEach(
            each -> all.add(new Attribute(AttributeType.FRAMED_IP_ADDRESS, each.getAddress())));
    granted.classes().forEach(each -> all.add(new Attribute(AttributeType.CLASS, each)));
    all.add(Attribute.number(AttributeType.SESSION_TIMEOUT, granted.sessionSeconds()));
    return all;
  }

  @Override
  public void close() {
    socket.close();
  }
}
