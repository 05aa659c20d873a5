import type { SearchResponse } from '../api/types';
import { schema } from '../state/models';
import { microseconds } from '../ui/format';
import { Facts, totalOf } from './Answer';
import { Hits } from './Hits';
import { titleField } from './titleField';
import { Stages } from './Stages';

interface Props {
    exact: SearchResponse;
    approximate: SearchResponse;
    fields: string[];
}

/** The exact answer beside the one of codes or copies. */
export function Comparison({ exact, approximate, fields }: Props) {
    const answers = [
        ['Exact', exact, approximate],
        ['Approximate', approximate, exact],
    ] as const;
    return (
        <>
            <p class="lead">
                The approximate answer has {((approximate.recall ?? 0) * 100).toFixed(1)} % of the exact hits. It took{' '}
                {microseconds(totalOf(approximate))}, the exact one {microseconds(totalOf(exact))}.
            </p>
            <div class="beside">
                {answers.map(([name, answer, other]) => (
                    <section key={name} aria-label={`${name} answer`}>
                        <h3>{name}</h3>
                        <Facts answer={answer} />
                        <Hits
                            label={`${name} hits`}
                            hits={answer.hits}
                            fields={fields.filter(field => field === titleField(schema.value))}
                            others={other.hits.map(hit => hit.id)}
                        />
                        <Stages stages={answer.stages} />
                    </section>
                ))}
            </div>
        </>
    );
}
