import type { RateLimiterAbstract } from 'rate-limiter-flexible';

export interface Limit {
  /** Unique to it. */
  name: string;
  points: number;
  /** In which they are regained. */
  seconds: number;
}

/** The library's own methods, each for a key of any text. */
export type Limiter = Pick<RateLimiterAbstract, 'consume' | 'penalty' | 'reward' | 'get' | 'block' | 'delete'>;
