import type { JSX } from 'preact';
import { useId } from 'preact/hooks';

interface Props {
    label: string;
    hint: string;
    children: (names: { id: string; 'aria-describedby': string }) => JSX.Element;
}

/** An input with its label and a hint, which screen readers read after the name and not as a part of it. */
export function Field({ label, hint, children }: Props) {
    const id = useId();
    return (
        <div class="field">
            <label for={id}>{label}</label>
            {children({ id, 'aria-describedby': `${id}-hint` })}
            <small id={`${id}-hint`}>{hint}</small>
        </div>
    );
}
