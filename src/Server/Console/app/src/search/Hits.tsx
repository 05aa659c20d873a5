import type { Hit, Id } from '../api/types';
import { values } from '../ui/format';

interface Props {
    label: string;
    hits: Hit[];
    fields: string[];
    /** Those that the other answer has too; left out: there is no other. */
    others?: Id[];
    actions?: (hit: Hit) => preact.JSX.Element;
}

/** Hits as a table: score, fields, what a ranker predicted. */
export function Hits({ label, hits, fields, others, actions }: Props) {
    const tasks = [...new Set(hits.flatMap(hit => Object.keys(hit.tasks ?? {})))];
    const shared = others === undefined ? undefined : new Set(others.map(String));
    return (
        <div class="scroll" role="region" tabIndex={0} aria-label={label}>
            <table class="hits">
                <thead>
                    <tr>
                        <th scope="col" class="number">#</th>
                        <th scope="col">Item</th>
                        <th scope="col" class="number">Score</th>
                        {tasks.map(task => <th key={task} scope="col" class="number">{task}</th>)}
                        {fields.map(field => <th key={field} scope="col">{field}</th>)}
                        {actions === undefined ? null : <th scope="col">Actions</th>}
                    </tr>
                </thead>
                <tbody>
                    {hits.map((hit, i) => (
                        <tr key={hit.id} class={shared?.has(String(hit.id)) === false ? 'alone' : undefined}>
                            <td class="number">{i + 1}</td>
                            <th scope="row">
                                {hit.id}
                                {shared?.has(String(hit.id)) === false ? <span class="badge">only here</span> : null}
                            </th>
                            <td class="number">{hit.score.toFixed(4)}</td>
                            {tasks.map(task => <td key={task} class="number">{hit.tasks?.[task]?.toFixed(4) ?? '–'}</td>)}
                            {fields.map(field => <td key={field} class="value">{values(hit.fields?.[field])}</td>)}
                            {actions === undefined ? null : <td>{actions(hit)}</td>}
                        </tr>
                    ))}
                </tbody>
            </table>
        </div>
    );
}
