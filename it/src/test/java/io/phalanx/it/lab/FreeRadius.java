package io.phalanx.it.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** FreeRADIUS in the protected network, with a configuration of its own. */
public final class FreeRadius {
  public static final String USER = "carol";
  public static final String ADDRESS = "10.77.0.200";
  public static final String CLASS = "0x0102";
  public static final String SECRET = "radius-secret-of-the-laboratory";
  private static final int START_SECONDS = 20;
  private static final String ACCOUNTING = "detail";

  private static final String SETTINGS =
      """
      prefix = /usr
      libdir = /usr/lib/freeradius
      logdir = @directory
      run_dir = @directory
      max_requests = 1024
      cleanup_delay = 5
      security {
        allow_vulnerable_openssl = yes
        reject_delay = 0
      }
      client members {
        ipaddr = 10.50.0.0/24
        secret = @secret
        require_message_authenticator = yes
      }
      modules {
        eap {
          default_eap_type = mschapv2
          timer_expire = 60
          max_sessions = 1024
          mschapv2 {
          }
        }
        mschap {
        }
        detail {
          filename = @directory/@detail
          permissions = 0600
        }
      }
      server laboratory {
        listen {
          type = auth
          ipaddr = @server
          port = 1812
        }
        listen {
          type = acct
          ipaddr = @server
          port = 1813
        }
        authorize {
          if (&User-Name == "@user") {
            update control {
              Cleartext-Password := "@password"
            }
          }
          eap
        }
        authenticate {
          Auth-Type MS-CHAP {
            mschap
          }
          eap
        }
        post-auth {
          update reply {
            Framed-IP-Address := @address
            Class := @class
          }
        }
        accounting {
          detail
        }
      }
      """;

  private final Lab lab;
  private final Path directory;

  private FreeRadius(Lab lab, Path directory) {
    this.lab = lab;
    this.directory = directory;
  }

  /** Starts it in the foreground; it ends with the laboratory. */
  public static FreeRadius start(Lab lab) throws IOException {
    Path directory = Files.createDirectory(lab.file("raddb"));
    Files.writeString(
        directory.resolve("radiusd.conf"),
        SETTINGS
            .replace("@directory", directory.toString())
            .replace("@detail", ACCOUNTING)
            .replace("@server", Lab.SERVER)
            .replace("@secret", SECRET)
            .replace("@user", USER)
            .replace("@password", Lab.SECRET)
            .replace("@address", ADDRESS)
            .replace("@class", CLASS));
    Background process =
        lab.background("lan", "radius", "freeradius", "-X", "-d", directory.toString());
    Waiting.until(
        "FreeRADIUS serves",
        START_SECONDS,
        () -> process.output().contains("Ready to process requests"));
    return new FreeRadius(lab, directory);
  }

  /** The accounting records so far: attributes by name, as FreeRADIUS writes them. */
  public List<Map<String, String>> accounting() throws IOException {
    Path file = directory.resolve(ACCOUNTING);
    if (!Files.exists(file)) {
      return List.of();
    }
    return Arrays.stream(Files.readString(file).split("\n\n", -1))
        .filter(each -> !each.isBlank())
        .map(FreeRadius::attributes)
        .toList();
  }

  private static Map<String, String> attributes(String text) {
    Map<String, String> all = new TreeMap<>();
    text.lines()
        .map(line -> line.strip().split(" = ", 2))
        .filter(pair -> pair.length == 2)
        .forEach(pair -> all.put(pair[0], pair[1].replace("\"", "")));
    return all;
  }

  /**
   * Asks a member to end the session of the user.
   *
   * @return what it has answered, as {@code radclient} prints it
   * @throws IOException if it refuses or does not answer
   */
  public String disconnect(int member) throws IOException, InterruptedException {
    String request =
        "echo 'User-Name=%s, Event-Timestamp='$(date +%%s) | radclient -x %s%d:3799 disconnect %s"
            .formatted(USER, Lab.BACK_PREFIX, member, SECRET);
    return lab.run("lan", "bash", "-c", request);
  }
}
