import { useState } from 'preact/hooks';
import { apiKey } from '../api/client';
import type { SearchRequest } from '../api/types';
import { copyText } from '../ui/copyText';
import { csharp, curl } from './code';

/** The request to take away: as a command, and as C#. */
export function Code({ model, request }: { model: string; request: SearchRequest }) {
    const [kind, setKind] = useState<'curl' | 'C#'>('curl');
    const hasKey = apiKey.value !== '';
    const text = kind === 'curl' ? curl(model, request, hasKey) : csharp(model, request, hasKey);
    return (
        <details class="card code">
            <summary>This search as code</summary>
            <div class="row">
                {(['curl', 'C#'] as const).map(one => (
                    <button key={one} type="button" aria-pressed={one === kind} onClick={() => setKind(one)}>
                        {one}
                    </button>
                ))}
                <button type="button" onClick={() => void copyText(text, `The ${kind}`)}>
                    Copy
                </button>
            </div>
            <pre tabIndex={0} aria-label={`This search as ${kind}`}>
                {text}
            </pre>
        </details>
    );
}
