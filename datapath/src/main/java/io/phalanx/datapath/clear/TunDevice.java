package io.phalanx.datapath.clear;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.phalanx.datapath.linux.LinuxCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;

/**
 * Opens queues of a Linux TUN interface and brings it up (Documentation/networking/tuntap.rst of
 * the kernel).
 *
 * <p>What goes in and out is bare IP packets: IFF_NO_PI leaves the protocol word away. The kernel
 * sends a flow to the queue that the flow's other direction was last written to.
 */
final class TunDevice {
  private static final String CLONE_DEVICE = "/dev/net/tun";
  private static final int O_RDWR = 0x2;
  private static final int O_NONBLOCK = 0x800;
  private static final int O_CLOEXEC = 0x80000;

  private static final long TUNSETIFF = 0x400454caL;
  private static final int IFF_TUN = 0x1;
  private static final int IFF_MULTI_QUEUE = 0x100;
  private static final int IFF_NO_PI = 0x1000;

  private static final int AF_INET = 2;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final long SIOCGIFFLAGS = 0x8913;
  private static final long SIOCSIFFLAGS = 0x8914;
  private static final long SIOCSIFMTU = 0x8922;
  private static final int IFF_UP = 0x1;

  /** struct ifreq: the name, then a union of what a request takes or gives. */
  private static final int IFREQ_OCTETS = 40;

  private static final int IFREQ_NAME_OCTETS = 16;
  private static final int IFREQ_VALUE = 16;

  private final String name;

  TunDevice(String name) {
    if (name.isEmpty() || name.getBytes(StandardCharsets.UTF_8).length >= IFREQ_NAME_OCTETS) {
      throw new IllegalArgumentException("interface name: 1..15 octets");
    }
    this.name = name;
  }

  /** Opens one more queue, which makes the interface if it is the first; non-blocking. */
  int openQueue() {
    try (Arena arena = Arena.ofConfined()) {
      LinuxCalls calls = new LinuxCalls(arena);
      int queue = calls.open(arena.allocateFrom(CLONE_DEVICE), O_RDWR | O_NONBLOCK | O_CLOEXEC);
      if (queue < 0) {
        throw failed("cannot open " + CLONE_DEVICE, -queue);
      }
      MemorySegment request = request(arena);
      request.set(JAVA_SHORT, IFREQ_VALUE, (short) (IFF_TUN | IFF_NO_PI | IFF_MULTI_QUEUE));
      int result = calls.ioctl(queue, TUNSETIFF, request);
      if (result < 0) {
        calls.close(queue);
        throw failed("cannot attach to TUN interface " + name, -result);
      }
      return queue;
    }
  }

  /** Sets the MTU and brings the interface up. */
  void bringUp(int mtu) {
    try (Arena arena = Arena.ofConfined()) {
      LinuxCalls calls = new LinuxCalls(arena);
      int socket = calls.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC);
      if (socket < 0) {
        throw failed("cannot configure TUN interface " + name, -socket);
      }
      try {
        MemorySegment request = request(arena);
        request.set(JAVA_INT, IFREQ_VALUE, mtu);
        configure(calls, socket, SIOCSIFMTU, request, "set the MTU " + mtu + " of");
        configure(calls, socket, SIOCGIFFLAGS, request, "read the flags of");
        short flags = request.get(JAVA_SHORT, IFREQ_VALUE);
        request.set(JAVA_SHORT, IFREQ_VALUE, (short) (flags | IFF_UP));
        configure(calls, socket, SIOCSIFFLAGS, request, "bring up");
      } finally {
        calls.close(socket);
      }
    }
  }

  private void configure(
      LinuxCalls calls, int socket, long what, MemorySegment request, String doing) {
    int result = calls.ioctl(socket, what, request);
    if (result < 0) {
      throw failed("cannot " + doing + " TUN interface " + name, -result);
    }
  }

  private MemorySegment request(Arena arena) {
    MemorySegment request = arena.allocate(IFREQ_OCTETS, Long.BYTES);
    byte[] octets = name.getBytes(StandardCharsets.UTF_8);
    MemorySegment.copy(octets, 0, request, JAVA_BYTE, 0, octets.length);
    return request;
  }

  private static ClearPortException failed(String what, int error) {
    String remedy =
        switch (error) {
          case LinuxCalls.ENOENT, LinuxCalls.ENODEV, LinuxCalls.ENXIO ->
              "not there: load the kernel module by: modprobe tun; a container needs the device"
                  + " too (--device "
                  + CLONE_DEVICE
                  + ")";
          case LinuxCalls.EPERM, LinuxCalls.EACCES ->
              "not permitted: give the process CAP_NET_ADMIN (systemd:"
                  + " AmbientCapabilities=CAP_NET_ADMIN, container: --cap-add NET_ADMIN), or use"
                  + " clear.datagrams";
          case LinuxCalls.EBUSY ->
              "in use by another process: stop it, or choose another clear.tun.name";
          case LinuxCalls.EINVAL ->
              "refused: an interface of this name may be of another kind (it must be a multi-queue"
                  + " TUN), or the value out of range; remove it, or choose another"
                  + " clear.tun.name";
          default -> "error " + error + " of the kernel; see errno(3)";
        };
    return new ClearPortException(what + " - " + remedy);
  }
}
