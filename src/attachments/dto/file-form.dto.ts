import { ApiProperty } from '@nestjs/swagger';

/** The form of an upload, for the documents: it is read while it arrives. */
export class FileForm {
  @ApiProperty({ description: 'The file.', type: 'string', format: 'binary' })
  file!: unknown;
}
