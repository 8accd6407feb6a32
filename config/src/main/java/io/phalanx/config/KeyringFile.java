package io.phalanx.config;

import io.phalanx.config.GatewayConfig.ClusterKey;
import io.phalanx.config.GatewayConfig.RetiredKey;
import io.phalanx.config.text.Parsed;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The cluster's secrets as they stand in a file, one a line:
 *
 * <pre>
 * seal 2 (64 hex digits)                    seals, and opens; exactly one
 * open 1 (64 hex digits)                    opens what it has sealed
 * marks 0 (64 hex digits) (64 hex digits)   opens nothing; its SPIs are known: ESP's, IKE's
 * </pre>
 *
 * <p>Lines that begin with # are comments.
 *
 * @param keys the one that seals first
 * @param retired those of which only the SPIs are known still
 */
public record KeyringFile(List<ClusterKey> keys, List<RetiredKey> retired) {
  /** Keys of either kind together. */
  static final int KEYS_MAX = 16;

  private static final int ID_MAX = 255;
  private static final Pattern ID = Pattern.compile("[0-9]{1,3}");
  private static final Pattern HEX = Pattern.compile("[0-9A-Fa-f]{64}");
  private static final String REMEDY =
      "write lines such as: seal 1 <64 hex digits>; phalanx cluster init makes the" + " file";

  public KeyringFile {
    keys = List.copyOf(keys);
    retired = List.copyOf(retired);
  }

  /** Reads the content of a file. What is wrong is told without anything of what is there. */
  public static Parsed<KeyringFile> parse(String text) {
    List<ClusterKey> sealing = new ArrayList<>();
    List<ClusterKey> opening = new ArrayList<>();
    List<RetiredKey> retired = new ArrayList<>();
    Set<Integer> ids = new HashSet<>();
    int number = 0;
    for (String line : text.split("\\R", -1)) {
      number++;
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      String[] words = line.strip().split("\\s+", -1);
      if (!wellFormed(words)) {
        return Parsed.fault("line " + number + " of the keyring cannot be read", REMEDY);
      }
      int id = Integer.parseInt(words[1]);
      if (!ids.add(id)) {
        return Parsed.fault("two keys of the keyring have the id " + id, "remove one of them");
      }
      switch (words[0]) {
        case "seal" -> sealing.add(new ClusterKey(id, secret(words[2])));
        case "open" -> opening.add(new ClusterKey(id, secret(words[2])));
        default -> retired.add(new RetiredKey(id, secret(words[2]), secret(words[3])));
      }
    }
    if (sealing.size() != 1) {
      return Parsed.fault(
          sealing.size() + " keys of the keyring are to seal", "let exactly one line begin: seal");
    }
    if (ids.size() > KEYS_MAX) {
      return Parsed.fault("more than " + KEYS_MAX + " keys", "remove the oldest ones");
    }
    sealing.addAll(opening);
    return Parsed.value(new KeyringFile(sealing, retired));
  }

  private static boolean wellFormed(String[] words) {
    if (words.length < 3 || !ID.matcher(words[1]).matches()) {
      return false;
    }
    boolean known =
        switch (words[0]) {
          case "seal", "open" -> words.length == 3;
          case "marks" -> words.length == 4 && HEX.matcher(words[3]).matches();
          default -> false;
        };
    return known && Integer.parseInt(words[1]) <= ID_MAX && HEX.matcher(words[2]).matches();
  }

  private static Secret secret(String hex) {
    return Secret.of(HexFormat.of().parseHex(hex));
  }

  /** The content of a file, with the secrets in it: for a file that only its owner may read. */
  public String text() {
    StringBuilder text = new StringBuilder("# Keys of a Phalanx cluster. Keep them secret.\n");
    for (int i = 0; i < keys.size(); i++) {
      ClusterKey key = keys.get(i);
      text.append(i == 0 ? "seal " : "open ").append(key.id()).append(' ');
      text.append(hex(key.secret())).append('\n');
    }
    for (RetiredKey key : retired) {
      text.append("marks ").append(key.id()).append(' ').append(hex(key.espMarks())).append(' ');
      text.append(hex(key.ikeMarks())).append('\n');
    }
    return text.toString();
  }

  private static String hex(Secret secret) {
    return HexFormat.of().formatHex(secret.reveal());
  }
}
