/** Calls again and again while the page can be seen; ends with what it returns. */
export function poll(work: () => Promise<void>, intervalMs: () => number): () => void {
    let timer: number | undefined;
    let ended = false;
    let running = false;

    async function run(): Promise<void> {
        clearTimeout(timer);
        if (running || ended || document.hidden) {
            return;
        }

        running = true;
        try {
            await work();
        } finally {
            running = false;
            if (!ended) {
                timer = window.setTimeout(() => void run(), intervalMs());
            }
        }
    }

    const onVisible = (): void => void run();
    document.addEventListener('visibilitychange', onVisible);
    void run();
    return () => {
        ended = true;
        clearTimeout(timer);
        document.removeEventListener('visibilitychange', onVisible);
    };
}
