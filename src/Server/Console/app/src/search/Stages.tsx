import type { Stage } from '../api/types';
import { microseconds } from '../ui/format';

/** What was done, in order, and how long each took. */
export function Stages({ stages }: { stages: Stage[] }) {
    const longest = Math.max(...stages.map(stage => stage.microseconds), 1e-9);
    return (
        <table class="stages">
            <caption class="hidden">The stages of the search</caption>
            <thead class="hidden">
                <tr>
                    <th scope="col">Stage</th>
                    <th scope="col">Share</th>
                    <th scope="col">Time</th>
                    <th scope="col">Detail</th>
                </tr>
            </thead>
            <tbody>
                {stages.map(stage => (
                    <tr key={stage.name}>
                        <th scope="row">{stage.name}</th>
                        <td aria-hidden="true">
                            <svg viewBox="0 0 100 10" preserveAspectRatio="none">
                                <rect width={(stage.microseconds / longest) * 100} height="10" class="tone-0" />
                            </svg>
                        </td>
                        <td class="number">{microseconds(stage.microseconds)}</td>
                        <td class="value">{stage.detail ?? ''}</td>
                    </tr>
                ))}
            </tbody>
        </table>
    );
}
