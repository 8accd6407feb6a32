package io.phalanx.datapath.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/**
 * Receives datagrams with their traffic classes: recvmmsg(2) on a second descriptor of a socket
 * that has IP_RECVTOS or IPV6_RECVTCLASS set. For one thread; layouts as in {@link MarkedSender}, a
 * message of a batch is a msghdr with the octets received behind it.
 */
public final class MarkedReceiver implements AutoCloseable {
  public static final int BATCH_DATAGRAMS = 32;

  private static final int HEADER_OCTETS = 64;
  private static final int LENGTH_AT = 56;
  private static final int NAME_OCTETS = 28;
  private static final int CONTROL_OCTETS = 64;
  private static final int CONTROL_HEADER_OCTETS = 16;
  private static final int SLOT_OCTETS = 32 + 16 + CONTROL_OCTETS; // name, iovec, control
  private static final int IOVEC_AT = 32;
  private static final int CONTROL_AT = 48;

  private static final short AF_INET = 2;
  private static final int IPPROTO_IP = 0;
  private static final int IP_TOS = 1;
  private static final int IPPROTO_IPV6 = 41;
  private static final int IPV6_TCLASS = 67;
  private static final int MSG_DONTWAIT = 0x40;
  private static final InetSocketAddress NOBODY = new InetSocketAddress(0);

  private final LinuxCalls calls = new LinuxCalls(Arena.ofAuto());
  private final MemorySegment headers;
  private final MemorySegment slots;
  private final MemorySegment payloads;
  private final int payloadOctets;
  private final int descriptor;
  private byte[] lastName = new byte[0]; // most batches come from few peers
  private InetSocketAddress lastSender = NOBODY;
  private boolean closed;

  /**
   * @param socket a UDP socket; stays the caller's
   * @param payloadOctets room for each datagram; of a longer one the rest is cut off
   */
  public MarkedReceiver(int socket, int payloadOctets) {
    this.payloadOctets = payloadOctets;
    headers = Arena.ofAuto().allocate((long) BATCH_DATAGRAMS * HEADER_OCTETS, Long.BYTES);
    slots = Arena.ofAuto().allocate((long) BATCH_DATAGRAMS * SLOT_OCTETS, Long.BYTES);
    payloads = Arena.ofAuto().allocate((long) BATCH_DATAGRAMS * payloadOctets, Long.BYTES);
    for (int index = 0; index < BATCH_DATAGRAMS; index++) {
      long header = (long) index * HEADER_OCTETS;
      long slot = (long) index * SLOT_OCTETS;
      headers.set(JAVA_LONG, header, slots.address() + slot);
      headers.set(JAVA_LONG, header + 16, slots.address() + slot + IOVEC_AT);
      headers.set(JAVA_LONG, header + 24, 1);
      headers.set(JAVA_LONG, header + 32, slots.address() + slot + CONTROL_AT);
      slots.set(JAVA_LONG, slot + IOVEC_AT, payloads.address() + (long) index * payloadOctets);
      slots.set(JAVA_LONG, slot + IOVEC_AT + 8, payloadOctets);
    }
    descriptor = calls.dup(socket);
    if (descriptor < 0) {
      throw new IllegalStateException("cannot read a socket: error " + -descriptor);
    }
  }

  public int descriptor() {
    return descriptor;
  }

  /**
   * Takes what is there.
   *
   * @return datagrams, at most {@link #BATCH_DATAGRAMS}; they stay until the next call
   */
  public int receive() {
    if (closed) {
      return 0;
    }
    for (int index = 0; index < BATCH_DATAGRAMS; index++) {
      long header = (long) index * HEADER_OCTETS;
      headers.set(JAVA_INT, header + 8, NAME_OCTETS);
      headers.set(JAVA_LONG, header + 40, CONTROL_OCTETS);
    }
    return Math.max(0, calls.recvmmsg(descriptor, headers, BATCH_DATAGRAMS, MSG_DONTWAIT));
  }

  /** Copies a datagram's payload to the start of an array, and returns its octets. */
  public int copy(int index, byte[] to) {
    int length = headers.get(JAVA_INT, (long) index * HEADER_OCTETS + LENGTH_AT);
    MemorySegment.copy(payloads, JAVA_BYTE, (long) index * payloadOctets, to, 0, length);
    return length;
  }

  public InetSocketAddress sender(int index) {
    long at = (long) index * SLOT_OCTETS;
    boolean ipv4 = slots.get(JAVA_SHORT, at) == AF_INET;
    boolean same = lastName.length == (ipv4 ? 16 : NAME_OCTETS);
    for (int octet = 0; same && octet < lastName.length; octet++) {
      same = slots.get(JAVA_BYTE, at + octet) == lastName[octet];
    }
    if (!same) {
      lastName = new byte[ipv4 ? 16 : NAME_OCTETS];
      MemorySegment.copy(slots, JAVA_BYTE, at, lastName, 0, lastName.length);
      lastSender = endpoint(lastName, ipv4);
    }
    return lastSender;
  }

  private static InetSocketAddress endpoint(byte[] name, boolean ipv4) {
    int port = (name[2] & 0xff) << 8 | (name[3] & 0xff);
    byte[] address = ipv4 ? Arrays.copyOfRange(name, 4, 8) : Arrays.copyOfRange(name, 8, 24);
    try {
      return new InetSocketAddress(InetAddress.getByAddress(address), port);
    } catch (UnknownHostException impossible) {
      throw new AssertionError("an address has 4 or 16 octets", impossible);
    }
  }

  /** DSCP and ECN; 0 where the kernel has not told. */
  public int trafficClass(int index) {
    long length = headers.get(JAVA_LONG, (long) index * HEADER_OCTETS + 40);
    long control = (long) index * SLOT_OCTETS + CONTROL_AT;
    long at = 0;
    while (at + CONTROL_HEADER_OCTETS < length) {
      long octets = slots.get(JAVA_LONG, control + at);
      int level = slots.get(JAVA_INT, control + at + 8);
      int type = slots.get(JAVA_INT, control + at + 12);
      long data = control + at + CONTROL_HEADER_OCTETS;
      if (level == IPPROTO_IP && type == IP_TOS) {
        return slots.get(JAVA_BYTE, data) & 0xff;
      }
      if (level == IPPROTO_IPV6 && type == IPV6_TCLASS) {
        return slots.get(JAVA_INT, data) & 0xff;
      }
      at += Math.max(CONTROL_HEADER_OCTETS, octets + 7 & ~7L);
    }
    return 0;
  }

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      calls.close(descriptor);
    }
  }
}
