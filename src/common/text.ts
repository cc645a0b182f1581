import { registerDecorator, ValidationArguments } from 'class-validator';

/** Length in Unicode code points, as the protocol counts it (section 1). */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Text that Postgres can store and UTF-8 can carry: no NUL, no lone surrogate. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/**
 * A string of `min` to `max` code points once trimmed, without NUL or lone surrogates (protocol section 1).
 * Services store `text.trim()`.
 */
export function IsText({ min = 1, max }: { min?: number; max: number }): PropertyDecorator {
  return (target, property) => {
    registerDecorator({
      name: 'isText',
      target: target.constructor,
      propertyName: property as string,
      constraints: [min, max],
      validator: {
        validate: (value: unknown) => textProblem(value, min, max) === undefined,
        defaultMessage: ({ value }: ValidationArguments) => textProblem(value, min, max) ?? '',
      },
    });
  };
}

function textProblem(value: unknown, min: number, max: number): string | undefined {
  if (typeof value !== 'string') return 'must be a string';
  if (!isStorable(value)) return 'must not hold NUL or lone surrogates';
  const length = codePoints(value.trim());
  return length < min || length > max ? `must be ${min} to ${max} characters long` : undefined;
}
