import type { Hit, Id } from '../api/types';
import { schema } from '../state/models';
import { values } from '../ui/format';
import { ValueCell } from '../ui/ValueCell';
import { titleField } from './titleField';

interface Props {
    label: string;
    hits: Hit[];
    fields: string[];
    /** Those that the other answer has too; left out: there is no other. */
    others?: Id[];
    actions?: (hit: Hit) => preact.JSX.Element;
}

/** Hits as a table: score, fields, what a ranker predicted. What an item is stands below its id. */
export function Hits({ label, hits, fields, others, actions }: Props) {
    const tasks = [...new Set(hits.flatMap(hit => Object.keys(hit.tasks ?? {})))];
    const title = fields.find(field => field === titleField(schema.value));
    const columns = fields.filter(field => field !== title);
    const shared = others === undefined ? undefined : new Set(others.map(String));
    return (
        <div class="scroll" role="region" tabIndex={0} aria-label={label}>
            <table class="hits">
                <thead>
                    <tr>
                        <th scope="col" class="number">
                            #
                        </th>
                        <th scope="col">Item</th>
                        <th scope="col" class="number">
                            Score
                        </th>
                        {tasks.map(task => (
                            <th key={task} scope="col" class="number">
                                {task}
                            </th>
                        ))}
                        {columns.map(field => (
                            <th key={field} scope="col">
                                {field}
                            </th>
                        ))}
                        {actions === undefined ? null : <th scope="col">Actions</th>}
                    </tr>
                </thead>
                <tbody>
                    {hits.map((hit, i) => (
                        <tr key={hit.id} class={shared?.has(String(hit.id)) === false ? 'alone' : undefined}>
                            <td class="number">{i + 1}</td>
                            <th scope="row">
                                <b>{hit.id}</b>
                                {shared?.has(String(hit.id)) === false ? <span class="badge">only here</span> : null}
                                {title === undefined ? null : (
                                    <small class="title">{values(hit.fields?.[title])}</small>
                                )}
                            </th>
                            <td class="number">{hit.score.toFixed(4)}</td>
                            {tasks.map(task => (
                                <td key={task} class="number">
                                    {hit.tasks?.[task]?.toFixed(4) ?? '–'}
                                </td>
                            ))}
                            {columns.map(field => (
                                <ValueCell key={field} list={hit.fields?.[field]} />
                            ))}
                            {actions === undefined ? null : <td>{actions(hit)}</td>}
                        </tr>
                    ))}
                </tbody>
            </table>
        </div>
    );
}
