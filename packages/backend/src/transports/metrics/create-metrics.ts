import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Core } from '../../context.ts';

/** What Prometheus reads of one process. */
export interface Metrics extends Disposable {
  readonly mediaType: string;
  /** The Prometheus text. */
  read(): Promise<string>;
  /** A request was answered; `route` is its pattern, never its address. */
  answered(request: { method: string; route: string; status: number; seconds: number }): void;
}

export interface MetricsOptions {
  core: Pick<Core, 'hub' | 'runner'>;
  /** Read whenever Prometheus asks. */
  socketCount: () => number;
  eventStreamCount: () => number;
}

const BUCKETS_S = [0.005, 0.02, 0.1, 0.5, 2, 10];
const NANOSECONDS = 1e9;

export function createMetrics({ core, socketCount, eventStreamCount }: MetricsOptions): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const gauge = (name: string, help: string, read: () => number): Gauge =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read());
      },
    });
  gauge('aura_sockets_open', 'WebSockets that are open.', socketCount);
  gauge('aura_event_streams_open', 'Event streams (SSE) that are open.', eventStreamCount);
  gauge('aura_runs_active', 'Runs that this node executes.', () => core.runner.activeCount);
  gauge(
    'aura_streams_watched',
    'Event logs that somebody on this node follows.',
    () => core.hub.watchedCount,
  );
  gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss());
  gauge('nodejs_heap_used_bytes', 'Used heap.', () => process.memoryUsage().heapUsed);
  gauge('process_uptime_seconds', 'Time since the start.', () => process.uptime());

  const lag = monitorEventLoopDelay({ resolution: 20 });
  lag.enable();
  const eventLoop = new Gauge({
    name: 'aura_event_loop_lag_seconds',
    help: 'How late timers were since the last look.',
    labelNames: ['quantile'],
    registers,
    collect() {
      for (const quantile of [0.5, 0.99]) {
        const nanoseconds = lag.count === 0 ? 0 : lag.percentile(quantile * 100);
        eventLoop.set({ quantile }, nanoseconds / NANOSECONDS);
      }
      lag.reset();
    },
  });

  const requests = new Counter({
    name: 'aura_http_requests_total',
    help: 'Requests that were answered.',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const durations = new Histogram({
    name: 'aura_http_request_duration_seconds',
    help: 'Until the answer was sent; event streams last as long as somebody reads.',
    labelNames: ['route'],
    buckets: BUCKETS_S,
    registers,
  });

  return {
    mediaType: registry.contentType,
    read: async () => await registry.metrics(),
    answered({ method, route, status, seconds }) {
      requests.inc({ method, route, status });
      durations.observe({ route }, seconds);
    },
    [Symbol.dispose]: () => void lag.disable(),
  };
}
