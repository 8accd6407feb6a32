package io.phalanx.replication.table;

/**
 * An entry of the store: a header in the clear and a sealed body. Never modified, so it may be
 * shared.
 */
public record Stored(Header header, byte[] body) {
  Stored with(Header newHeader) {
    return new Stored(newHeader, body);
  }
}
