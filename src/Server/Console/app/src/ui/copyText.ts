import { say } from '../state/say';

/** Puts a text where it can be pasted from, and says so. */
export async function copyText(text: string, what: string): Promise<void> {
    try {
        await navigator.clipboard.writeText(text);
        say(`${what} is copied.`);
    } catch {
        // Browsers refuse where the page does not come from this machine or by TLS.
        say('The browser does not let the page copy. Select the text instead.', true);
    }
}
