import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** A file of a message, on REST and sockets (protocol section 2). */
export class AttachmentDto {
  @ApiProperty({ description: 'UUID v7.', format: 'uuid', example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f66' })
  id!: string;

  @ApiProperty({ description: 'Its name, as it was uploaded.', example: 'sketch.png' })
  name!: string;

  @ApiProperty({ description: 'Its media type, found out from its content.', example: 'image/png' })
  type!: string;

  @ApiProperty({ description: 'In bytes.', type: 'integer', example: 48213 })
  size!: number;

  @ApiPropertyOptional({ description: 'Of an image: in pixels.', type: 'integer', example: 640 })
  width?: number;

  @ApiPropertyOptional({ description: 'Of an image: in pixels.', type: 'integer', example: 480 })
  height?: number;
}
