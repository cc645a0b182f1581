import { Module } from '@nestjs/common';
import { MessagesModule } from '../messages/messages.module.js';
import { SearchController } from './http/search.controller.js';
import { SearchIndexer } from './internal/search-indexer.js';
import { SearchIndexRepository } from './persistence/search-index.repository.js';
import { SearchRepository } from './persistence/search.repository.js';
import { SearchService } from './search.service.js';

@Module({
  imports: [MessagesModule],
  controllers: [SearchController],
  providers: [SearchService, SearchIndexer, SearchRepository, SearchIndexRepository],
})
export class SearchModule {}
