package io.phalanx.replication.image;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.BeanProperty;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.ContextualDeserializer;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.phalanx.config.Secret;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How the types that are not records look in an image: a secret and an address as byte strings, an
 * endpoint as the octets of its address and two of port, an optional value as itself or null.
 */
final class ImageModule extends SimpleModule {
  ImageModule() {
    super("images");
    addSerializer(new Octets<>(Secret.class, Secret::reveal));
    addDeserializer(
        Secret.class, new FromOctets<>(Secret.class, Secret::of, Optional.of(Secret.EMPTY)));
    addSerializer(new Octets<>(InetAddress.class, InetAddress::getAddress));
    addDeserializer(
        InetAddress.class,
        new FromOctets<>(InetAddress.class, InetAddress::getByAddress, Optional.empty()));
    addSerializer(new Octets<>(InetSocketAddress.class, ImageModule::octetsOf));
    addDeserializer(
        InetSocketAddress.class,
        new FromOctets<>(InetSocketAddress.class, ImageModule::endpointOf, Optional.empty()));
    addSerializer(new OptionalSerializer());
    addDeserializer(Optional.class, new OptionalDeserializer(null));
  }

  private static byte[] octetsOf(InetSocketAddress endpoint) {
    byte[] address = endpoint.getAddress().getAddress();
    return ByteBuffer.allocate(address.length + 2)
        .put(address)
        .putShort((short) endpoint.getPort())
        .array();
  }

  private static InetSocketAddress endpointOf(byte[] octets) throws UnknownHostException {
    int portAt = Math.max(0, octets.length - 2);
    InetAddress address = InetAddress.getByAddress(Arrays.copyOf(octets, portAt));
    return new InetSocketAddress(
        address, Short.toUnsignedInt(ByteBuffer.wrap(octets).getShort(portAt)));
  }

  private interface ToOctets<T> {
    byte[] of(T value);
  }

  private interface OfOctets<T> {
    T of(byte[] octets) throws UnknownHostException;
  }

  private static final class Octets<T> extends StdSerializer<T> {
    private final transient ToOctets<T> octets;

    Octets(Class<T> type, ToOctets<T> octets) {
      super(type);
      this.octets = octets;
    }

    @Override
    public void serialize(T value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeBinary(octets.of(value));
    }
  }

  private static final class FromOctets<T> extends StdDeserializer<T> {
    private final transient OfOctets<T> value;
    private final transient Optional<T> empty;

    FromOctets(Class<T> type, OfOctets<T> value, Optional<T> empty) {
      super(type);
      this.value = value;
      this.empty = empty;
    }

    @Override
    public T deserialize(JsonParser in, DeserializationContext context) throws IOException {
      return value.of(in.getBinaryValue());
    }

    @Override
    public @Nullable Object getEmptyValue(DeserializationContext context) {
      return empty.orElse(null);
    }
  }

  private static final class OptionalSerializer extends StdSerializer<Optional<?>> {
    OptionalSerializer() {
      super(Optional.class, false);
    }

    @Override
    public void serialize(Optional<?> value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      provider.defaultSerializeValue(value.orElse(null), out);
    }
  }

  /** Knows the type inside only once it is bound to a component. */
  @SuppressWarnings("rawtypes")
  private static final class OptionalDeserializer extends StdDeserializer<Optional>
      implements ContextualDeserializer {
    private final transient @Nullable JavaType content;

    OptionalDeserializer(@Nullable JavaType content) {
      super(Optional.class);
      this.content = content;
    }

    @Override
    public JsonDeserializer<?> createContextual(
        DeserializationContext context, BeanProperty property) {
      return new OptionalDeserializer(context.getContextualType().containedType(0));
    }

    @Override
    public Optional deserialize(JsonParser in, DeserializationContext context) throws IOException {
      return Optional.of(context.readValue(in, content));
    }

    @Override
    public Optional getNullValue(DeserializationContext context) {
      return Optional.empty();
    }

    @Override
    public Object getEmptyValue(DeserializationContext context) {
      return Optional.empty();
    }
  }
}
