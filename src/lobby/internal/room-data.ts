import type { Json } from '../../cluster/cluster.js';
import { ValidationFailed } from '../../common/domain-error.js';

/** Every change of a room is told with its data, so that is small. */
const MOST_DATA_LENGTH = 16_384;

/** @throws ValidationFailed */
export function requireDataSize(field: string, data: Readonly<Record<string, Json>>): void {
  if (JSON.stringify(data).length > MOST_DATA_LENGTH)
    throw new ValidationFailed([
      { field, problems: [`must make no more than ${MOST_DATA_LENGTH} characters of data`] },
    ]);
}
