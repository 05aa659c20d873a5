import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { linesOf } from '../api/client';
import { Dialog } from './Dialog';
import { Field } from './Field';
import { Problems } from './Problems';

export interface Input {
    name: string;
    label: string;
    hint?: string;
    kind?: 'text' | 'number' | 'check';
    value?: string;
    isOptional?: boolean;
}

export interface Question {
    title: string;
    /** What will happen, in a paragraph each; it may depend on what is put in. */
    what: (given: Record<string, string>) => string[];
    inputs?: Input[];
    confirm: string;
    isDangerous?: boolean;
    /** Does it; what it throws is shown and the dialog stays. */
    act: (given: Record<string, string>) => Promise<void>;
}

const question = signal<Question | null>(null);

/** Asks before something is done, and says what will happen. */
export function ask(one: Question): void {
    question.value = one;
}

/** Where questions are asked. */
export function Asking() {
    return question.value === null ? null : <Ask key={question.value.title} question={question.value} />;
}

function Ask({ question: one }: { question: Question }) {
    const [given, setGiven] = useState<Record<string, string>>(() =>
        Object.fromEntries((one.inputs ?? []).map(input => [input.name, input.value ?? ''])),
    );
    const [problems, setProblems] = useState<string[]>([]);
    const [isBusy, setBusy] = useState(false);
    const close = (): void => {
        question.value = null;
    };

    async function submit(event: Event): Promise<void> {
        event.preventDefault();
        setBusy(true);
        setProblems([]);
        try {
            await one.act(given);
            close();
        } catch (error) {
            setProblems(linesOf(error));
        } finally {
            setBusy(false);
        }
    }

    return (
        <Dialog title={one.title} onClose={close}>
            <form class="stack" onSubmit={event => void submit(event)}>
                {(one.inputs ?? []).map(input => (
                    <AskInput
                        key={input.name}
                        input={input}
                        value={given[input.name] ?? ''}
                        onChange={value => setGiven({ ...given, [input.name]: value })}
                    />
                ))}
                <div aria-live="polite">
                    {one.what(given).map(line => (
                        <p key={line}>{line}</p>
                    ))}
                </div>
                <Problems lines={problems} />
                <div class="row end">
                    <button type="button" onClick={close}>
                        Cancel
                    </button>
                    <button type="submit" class={one.isDangerous ? 'danger' : 'primary'} disabled={isBusy}>
                        {one.confirm}
                    </button>
                </div>
            </form>
        </Dialog>
    );
}

function AskInput({ input, value, onChange }: { input: Input; value: string; onChange: (value: string) => void }) {
    if (input.kind === 'check') {
        return (
            <label class="check">
                <input
                    type="checkbox"
                    checked={value === 'true'}
                    onChange={event => onChange(String(event.currentTarget.checked))}
                />
                {input.label}
            </label>
        );
    }

    if (input.hint === undefined) {
        return (
            <label class="field">
                <span>{input.label}</span>
                <AskText input={input} value={value} onChange={onChange} names={{}} />
            </label>
        );
    }

    return (
        <Field label={input.label} hint={input.hint}>
            {names => <AskText input={input} value={value} onChange={onChange} names={names} />}
        </Field>
    );
}

function AskText({
    input,
    value,
    onChange,
    names,
}: {
    input: Input;
    value: string;
    onChange: (value: string) => void;
    names: { id?: string; 'aria-describedby'?: string };
}) {
    return (
        <input
            {...names}
            value={value}
            required={input.isOptional !== true}
            inputMode={input.kind === 'number' ? 'decimal' : 'text'}
            pattern={input.kind === 'number' ? '\\d{1,3}(\\.\\d+)?' : undefined}
            autocomplete="off"
            spellcheck={false}
            onInput={event => onChange(event.currentTarget.value)}
        />
    );
}
