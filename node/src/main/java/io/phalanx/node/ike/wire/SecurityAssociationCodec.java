package io.phalanx.node.ike.wire;

import io.phalanx.config.iana.ProtocolId;
import io.phalanx.node.ike.wire.Payload.Proposal;
import io.phalanx.node.ike.wire.Payload.Transform;
import java.util.ArrayList;
import java.util.List;

/**
 * Security Association payload (RFC 7296 §3.3): proposals that hold transforms.
 *
 * <pre>
 *                      1                   2                   3
 *  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 * +---------------+---------------+-------------------------------+
 * | 0 last 2 more |   reserved    |        proposal length        |
 * +---------------+---------------+---------------+---------------+
 * |    number     |   protocol    |   SPI size    |  transforms   |
 * +---------------+---------------+---------------+---------------+
 * |                           SPI ...
 * +---------------------------------------------------------------+
 * |                        transforms ...
 * +---------------------------------------------------------------+
 * </pre>
 */
final class SecurityAssociationCodec {
  private static final int LAST = 0;
  private static final int MORE_PROPOSALS = 2;
  private static final int FIXED_OCTETS = 4;

  private SecurityAssociationCodec() {}

  static Payload decode(Reader body) {
    List<Proposal> proposals = new ArrayList<>();
    body.require(body.remaining() > 0);
    while (body.remaining() > 0) {
      int more = body.u8();
      body.skip(1);
      Reader proposal = body.slice(body.u16() - FIXED_OCTETS);
      body.require(
          more == (body.remaining() > 0 ? MORE_PROPOSALS : LAST)
              && proposals.size() < Limits.PROPOSALS_MAX);
      proposals.add(decodeProposal(proposal));
    }
    return new Payload.SecurityAssociation(proposals);
  }

  private static Proposal decodeProposal(Reader in) {
    int number = in.u8();
    ProtocolId protocol = new ProtocolId(in.u8());
    int spiOctets = in.u8();
    int count = in.u8();
    byte[] spi = in.bytes(spiOctets);
    in.require(count <= Limits.TRANSFORMS_MAX);
    List<Transform> transforms = new ArrayList<>();
    for (int left = count; left > 0 && !in.broken(); left--) {
      transforms.add(TransformCodec.decode(in, left == 1));
    }
    in.require(in.remaining() == 0);
    return new Proposal(number, protocol, spi, transforms);
  }

  static void encode(Payload.SecurityAssociation payload, Writer out) {
    List<Proposal> proposals = payload.proposals();
    for (int index = 0; index < proposals.size(); index++) {
      boolean last = index + 1 == proposals.size();
      int start = out.size();
      out.u8(last ? LAST : MORE_PROPOSALS).zeros(3);
      encodeProposal(proposals.get(index), out);
      out.lengthAt(start + 2, start);
    }
  }

  private static void encodeProposal(Proposal proposal, Writer out) {
    List<Transform> transforms = proposal.transforms();
    out.u8(proposal.number())
        .u8(proposal.protocol().code())
        .u8(proposal.spi().length)
        .u8(transforms.size())
        .bytes(proposal.spi());
    for (int index = 0; index < transforms.size(); index++) {
      TransformCodec.encode(transforms.get(index), index + 1 == transforms.size(), out);
    }
  }
}
