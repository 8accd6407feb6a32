package io.phalanx.datapath.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * System calls on file descriptors, as Linux on 64-bit machines has them. Each gives its result, or
 * the negated error number.
 *
 * <p>An instance is for one thread at a time: it holds the memory that error numbers are told in.
 */
@SuppressWarnings("restricted") // The foreign-function API is what this class is for.
public final class LinuxCalls {
  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int ENXIO = 6;
  public static final int EAGAIN = 11;
  public static final int EACCES = 13;
  public static final int EBUSY = 16;
  public static final int ENODEV = 19;
  public static final int EINVAL = 22;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final VarHandle ERROR_NUMBER =
      STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

  private static final MethodHandle OPEN =
      call(
          "open",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle IOCTL =
      call(
          "ioctl",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_LONG, ADDRESS),
          Linker.Option.firstVariadicArg(2));
  private static final MethodHandle SOCKET =
      call("socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle READ =
      call("read", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle WRITE =
      call("write", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG));
  private static final MethodHandle SENDMSG =
      call("sendmsg", FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_INT));
  private static final MethodHandle RECVMMSG =
      call(
          "recvmmsg",
          FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, ADDRESS));
  private static final MethodHandle DUP = call("dup", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
  private static final MethodHandle CLOSE =
      call("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));

  private final MemorySegment state;

  public LinuxCalls(Arena arena) {
    this.state = arena.allocate(STATE);
  }

  /** A handle on a function of the C library that takes the error state first. */
  public static MethodHandle call(
      String name, FunctionDescriptor descriptor, Linker.Option... more) {
    Linker.Option[] options = new Linker.Option[more.length + 1];
    System.arraycopy(more, 0, options, 0, more.length);
    options[more.length] = ERRNO;
    return LINKER.downcallHandle(
        LINKER.defaultLookup().find(name).orElseThrow(), descriptor, options);
  }

  /** Where a handle of {@link #call} puts the error number. */
  public MemorySegment state() {
    return state;
  }

  public int open(MemorySegment path, int flags) {
    try {
      return (int) orError((int) OPEN.invokeExact(state, path, flags));
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  public int ioctl(int descriptor, long request, MemorySegment argument) {
    try {
      return (int) orError((int) IOCTL.invokeExact(state, descriptor, request, argument));
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  public int socket(int family, int type) {
    try {
      return (int) orError((int) SOCKET.invokeExact(state, family, type, 0));
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  public long read(int descriptor, MemorySegment buffer) {
    try {
      return orError((long) READ.invokeExact(state, descriptor, buffer, buffer.byteSize()));
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  public long write(int descriptor, MemorySegment buffer, long length) {
    try {
      return orError((long) WRITE.invokeExact(state, descriptor, buffer, length));
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  long sendmsg(int descriptor, MemorySegment message, int flags) {
    try {
      return orError((long) SENDMSG.invokeExact(state, descriptor, message, flags));
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int recvmmsg(int descriptor, MemorySegment messages, int count, int flags) {
    try {
      MemorySegment forever = MemorySegment.NULL; // with flags that say not to wait at all
      return (int)
          orError((int) RECVMMSG.invokeExact(state, descriptor, messages, count, flags, forever));
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int dup(int descriptor) {
    try {
      return (int) orError((int) DUP.invokeExact(state, descriptor));
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /** Closes; there is nothing to be done if that fails. */
  public void close(int descriptor) {
    try {
      int _ = (int) CLOSE.invokeExact(state, descriptor);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  public long orError(long result) {
    return result < 0 ? -(int) ERROR_NUMBER.get(state, 0L) : result;
  }

  /** Handles are invoked with the types they were made for, so nothing but a bug gets here. */
  public static AssertionError broken(Throwable cause) {
    return new AssertionError("a system call could not be made", cause);
  }
}
