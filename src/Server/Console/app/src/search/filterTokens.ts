/** A piece of a filter's text. */
export interface Token {
    kind: 'word' | 'attribute' | 'keyword' | 'number' | 'parameter' | 'sign';
    text: string;
    from: number;
    to: number;
}

// What docs/filters.md says, with a keyword or a quoted attribute that is not yet ended too.
const forms = [
    /(?<keyword>'(?:[^']|'')*'?)/,
    /(?<attribute>"(?:[^"]|"")*"?)/,
    /(?<number>\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?)/,
    /(?<parameter>@[\p{L}_]?[\p{L}\p{Nd}_.-]*)/u,
    /(?<word>[\p{L}_][\p{L}\p{Nd}_.-]*)/u,
    /(?<sign><=|>=|!=|[^\s])/,
];
const pattern = new RegExp(forms.map(form => form.source).join('|'), 'gu');

/** The tokens of a filter's text; never fails, because who types is in the middle of a word. */
export function tokenise(text: string): Token[] {
    return [...text.matchAll(pattern)].map(match => {
        const [kind] = Object.entries(match.groups ?? {}).find(([, part]) => part !== undefined) ?? ['sign'];
        return { kind: kind as Token['kind'], text: match[0], from: match.index, to: match.index + match[0].length };
    });
}
