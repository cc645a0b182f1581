import { Injectable } from '@nestjs/common';
import { excerptOf } from './internal/excerpt.js';
import type { ExcerptPart } from './internal/excerpt.js';
import { readSearchText } from './internal/search-text.js';
import { SearchRepository } from './persistence/search.repository.js';
import type { Found, SearchRequest } from './persistence/search.repository.js';

export interface SearchHit extends Found {
  excerpt: ExcerptPart[];
}

/** Finds messages by their words, in what a user may read at that moment. */
@Injectable()
export class SearchService {
  constructor(private readonly repository: SearchRepository) {}

  /** Newest first. No query is a syntax error: what has no words finds nothing. */
  async messages(text: string, request: Omit<SearchRequest, 'query'>): Promise<SearchHit[]> {
    const query = readSearchText(text.trim());
    const found = await this.repository.find({ ...request, query });
    return found.map((hit) => ({ ...hit, excerpt: excerptOf(hit.message.content, query) }));
  }
}
