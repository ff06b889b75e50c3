import { Cluster, type ClusterOptions } from 'ioredis';

/** Several addresses, divided by commas, are nodes of one cluster; one is a server. */
export function redisUrls(url: string): readonly string[] {
  return url.split(',').map((one) => one.trim());
}

/** Connects to a cluster by some of its nodes. All of it takes the user, the password and TLS of the first address. */
export function connectRedisCluster(urls: readonly string[], options: ClusterOptions): Cluster {
  const { protocol, username, password } = new URL(urls[0] ?? '');
  return new Cluster(
    urls.map((url) => nodeOf(url)),
    {
      ...options,
      redisOptions: {
        ...options.redisOptions,
        ...(username !== '' && { username: decodeURIComponent(username) }),
        ...(password !== '' && { password: decodeURIComponent(password) }),
        ...(protocol === 'rediss:' && { tls: {} }),
      },
    },
  );
}

function nodeOf(url: string): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port === '' ? '6379' : port) };
}
