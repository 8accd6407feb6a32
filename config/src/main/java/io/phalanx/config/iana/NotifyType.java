package io.phalanx.config.iana;

/**
 * Notify message type (RFC 7296 §3.10.1); open to codes that are not listed. Below 16384 it tells
 * an error.
 */
public record NotifyType(int code) {
  public static final NotifyType UNSUPPORTED_CRITICAL_PAYLOAD = new NotifyType(1); // RFC 7296
  public static final NotifyType INVALID_IKE_SPI = new NotifyType(4); // RFC 7296 §2.21.4
  public static final NotifyType INVALID_MAJOR_VERSION = new NotifyType(5); // RFC 7296 §2.5
  public static final NotifyType INVALID_SYNTAX = new NotifyType(7); // RFC 7296 §2.21
  public static final NotifyType INVALID_MESSAGE_ID = new NotifyType(9); // RFC 7296 §2.3
  public static final NotifyType INVALID_SPI = new NotifyType(11); // RFC 7296 §1.5
  public static final NotifyType NO_PROPOSAL_CHOSEN = new NotifyType(14); // RFC 7296 §2.7
  public static final NotifyType INVALID_KE_PAYLOAD = new NotifyType(17); // RFC 7296 §1.3
  public static final NotifyType AUTHENTICATION_FAILED = new NotifyType(24); // RFC 7296 §2.21.2
  public static final NotifyType SINGLE_PAIR_REQUIRED = new NotifyType(34); // RFC 7296 §2.9
  public static final NotifyType NO_ADDITIONAL_SAS = new NotifyType(35); // RFC 7296 §1.3
  public static final NotifyType INTERNAL_ADDRESS_FAILURE = new NotifyType(36); // RFC 7296 §3.15.4
  public static final NotifyType FAILED_CP_REQUIRED = new NotifyType(37); // RFC 7296 §2.19
  public static final NotifyType TS_UNACCEPTABLE = new NotifyType(38); // RFC 7296 §2.9
  public static final NotifyType INVALID_SELECTORS = new NotifyType(39); // RFC 7296 §3.10.1
  public static final NotifyType UNACCEPTABLE_ADDRESSES = new NotifyType(40); // RFC 4555 §4.1.1
  public static final NotifyType UNEXPECTED_NAT_DETECTED = new NotifyType(41); // RFC 4555 §4.1.2
  public static final NotifyType TEMPORARY_FAILURE = new NotifyType(43); // RFC 7296 §2.25
  public static final NotifyType CHILD_SA_NOT_FOUND = new NotifyType(44); // RFC 7296 §2.25
  public static final NotifyType INITIAL_CONTACT = new NotifyType(16384); // RFC 7296 §2.4
  public static final NotifyType SET_WINDOW_SIZE = new NotifyType(16385); // RFC 7296 §2.3
  public static final NotifyType ADDITIONAL_TS_POSSIBLE = new NotifyType(16386); // RFC 7296 §2.9
  public static final NotifyType NAT_DETECTION_SOURCE_IP = new NotifyType(16388); // RFC 7296 §2.23
  public static final NotifyType NAT_DETECTION_DESTINATION_IP =
      new NotifyType(16389); // RFC 7296 §2.23
  public static final NotifyType COOKIE = new NotifyType(16390); // RFC 7296 §2.6
  public static final NotifyType USE_TRANSPORT_MODE = new NotifyType(16391); // RFC 7296 §1.3.1
  public static final NotifyType REKEY_SA = new NotifyType(16393); // RFC 7296 §1.3.3
  public static final NotifyType ESP_TFC_PADDING_NOT_SUPPORTED =
      new NotifyType(16394); // RFC 7296 §1.3.1
  public static final NotifyType MOBIKE_SUPPORTED = new NotifyType(16396); // RFC 4555 §4.2
  public static final NotifyType ADDITIONAL_IP4_ADDRESS = new NotifyType(16397); // RFC 4555 §4.2.2
  public static final NotifyType ADDITIONAL_IP6_ADDRESS = new NotifyType(16398); // RFC 4555 §4.2.2
  public static final NotifyType NO_ADDITIONAL_ADDRESSES = new NotifyType(16399); // RFC 4555 §4.2.3
  public static final NotifyType UPDATE_SA_ADDRESSES = new NotifyType(16400); // RFC 4555 §4.2.4
  public static final NotifyType COOKIE2 = new NotifyType(16401); // RFC 4555 §4.2.5
  public static final NotifyType NO_NATS_ALLOWED = new NotifyType(16402); // RFC 4555 §4.2.6
  public static final NotifyType AUTH_LIFETIME = new NotifyType(16403); // RFC 4478 §3
  public static final NotifyType REDIRECT_SUPPORTED = new NotifyType(16406); // RFC 5685 §3
  public static final NotifyType REDIRECT = new NotifyType(16407); // RFC 5685 §3
  public static final NotifyType REDIRECTED_FROM = new NotifyType(16408); // RFC 5685 §3
  public static final NotifyType EAP_ONLY_AUTHENTICATION = new NotifyType(16417); // RFC 5998 §3
  public static final NotifyType CHILDLESS_IKEV2_SUPPORTED = new NotifyType(16418); // RFC 6023 §3
  public static final NotifyType QCD_TOKEN = new NotifyType(16419); // RFC 6290 §4.1
  public static final NotifyType IKEV2_MESSAGE_ID_SYNC_SUPPORTED =
      new NotifyType(16420); // RFC 6311 §6.1
  public static final NotifyType IPSEC_REPLAY_COUNTER_SYNC_SUPPORTED =
      new NotifyType(16421); // RFC 6311 §6.2
  public static final NotifyType IKEV2_MESSAGE_ID_SYNC = new NotifyType(16422); // RFC 6311 §6.3
  public static final NotifyType IPSEC_REPLAY_COUNTER_SYNC = new NotifyType(16423); // RFC 6311 §6.4
  public static final NotifyType IKEV2_FRAGMENTATION_SUPPORTED =
      new NotifyType(16430); // RFC 7383 §2.3
  public static final NotifyType SIGNATURE_HASH_ALGORITHMS = new NotifyType(16431); // RFC 7427 §4
  public static final NotifyType CLONE_IKE_SA_SUPPORTED = new NotifyType(16432); // RFC 7791
  public static final NotifyType CLONE_IKE_SA = new NotifyType(16433); // RFC 7791

  public boolean error() {
    return code < 16384;
  }
}
