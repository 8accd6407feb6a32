package io.phalanx.it.balancer;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOption;
import io.netty.channel.SimpleChannelInboundHandler;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Asks one backend's {@code /readyz} over a connection that stays open, all on one event loop.
 *
 * <p>The open connection is what makes a killed process known at once: the kernel closes it, the
 * connection made anew is refused, and that counts as down without waiting for the next check.
 */
final class HealthCheck {
  private static final Pattern HEAD =
      Pattern.compile(
          "HTTP/1\\.1 (\\d{3}).*?\r\nContent-Length: (\\d+)\r\n(?:.*?\r\n)?\r\n",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  private static final int ANSWER_OCTETS_MAX = 8192;

  /** What became of the last check. */
  record Verdict(boolean up, String why) {}

  private final Backend backend;
  private final Bootstrap bootstrap;
  private final long intervalNanos;
  private final long timeoutNanos;
  private final Consumer<Verdict> verdicts;
  private final StringBuilder answer = new StringBuilder();
  private final byte[] request;
  private Optional<Channel> connection = Optional.empty();
  private boolean connecting;
  private boolean waiting;
  private boolean closed;
  private long askedNanos;

  /**
   * @param bootstrap with loop and channel type set; called on that loop's thread only
   * @param verdicts told after each check
   */
  HealthCheck(
      Backend backend, Bootstrap bootstrap, BalancerConfig config, Consumer<Verdict> verdicts) {
    this.backend = backend;
    this.intervalNanos = config.checkInterval().toNanos();
    this.timeoutNanos = config.checkTimeout().toNanos();
    this.verdicts = verdicts;
    this.request =
        ("GET /readyz HTTP/1.1\r\nHost: " + backend.name() + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII);
    this.bootstrap =
        bootstrap
            .option(ChannelOption.TCP_NODELAY, true)
            .option(
                ChannelOption.CONNECT_TIMEOUT_MILLIS,
                Math.toIntExact(config.checkTimeout().toMillis()))
            .handler(new Answers());
  }

  void close() {
    closed = true;
    connection.ifPresent(open -> Balancer.unattended(open.close()));
  }

  /** One step; the owner calls it at every interval. */
  void tick(long nowNanos) {
    if (closed || connecting) {
      return;
    }
    if (connection.isEmpty()) {
      connect(nowNanos);
    } else if (!waiting) {
      if (nowNanos - askedNanos >= intervalNanos / 2) {
        ask(connection.get(), nowNanos);
      }
    } else if (nowNanos - askedNanos > timeoutNanos) {
      verdicts.accept(new Verdict(false, "no answer"));
      drop();
    }
  }

  private void connect(long nowNanos) {
    connecting = true;
    Balancer.unattended(
        bootstrap
            .connect(backend.readiness())
            .addListener(
                (ChannelFuture done) -> {
                  connecting = false;
                  if (closed) {
                    Balancer.unattended(done.channel().close());
                  } else if (done.isSuccess()) {
                    connection = Optional.of(done.channel());
                    ask(done.channel(), nowNanos);
                  } else {
                    verdicts.accept(new Verdict(false, "refused"));
                  }
                }));
  }

  private void ask(Channel channel, long nowNanos) {
    waiting = true;
    askedNanos = nowNanos;
    answer.setLength(0);
    Balancer.unattended(channel.writeAndFlush(Unpooled.wrappedBuffer(request)));
  }

  private void drop() {
    waiting = false;
    connection.ifPresent(open -> Balancer.unattended(open.close()));
    connection = Optional.empty();
  }

  private void answered() {
    Matcher head = HEAD.matcher(answer);
    if (head.lookingAt()) {
      int length = Integer.parseInt(head.group(2));
      if (answer.length() - head.end() < length) {
        return;
      }
      waiting = false;
      boolean up = head.group(1).equals("200");
      verdicts.accept(new Verdict(up, answer.substring(head.end(), head.end() + length).strip()));
    } else if (answer.length() > ANSWER_OCTETS_MAX) {
      verdicts.accept(new Verdict(false, "not HTTP"));
      drop();
    }
  }

  @ChannelHandler.Sharable
  private final class Answers extends SimpleChannelInboundHandler<ByteBuf> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, ByteBuf octets) {
      if (waiting && isCurrent(context)) {
        answer.append(octets.toString(StandardCharsets.US_ASCII));
        answered();
      }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
      if (isCurrent(context) && !closed) {
        drop();
        // An idle connection may be closed by a healthy server too: only a refusal says dead.
        Balancer.unattended(
            context.executor().schedule(() -> tick(System.nanoTime()), 1, TimeUnit.MILLISECONDS));
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      Balancer.unattended(context.close());
    }

    private boolean isCurrent(ChannelHandlerContext context) {
      return connection.filter(context.channel()::equals).isPresent();
    }
  }
}
