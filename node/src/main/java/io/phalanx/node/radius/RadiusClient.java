package io.phalanx.node.radius;

import io.phalanx.config.GatewayConfig.Radius;
import io.phalanx.config.GatewayConfig.RadiusServer;
import io.phalanx.node.radius.AccountRecord.Kind;
import io.phalanx.node.radius.AccountRecord.Traffic;
import io.phalanx.node.radius.RadiusPacket.Attribute;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.BiPredicate;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks RADIUS servers and tells them of sessions. Each exchange has a virtual thread and a socket
 * of its own: a port nobody can know in advance, and a server knows a repeated packet by it.
 */
public final class RadiusClient implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RadiusClient.class);

  /** Exchanges at once, of each kind; a bound of ours. */
  private static final int QUESTIONS_MAX = 512;

  private static final int REPORTS_MAX = 4096;
  private static final int SOCKETS_MAX = 256;
  private static final long STOP_PATIENCE_MILLIS = 300_000;
  private static final long STOP_PAUSE_MILLIS = 5_000;

  private final Radius config;
  private final List<Attribute> nas;
  private final SecureRandom random;
  private final LongSupplier nowMillis;
  private final ServerOrder accessOrder;
  private final ServerOrder accountingOrder;
  private final Semaphore questions = new Semaphore(QUESTIONS_MAX);
  private final Semaphore reports = new Semaphore(REPORTS_MAX);
  private final Semaphore reportSockets = new Semaphore(SOCKETS_MAX);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile boolean closed;

  /**
   * @param name how we call ourselves where the configuration does not say
   * @param nowMillis wall clock
   */
  public RadiusClient(Radius config, String name, SecureRandom random, LongSupplier nowMillis) {
    this.config = config;
    this.random = random;
    this.nowMillis = nowMillis;
    this.nas = nas(config, name);
    this.accessOrder = new ServerOrder(config.servers().size(), config.deadTime().toNanos());
    this.accountingOrder = new ServerOrder(config.servers().size(), config.deadTime().toNanos());
  }

  private static List<Attribute> nas(Radius config, String name) {
    List<Attribute> nas = new ArrayList<>();
    String identifier = config.nasIdentifier().isEmpty() ? name : config.nasIdentifier();
    nas.add(Attribute.text(AttributeType.NAS_IDENTIFIER, identifier));
    if (config.source().isPresent()) {
      byte[] octets = config.source().get().getAddress();
      nas.add(
          new Attribute(
              octets.length == 4 ? AttributeType.NAS_IP_ADDRESS : AttributeType.NAS_IPV6_ADDRESS,
              octets));
    }
    return List.copyOf(nas);
  }

  /** Asks; completes on another thread, and never exceptionally. */
  public CompletionStage<RadiusAnswer> ask(RadiusQuestion question) {
    RadiusAnswer silence = new RadiusAnswer.Silence();
    if (!AccessExchange.fits(question) || !questions.tryAcquire()) {
      return CompletableFuture.completedFuture(silence);
    }
    CompletableFuture<RadiusAnswer> answer = new CompletableFuture<>();
    run(
        () -> {
          try {
            answer.complete(askNow(question).orElse(silence));
          } finally {
            questions.release();
            answer.complete(silence);
          }
        },
        () -> answer.complete(silence));
    return answer;
  }

  private void run(Runnable task, Runnable refused) {
    try {
      threads.execute(task);
    } catch (RejectedExecutionException closing) {
      refused.run();
    }
  }

  private Optional<RadiusAnswer> askNow(RadiusQuestion question) {
    boolean begun = question.state().length() > 0;
    // A conversation stays with its server: no other knows its State.
    List<Integer> order =
        begun && question.server() < config.servers().size()
            ? List.of(question.server())
            : accessOrder.order(System.nanoTime());
    for (int index : order) {
      RadiusServer server = config.servers().get(index);
      byte[] authenticator = new byte[RadiusPacket.AUTHENTICATOR_OCTETS];
      random.nextBytes(authenticator);
      RadiusPacket request =
          Protection.access(
              random.nextInt(256),
              authenticator,
              AccessExchange.attributes(question, nas),
              server.secret());
      Optional<RadiusAnswer> answer =
          exchange(
                  server.access(),
                  request,
                  (packet, asked) -> Protection.goodAccessAnswer(packet, asked, server.secret()))
              .flatMap(packet -> AccessExchange.read(packet, request, server.secret(), index));
      if (answer.isPresent()) {
        accessOrder.answered(index);
        return answer;
      }
      accessOrder.silent(index, System.nanoTime());
      log.warn("the RADIUS server {} does not answer", server.access());
    }
    return Optional.empty();
  }

  /**
   * Tells of a session; a Stop is tried for minutes, the others once at each server.
   *
   * @param traffic all of the session so far
   * @return whether a server has acknowledged it
   */
  public CompletionStage<Boolean> tell(AccountRecord record, Traffic traffic) {
    long atMillis = nowMillis.getAsLong();
    if (!reports.tryAcquire()) {
      log.warn("too many accounting records wait; one is lost");
      return CompletableFuture.completedFuture(false);
    }
    CompletableFuture<Boolean> told = new CompletableFuture<>();
    run(
        () -> {
          try {
            told.complete(tellNow(record, traffic, atMillis));
          } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
          } finally {
            reports.release();
            told.complete(false);
          }
        },
        () -> told.complete(false));
    return told;
  }

  private boolean tellNow(AccountRecord record, Traffic traffic, long atMillis)
      throws InterruptedException {
    long patienceMillis = record.kind() == Kind.STOP ? STOP_PATIENCE_MILLIS : 0;
    while (!closed) {
      reportSockets.acquire();
      try {
        if (tellOnce(record, traffic, atMillis)) {
          return true;
        }
      } finally {
        reportSockets.release();
      }
      if (nowMillis.getAsLong() - atMillis >= patienceMillis) {
        break;
      }
      Thread.sleep(STOP_PAUSE_MILLIS);
    }
    log.warn("no RADIUS server takes the {} of a session", record.kind());
    return false;
  }

  private boolean tellOnce(AccountRecord record, Traffic traffic, long atMillis) {
    for (int index : accountingOrder.order(System.nanoTime())) {
      RadiusServer server = config.servers().get(index);
      RadiusPacket request =
          Protection.request(
              RadiusPacket.ACCOUNTING_REQUEST,
              random.nextInt(256),
              Accounting.attributes(record, traffic, atMillis, nowMillis.getAsLong(), nas),
              server.secret());
      boolean told =
          exchange(
                  server.accounting(),
                  request,
                  (packet, asked) ->
                      packet.code() == RadiusPacket.ACCOUNTING_RESPONSE
                          && Protection.goodAnswer(packet, asked, server.secret()))
              .isPresent();
      if (told) {
        accountingOrder.answered(index);
        return true;
      }
      accountingOrder.silent(index, System.nanoTime());
    }
    return false;
  }

  /** Sends a packet until a good answer comes, or its tries are used up. */
  private Optional<RadiusPacket> exchange(
      InetSocketAddress to, RadiusPacket request, BiPredicate<RadiusPacket, RadiusPacket> good) {
    byte[] octets = request.encode();
    try (DatagramSocket socket = open(to)) {
      for (int attempt = 0; attempt < config.tries(); attempt++) {
        socket.send(new DatagramPacket(octets, octets.length));
        Optional<RadiusPacket> answer = await(socket, request, good);
        if (answer.isPresent() || closed) {
          return answer;
        }
      }
    } catch (IOException unreachable) {
      log.debug("the RADIUS server {} cannot be reached", to, unreachable);
    }
    return Optional.empty();
  }

  private DatagramSocket open(InetSocketAddress to) throws IOException {
    DatagramSocket socket =
        config.source().isPresent()
            ? new DatagramSocket(new InetSocketAddress(config.source().get(), 0))
            : new DatagramSocket(new InetSocketAddress((InetAddress) null, 0));
    try {
      socket.connect(to);
      return socket;
    } catch (RuntimeException | IOException fault) {
      socket.close();
      throw fault;
    }
  }

  private Optional<RadiusPacket> await(
      DatagramSocket socket, RadiusPacket request, BiPredicate<RadiusPacket, RadiusPacket> good)
      throws IOException {
    long endNanos = System.nanoTime() + config.timeout().toNanos();
    DatagramPacket in =
        new DatagramPacket(new byte[RadiusPacket.OCTETS_MAX], RadiusPacket.OCTETS_MAX);
    while (true) {
      int leftMillis = (int) ((endNanos - System.nanoTime()) / 1_000_000);
      if (leftMillis <= 0) {
        return Optional.empty();
      }
      socket.setSoTimeout(leftMillis);
      in.setLength(RadiusPacket.OCTETS_MAX);
      try {
        socket.receive(in);
      } catch (SocketTimeoutException | PortUnreachableException nothing) {
        return Optional.empty();
      }
      Optional<RadiusPacket> answer =
          RadiusPacket.decode(Arrays.copyOf(in.getData(), in.getLength()))
              .filter(each -> good.test(each, request));
      if (answer.isPresent()) {
        return answer;
      }
    }
  }

  @Override
  public void close() {
    closed = true;
    threads.shutdownNow();
  }
}
