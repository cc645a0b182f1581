import { z } from 'zod';

export const text = z.string();
export const int = (min: number, max: number): z.ZodCoercedNumber =>
  z.coerce
    .number({ error: 'must be a whole number' })
    .int('must be a whole number')
    .min(min, `must be at least ${min}`)
    .max(max, `must be at most ${max}`);
export const flag = z.enum(['0', '1'], { error: 'must be 0 or 1' }).transform((value) => value === '1');
export const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);
export const isOrigin = (item: string): boolean => URL.canParse(item) && new URL(item).origin === item.toLowerCase();
export const url = (...schemes: string[]): z.ZodString =>
  z
    .string()
    .refine(
      (value) => value === '' || (URL.canParse(value) && schemes.includes(new URL(value).protocol)),
      `must be empty or a URL that starts with ${schemes.map((s) => `${s}//`).join(' or ')}`,
    );

export const YEAR_S = 31_536_000;
export const DAY_MS = 86_400_000;
