using Linr.Formats;
using Linr.Training.Data;

namespace Linr.Cli.Data;

/// <summary>Items and interactions from wherever the user has them.</summary>
/// <param name="Name">What the data are called in tables.</param>
/// <param name="Schema">What the items look like.</param>
/// <param name="Items">The items, read anew at each enumeration.</param>
/// <param name="Interactions">The interactions, read anew at each enumeration.</param>
/// <param name="Order">
/// What orders a user's interactions; null is their times where they have any, else the file.
/// </param>
/// <param name="Users">What is known of users; null is nothing.</param>
internal sealed record DataSet(
    string Name,
    Schema Schema,
    IEnumerable<Item> Items,
    IEnumerable<Interaction> Interactions,
    InteractionOrder? Order,
    UserFeatures? Users = null)
{
    private const long ReportEvery = 100_000;

    /// <summary>Reads everything that training and evaluation need.</summary>
    /// <param name="seed">Draws what is held out.</param>
    /// <param name="coldShare">Share of the items whose interactions are held out, all of them.</param>
    /// <param name="status">Told what is being read.</param>
    /// <param name="cancellation">Stops between interactions.</param>
    public InteractionDataset Read(
        long seed, double coldShare, Action<string> status, CancellationToken cancellation)
    {
        status("items");
        var catalogue = new ItemCatalogue(Schema, Items);
        var builder = new InteractionDatasetBuilder(catalogue);
        long count = 0;
        foreach (Interaction interaction in Interactions)
        {
            cancellation.ThrowIfCancellationRequested();
            builder.Add(interaction);
            if (++count % ReportEvery == 0)
            {
                status(FormattableString.Invariant($"{count:N0} interactions"));
            }
        }

        InteractionDataset data = builder.Build(Order, seed, coldShare);
        return Users is null ? data : Users.AddTo(data);
    }
}
