package io.phalanx.node.radius;

import io.phalanx.config.EapMethod;
import io.phalanx.config.Secret;
import io.phalanx.node.eap.EapLocal;
import io.phalanx.node.eap.EapOutcome;
import io.phalanx.node.eap.EapServer;
import io.phalanx.node.eap.EapUser;
import io.phalanx.replication.image.EapState;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a RADIUS server with one user and EAP-MSCHAPv2 says. */
public final class FakeRadius {
  private final EapServer server;
  private final Map<Secret, EapState> states = new HashMap<>();
  private final RadiusAnswer.Granted granted;
  private final boolean onceOnly;
  private int nextState;

  /**
   * @param onceOnly whether each State works once, as with FreeRADIUS
   */
  public FakeRadius(String user, String password, RadiusAnswer.Granted granted, boolean onceOnly) {
    this.granted = granted;
    this.onceOnly = onceOnly;
    server =
        new EapServer(
            new EapServer.Policy(
                List.of(EapMethod.MSCHAPV2),
                name ->
                    name.equals(user)
                        ? Optional.of(new EapUser(name, Secret.ofUtf8(password)))
                        : Optional.empty(),
                Optional.empty(),
                "radius"),
            new SecureRandom());
  }

  public RadiusAnswer ask(RadiusQuestion question) {
    if (question.state().length() == 0) {
      return answer(server.start(Optional.of(question.user()), new EapLocal()));
    }
    EapState state = onceOnly ? states.remove(question.state()) : states.get(question.state());
    return state == null
        ? new RadiusAnswer.Reject(new byte[0])
        : answer(server.received(state, question.eap(), new EapLocal(), Instant.EPOCH));
  }

  private RadiusAnswer answer(EapOutcome outcome) {
    return switch (outcome) {
      case EapOutcome.Ask(var state) -> {
        Secret name = Secret.of(ByteBuffer.allocate(4).putInt(++nextState).array());
        states.put(name, state);
        yield new RadiusAnswer.Challenge(state.request(), name, 0);
      }
      case EapOutcome.Succeeded(var state) ->
          new RadiusAnswer.Accept(state.user(), state.secret(), granted);
      case EapOutcome.Failed(var packet, _) -> new RadiusAnswer.Reject(packet);
      case EapOutcome.AskRadius _ -> throw new AssertionError("asks itself");
    };
  }
}
