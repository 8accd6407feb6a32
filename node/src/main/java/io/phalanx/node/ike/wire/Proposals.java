package io.phalanx.node.ike.wire;

import io.phalanx.config.iana.ProtocolId;
import io.phalanx.config.suite.EncryptionAlgorithm;
import io.phalanx.config.suite.EspSuite;
import io.phalanx.config.suite.IkeSuite;
import io.phalanx.node.ike.wire.Payload.Proposal;
import io.phalanx.node.ike.wire.Payload.Transform;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Between suites and the proposals of an SA payload (RFC 7296 §3.3).
 *
 * <p>We offer one proposal per suite, numbered from 1. A peer may offer transforms in any
 * combination; a suite of ours is in its proposal if each type holds what the suite needs, and
 * every type beyond that may be answered with NONE (§3.3.6).
 */
public final class Proposals {
  private static final int ENCRYPTION = 1; // RFC 7296 §3.3.2
  private static final int PRF = 2; // RFC 7296 §3.3.2
  private static final int INTEGRITY = 3; // RFC 7296 §3.3.2
  private static final int KEY_EXCHANGE = 4; // RFC 7296 §3.3.2
  private static final int SEQUENCE_NUMBERS = 5; // RFC 7296 §3.3.2

  /** SPIs below this are reserved (RFC 4303 §2.1). */
  private static final long ESP_SPI_MIN = 256;

  private Proposals() {}

  /**
   * A suite that both sides have, and the proposal of the peer it is in.
   *
   * @param peer the peer's proposal; its SPI is the peer's
   * @param transforms the one of each type that was chosen
   */
  public record Chosen<S>(S suite, Proposal peer, List<Transform> transforms) {
    /** The proposal that answers, with the peer's number (RFC 7296 §3.3.1). */
    public Proposal answer(byte[] ownSpi) {
      return new Proposal(peer.number(), peer.protocol(), ownSpi, transforms);
    }

    /** The peer's SPI of 4 or 8 octets as a number; 0 where the proposal has none. */
    public long peerSpi() {
      ByteBuffer spi = ByteBuffer.wrap(peer.spi());
      return switch (peer.spi().length) {
        case Integer.BYTES -> spi.getInt() & 0xffff_ffffL;
        case Long.BYTES -> spi.getLong();
        default -> 0;
      };
    }
  }

  /**
   * Proposals for an IKE SA.
   *
   * @param spi empty in IKE_SA_INIT, 8 octets in a rekey
   */
  public static List<Proposal> ofIke(List<IkeSuite> suites, byte[] spi) {
    return numbered(suites, ProtocolId.IKE, spi, Proposals::transforms);
  }

  /**
   * Proposals for a Child SA.
   *
   * @param withKeyExchange false in IKE_AUTH, which has no key exchange of its own
   */
  public static List<Proposal> ofEsp(List<EspSuite> suites, int spi, boolean withKeyExchange) {
    return numbered(
        suites, ProtocolId.ESP, Notifies.spiOf(spi), suite -> transforms(suite, withKeyExchange));
  }

  /** The first of our suites that the peer offers. */
  public static Optional<Chosen<IkeSuite>> chooseIke(
      List<Proposal> offered, List<IkeSuite> suites) {
    return choose(offered, suites, ProtocolId.IKE, true, Proposals::transforms);
  }

  /**
   * The first of our suites that the peer offers.
   *
   * @param withKeyExchange false in IKE_AUTH: groups there, offered or configured, do not matter
   */
  public static Optional<Chosen<EspSuite>> chooseEsp(
      List<Proposal> offered, List<EspSuite> suites, boolean withKeyExchange) {
    return choose(
        offered,
        suites,
        ProtocolId.ESP,
        withKeyExchange,
        suite -> transforms(suite, withKeyExchange));
  }

  /**
   * What the responder chose out of {@code offered} by us; empty if its answer is not one proposal
   * with one transform of each type, or nothing we offered.
   */
  public static Optional<Chosen<IkeSuite>> acceptedIke(
      List<Proposal> answer, List<IkeSuite> offered) {
    return single(answer) ? chooseIke(answer, offered) : Optional.empty();
  }

  /** Likewise for a Child SA. */
  public static Optional<Chosen<EspSuite>> acceptedEsp(
      List<Proposal> answer, List<EspSuite> offered, boolean withKeyExchange) {
    return single(answer) ? chooseEsp(answer, offered, withKeyExchange) : Optional.empty();
  }

  private static boolean single(List<Proposal> answer) {
    if (answer.size() != 1) {
      return false;
    }
    List<Transform> transforms = answer.getFirst().transforms();
    return transforms.stream().mapToInt(Transform::type).distinct().count() == transforms.size();
  }

  private static <S> List<Proposal> numbered(
      List<S> suites, ProtocolId protocol, byte[] spi, Function<S, List<Transform>> transforms) {
    List<Proposal> proposals = new ArrayList<>();
    suites.stream()
        .map(transforms)
        .distinct() // several suites may differ by a group alone, which is not always offered
        .forEach(each -> proposals.add(new Proposal(proposals.size() + 1, protocol, spi, each)));
    return proposals;
  }

  private static <S> Optional<Chosen<S>> choose(
      List<Proposal> offered,
      List<S> suites,
      ProtocolId protocol,
      boolean withKeyExchange,
      Function<S, List<Transform>> transforms) {
    for (S suite : suites) {
      List<Transform> wanted = transforms.apply(suite);
      for (Proposal proposal : offered) {
        if (proposal.protocol().equals(protocol) && spiFits(proposal)) {
          Optional<List<Transform>> match = match(proposal, wanted, withKeyExchange);
          if (match.isPresent()) {
            return Optional.of(new Chosen<>(suite, proposal, match.get()));
          }
        }
      }
    }
    return Optional.empty();
  }

  private static boolean spiFits(Proposal proposal) {
    byte[] spi = proposal.spi();
    if (proposal.protocol().equals(ProtocolId.IKE)) {
      return spi.length == 0 || spi.length == Long.BYTES;
    }
    return spi.length == Integer.BYTES
        && (ByteBuffer.wrap(spi).getInt() & 0xffff_ffffL) >= ESP_SPI_MIN;
  }

  /** The transforms to answer with, if the proposal holds what is wanted. */
  private static Optional<List<Transform>> match(
      Proposal proposal, List<Transform> wanted, boolean withKeyExchange) {
    List<Transform> chosen = new ArrayList<>();
    for (int type : proposal.transforms().stream().mapToInt(Transform::type).distinct().toArray()) {
      if (type == KEY_EXCHANGE && !withKeyExchange) {
        continue; // RFC 7296 §1.2: there is no key exchange in IKE_AUTH to use it with
      }
      Optional<Transform> transform =
          wanted.stream().filter(each -> each.type() == type).findFirst().or(() -> none(type));
      // A type that we cannot answer makes the proposal unacceptable, a transform just itself.
      if (transform.isEmpty() || !proposal.transforms().contains(transform.get())) {
        return Optional.empty();
      }
      chosen.add(transform.get());
    }
    return chosen.containsAll(wanted) ? Optional.of(chosen) : Optional.empty();
  }

  /** NONE, where a type has it (RFC 7296 §3.3.2). */
  private static Optional<Transform> none(int type) {
    return type == INTEGRITY || type == KEY_EXCHANGE
        ? Optional.of(transform(type, 0))
        : Optional.empty();
  }

  private static List<Transform> transforms(IkeSuite suite) {
    List<Transform> transforms = new ArrayList<>();
    transforms.add(encryption(suite.encryption(), suite.keyBits()));
    transforms.add(transform(PRF, suite.prf().id()));
    suite.integrity().ifPresent(each -> transforms.add(transform(INTEGRITY, each.id())));
    transforms.add(transform(KEY_EXCHANGE, suite.keyExchange().id()));
    return transforms;
  }

  private static List<Transform> transforms(EspSuite suite, boolean withKeyExchange) {
    List<Transform> transforms = new ArrayList<>();
    transforms.add(encryption(suite.encryption(), suite.keyBits()));
    suite.integrity().ifPresent(each -> transforms.add(transform(INTEGRITY, each.id())));
    if (withKeyExchange) {
      suite.keyExchange().ifPresent(each -> transforms.add(transform(KEY_EXCHANGE, each.id())));
    }
    transforms.add(transform(SEQUENCE_NUMBERS, suite.extendedSequenceNumbers() ? 1 : 0));
    return transforms;
  }

  private static Transform encryption(EncryptionAlgorithm algorithm, int keyBits) {
    int attribute = algorithm.fixedKeyLength() ? 0 : keyBits;
    return new Transform(ENCRYPTION, algorithm.id(), attribute, true);
  }

  private static Transform transform(int type, int id) {
    return new Transform(type, id, 0, true);
  }
}
