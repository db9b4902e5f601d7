import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { HistogramAnswer, LogPage, LogRecord, Question } from '../api/answers.js';
import { ask } from '../api/client.js';

/** Rows of the first request, which is to be seen at once, and of each after it: as many as the API gives, as each costs a pass over all. */
const FIRST_ROWS = 500;
const NEXT_ROWS = 1_000;
/** Longest list: about 60 MB with the fields of a list. Nobody reads further; there is the download. */
export const MAX_ROWS = 100_000;
/** Needed to draw any row: `event.original` has the colours of a terminal. */
const ALWAYS = ['log.level', 'event.original'];

/** What a row needs of a record. */
export function fieldsOf(columns: readonly string[]): string {
  return [...new Set([...ALWAYS, ...columns])].join(',');
}

export interface Rows {
  readonly records: readonly LogRecord[];
  readonly total: LogPage['total'] | undefined;
  readonly first: LogPage | undefined;
  readonly error: Error | null;
  readonly loading: boolean;
  readonly loadingMore: boolean;
  readonly hasMore: boolean;
  loadMore(): void;
}

/** Where a page of the list begins, and how long it is. */
interface Place {
  readonly cursor?: string;
  readonly limit: number;
}

/** The records of a question, newest first, page by page as `loadMore` is called. Another `run` asks anew. */
export function useRows(question: Question, columns: readonly string[], run: number): Rows {
  const fields = fieldsOf(columns);
  const query = useInfiniteQuery({
    queryKey: ['logs', question, fields, run],
    queryFn: ({ pageParam, signal }) => ask<LogPage>('logs', { ...question, fields, ...pageParam }, signal),
    initialPageParam: { limit: FIRST_ROWS } as Place,
    getNextPageParam: ({ next }: LogPage, pages): Place | undefined => {
      const room = MAX_ROWS - pages.reduce((sum, { items }) => sum + items.length, 0);
      return next === undefined || room === 0 ? undefined : { cursor: next, limit: Math.min(NEXT_ROWS, room) };
    },
    // Comparing 100 000 records to find out that they are new takes longer than drawing them.
    structuralSharing: false,
  });
  const records = useMemo(() => query.data?.pages.flatMap((page) => page.items) ?? [], [query.data]);
  const first = query.data?.pages[0];
  return {
    records,
    first,
    total: first?.total,
    error: query.error,
    loading: query.isPending,
    loadingMore: query.isFetchingNextPage,
    hasMore: query.hasNextPage && !query.isFetchNextPageError,
    loadMore: () => void query.fetchNextPage({ cancelRefetch: false }),
  };
}

export function useHistogram(question: Question, run: number) {
  return useQuery({
    queryKey: ['histogram', question, run],
    queryFn: ({ signal }) => ask<HistogramAnswer>('logs/histogram', { ...question, by: 'level', buckets: 100 }, signal),
    placeholderData: keepPreviousData,
  });
}

/** One record with all its fields. It never changes, so it is asked for once. */
export function useRecord(id: string) {
  return useQuery({
    queryKey: ['record', id],
    queryFn: ({ signal }) => ask<LogRecord>(`logs/${encodeURIComponent(id)}`, {}, signal),
    enabled: id !== '',
  });
}
