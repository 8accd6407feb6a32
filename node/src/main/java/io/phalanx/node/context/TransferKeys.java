package io.phalanx.node.context;

import io.phalanx.config.Pem;
import io.phalanx.config.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.X25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.X25519PublicKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.PrivateKeyInfoFactory;
import org.bouncycastle.crypto.util.PublicKeyFactory;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;

/**
 * Files with the X25519 keys by which clusters know each other: PEM, PKCS#8 and X.509 (RFC 8410).
 */
public final class TransferKeys {
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z ]+)-----([A-Za-z0-9+/=\\s]*)-----END \\1-----");
  private static final String PRIVATE = "PRIVATE KEY";
  private static final String PUBLIC = "PUBLIC KEY";

  /** The two keys of a cluster, 32 octets each. */
  public record Pair(Secret privateKey, byte[] publicKey) {}

  private TransferKeys() {}

  /**
   * Makes a new pair. The private key is for the owner of its file alone.
   *
   * @throws FileAlreadyExistsException if one of the files is there; then nothing is written
   */
  public static void generate(Path privateFile, Path publicFile) throws IOException {
    if (Files.exists(publicFile)) {
      throw new FileAlreadyExistsException(publicFile.toString());
    }
    X25519PrivateKeyParameters key = new X25519PrivateKeyParameters(new SecureRandom());
    Files.createFile(
        privateFile,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(
        privateFile,
        Pem.block(PRIVATE, PrivateKeyInfoFactory.createPrivateKeyInfo(key).getEncoded()),
        StandardOpenOption.TRUNCATE_EXISTING);
    Files.writeString(
        publicFile,
        Pem.block(
            PUBLIC,
            SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(key.generatePublicKey())
                .getEncoded()),
        StandardOpenOption.CREATE_NEW);
  }

  /**
   * @throws IOException if the file cannot be read, or holds no such key
   */
  public static Pair readPrivate(Path file) throws IOException {
    if (key(file, PRIVATE) instanceof X25519PrivateKeyParameters key) {
      return new Pair(Secret.of(key.getEncoded()), key.generatePublicKey().getEncoded());
    }
    throw wrong(file, PRIVATE);
  }

  /**
   * @return 32 octets
   * @throws IOException if the file cannot be read, or holds no such key
   */
  public static byte[] readPublic(Path file) throws IOException {
    if (key(file, PUBLIC) instanceof X25519PublicKeyParameters key) {
      return key.getEncoded();
    }
    throw wrong(file, PUBLIC);
  }

  private static AsymmetricKeyParameter key(Path file, String type) throws IOException {
    Matcher block = BLOCK.matcher(text(file));
    if (!block.find() || !block.group(1).equals(type)) {
      throw wrong(file, type);
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(block.group(2));
      return type.equals(PRIVATE)
          ? PrivateKeyFactory.createKey(der)
          : PublicKeyFactory.createKey(der);
    } catch (IOException | RuntimeException e) {
      throw wrong(file, type); // without the cause, which may quote what it has read
    }
  }

  private static String text(Path file) throws IOException {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      throw new IOException(
          "context-transfer: %s does not exist; make it by: phalanx context key".formatted(file),
          e);
    } catch (IOException e) {
      throw new IOException(
          "context-transfer: %s cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static IOException wrong(Path file, String type) {
    return new IOException(
        "context-transfer: %s holds no X25519 %s in PEM; make a pair by: phalanx context key"
            .formatted(file, type));
  }
}
