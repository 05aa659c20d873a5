export interface Part {
    name: string;
    amount: number;
    text: string;
}

/** Amounts of a whole as one bar, and the words and colours of its parts below it. */
export function Bar({ label, parts, whole }: { label: string; parts: Part[]; whole: number }) {
    let from = 0;
    const end = Math.max(
        whole,
        parts.reduce((sum, part) => sum + part.amount, 0),
        1,
    );
    return (
        <div class="bar">
            <svg viewBox="0 0 1000 10" preserveAspectRatio="none" role="img" aria-label={label}>
                <rect width="1000" height="10" class="bar-rest" />
                {parts.map((part, i) => {
                    const width = (part.amount / end) * 1000;
                    const rect = <rect key={part.name} x={from} width={width} height="10" class={`tone-${i % 8}`} />;
                    from += width;
                    return rect;
                })}
            </svg>
            <ul>
                {parts.map((part, i) => (
                    <li key={part.name}>
                        <svg viewBox="0 0 10 10" aria-hidden="true">
                            <rect width="10" height="10" rx="2" class={`tone-${i % 8}`} />
                        </svg>
                        {part.name} <b>{part.text}</b>
                    </li>
                ))}
            </ul>
        </div>
    );
}
