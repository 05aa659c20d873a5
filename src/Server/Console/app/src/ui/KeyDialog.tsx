import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { apiKey, keyDeclined, keyWanted, setApiKey } from '../api/client';
import { refreshModels } from '../state/models';
import { Dialog } from './Dialog';

const opened = signal(false);

/** Opens the dialog. */
export function openKeyDialog(): void {
    opened.value = true;
}

/** Asks for the server's key: where a call was refused for want of one, or when it is opened. */
export function KeyDialog() {
    return opened.value || (keyWanted.value && !keyDeclined.value) ? <Ask /> : null;
}

function Ask() {
    const [key, setKey] = useState('');
    const isRefused = keyWanted.value && apiKey.value !== '';
    const close = (): void => {
        opened.value = false;
        keyDeclined.value = true;
    };
    const save = (to: string): void => {
        opened.value = false;
        setApiKey(to.trim());
        void refreshModels();
    };
    return (
        <Dialog title="Key" onClose={close}>
            <form
                class="stack"
                onSubmit={event => {
                    event.preventDefault();
                    save(key);
                }}
            >
                <p>
                    {isRefused
                        ? 'The server has refused this key: it may be mistyped, have expired, or be another server’s.'
                        : 'A server that knows its callers wants a key with every call.'}{' '}
                    It is kept in this tab alone, until you close it.
                </p>
                <label class="field">
                    <span>API key or token</span>
                    <input
                        type="password"
                        value={key}
                        autocomplete="off"
                        spellcheck={false}
                        required
                        onInput={event => setKey(event.currentTarget.value)}
                    />
                </label>
                <div class="row end">
                    {apiKey.value === '' ? null : (
                        <button type="button" class="danger" onClick={() => save('')}>
                            Forget the key
                        </button>
                    )}
                    <button type="button" onClick={close}>
                        Cancel
                    </button>
                    <button type="submit" class="primary">
                        Use this key
                    </button>
                </div>
            </form>
        </Dialog>
    );
}
