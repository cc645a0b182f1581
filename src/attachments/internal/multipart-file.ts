import type { Request, Response } from 'express';
import { Readable } from 'node:stream';
import multer, { StorageEngine } from 'multer';
import { DomainError, ValidationFailed } from '../../common/domain-error.js';
import { FileRefused } from '../attachments.errors.js';

/** The field of the form that holds the file. */
const FILE_FIELD = 'file';

/** A file as it arrives; `name` and `declaredType` are what the client says of it. */
export interface ArrivingFile {
  name: string;
  declaredType: string;
  content: Readable;
}

/** For the form around the file; its other fields are ignored, as everywhere. */
const LIMITS = {
  files: 1,
  fields: 16,
  parts: 17,
  fieldSize: 4096,
  fieldNameSize: 100,
  fieldNestingDepth: 4,
  headerPairs: 16,
};

/**
 * Reads a multipart body up to the end, and hands its one file on while it arrives. What `take` throws is told at once:
 * multer itself would first read a body that is refused to its end, which an endless one does not have.
 *
 * @throws ValidationFailed when it is no form with one file, or breaks off
 */
export function takeFile<T>(request: Request, take: (file: ArrivingFile) => Promise<T>): Promise<T> {
  if (typeof request.is('multipart/form-data') !== 'string')
    return Promise.reject(new NoForm('must be multipart/form-data'));
  return new Promise((resolve, reject) => {
    let taken: Promise<T> | undefined;
    const refuse = (error: unknown) => {
      reject(refusal(error));
    };
    const storage: StorageEngine = {
      _handleFile: (_request, { originalname, mimetype, stream }, done) => {
        taken = take({ name: originalname, declaredType: mimetype, content: stream });
        taken.then(
          () => {
            done(null, {});
          },
          (error: unknown) => {
            refuse(error);
            done(error);
          },
        );
      },
      _removeFile: (_request, _file, done) => {
        done(null);
      },
    };
    const read = multer({ storage, limits: LIMITS, defParamCharset: 'utf8' }).single(FILE_FIELD);
    // multer leaves the response alone.
    read(request, {} as Response, (error: unknown) => {
      // What was taken is at its end before anybody clears it away.
      if (error !== undefined && error !== null)
        void Promise.allSettled([taken]).then(() => {
          refuse(error);
        });
      else if (taken === undefined)
        reject(new FileRefused(`is missing: the form has no file in its field ${FILE_FIELD}`));
      else taken.then(resolve, refuse);
    });
  });
}

class NoForm extends ValidationFailed {
  constructor(problem: string) {
    super([{ field: 'Content-Type', problems: [problem] }]);
  }
}

/** Errors of ours are what they are; anything else is the parser's word about the body. */
function refusal(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  return new FileRefused(error instanceof Error ? `cannot be read: ${error.message}` : 'cannot be read');
}
