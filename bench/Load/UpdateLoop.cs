using System.Collections.Immutable;
using Linr.Client;

namespace Linr.Bench.Load;

/// <summary>
/// Changes items at a fixed rate by one stream of changes: a field of one item gets the values that another has.
/// </summary>
internal sealed class UpdateLoop(LinrClient client, ImmutableArray<Linr.Item> items, double rate, int seed)
{
    private long _acknowledged;
    private long _failed;

    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Changes items until it is cancelled, and waits until all are on the server's disk.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var random = new Random(seed);
        // Embeddings that a tower makes are made anew: what an item is made of changes too.
        string[] fields = [.. items.SelectMany(one => one.Fields.Keys).Distinct()];
        if (fields.Length == 0)
        {
            throw new InvalidOperationException("--updates: expected a model whose items have fields; found none.");
        }

        ItemWriter writer = await client.OpenWriterAsync(ServerProcess.ModelName, cancellation).ConfigureAwait(false);
        await using (writer.ConfigureAwait(false))
        {
            var pace = new Pace(rate);
            while (!cancellation.IsCancellationRequested)
            {
                pace.WaitForNext();
                try
                {
                    Task<WriteResult> durable = await writer.StartAsync(
                        [Change(random, fields)], CancellationToken.None).ConfigureAwait(false);
                    _ = CountAsync(durable);
                }
                catch (LinrException)
                {
                    // The stream has ended: the rest of the run has no updates, and this failure says so.
                    Interlocked.Increment(ref _failed);
                    return;
                }
            }

            await writer.CompleteAsync().ConfigureAwait(false);
        }
    }

    private async Task CountAsync(Task<WriteResult> durable)
    {
        try
        {
            await durable.ConfigureAwait(false);
            Interlocked.Increment(ref _acknowledged);
        }
        catch (LinrException)
        {
            Interlocked.Increment(ref _failed);
        }
    }

    private Client.ItemChange Change(Random random, string[] fields)
    {
        Linr.Item item = items[random.Next(items.Length)];
        string field = fields[random.Next(fields.Length)];
        IReadOnlyList<Linr.Value> values = items[random.Next(items.Length)].Fields.GetValueOrDefault(field, []);
        return Client.ItemChange.Update(new Client.Item
        {
            Id = Workload.Convert(item.Id),
            Fields = new Dictionary<string, IReadOnlyList<Client.Value>> { [field] = [.. values.Select(Convert)] },
        });
    }

    private static Client.Value Convert(Linr.Value value) => value.Type switch
    {
        FieldType.Integer => value.Integer,
        FieldType.Float => value.Float,
        FieldType.Boolean => value.Boolean,
        FieldType.Date => value.Date,
        FieldType.Bytes => Client.Value.OfBytes(value.Bytes.ToArray()),
        _ => value.Text,
    };
}
