import { call, modelPath } from '../api/client';
import type { ModelInfo, ModelList } from '../api/types';
import { refreshModels } from '../state/models';
import { say } from '../state/say';
import { bytes } from '../ui/format';
import { ask } from '../ui/ask';

/** What can be done to models; each asks first and says what will happen. */

async function done(text: string): Promise<void> {
    say(text);
    await refreshModels();
}

function segment(text: string): string {
    return encodeURIComponent(text);
}

export function promote(model: ModelInfo, version: string): void {
    ask({
        title: `Promote version ${version} of ${model.name}?`,
        what: () => [
            `Version ${version} answers every search of ${model.name} from now on, in place of version ${model.live}.`,
            'Changes wait for a moment. The version before stays loaded and follows: a rollback brings it back at once.',
        ],
        confirm: 'Promote',
        act: async () => {
            await call('POST', modelPath(model.name, '/promote'), { version });
            await done(`Version ${version} of ${model.name} is live.`);
        },
    });
}

export function rollback(model: ModelInfo): void {
    ask({
        title: `Roll ${model.name} back?`,
        what: () => [
            `Version ${model.previous} answers every search of ${model.name} again, in place of version ${model.live}.`,
            'No change is lost: it has followed all of them.',
        ],
        confirm: 'Roll back',
        act: async () => {
            await call('POST', modelPath(model.name, '/rollback'));
            await done(`Version ${model.previous} of ${model.name} is live again.`);
        },
    });
}

export function load(model: string): void {
    ask({
        title: model === '' ? 'Load a model' : `Load a version of ${model}`,
        inputs: [
            ...(model === ''
                ? [{ name: 'model', label: 'Model', hint: 'A new name, or one of a model that is there.' }]
                : []),
            { name: 'version', label: 'Version' },
            {
                name: 'file',
                label: 'File',
                isOptional: true,
                hint: 'Below the server’s folder of model files. Empty: the version is on the disk and was unloaded.',
            },
            { name: 'promote', label: 'Have it answer as soon as it is ready', kind: 'check' },
        ],
        what: given => [
            'The file is loaded in the background. A further version of a model gets the items of the live one, embedded ' +
                'anew, and follows its changes.',
            given['promote'] === 'true'
                ? 'Once it is ready it answers every search.'
                : 'It answers nothing until it is promoted, or a canary names it.',
        ],
        confirm: 'Load',
        act: async given => {
            const name = model === '' ? (given['model'] ?? '') : model;
            const path = modelPath(name, `/versions/${segment(given['version'] ?? '')}`);
            await call('PUT', path, {
                ...(given['file'] === '' ? {} : { file: given['file'] }),
                promote: given['promote'] === 'true',
            });
            await done(`Version ${given['version']} of ${name} is being loaded.`);
        },
    });
}

export function unload(model: ModelInfo, version: string): void {
    ask({
        title: `Unload version ${version} of ${model.name}?`,
        inputs: [{ name: 'delete', label: 'Delete its files too', kind: 'check' }],
        what: given => [
            'Its memory is given back, and no search can name it.',
            given['delete'] === 'true'
                ? 'Its files are deleted. This cannot be undone.'
                : 'Its files stay: it can be loaded again, and then makes the changes that it has missed.',
        ],
        confirm: 'Unload',
        isDangerous: true,
        act: async given => {
            const path = modelPath(model.name, `/versions/${segment(version)}`);
            await call('DELETE', `${path}${given['delete'] === 'true' ? '?delete=true' : ''}`);
            await done(`Version ${version} of ${model.name} is unloaded.`);
        },
    });
}

export function share(model: ModelInfo, kind: 'canary' | 'shadow', version: string): void {
    const now = model[kind]?.version === version ? model[kind].percent : 0;
    ask({
        title: `${kind === 'canary' ? 'Canary' : 'Shadow'}: version ${version} of ${model.name}`,
        inputs: [
            {
                name: 'percent',
                kind: 'number',
                value: String(now === 0 ? 5 : now),
                label: kind === 'canary' ? 'Per cent of routing keys' : 'Per cent of searches',
            },
        ],
        what: given =>
            kind === 'canary'
                ? [
                      `Version ${version} answers the searches of ${given['percent']} % of routing keys: always the same keys, and ` +
                          'all of these when the share grows. Searches without a key are shared out by chance.',
                      ...(model.canary !== undefined && model.canary.version !== version
                          ? [`It takes the place of version ${model.canary.version}.`]
                          : []),
                  ]
                : [
                      `${given['percent']} % of searches are made on version ${version} too, in the background, and compared. ` +
                          'Its answers are never given.',
                  ],
        confirm: `Set the ${kind}`,
        act: async given => {
            await call('PUT', modelPath(model.name, `/${kind}`), { version, percent: Number(given['percent']) });
            await done(`The ${kind} of ${model.name} is version ${version}, ${given['percent']} %.`);
        },
    });
}

export function endShare(model: ModelInfo, kind: 'canary' | 'shadow'): void {
    ask({
        title: `End the ${kind} of ${model.name}?`,
        what: () => [
            kind === 'canary'
                ? `Version ${model.live} answers all searches again. Version ${model.canary?.version} stays loaded.`
                : 'No search is mirrored any more, and the comparison until now is forgotten.',
        ],
        confirm: `End the ${kind}`,
        act: async () => {
            await call('DELETE', modelPath(model.name, `/${kind}`));
            await done(`${model.name} has no ${kind} any more.`);
        },
    });
}

export function snapshot(model: ModelInfo, version: string): void {
    ask({
        title: `Write a snapshot of version ${version} of ${model.name}?`,
        what: () => [
            'All of its items are written to a file now. A start then reads it and only the changes behind it.',
        ],
        confirm: 'Write',
        act: async () => {
            const written = await call<{ file?: string; bytes: number }>('POST', modelPath(model.name, '/snapshot'), {
                version,
            });
            await done(`${written.file ?? 'The snapshot'} is written, ${bytes(written.bytes)}.`);
        },
    });
}

export function setAlias(list: ModelList, model: ModelInfo): void {
    ask({
        title: `An alias of ${model.name}`,
        inputs: [{ name: 'alias', label: 'Alias' }],
        what: given => {
            const now = list.aliases.find(one => one.alias === given['alias'])?.model;
            return now === undefined
                ? [`Calls may name ${model.name} by it.`]
                : [`It names ${now} now. From the next call on it names ${model.name}.`];
        },
        confirm: 'Set the alias',
        act: async given => {
            await call('PUT', `/v1/aliases/${segment(given['alias'] ?? '')}`, { model: model.name });
            await done(`${given['alias']} names ${model.name}.`);
        },
    });
}

export function deleteAlias(alias: string, model: ModelInfo): void {
    ask({
        title: `Delete the alias ${alias}?`,
        what: () => [`Calls that name it fail from now on. ${model.name} itself stays as it is.`],
        confirm: 'Delete',
        isDangerous: true,
        act: async () => {
            await call('DELETE', `/v1/aliases/${segment(alias)}`);
            await done(`The alias ${alias} is deleted.`);
        },
    });
}

export function deleteModel(model: ModelInfo): void {
    ask({
        title: `Delete ${model.name}?`,
        inputs: [{ name: 'name', label: `Write ${model.name} to go on` }],
        what: () => ['All of its versions and items are deleted, in memory and on the disk. This cannot be undone.'],
        confirm: 'Delete the model',
        isDangerous: true,
        act: async given => {
            if (given['name'] !== model.name) {
                throw new Error(`Expected ${model.name}; found ${given['name']}.`);
            }

            await call('DELETE', modelPath(model.name));
            await done(`${model.name} is deleted.`);
        },
    });
}
