/** What is wrong, read out when it appears; nothing where nothing is. */
export function Problems({ lines, id }: { lines: string[]; id?: string }) {
    return (
        <div role="alert" id={id}>
            {lines.length === 0 ? null : (
                <ul class="problems">
                    {lines.map(line => (
                        <li key={line}>{line}</li>
                    ))}
                </ul>
            )}
        </div>
    );
}
