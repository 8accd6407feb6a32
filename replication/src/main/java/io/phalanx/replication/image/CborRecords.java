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
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.dataformat.cbor.databind.CBORMapper;
import io.phalanx.config.Secret;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Records as CBOR (RFC 8949): a map by the names of their components. A name that is not known is
 * passed over, and a component that is missing is zero, false or empty.
 *
 * <p>Nothing here throws on what it reads, nor tells a value of it.
 */
public final class CborRecords<T> {
  private static final CBORMapper AS_THEY_ARE = builder().build();
  private static final CBORMapper WITH_UNDERSCORES =
      builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();

  private final ObjectWriter writer;
  private final ObjectReader reader;

  private CborRecords(CBORMapper mapper, Class<T> type) {
    writer = mapper.writerFor(type);
    reader = mapper.readerFor(type);
  }

  /** By the names of the components as they are in Java. */
  static <T> CborRecords<T> of(Class<T> type) {
    return new CborRecords<>(AS_THEY_ARE, type);
  }

  /** By their names in lower case, words parted by underscores. */
  public static <T> CborRecords<T> withUnderscores(Class<T> type) {
    return new CborRecords<>(WITH_UNDERSCORES, type);
  }

  public byte[] encode(T value) {
    try {
      return writer.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      // Neither as cause nor as text: messages of the mapper may quote values.
      throw new IllegalStateException("a record that cannot be written: " + where(e));
    }
  }

  public Decoded<T> decode(byte[] octets, int offset, int length) {
    try {
      T value = reader.readValue(octets, offset, length);
      return value == null ? new Decoded.Refused<>("nothing") : new Decoded.Whole<>(value);
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
        .map(CborRecords::name)
        .collect(Collectors.joining(".", kind + " at ", ""));
  }

  private static String name(JsonMappingException.Reference step) {
    return step.getFieldName() == null ? "[" + step.getIndex() + "]" : step.getFieldName();
  }

  private static CBORMapper.Builder builder() {
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
    return builder;
  }
}
