import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

interface Props {
    title: string;
    onClose: () => void;
    children: ComponentChildren;
}

/** A modal dialog: the browser keeps the focus inside, Escape closes it, and the focus goes back to where it was. */
export function Dialog({ title, onClose, children }: Props) {
    const dialog = useRef<HTMLDialogElement>(null);
    const heading = useId();
    useEffect(() => {
        const before = document.activeElement;
        dialog.current?.showModal();
        return () => {
            if (before instanceof HTMLElement) {
                before.focus();
            }
        };
    }, []);
    return (
        <dialog
            ref={dialog}
            aria-labelledby={heading}
            onCancel={event => {
                event.preventDefault();
                onClose();
            }}
        >
            <h2 id={heading}>{title}</h2>
            {children}
        </dialog>
    );
}
