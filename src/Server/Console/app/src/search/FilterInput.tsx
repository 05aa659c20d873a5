import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { ApiError, call, modelPath } from '../api/client';
import type { Schema } from '../api/types';
import { complete, completeValues, type Completion, type Suggestion } from './filterCompletion';
import { tokenise } from './filterTokens';
import { sampleValues } from './sampleValues';

interface Props {
    label: string;
    model: string;
    schema: Schema;
    value: string;
    onChange: (value: string) => void;
}

const shownMax = 12;
const checkDelayMs = 300;

/** A filter's text: it completes names, operators and values, and underlines what the server finds wrong. */
export function FilterInput({ label, model, schema, value, onChange }: Props) {
    const id = useId();
    const area = useRef<HTMLTextAreaElement>(null);
    const mirror = useRef<HTMLDivElement>(null);
    const [completion, setCompletion] = useState<Completion | null>(null);
    const [suggestions, setSuggestions] = useState<Suggestion[]>([]);
    const [active, setActive] = useState(-1);
    const problems = useCheck(model, value);
    const isOpen = completion !== null && suggestions.length > 0;

    async function suggest(text: string, caret: number): Promise<void> {
        const found = complete(text, caret, schema);
        setCompletion(found);
        setSuggestions(found.suggestions.slice(0, shownMax));
        setActive(-1);
        if (found.valuesOf !== undefined) {
            const sampled = await sampleValues(model, found.valuesOf.name);
            const now = area.current;
            if (now !== null && now.value === text && now.selectionStart === caret && document.activeElement === now) {
                setSuggestions([...found.suggestions, ...completeValues(text, found, sampled)].slice(0, shownMax));
            }
        }
    }

    function close(): void {
        setCompletion(null);
        setActive(-1);
    }

    function accept(suggestion: Suggestion): void {
        if (completion === null || area.current === null) {
            return;
        }

        const text = `${value.slice(0, completion.from)}${suggestion.text} ${value.slice(completion.to).trimStart()}`;
        const caret = completion.from + suggestion.text.length + 1;
        area.current.value = text;
        area.current.setSelectionRange(caret, caret);
        area.current.focus();
        onChange(text);
        void suggest(text, caret);
    }

    function onKeyDown(event: KeyboardEvent): void {
        if (event.key === 'ArrowDown' && !isOpen && event.altKey) {
            void suggest(value, area.current?.selectionStart ?? value.length);
        } else if (isOpen && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
            event.preventDefault();
            const step = event.key === 'ArrowDown' ? 1 : -1;
            setActive((active + step + suggestions.length + (active < 0 && step < 0 ? 1 : 0)) % suggestions.length);
        } else if (isOpen && event.key === 'Enter' && active >= 0) {
            event.preventDefault();
            accept(suggestions[active]!);
        } else if (event.key === 'Escape' && isOpen) {
            event.preventDefault();
            close();
        } else if (event.key === 'Enter' && !event.shiftKey) {
            // As in any field of a form.
            event.preventDefault();
            area.current?.form?.requestSubmit();
        }
    }

    return (
        <div class="field filter">
            <label for={`${id}-text`}>{label}</label>
            <div class="filter-box">
                <div class="filter-mirror" ref={mirror} aria-hidden="true">
                    <Marked text={value} problems={problems} />
                </div>
                <textarea
                    id={`${id}-text`}
                    ref={area}
                    rows={2}
                    value={value}
                    spellcheck={false}
                    autocapitalize="off"
                    autocomplete="off"
                    aria-autocomplete="list"
                    aria-haspopup="listbox"
                    aria-controls={`${id}-list`}
                    aria-activedescendant={isOpen && active >= 0 ? `${id}-${active}` : undefined}
                    aria-invalid={problems.length > 0}
                    aria-describedby={`${id}-problems ${id}-hint`}
                    onInput={event => {
                        onChange(event.currentTarget.value);
                        void suggest(event.currentTarget.value, event.currentTarget.selectionStart);
                    }}
                    onFocus={event => void suggest(event.currentTarget.value, event.currentTarget.selectionStart)}
                    onClick={event => void suggest(event.currentTarget.value, event.currentTarget.selectionStart)}
                    onBlur={close}
                    onKeyDown={onKeyDown}
                    onScroll={event => {
                        mirror.current!.scrollTop = event.currentTarget.scrollTop;
                    }}
                />
                <ul id={`${id}-list`} role="listbox" aria-label="What may come here" hidden={!isOpen}>
                    {suggestions.map((suggestion, i) => (
                        <li
                            key={suggestion.text}
                            id={`${id}-${i}`}
                            role="option"
                            aria-selected={i === active}
                            onPointerDown={event => {
                                // The text keeps the focus.
                                event.preventDefault();
                                accept(suggestion);
                            }}
                        >
                            <code>{suggestion.text}</code> <small>{suggestion.detail}</small>
                        </li>
                    ))}
                </ul>
            </div>
            <small id={`${id}-hint`}>
                Empty: every item. Down and Enter choose what may come, Escape closes the list.
            </small>
            <p class="hidden" role="status">
                {isOpen ? `${suggestions.length} suggestions` : ''}
            </p>
            <div id={`${id}-problems`} aria-live="polite">
                {problems.map(problem => (
                    <p key={problem} class="problem">
                        {problem}
                    </p>
                ))}
            </div>
        </div>
    );
}

/** What the server says of a filter, once the typing rests. */
function useCheck(model: string, text: string): string[] {
    const [checked, setChecked] = useState({ text: '', problems: [] as string[] });
    useEffect(() => {
        if (text.trim() === '' || model === '') {
            return;
        }

        const abort = new AbortController();
        const timer = setTimeout(() => {
            call('POST', modelPath(model, '/filters'), { text }, abort.signal).then(
                () => setChecked({ text, problems: [] }),
                (error: unknown) => {
                    if (!abort.signal.aborted && error instanceof ApiError && error.status === 400) {
                        setChecked({ text, problems: error.problems.map(one => one.message) });
                    }
                },
            );
        }, checkDelayMs);
        return () => {
            clearTimeout(timer);
            abort.abort();
        };
    }, [model, text]);
    // What was wrong with another text says nothing of this one.
    return checked.text === text ? checked.problems : [];
}

/** The text with what is wrong underlined; it lies behind the text that is typed. */
function Marked({ text, problems }: { text: string; problems: string[] }) {
    const marks = problems
        .map(problem => placeOf(text, problem))
        .filter(mark => mark !== undefined)
        .sort((a, b) => a.from - b.from);
    const parts = [];
    let at = 0;
    for (const mark of marks) {
        if (mark.from >= at) {
            parts.push(text.slice(at, mark.from), <mark key={mark.from}>{text.slice(mark.from, mark.to) || ' '}</mark>);
            at = mark.to;
        }
    }

    return (
        <>
            {parts}
            {text.slice(at)}
            {'\n'}
        </>
    );
}

/** Where a problem says that it is: from there to the end of the token. */
function placeOf(text: string, problem: string): { from: number; to: number } | undefined {
    const match = /^line (\d+), column (\d+)/.exec(problem);
    if (match === null) {
        return undefined;
    }

    const lines = text.split('\n').slice(0, Number(match[1]) - 1);
    const from = lines.reduce((sum, line) => sum + line.length + 1, 0) + Number(match[2]) - 1;
    const token = tokenise(text).find(one => one.from <= from && from < one.to);
    return { from, to: token?.to ?? from };
}
