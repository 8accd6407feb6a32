package io.phalanx.node.ike.wire;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Puts the fragments of one message together (RFC 7383 §2.6). Only authentic fragments come here,
 * so a stranger cannot fill it; what an authentic peer may fill is bounded as a message is.
 */
public final class Reassembly {
  private static final long NONE = -1;

  private long messageId = NONE;
  private @Nullable Fragment[] fragments = new Fragment[0];
  private int missing;
  private int octets;

  /** Takes a fragment; the answer is the whole message once it is complete. */
  public Optional<Decoded> add(Fragment fragment) {
    if (fragment.total() > Limits.FRAGMENTS_MAX) {
      return Optional.empty();
    }
    long id = fragment.header().messageId();
    if (id != messageId || fragment.total() > fragments.length) {
      // Another message, or this one cut anew into smaller pieces (RFC 7383 §2.6).
      clear();
      messageId = id;
      fragments = new Fragment[fragment.total()];
      missing = fragment.total();
    }
    int index = fragment.number() - 1;
    if (fragment.total() < fragments.length || fragments[index] != null) {
      return Optional.empty();
    }
    octets += fragment.content().length;
    if (octets > Limits.MESSAGE_OCTETS_MAX) {
      clear();
      return Optional.empty();
    }
    fragments[index] = fragment;
    missing--;
    return missing > 0 ? Optional.empty() : Optional.of(whole());
  }

  /** Forgets what has come so far. */
  public void clear() {
    messageId = NONE;
    fragments = new Fragment[0];
    missing = 0;
    octets = 0;
  }

  private Decoded whole() {
    ByteBuffer content = ByteBuffer.allocate(octets);
    Arrays.stream(fragments).forEach(each -> content.put(Objects.requireNonNull(each).content()));
    Fragment first = Objects.requireNonNull(fragments[0]);
    clear();
    return SkCipher.inside(first.header(), first.outer(), first.innerType(), content.array());
  }
}
