import { ArgumentMetadata, PipeTransform } from '@nestjs/common';
import { ValidationFailed } from '../../common/domain-error.js';
import { parseId } from '../../common/ids.js';

/** An id in a path, in lower case: `@Param('id', ParseIdPipe) id: GroupId`. Not a UUID: 400, with the name of the parameter. */
export class ParseIdPipe implements PipeTransform<unknown, string> {
  transform(value: unknown, { data }: ArgumentMetadata): string {
    const id = parseId(value);
    if (id === undefined) throw new ValidationFailed([{ field: data ?? 'id', problems: ['must be a UUID'] }]);
    return id;
  }
}
