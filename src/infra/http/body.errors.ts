import { UnsupportedMediaTypeException } from '@nestjs/common';
import { DomainError } from '../../common/domain-error.js';

export class BadJson extends DomainError {
  readonly code = 'bad_json';
}

export class TooLarge extends DomainError {
  readonly code = 'too_large';
}

/** A `Content-Encoding` that the body parser does not know. */
export class UnreadableEncoding extends UnsupportedMediaTypeException {}
