import type { Value } from '../api/types';
import { values } from './format';

const longText = 28;

/** The values of a field in a cell that leaves long ones room. */
export function ValueCell({ list }: { list: Value[] | undefined }) {
    const text = values(list);
    return <td class={text.length > longText ? 'value long' : 'value'}>{text}</td>;
}
