import { defineConfig } from 'vite';

// What is built is committed (tools/console.sh), so it must not depend on the machine or the day.
export default defineConfig({
    base: '/',
    build: {
        outDir: '../Built',
        emptyOutDir: true,
        assetsDir: 'console',
        target: 'es2023',
        // The server forbids inline script, data: URLs and addresses beyond its own.
        modulePreload: { polyfill: false },
        assetsInlineLimit: 0,
        cssCodeSplit: false,
    },
    server: { proxy: { '/v1': 'http://127.0.0.1:7700', '/openapi': 'http://127.0.0.1:7700' } },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
});
