package io.phalanx.it.lab;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * libreswan as a client, unpacked by {@code ./phalanx check} since it cannot be installed beside
 * strongSwan. It has no ESP of its own and the kernel has none here: its SAs go nowhere, and its
 * IKE is what it is here for.
 */
public final class Pluto implements AutoCloseable {
  private static final Path UNPACKED = Path.of("..", "target", "libreswan");
  private static final Pattern IKE =
      Pattern.compile("#(\\d+): \"[^\"]+\".* STATE_V2_ESTABLISHED_IKE_SA .*");
  private static final Pattern ESP = Pattern.compile(" esp[.:]([0-9a-f]+)@");
  private static final String ESTABLISHED = "established Child SA";

  /**
   * What a connection has, all empty if it is not up.
   *
   * @param ike the number of its IKE SA: another one after a rekey
   * @param childSpis outbound and inbound
   */
  public record Sas(List<String> ike, List<String> childSpis) {
    /** One IKE SA, with one Child SA. */
    public boolean up() {
      return ike.size() == 1 && childSpis.size() == 2;
    }
  }

  private final List<String> prefix;
  private final Path directory;
  private final Path programs;
  private final Background process;

  private Pluto(List<String> prefix, Path directory, Path programs, Background process) {
    this.prefix = prefix;
    this.directory = directory;
    this.programs = programs;
    this.process = process;
  }

  /**
   * @param connections {@code conn} sections of {@code ipsec.conf}
   * @param own names of certificates with a key, which are their nicknames
   * @param intermediate names of certificates to send along
   */
  static Pluto start(
      List<String> prefix,
      Path directory,
      Pki pki,
      String secret,
      String connections,
      List<String> own,
      List<String> intermediate)
      throws IOException, InterruptedException {
    Path root = UNPACKED.toAbsolutePath().normalize();
    if (!Files.isDirectory(root)) {
      throw new AssertionError(root + " is missing: './phalanx check' fetches libreswan");
    }
    Path database = Files.createDirectory(directory.resolve("nss"));
    Path shared = Files.createDirectory(directory.resolve("ipsec.d"));
    Files.createDirectory(shared.resolve("policies"));
    Path run = Files.createDirectory(directory.resolve("run"));
    Shell.must(List.of("certutil", "-N", "-d", "sql:" + database, "--empty-password"));
    add(database, pki, Pki.CA, "CT,,");
    for (String each : intermediate) {
      add(database, pki, each, ",,");
    }
    for (String each : own) {
      load(directory, database, pki, each);
    }
    Path settings =
        Files.writeString(
            directory.resolve("ipsec.conf"),
            """
            config setup
                nssdir=%s
                ipsecdir=%s
                dumpdir=%s
                dnssec-enable=no
                uniqueids=no

            """
                    .formatted(database, shared, run)
                + connections);
    Path secrets =
        Files.writeString(directory.resolve("ipsec.secrets"), ": PSK \"" + secret + "\"\n");
    Path programs = root.resolve("usr/libexec");
    List<String> pluto =
        List.of(
            "--nofork",
            "--stderrlog",
            "--log-no-audit",
            "--use-xfrm",
            "--nhelpers",
            "1",
            "--config",
            settings.toString(),
            "--secretsfile",
            secrets.toString(),
            "--ipsecdir",
            shared.toString(),
            "--nssdir",
            database.toString(),
            "--rundir",
            run.toString());
    // It looks for its own programs where the package would have put them. What the kernel keeps
    // for
    // an SPI would be gone after 30 seconds, as the SA never comes.
    String script =
        "sysctl -qw net.core.xfrm_acq_expires=3600 && mount --bind '%s' /usr/libexec && LD_PRELOAD='%s' exec /usr/libexec/ipsec/pluto \"$@\""
            .formatted(programs, compiled(directory));
    Background process =
        Background.start(
            Shell.join(prefix, Shell.join(List.of("bash", "-c", script, "pluto"), pluto)),
            Map.of(),
            directory.resolve("pluto.log"));
    Pluto started = new Pluto(prefix, directory, programs.resolve("ipsec"), process);
    try {
      Waiting.until("pluto listens", 20, () -> started.whack("--listen").ok());
      return started;
    } catch (AssertionError late) {
      process.close();
      throw new IOException("pluto did not start: " + process.output(), late);
    }
  }

  private static Path compiled(Path directory) throws IOException, InterruptedException {
    Path source = directory.resolve("no_esp.c");
    try (InputStream text = Objects.requireNonNull(Pluto.class.getResourceAsStream("no_esp.c"))) {
      Files.copy(text, source);
    }
    Path library = directory.resolve("no_esp.so");
    Shell.must(
        List.of("gcc", "-shared", "-fPIC", "-o", library.toString(), source.toString(), "-ldl"));
    return library;
  }

  private static void add(Path database, Pki pki, String name, String trust)
      throws IOException, InterruptedException {
    Shell.must(
        List.of(
            "certutil",
            "-A",
            "-d",
            "sql:" + database,
            "-n",
            name,
            "-t",
            trust,
            "-i",
            pki.certificate(name).toString()));
  }

  private static void load(Path directory, Path database, Pki pki, String name)
      throws IOException, InterruptedException {
    String file = directory.resolve(name + ".p12").toString();
    Shell.must(
        List.of(
            "openssl",
            "pkcs12",
            "-export",
            "-in",
            pki.certificate(name).toString(),
            "-inkey",
            pki.key(name).toString(),
            "-name",
            name,
            "-passout",
            "pass:",
            "-out",
            file));
    Shell.must(List.of("pk12util", "-i", file, "-d", "sql:" + database, "-W", ""));
  }

  /** Loads a connection of the configuration. */
  public void add(String name) throws IOException, InterruptedException {
    Shell.must(
        Shell.join(
            prefix,
            List.of(
                programs.resolve("addconn").toString(),
                "--ctlsocket",
                directory.resolve("run/pluto.ctl").toString(),
                "--config",
                directory.resolve("ipsec.conf").toString(),
                name)));
  }

  /** Brings a connection up; false if that does not come to a Child SA. */
  public boolean initiate(String name) throws IOException, InterruptedException {
    return whack("--initiate", "--name", name).output().contains(ESTABLISHED);
  }

  /** Likewise, without waiting for it. */
  public void begin(String name) throws IOException, InterruptedException {
    whack("--initiate", "--asynchronous", "--name", name);
  }

  public void rekeyChild(String name) throws IOException, InterruptedException {
    whack("--rekey-ipsec", "--asynchronous", "--name", name);
  }

  public void rekeyIke(String name) throws IOException, InterruptedException {
    whack("--rekey-ike", "--asynchronous", "--name", name);
  }

  /** Deletes the SAs of a connection, and tells the gateway. */
  public void terminate(String name) throws IOException, InterruptedException {
    whack("--terminate", "--name", name);
  }

  /** What a connection has. */
  public Sas sas(String name) throws IOException, InterruptedException {
    List<String> ike = new ArrayList<>();
    List<String> spis = new ArrayList<>();
    for (String line : whack("--showstates").output().lines().toList()) {
      if (line.contains("\"" + name + "\"")) {
        Matcher established = IKE.matcher(line);
        if (established.find()) {
          ike.add(established.group(1));
        }
        ESP.matcher(line).results().forEach(each -> spis.add(each.group(1)));
      }
    }
    return new Sas(List.copyOf(ike), List.copyOf(spis));
  }

  /** What it has said of one connection. */
  public List<String> log(String name) throws IOException {
    return process.output().lines().filter(line -> line.contains("\"" + name + "\"")).toList();
  }

  private Shell.Result whack(String... arguments) throws IOException, InterruptedException {
    return Shell.run(
        Shell.join(
            prefix,
            Shell.join(
                List.of(
                    "timeout",
                    "40",
                    programs.resolve("whack").toString(),
                    "--rundir",
                    directory.resolve("run").toString()),
                List.of(arguments))),
        Map.of());
  }

  @Override
  public void close() {
    process.close();
  }
}
