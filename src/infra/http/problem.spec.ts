import { HttpException, NotFoundException } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { DomainError, RateLimited, ValidationFailed } from '../../common/domain-error.js';
import { problemOf } from './problem.js';

class Fault extends DomainError {
  readonly code = 'internal';
}

describe('problem details (8, RFC 9457)', () => {
  it('name the fields that are wrong', () => {
    const errors = [{ field: 'name', problems: ['is too long'] }];
    expect(problemOf(new ValidationFailed(errors))).toEqual({
      type: 'urn:parley:problem:validation_failed',
      title: 'Bad Request',
      status: 400,
      detail: 'Some fields are not valid.',
      code: 'validation_failed',
      errors,
    });
  });

  it('say when to come back', () => {
    expect(problemOf(new RateLimited(1500))).toMatchObject({ status: 429, code: 'rate_limited', retry_after_ms: 1500 });
  });

  it('keep the status of what the framework refuses, and never its message', () => {
    const url = 'Cannot GET /x?token=abc';
    expect(problemOf(new NotFoundException(url))).toMatchObject({ status: 404, code: 'not_found' });
    expect(problemOf(new HttpException(url, 418))).toMatchObject({ status: 418, code: 'validation_failed' });
    expect(JSON.stringify(problemOf(new NotFoundException(url)))).not.toContain('token');
  });

  it.each([
    new Error('boom'),
    new Fault('boom'),
    new HttpException('boom', 500),
    Object.assign(new Error('boom'), { status: 404 }),
    'boom',
    undefined,
  ])('tell nothing of what is our fault: %s', (error) => {
    expect(problemOf(error)).toBeUndefined();
  });
});
