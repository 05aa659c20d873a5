import { signal } from '@preact/signals';
import type { Id } from '../api/types';

export type QueryKind = 'items' | 'history' | 'vector';

/** What the workbench's form holds; numbers as they were typed, empty: left out. */
export interface SearchForm {
    kind: QueryKind;
    items: Id[];
    history: Id[];
    features: string;
    vector: string;
    embedding: string;
    filter: string;
    k: string;
    scoreMin: string;
    groupBy: string;
    cap: string;
    lambda: string;
    similarity: string;
    firstStage: string;
    ranker: string;
    includeSeen: boolean;
    /** Fields wanted with each hit; null: those that the page thinks fit. */
    fields: string[] | null;
    compares: boolean;
    approximateBy: 'codes' | 'copy';
    keepShare: string;
    rescores: boolean;
    asymmetric: boolean;
}

export const emptyForm: SearchForm = {
    kind: 'items',
    items: [],
    history: [],
    features: '',
    vector: '',
    embedding: '',
    filter: '',
    k: '10',
    scoreMin: '',
    groupBy: '',
    cap: '',
    lambda: '',
    similarity: '',
    firstStage: '',
    ranker: '',
    includeSeen: false,
    fields: null,
    compares: false,
    approximateBy: 'codes',
    keepShare: '',
    rescores: true,
    asymmetric: false,
};

/** The form; it stays as it is while other pages are shown. */
export const form = signal<SearchForm>(emptyForm);

/** Changes some of it. */
export function change(part: Partial<SearchForm>): void {
    form.value = { ...form.value, ...part };
}
