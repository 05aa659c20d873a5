import { readJson } from '../api/json';
import type { Approximation, Schema, SearchRequest } from '../api/types';
import type { SearchForm } from './form';
import { titleField } from './titleField';

export interface Asked {
    request: SearchRequest;
    /** What is wrong with the form; the request is not to be sent then. */
    problems: string[];
}

const shownFields = 6;

/** What the form asks for. */
export function requestOf(form: SearchForm, schema: Schema): Asked {
    const problems: string[] = [];
    const request: SearchRequest = {};
    addQuery(form, schema, request, problems);
    if (form.filter.trim() !== '') {
        request.filter = { text: form.filter };
    }

    const k = numberOf('Hits', form.k, problems, { isWhole: true, min: 1 });
    request.k = k ?? 10;
    addNumber(request, 'score_min', numberOf('Lowest score', form.scoreMin, problems));
    if (form.groupBy !== '') {
        const cap = numberOf('Hits a group', form.cap, problems, { isWhole: true, min: 1 });
        request.group_by = { attribute: form.groupBy, ...(cap === undefined ? {} : { cap }) };
    }

    const lambda = numberOf('Relevance', form.lambda, problems, { min: 0, max: 1 });
    if (lambda !== undefined) {
        request.diversity = { lambda };
    }

    if (form.similarity !== '') {
        request.similarity = form.similarity;
        addNumber(
            request,
            'first_stage',
            numberOf('First stage', form.firstStage, problems, { isWhole: true, min: 1 }),
        );
    }

    if (form.ranker !== '') {
        request.rank_by = { name: form.ranker };
    }

    if (form.includeSeen) {
        request.include_seen = true;
    }

    const fields = form.fields ?? usualFields(schema);
    if (fields.length > 0) {
        request.fields = fields;
    }

    return { request, problems };
}

/** The fields that hits come with where none were chosen. */
export function usualFields(schema: Schema): string[] {
    const names = schema.fields
        .filter(field => field.type !== 'bytes' && field.type !== 'json')
        .map(field => field.name);
    const title = titleField(schema);
    return (title === undefined ? names : [title, ...names.filter(name => name !== title)]).slice(0, shownFields);
}

/** How codes or copies may stand for rows. */
export function approximationOf(form: SearchForm, problems: string[]): Approximation {
    const share = numberOf('Share that is rescored', form.keepShare, problems, { min: 0, max: 1 });
    return {
        by: form.approximateBy,
        ...(share === undefined || !form.rescores ? {} : { keep_share: share }),
        ...(form.rescores ? {} : { without_rescoring: true }),
        ...(form.asymmetric ? { asymmetric: true } : {}),
    };
}

/** Numbers with commas, spaces or lines between them, or a list of JSON. */
export function readVector(text: string, dim: number | undefined, problems: string[]): number[] {
    const parts = text
        .trim()
        .replace(/^\[|\]$/g, '')
        .split(/[\s,;]+/)
        .filter(part => part !== '');
    const wrong = parts.find(part => !Number.isFinite(Number(part)));
    if (wrong !== undefined) {
        problems.push(`Vector: expected numbers; found ${wrong}.`);
    } else if (dim !== undefined && parts.length !== dim) {
        problems.push(`Vector: expected ${dim} numbers; found ${parts.length}.`);
    }

    return parts.map(Number);
}

function addQuery(form: SearchForm, schema: Schema, request: SearchRequest, problems: string[]): void {
    if (form.kind === 'vector') {
        const embedding = schema.embeddings.find(one => one.name === form.embedding) ?? schema.embeddings[0];
        const vector = readVector(form.vector, embedding?.dim, problems);
        request.embeddings = [{ ...(embedding === undefined ? {} : { name: embedding.name }), vector }];
        return;
    }

    const ids = form[form.kind];
    const hasFeatures = form.kind === 'history' && form.features.trim() !== '';
    if (ids.length === 0 && !hasFeatures) {
        problems.push(
            form.kind === 'items'
                ? 'Items: expected one at least; found none.'
                : 'History: expected an item at least, or features; found none.',
        );
    }

    request[form.kind] = ids;
    if (hasFeatures) {
        try {
            request.features = readJson<Record<string, unknown>>(form.features);
        } catch (error) {
            problems.push(`Features: expected JSON; ${error instanceof Error ? error.message : String(error)}`);
        }
    }
}

function numberOf(
    name: string,
    text: string,
    problems: string[],
    limits: { isWhole?: boolean; min?: number; max?: number } = {},
): number | undefined {
    if (text.trim() === '') {
        return undefined;
    }

    const number = Number(text);
    const { isWhole = false, min = -Infinity, max = Infinity } = limits;
    if (!Number.isFinite(number) || (isWhole && !Number.isInteger(number)) || number < min || number > max) {
        const range = max < Infinity ? ` from ${min} to ${max}` : min > -Infinity ? ` of ${min} or more` : '';
        problems.push(`${name}: expected ${isWhole ? 'a whole number' : 'a number'}${range}; found ${text}.`);
        return undefined;
    }

    return number;
}

function addNumber(request: SearchRequest, name: 'score_min' | 'first_stage', number: number | undefined): void {
    if (number !== undefined) {
        request[name] = number;
    }
}
