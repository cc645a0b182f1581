import { registerDecorator } from 'class-validator';

const MOMENT = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?(?:Z|[+-]\d\d:\d\d))?$/;

/** A date, or a time with its zone, as ISO 8601 writes it: other forms that `Date` takes are in the zone of the server. */
export function IsMoment(): PropertyDecorator {
  return (target, property) => {
    registerDecorator({
      name: 'isMoment',
      target: target.constructor,
      propertyName: property as string,
      validator: {
        validate: (value: unknown) =>
          typeof value === 'string' && MOMENT.test(value) && !Number.isNaN(new Date(value).getTime()),
        defaultMessage: () => 'must be a date, or a time with its zone, as ISO 8601 writes it',
      },
    });
  };
}
