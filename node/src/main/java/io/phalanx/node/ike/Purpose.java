package io.phalanx.node.ike;

import io.phalanx.config.iana.ExchangeType;
import io.phalanx.replication.image.IkeSaImage.RequestInFlight;

/** What a request of ours is for; its name is written to images. */
enum Purpose {
  IKE_SA_INIT(ExchangeType.IKE_SA_INIT),
  IKE_AUTH(ExchangeType.IKE_AUTH),
  NEW_CHILD(ExchangeType.CREATE_CHILD_SA),
  REKEY_CHILD(ExchangeType.CREATE_CHILD_SA),
  REKEY_IKE(ExchangeType.CREATE_CHILD_SA),
  CLONE_IKE(ExchangeType.CREATE_CHILD_SA),
  DELETE_CHILD(ExchangeType.INFORMATIONAL),
  DELETE_IKE(ExchangeType.INFORMATIONAL),
  LIVENESS(ExchangeType.INFORMATIONAL),
  REDIRECT(ExchangeType.INFORMATIONAL),
  UPDATE_PATH(ExchangeType.INFORMATIONAL),
  CHECK_PATH(ExchangeType.INFORMATIONAL),
  TELL_ADDRESSES(ExchangeType.INFORMATIONAL),
  SYNC_MESSAGE_IDS(ExchangeType.INFORMATIONAL);

  @SuppressWarnings("ImmutableEnumChecker") // a record of an int
  private final ExchangeType exchange;

  Purpose(ExchangeType exchange) {
    this.exchange = exchange;
  }

  static Purpose of(RequestInFlight request) {
    return valueOf(request.purpose());
  }

  ExchangeType exchange() {
    return exchange;
  }

  /** Whether its answer may say something of paths (RFC 4555). */
  boolean concernsPaths() {
    return this == UPDATE_PATH || this == CHECK_PATH || this == TELL_ADDRESSES || this == LIVENESS;
  }

  /** Whether a MOBIKE request of ours changes or checks what the peer has of our paths. */
  boolean tellsPaths() {
    return this == UPDATE_PATH || this == CHECK_PATH || this == TELL_ADDRESSES;
  }

  /** Whether nothing else may begin until it is answered. */
  boolean alone() {
    return this == IKE_SA_INIT
        || this == IKE_AUTH
        || this == REKEY_IKE
        || this == CLONE_IKE
        || this == DELETE_IKE
        || this == SYNC_MESSAGE_IDS;
  }

  /** Whether it makes an IKE SA out of the one it is asked by. */
  boolean makesIkeSa() {
    return this == REKEY_IKE || this == CLONE_IKE;
  }

  /** Whether it makes, rekeys or closes a Child SA (RFC 7296 §2.25.2). */
  boolean changesChildren() {
    return this == NEW_CHILD || this == REKEY_CHILD || this == DELETE_CHILD;
  }
}
