import { ValueTransformer } from 'typeorm';

/** Postgres sends bigint as text; our numbers stay far below 2^53. */
export const bigintAsNumber: ValueTransformer = {
  from: (value: string | null) => (value === null ? null : Number(value)),
  to: (value: number | null) => value,
};

/** Times are stored with the milliseconds that the wire shows (protocol section 1). */
export const TIMESTAMP = { type: 'timestamptz', precision: 3 } as const;
