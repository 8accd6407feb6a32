package io.phalanx.node.radius;

/** Types of RADIUS attributes that we use. */
final class AttributeType {
  static final int USER_NAME = 1; // RFC 2865 §5.1
  static final int NAS_IP_ADDRESS = 4; // RFC 2865 §5.4
  static final int SERVICE_TYPE = 6; // RFC 2865 §5.6
  static final int FRAMED_IP_ADDRESS = 8; // RFC 2865 §5.8
  static final int FRAMED_MTU = 12; // RFC 2865 §5.12
  static final int REPLY_MESSAGE = 18; // RFC 2865 §5.18
  static final int STATE = 24; // RFC 2865 §5.24
  static final int CLASS = 25; // RFC 2865 §5.25
  static final int VENDOR_SPECIFIC = 26; // RFC 2865 §5.26
  static final int SESSION_TIMEOUT = 27; // RFC 2865 §5.27
  static final int IDLE_TIMEOUT = 28; // RFC 2865 §5.28
  static final int CALLED_STATION_ID = 30; // RFC 2865 §5.30
  static final int CALLING_STATION_ID = 31; // RFC 2865 §5.31
  static final int NAS_IDENTIFIER = 32; // RFC 2865 §5.32
  static final int PROXY_STATE = 33; // RFC 2865 §5.33
  static final int ACCT_STATUS_TYPE = 40; // RFC 2866 §5.1
  static final int ACCT_DELAY_TIME = 41; // RFC 2866 §5.2
  static final int ACCT_INPUT_OCTETS = 42; // RFC 2866 §5.3
  static final int ACCT_OUTPUT_OCTETS = 43; // RFC 2866 §5.4
  static final int ACCT_SESSION_ID = 44; // RFC 2866 §5.5
  static final int ACCT_AUTHENTIC = 45; // RFC 2866 §5.6
  static final int ACCT_SESSION_TIME = 46; // RFC 2866 §5.7
  static final int ACCT_INPUT_PACKETS = 47; // RFC 2866 §5.8
  static final int ACCT_OUTPUT_PACKETS = 48; // RFC 2866 §5.9
  static final int ACCT_TERMINATE_CAUSE = 49; // RFC 2866 §5.10
  static final int ACCT_INPUT_GIGAWORDS = 52; // RFC 2869 §5.1
  static final int ACCT_OUTPUT_GIGAWORDS = 53; // RFC 2869 §5.2
  static final int EVENT_TIMESTAMP = 55; // RFC 2869 §5.3
  static final int NAS_PORT_TYPE = 61; // RFC 2865 §5.41
  static final int EAP_MESSAGE = 79; // RFC 3579 §3.1
  static final int MESSAGE_AUTHENTICATOR = 80; // RFC 3579 §3.2
  static final int ACCT_INTERIM_INTERVAL = 85; // RFC 2869 §5.16
  static final int FRAMED_POOL = 88; // RFC 2869 §5.18
  static final int NAS_IPV6_ADDRESS = 95; // RFC 3162 §2.1
  static final int FRAMED_IPV6_PREFIX = 97; // RFC 3162 §2.3
  static final int ERROR_CAUSE = 101; // RFC 5176 §3.5
  static final int FRAMED_IPV6_ADDRESS = 168; // RFC 6911 §3.1

  private AttributeType() {}
}
