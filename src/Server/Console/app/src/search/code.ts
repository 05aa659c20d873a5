import { modelPath } from '../api/client';
import type { SearchRequest } from '../api/types';

/** The request as a command. A key is named, never written. */
export function curl(model: string, request: SearchRequest, hasKey: boolean): string {
    const body = JSON.stringify(request, undefined, 2).replaceAll("'", `'\\''`);
    return [
        `curl -s '${location.origin}${modelPath(model, '/search')}' -H 'Content-Type: application/json' \\`,
        ...(hasKey ? ['  -H "Authorization: Bearer $LINR_KEY" \\'] : []),
        `  -d '${body}'`,
    ].join('\n');
}

/** The request as a program of Linr.Client. */
export function csharp(model: string, request: SearchRequest, hasKey: boolean): string {
    const lines = [
        `Model = ${text(model)},`,
        ...embeddings(request),
        ...(request.history === undefined ? [] : [`History = ${list(request.history)},`]),
        ...(request.items === undefined ? [] : [`Items = ${list(request.items)},`]),
        ...(request.features === undefined
            ? []
            : [
                  'Features = new Dictionary<string, IReadOnlyList<Value>>',
                  '{',
                  ...Object.entries(request.features).map(
                      ([name, value]) => `    [${text(name)}] = ${list(Array.isArray(value) ? value : [value])},`,
                  ),
                  '},',
              ]),
        ...(request.filter === undefined ? [] : [`Filter = Filter.OfText(${text(request.filter.text)}),`]),
        `K = ${request.k ?? 10},`,
        ...(request.score_min === undefined ? [] : [`ScoreMin = ${float(request.score_min)},`]),
        ...(request.group_by === undefined
            ? []
            : [`GroupBy = new GroupBy(${text(request.group_by.attribute)}, ${request.group_by.cap ?? 1}),`]),
        ...(request.diversity?.lambda === undefined
            ? []
            : [`Diversity = new Diversity(${float(request.diversity.lambda)}),`]),
        ...(request.similarity === undefined ? [] : [`Similarity = ${text(request.similarity)},`]),
        ...(request.first_stage === undefined ? [] : [`FirstStage = ${request.first_stage},`]),
        ...(request.rank_by === undefined ? [] : [`RankBy = new RankBy(${text(request.rank_by.name)}),`]),
        ...approximation(request),
        ...(request.check_exact === true ? ['CheckExact = true,'] : []),
        ...(request.include_seen === true ? ['IncludeSeen = true,'] : []),
        ...(request.fields === undefined ? [] : [`Fields = ${list(request.fields)},`]),
    ];
    // The service speaks gRPC on a port of its own, 7701 unless it was told another.
    const address = `http://${location.hostname}:7701`;
    const options = hasKey
        ? `new LinrClientOptions\n{\n    Addresses = [${text(address)}],\n` +
          '    ApiKey = Environment.GetEnvironmentVariable("LINR_KEY"),\n}'
        : text(address);
    return [
        'using Linr.Client;',
        '',
        `using var client = new LinrClient(${options});`,
        'SearchResponse response = await client.SearchAsync(new SearchRequest',
        '{',
        ...lines.map(line => `    ${line}`),
        '});',
        'foreach (Hit hit in response.Hits)',
        '{',
        '    Console.WriteLine($"{hit.Id} {hit.Score:F4}");',
        '}',
        '',
    ].join('\n');
}

function embeddings(request: SearchRequest): string[] {
    return request.embeddings === undefined
        ? []
        : [
              'Embeddings =',
              '[',
              ...request.embeddings.map(
                  one =>
                      `    new EmbeddingQuery(new float[] { ${one.vector.map(float).join(', ')} }, ${text(one.name ?? '')}),`,
              ),
              '],',
          ];
}

function approximation(request: SearchRequest): string[] {
    const by = request.approximation;
    return by === undefined
        ? []
        : [
              'Approximation = new Approximation',
              '{',
              `    By = ScoreSource.${by.by === 'codes' ? 'Codes' : 'Copy'},`,
              ...(by.keep_share === undefined ? [] : [`    KeepShare = ${by.keep_share},`]),
              ...(by.without_rescoring === true ? ['    Rescores = false,'] : []),
              ...(by.asymmetric === true ? ['    IsAsymmetric = true,'] : []),
              '},',
          ];
}

function list(values: unknown[]): string {
    return `[${values.map(value => (typeof value === 'string' ? text(value) : String(value))).join(', ')}]`;
}

function float(number: number): string {
    return `${number}f`;
}

// What JSON escapes, C# escapes alike.
function text(value: string): string {
    return JSON.stringify(value);
}
