import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const SERVER = `http://127.0.0.1:${process.env['PORT'] ?? '8080'}`;

export default defineConfig({
  base: '/app/',
  plugins: [react()],
  server: {
    proxy: { '/trpc': { target: SERVER, ws: true } },
  },
  build: {
    target: 'es2023',
    // The content security policy allows no data: URLs and no inline scripts.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // One file: across several, modules would not run in the order of their imports, and main.tsx must set up Zod first.
    chunkSizeWarningLimit: 1_200,
  },
});
