package io.phalanx.replication.link;

import io.phalanx.config.GatewayConfig.ClusterKey;
import io.phalanx.config.KeyringFile;
import io.phalanx.config.MemberName;
import io.phalanx.config.Secret;
import io.phalanx.config.text.Parsed;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;

/**
 * The files of a cluster, in one directory. Each member needs {@link #AUTHORITY}, {@link #KEYRING}
 * and the two of its own; {@link #AUTHORITY_KEY} belongs to none of them. Secrets are readable by
 * their owner alone from the moment they exist.
 */
public final class ClusterFiles {
  public static final String AUTHORITY = "cluster-ca.pem";
  public static final String AUTHORITY_KEY = "cluster-ca.key";
  public static final String KEYRING = "cluster.keys";

  private static final int KEY_OCTETS = 32;
  private static final Set<PosixFilePermission> SECRET =
      PosixFilePermissions.fromString("rw-------");
  private static final Set<PosixFilePermission> PUBLIC =
      PosixFilePermissions.fromString("rw-r--r--");

  private final Path directory;
  private final SecureRandom random;

  /**
   * @param directory made by {@link #create} if it is missing
   */
  public ClusterFiles(Path directory, SecureRandom random) {
    this.directory = directory;
    this.random = random;
  }

  public static String certificate(int member) {
    return "member-" + member + ".pem";
  }

  public static String key(int member) {
    return "member-" + member + ".key";
  }

  /**
   * A new authority, a keyring with one new key, and a certificate for each member.
   *
   * @return the files
   * @throws FileAlreadyExistsException if one of them is there: nothing is written then
   * @throws IllegalArgumentException if these cannot be names of members
   */
  public List<Path> create(String cluster, SortedSet<Integer> members, Instant now)
      throws IOException {
    List<MemberName> names = members.stream().map(id -> new MemberName(cluster, id)).toList();
    List<String> files = new ArrayList<>(List.of(AUTHORITY, AUTHORITY_KEY, KEYRING));
    for (int id : members) {
      files.addAll(List.of(certificate(id), key(id)));
    }
    for (String file : files) {
      if (Files.exists(directory.resolve(file))) {
        throw new FileAlreadyExistsException(directory.resolve(file) + " is there already");
      }
    }
    Files.createDirectories(directory);
    ClusterAuthority authority = ClusterAuthority.create(cluster, now, random);
    byte[] octets = new byte[KEY_OCTETS];
    random.nextBytes(octets);
    KeyringFile keyring = new KeyringFile(List.of(new ClusterKey(1, Secret.of(octets))), List.of());
    write(AUTHORITY, authority.certificatePem(), PUBLIC);
    write(AUTHORITY_KEY, authority.keyPem(), SECRET);
    write(KEYRING, keyring.text(), SECRET);
    for (MemberName name : names) {
      issue(authority, name, now);
    }
    return files.stream().map(directory::resolve).toList();
  }

  /**
   * A new certificate and a new key for each of these members, which may be new themselves.
   *
   * @return the files
   * @throws IOException if the authority's files are missing
   * @throws IllegalArgumentException if they do not hold an authority that {@link #create} has made
   */
  public List<Path> renew(SortedSet<Integer> members, Instant now) throws IOException {
    ClusterAuthority authority =
        ClusterAuthority.of(
            Files.readString(directory.resolve(AUTHORITY)),
            Files.readString(directory.resolve(AUTHORITY_KEY)),
            random);
    List<MemberName> names =
        members.stream().map(id -> new MemberName(authority.cluster(), id)).toList();
    List<Path> files = new ArrayList<>();
    for (MemberName name : names) {
      files.addAll(issue(authority, name, now));
    }
    return files;
  }

  /**
   * Takes one step of the keyring's rotation. Every member starts once with the outcome of a step
   * before the next one is taken.
   *
   * @return the file
   * @throws IOException if there is none
   * @throws IllegalArgumentException if it cannot be read, or the step does not come next
   */
  public Path rotate(KeyRotation.Step step) throws IOException {
    String text = Files.readString(directory.resolve(KEYRING));
    KeyringFile keyring =
        switch (KeyringFile.parse(text)) {
          case Parsed.Value<KeyringFile>(var read) -> read;
          case Parsed.Fault<KeyringFile>(var problem, var remedy) ->
              throw new IllegalArgumentException(problem + ": " + remedy);
        };
    byte[] octets = new byte[KEY_OCTETS];
    random.nextBytes(octets);
    return write(KEYRING, KeyRotation.take(step, keyring, Secret.of(octets)).text(), SECRET);
  }

  private List<Path> issue(ClusterAuthority authority, MemberName name, Instant now)
      throws IOException {
    ClusterAuthority.Issued issued = authority.issue(name, now);
    return List.of(
        write(certificate(name.member()), issued.certificatePem(), PUBLIC),
        write(key(name.member()), issued.keyPem(), SECRET));
  }

  /** Whole or not at all: a member may be reading it. */
  private Path write(String file, String text, Set<PosixFilePermission> permissions)
      throws IOException {
    Path written =
        Files.createTempFile(directory, file, ".new", PosixFilePermissions.asFileAttribute(SECRET));
    Files.writeString(written, text);
    Files.setPosixFilePermissions(written, permissions);
    return Files.move(
        written,
        directory.resolve(file),
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.ATOMIC_MOVE);
  }
}
