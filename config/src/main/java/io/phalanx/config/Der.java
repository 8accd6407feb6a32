package io.phalanx.config;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;

/** Just enough of DER (X.690) for names: tags of one octet, definite lengths. */
final class Der {
  private static final int LONG_FORM = 0x80;
  private static final int LENGTH_OCTETS_MAX = 2;

  /** One element: its tag, and its content. */
  record Element(int tag, byte[] content) {}

  private final byte[] octets;
  private int at;

  Der(byte[] octets) {
    this.octets = octets;
  }

  boolean atEnd() {
    return at == octets.length;
  }

  /** The next element; empty if there is no whole one. */
  Optional<Element> next() {
    if (octets.length - at < 2) {
      return Optional.empty();
    }
    int tag = octets[at] & 0xff;
    int length = octets[at + 1] & 0xff;
    int content = at + 2;
    if (length >= LONG_FORM) {
      int count = length - LONG_FORM;
      if (count < 1 || count > LENGTH_OCTETS_MAX || octets.length - content < count) {
        return Optional.empty();
      }
      length = 0;
      for (int i = 0; i < count; i++) {
        length = (length << 8) | (octets[content + i] & 0xff);
      }
      content += count;
    }
    if (octets.length - content < length) {
      return Optional.empty();
    }
    at = content + length;
    return Optional.of(new Element(tag, Arrays.copyOfRange(octets, content, at)));
  }

  /** An element out of the parts of its content. */
  static byte[] element(int tag, byte[]... parts) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      content.writeBytes(part);
    }
    int length = content.size();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(tag);
    if (length >= 1 << 8) {
      out.write(LONG_FORM + 2);
      out.write(length >> 8);
    } else if (length >= LONG_FORM) {
      out.write(LONG_FORM + 1);
    }
    out.write(length);
    out.writeBytes(content.toByteArray());
    return out.toByteArray();
  }
}
