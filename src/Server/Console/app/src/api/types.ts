/** What docs/rest.md says that calls take and give, as far as the console uses it. */

export type Id = string | number;
export type Value = string | number | boolean;

export interface Item {
    id: Id;
    fields?: Record<string, Value[]>;
    embeddings?: Record<string, number[]>;
}

export type VersionState = 'loading' | 'catching_up' | 'ready' | 'failed' | 'unloaded';

export interface VersionInfo {
    version: string;
    state: VersionState;
    problem?: string;
    progress: number;
    items: number;
    memory_bytes: number;
    model_version?: string;
    schema?: Schema;
    similarities: string[];
    rankers: string[];
    has_query_tower: boolean;
    engine?: string;
    lag: number;
    loaded_at?: string;
}

export interface ShadowComparison {
    compared: number;
    failed: number;
    dropped: number;
    overlap: number;
    score_difference: number;
    live_ms: number;
    shadow_ms: number;
}

export interface ModelInfo {
    name: string;
    live?: string;
    previous?: string;
    canary?: { version: string; percent: number };
    shadow?: { version: string; percent: number; comparison?: ShadowComparison };
    versions: VersionInfo[];
    aliases: string[];
    writable: boolean;
}

export interface ModelList {
    models: ModelInfo[];
    aliases: { alias: string; model: string }[];
    memory?: { budget_bytes: number; used_bytes: number };
}

export type FieldType = 'keyword' | 'integer' | 'float' | 'boolean' | 'date' | 'text' | 'json' | 'bytes';

export interface FieldSchema {
    name: string;
    type: FieldType;
    roles: ('attribute' | 'feature' | 'stored')[];
    multiValued?: boolean;
}

export interface EmbeddingSchema {
    name: string;
    dim: number;
    metric: string;
    rows: string;
    codes?: string;
    copy?: string;
}

export interface Schema {
    id: string;
    fields: FieldSchema[];
    embeddings: EmbeddingSchema[];
}

export interface Filter {
    text: string;
    parameters?: Record<string, unknown>;
}

export interface Approximation {
    by: 'codes' | 'copy';
    keep_share?: number;
    without_rescoring?: boolean;
    asymmetric?: boolean;
}

export interface SearchRequest {
    embeddings?: { name?: string; vector: number[] }[];
    history?: Id[];
    features?: Record<string, unknown>;
    items?: Id[];
    filter?: Filter;
    k?: number;
    score_min?: number;
    group_by?: { attribute: string; cap?: number };
    diversity?: { lambda?: number };
    similarity?: string;
    first_stage?: number;
    rank_by?: { name: string };
    approximation?: Approximation;
    check_exact?: boolean;
    include_seen?: boolean;
    fields?: string[];
    after?: string;
}

export interface Hit {
    id: Id;
    score: number;
    fields?: Record<string, Value[]>;
    tasks?: Record<string, number>;
}

export interface Stage {
    name: string;
    microseconds: number;
    detail?: string;
}

export interface SearchResponse {
    hits: Hit[];
    exact: boolean;
    mode?: string;
    recall?: number;
    rows_scanned: number;
    rows_passed: number;
    rows_rescored?: number;
    rows_ranked?: number;
    model?: string;
    version?: string;
    state?: string;
    unknown_ids: Id[];
    stages: Stage[];
    engine?: string;
    filter?: string;
}

export interface WriteResponse {
    upserted: number;
    updated: number;
    deleted: number;
    stale: number;
    missing: number;
    state?: string;
}

export interface ScrollResponse {
    items: Item[];
    next?: string;
}

export interface Series {
    rate: number[];
    errors?: number[];
    p50_ms?: number[];
    p95_ms?: number[];
    p99_ms?: number[];
}

export interface OwnedMemory {
    owner: string;
    host_bytes: number;
    mapped_bytes: number;
    device_bytes: number;
}

export interface Stats {
    now: string;
    seconds: number[];
    models: {
        name: string;
        search: Series;
        write: Series;
        batch?: { mean: number[] };
        versions: { version: string; lag: number; memory: OwnedMemory[] }[];
    }[];
    process: { rss_bytes: number; managed_bytes: number; gen2: number };
    ingest?: { source: string; freshness_s: number; lag: number }[];
}
