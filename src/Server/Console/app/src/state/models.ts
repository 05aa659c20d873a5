import { computed, signal } from '@preact/signals';
import { call, linesOf } from '../api/client';
import type { ModelInfo, ModelList, Schema, VersionInfo } from '../api/types';

/** The models as the server last told them; null before it has. */
export const models = signal<ModelList | null>(null);

/** Why they could not be had the last time; empty where they could. */
export const modelsProblem = signal<string[]>([]);

/** The model that the pages are about, and its version; an empty version: the one that answers. */
export const chosen = signal<{ model: string; version: string }>({ model: '', version: '' });

/** How long until they are asked for again: shorter while something is being loaded. */
export function modelsIntervalMs(): number {
    const isBusy = models.value?.models.some(model => model.versions.some(isLoading)) ?? true;
    return isBusy ? 500 : 2500;
}

export function isLoading(version: VersionInfo): boolean {
    return version.state === 'loading' || version.state === 'catching_up';
}

/** Asks for the models now. */
export async function refreshModels(): Promise<void> {
    try {
        const list = await call<ModelList>('GET', '/v1/models');
        models.value = list;
        modelsProblem.value = [];
        if (!list.models.some(model => model.name === chosen.value.model)) {
            chosen.value = { model: list.models[0]?.name ?? '', version: '' };
        }
    } catch (error) {
        modelsProblem.value = linesOf(error);
    }
}

/** The model that is chosen. */
export const chosenModel = computed<ModelInfo | undefined>(() =>
    models.value?.models.find(model => model.name === chosen.value.model),
);

/** The version of it that is chosen, or that answers. */
export const chosenVersion = computed<VersionInfo | undefined>(() => {
    const model = chosenModel.value;
    return model?.versions.find(one => one.version === (chosen.value.version || model.live));
});

/** How calls name what is chosen. */
export const chosenName = computed(() =>
    chosen.value.version === '' ? chosen.value.model : `${chosen.value.model}@${chosen.value.version}`,
);

const noSchema: Schema = { id: 'text', fields: [], embeddings: [] };
const schemaText = computed(() => JSON.stringify(chosenVersion.value?.schema ?? noSchema));

/** The schema of what is chosen: the same object from poll to poll, until it is another one. */
export const schema = computed<Schema>(() => JSON.parse(schemaText.value) as Schema);
