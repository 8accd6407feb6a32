package io.phalanx.it.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * strongSwan as a road warrior. It has its own configuration, control socket and directory, so that
 * it does not meet another one of this machine, and runs its userspace ESP ({@code
 * kernel-libipsec}), which needs nothing of the kernel but a TUN device.
 */
public final class Charon implements AutoCloseable {
  private static final String PLUGINS =
      "random nonce openssl pem pkcs1 pkcs8 x509 pubkey revocation constraints aes sha1 sha2 hmac"
          + " kdf gcm ccm ctr cmac xcbc curve25519 chapoly kernel-libipsec kernel-netlink"
          + " socket-default vici updown eap-identity eap-mschapv2 eap-tls";
  private static final Pattern IKE_SPIS =
      Pattern.compile("ESTABLISHED, IKEv2, ([0-9a-f]+)_i\\*? ([0-9a-f]+)_r");
  private static final Pattern CHILD_SPI = Pattern.compile("(?m)^ +(in|out) +([0-9a-f]{8})");
  private static final Pattern VIRTUAL = Pattern.compile("\\[\\d+\\] \\[([0-9a-f.: ]+)\\]");
  private static final Pattern IKE_SA = Pattern.compile("(?m)^(\\S+): #\\d+, ");

  /**
   * An IKE SA as the client sees it; all empty if it has none.
   *
   * @param virtualAddress one, or several apart by spaces
   */
  public record Sas(String ikeSpis, String childSpis, String virtualAddress) {
    static final Sas NONE = new Sas("", "", "");

    /** Inbound and outbound SPI of each Child SA. */
    public int children() {
      return childSpis.isEmpty() ? 0 : childSpis.split(" ", -1).length / 2;
    }
  }

  private final Path directory;
  private final Background process;

  private Charon(Path directory, Background process) {
    this.directory = directory;
    this.process = process;
  }

  static Charon start(List<String> prefix, Path directory)
      throws IOException, InterruptedException {
    for (String each : List.of("x509", "x509ca", "private")) {
      Files.createDirectories(directory.resolve("swanctl").resolve(each));
    }
    Path settings = directory.resolve("strongswan.conf");
    Files.writeString(
        settings,
        """
        charon {
          load = %s
          install_virtual_ip_on = ipsec0
          threads = 48
          retransmit_timeout = 1.0
          retransmit_tries = 4
          filelog {
            f {
              path = %s
              default = 1
              time_format = %%H:%%M:%%S
              time_add_ms = yes
              ike_name = yes
              flush_line = yes
            }
          }
          journal {
            default = -1
          }
          tls {
            version_max = 1.2
          }
          plugins {
            vici {
              socket = unix://%s
            }
            openssl {
              load_legacy = yes
            }
          }
        }
        """
            .formatted(PLUGINS, directory.resolve("charon.log"), directory.resolve("vici")));
    Background process =
        Background.start(
            Shell.join(prefix, List.of(Prerequisites.charon())),
            Map.of("STRONGSWAN_CONF", settings.toString()),
            directory.resolve("charon.out"));
    Charon charon = new Charon(directory, process);
    try {
      Waiting.until("charon listens", 20, () -> Files.exists(directory.resolve("vici")));
    } catch (AssertionError late) {
      process.close();
      throw new IOException("charon did not start: " + process.output(), late);
    }
    return charon;
  }

  /**
   * Replaces the configuration.
   *
   * @param identity the client's IKE identity
   * @param credential lines of {@code local}, such as {@code auth = psk}
   * @param more further lines of the connection
   */
  void load(
      String gateway,
      String gatewayId,
      String identity,
      String credential,
      String remoteAuth,
      String ikeProposals,
      String secret,
      String more)
      throws IOException, InterruptedException {
    load(
        """
        connections {
          lab {
            version = 2
            remote_addrs = %s
            proposals = %s
            vips = 0.0.0.0
            mobike = no
            dpd_delay = 5s
            keyingtries = 1
            send_cert = always
            rekey_time = 4h
            %s
            local {
              id = %s
              %s
            }
            remote {
              id = %s
              auth = %s
            }
            children {
              net {
                remote_ts = 10.50.0.0/24
                esp_proposals = aes128gcm16,aes256gcm16
                rekey_time = 1h
              }
            }
          }
        }
        secrets {
          ike-lab {
            secret = "%s"
          }
        }
        """
            .formatted(
                gateway, ikeProposals, more, identity, credential, gatewayId, remoteAuth, secret));
  }

  /** Replaces the configuration by {@code swanctl.conf} as it stands here. */
  public void load(String settings) throws IOException, InterruptedException {
    Files.writeString(directory.resolve("swanctl").resolve("swanctl.conf"), settings);
    control("--load-all", "--noprompt", "--clear");
  }

  /**
   * Adds a file to what {@link #load} finds.
   *
   * @param kind {@code x509}, {@code x509ca} or {@code private}
   */
  public void add(String kind, Path file) throws IOException {
    Path target = directory.resolve("swanctl").resolve(kind).resolve(file.getFileName());
    Files.copy(file, target, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Puts certificates and keys where {@code load} finds them. */
  void install(Path certificate, Path key, List<Path> authorities) throws IOException {
    for (String each : List.of("x509", "x509ca", "private")) {
      try (var files = Files.list(directory.resolve("swanctl").resolve(each))) {
        for (Path old : files.toList()) {
          Files.delete(old);
        }
      }
    }
    Files.copy(certificate, directory.resolve("swanctl/x509/client.pem"));
    Files.copy(key, directory.resolve("swanctl/private/client.key"));
    for (Path authority : authorities) {
      Files.copy(authority, directory.resolve("swanctl/x509ca").resolve(authority.getFileName()));
    }
  }

  /** Brings the tunnel up; false if the gateway refuses or does not answer. */
  public boolean initiate() throws IOException, InterruptedException {
    return initiate("net");
  }

  /** Likewise, for the Child SA of that name. */
  public boolean initiate(String child) throws IOException, InterruptedException {
    return swanctl("--initiate", "--child", child, "--timeout", "30").ok();
  }

  public void rekeyChild() throws IOException, InterruptedException {
    rekeyChild("net");
  }

  public void rekeyChild(String name) throws IOException, InterruptedException {
    control("--rekey", "--child", name);
  }

  public void rekeyIke(String name) throws IOException, InterruptedException {
    control("--rekey", "--ike", name);
  }

  /** Rekeys the Child SA and the IKE SA of the road warrior; returns once both are new. */
  public void rekeyBoth() throws IOException, InterruptedException {
    Sas before = sas();
    rekeyChild();
    rekeyIke();
    Waiting.until(
        "both SAs are new",
        20,
        () -> {
          Sas now = sas();
          return now.children() == 1
              && !now.ikeSpis().isEmpty()
              && !now.ikeSpis().equals(before.ikeSpis())
              && !now.childSpis().equals(before.childSpis());
        });
  }

  /** Begins to authenticate anew, by another IKE SA. */
  public void reauthenticate(String name) throws IOException, InterruptedException {
    control("--rekey", "--ike", name, "--reauth");
  }

  /** Ends an IKE SA; false if the gateway has not answered. */
  public boolean terminate(String name) throws IOException, InterruptedException {
    return swanctl("--terminate", "--ike", name, "--timeout", "20").ok();
  }

  public void rekeyIke() throws IOException, InterruptedException {
    control("--rekey", "--ike", "lab");
  }

  public void terminate() throws IOException, InterruptedException {
    swanctl("--terminate", "--ike", "lab", "--force", "--timeout", "5");
  }

  /** The SAs as {@code swanctl --list-sas} prints them. */
  public String list() throws IOException, InterruptedException {
    return swanctl("--list-sas").output();
  }

  /** The one IKE SA, or the first of several. */
  public Sas sas() throws IOException, InterruptedException {
    return sas(list());
  }

  /** All IKE SAs that are established, by the name of their connection. */
  public Map<String, Sas> all() throws IOException, InterruptedException {
    String text = list();
    List<MatchResult> headers = IKE_SA.matcher(text).results().toList();
    Map<String, Sas> all = new TreeMap<>();
    for (int index = 0; index < headers.size(); index++) {
      int end = index + 1 < headers.size() ? headers.get(index + 1).start() : text.length();
      Sas sas = sas(text.substring(headers.get(index).start(), end));
      if (!sas.ikeSpis().isEmpty()) {
        all.put(headers.get(index).group(1), sas);
      }
    }
    return all;
  }

  /** The IKE SA of a connection. */
  public static Sas sas(String name, Map<String, Sas> all) {
    return all.getOrDefault(name, Sas.NONE);
  }

  private static Sas sas(String text) {
    Matcher ike = IKE_SPIS.matcher(text);
    Matcher address = VIRTUAL.matcher(text);
    String children =
        CHILD_SPI
            .matcher(text)
            .results()
            .map(each -> each.group(1) + "=" + each.group(2))
            .sorted()
            .collect(Collectors.joining(" "));
    return new Sas(
        ike.find() ? ike.group(1) + "_" + ike.group(2) : "",
        children,
        address.find() ? address.group(1) : "");
  }

  public String log() throws IOException {
    return Files.readString(directory.resolve("charon.log"), StandardCharsets.UTF_8);
  }

  /** SIGKILL. */
  public void kill() throws InterruptedException {
    process.kill();
  }

  /** SIGSTOP, until {@link #thaw}. */
  public void freeze() throws IOException, InterruptedException {
    Shell.must("kill -STOP " + process.pid());
  }

  public void thaw() throws IOException, InterruptedException {
    Shell.must("kill -CONT " + process.pid());
  }

  @Override
  public void close() {
    process.close();
  }

  private void control(String... arguments) throws IOException, InterruptedException {
    Shell.Result result = swanctl(arguments);
    if (!result.ok()) {
      throw new IOException(
          "swanctl %s: %s".formatted(String.join(" ", arguments), result.output()));
    }
  }

  private Shell.Result swanctl(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("swanctl"));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--uri", "unix://" + directory.resolve("vici")));
    return Shell.run(command, Map.of("SWANCTL_DIR", directory.resolve("swanctl").toString()));
  }
}
