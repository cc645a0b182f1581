import { ValidationError, ValidationPipe } from '@nestjs/common';
import { FieldProblem, ValidationFailed } from '../../common/domain-error.js';

/** Checks bodies and queries against their class: what it does not list is dropped, and never an error (section 1). */
export function validationPipe(): ValidationPipe {
  return new ValidationPipe({
    whitelist: true,
    transform: true,
    stopAtFirstError: false,
    exceptionFactory: (errors) => new ValidationFailed(fieldProblems(errors)),
  });
}

/** One entry for each field that is wrong, a nested one by its dotted path. */
function fieldProblems(errors: ValidationError[], parent = ''): FieldProblem[] {
  return errors.flatMap(({ property, constraints, children = [] }) => {
    const field = parent === '' ? property : `${parent}.${property}`;
    const own = constraints ? [{ field, problems: Object.values(constraints) }] : [];
    return [...own, ...fieldProblems(children, field)];
  });
}
