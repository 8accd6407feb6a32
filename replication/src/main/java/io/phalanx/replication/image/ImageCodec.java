package io.phalanx.replication.image;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import io.phalanx.config.Secret;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Images as octets: one octet of format version, then the record as CBOR (RFC 8949), a map by the
 * names of its components.
 *
 * <p>Members of two neighbouring versions share a store during a rolling upgrade. So an image of
 * the version before is read too, a component that is not known is passed over, and one that is
 * missing is zero, false or empty. Whatever cannot be told that way needs a new version.
 *
 * <p>What is read comes out of the store, where it was sealed; still nothing here throws on it.
 */
public final class ImageCodec<I> {
  /** Version written. */
  public static final int VERSION = 1;

  /** Oldest version read. */
  static final int OLDEST_VERSION = Math.max(1, VERSION - 1);

  private static final CBORMapper MAPPER = mapper();

  private final ObjectWriter writer;
  private final ObjectReader reader;

  private ImageCodec(Class<I> type) {
    writer = MAPPER.writerFor(type);
    reader = MAPPER.readerFor(type);
  }

  public static ImageCodec<IkeSaImage> ofIkeSas() {
    return new ImageCodec<>(IkeSaImage.class);
  }

  public static ImageCodec<SaClusterImage> ofSaClusters() {
    return new ImageCodec<>(SaClusterImage.class);
  }

  public static ImageCodec<RouteImage> ofRoutes() {
    return new ImageCodec<>(RouteImage.class);
  }

  public byte[] encode(I image) {
    try {
      byte[] cbor = writer.writeValueAsBytes(image);
      byte[] octets = new byte[cbor.length + 1];
      octets[0] = VERSION;
      System.arraycopy(cbor, 0, octets, 1, cbor.length);
      return octets;
    } catch (JsonProcessingException e) {
      // Neither as cause nor as text: messages of the mapper may quote values.
      throw new IllegalStateException("an image that cannot be written: " + where(e));
    }
  }

  public Decoded<I> decode(byte[] octets) {
    if (octets.length == 0 || octets[0] < OLDEST_VERSION || octets[0] > VERSION) {
      return new Decoded.Refused<>(octets.length == 0 ? "empty" : "version " + octets[0]);
    }
    try {
      I image = reader.readValue(octets, 1, octets.length - 1);
      return image == null ? new Decoded.Refused<>("no image") : new Decoded.Whole<>(image);
    } catch (JacksonException e) {
      return new Decoded.Refused<>(where(e));
    } catch (IOException | RuntimeException e) {
      return new Decoded.Refused<>(e.getClass().getSimpleName());
    }
  }

  /** Kind of the fault and names of the components that lead to it; nothing of their values. */
  private static String where(JacksonException e) {
    String kind = e.getClass().getSimpleName();
    if (!(e instanceof JsonMappingException fault) || fault.getPath().isEmpty()) {
      return kind;
    }
    return fault.getPath().stream()
        .map(ImageCodec::name)
        .collect(Collectors.joining(".", kind + " at ", ""));
  }

  private static String name(JsonMappingException.Reference step) {
    return step.getFieldName() == null ? "[" + step.getIndex() + "]" : step.getFieldName();
  }

  private static CBORMapper mapper() {
    CBORMapper.Builder builder =
        CBORMapper.builder()
            .addModule(new ImageModule())
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .defaultSetterInfo(JsonSetter.Value.construct(Nulls.FAIL, Nulls.FAIL));
    List<Class<?>> emptyIfMissing =
        List.of(
            long.class,
            int.class,
            boolean.class,
            String.class,
            byte[].class,
            List.class,
            Optional.class,
            Secret.class);
    for (Class<?> type : emptyIfMissing) {
      builder.withConfigOverride(
          type,
          override ->
              override.setSetterInfo(JsonSetter.Value.construct(Nulls.AS_EMPTY, Nulls.FAIL)));
    }
    return builder.build();
  }
}
