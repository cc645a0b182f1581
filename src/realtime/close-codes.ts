/** Close codes of the raw WebSocket gateways (protocol section 1.2), named once for server, tests and SDK. */
export const CloseCode = {
  /** Done. */
  Normal: 1000,
  GoingAway: 1001,
  ProtocolError: 1002,
  BinaryFrame: 1003,
  InvalidUtf8: 1007,
  TooManyFragments: 1008,
  TooLarge: 1009,
  Internal: 1011,
  /** A planned stop: reconnect after the delay that `going_away` gave. */
  ServerRestart: 1012,
  Overloaded: 1013,
  /** Bad path or query. */
  BadRequest: 4400,
  Unauthenticated: 4401,
  Forbidden: 4403,
  NoSuchUser: 4404,
  AuthTimeout: 4408,
  Replaced: 4409,
  TooSlow: 4413,
  Flooding: 4429,
} as const;

export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];
