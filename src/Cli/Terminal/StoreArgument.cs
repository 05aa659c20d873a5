using System.CommandLine;
using Linr.Engine.Store;

namespace Linr.Cli.Terminal;

/// <summary>The store that a command works on.</summary>
internal static class StoreArgument
{
    /// <summary>The argument.</summary>
    public static Argument<string> Create(string description)
        => new("store") { Description = description, HelpName = "STORE" };

    /// <summary>The folder of a store that is there.</summary>
    /// <exception cref="StoreException">There is none.</exception>
    public static string PathOf(CommandContext context, Argument<string> store)
    {
        string path = context.Get(store);
        return IndexStore.IsStore(path) ? path : throw new StoreException(
            $"The store: expected a folder with \"snapshots\" and \"log\"; found none at \"{path}\".");
    }
}
