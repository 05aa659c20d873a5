import { dismiss, notices } from '../state/say';

/** What has happened; a region that is there from the start, so that screen readers hear of what comes. */
export function Notices() {
    return (
        <div class="notices" role="status" aria-live="polite">
            {notices.value.map(notice => (
                <p key={notice.number} class={notice.isError ? 'notice error' : 'notice'}>
                    {notice.text}
                    <button
                        type="button"
                        class="quiet"
                        aria-label="Close this message"
                        onClick={() => dismiss(notice.number)}
                    >
                        ×
                    </button>
                </p>
            ))}
        </div>
    );
}
