/** A Lua script: the server runs it in one piece. `name` is unique to it, and not that of a command of Redis. */
export interface RedisScript {
  readonly name: string;
  /** How many keys it takes. */
  readonly keys: number;
  readonly lua: string;
}
