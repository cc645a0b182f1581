import { registerDecorator, ValidationArguments } from 'class-validator';

/** Length in Unicode code points, as the protocol counts it (section 1). */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Whether a text has `min` to `max` code points; they are counted only where its length in UTF-16 leaves it open. */
export function hasCodePoints(text: string, min: number, max: number): boolean {
  const [least, most] = [Math.ceil(text.length / 2), text.length];
  if (least > max || most < min) return false;
  if (least >= min && most <= max) return true;
  const count = codePoints(text);
  return count >= min && count <= max;
}

/** Text that Postgres can store and UTF-8 can carry: no NUL, no lone surrogate. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

/**
 * A string of `min` to `max` code points once trimmed, without NUL or lone surrogates (protocol section 1).
 * Services store `text.trim()`. `min` may depend on the object's other fields.
 */
export function IsText({ min = 1, max }: { min?: number | ((of: object) => number); max: number }): PropertyDecorator {
  const leastOf = (of?: ValidationArguments) => (typeof min === 'number' ? min : min(of?.object ?? {}));
  return (target, property) => {
    registerDecorator({
      name: 'isText',
      target: target.constructor,
      propertyName: property as string,
      constraints: [min, max],
      validator: {
        validate: (value: unknown, of?: ValidationArguments) => textProblem(value, leastOf(of), max) === undefined,
        defaultMessage: (of: ValidationArguments) => textProblem(of.value, leastOf(of), max) ?? '',
      },
    });
  };
}

function textProblem(value: unknown, min: number, max: number): string | undefined {
  if (typeof value !== 'string') return 'must be a string';
  if (!isStorable(value)) return 'must not hold NUL or lone surrogates';
  return hasCodePoints(value.trim(), min, max) ? undefined : `must be ${min} to ${max} characters long`;
}
