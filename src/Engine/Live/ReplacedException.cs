namespace Linr.Engine.Live;

/// <summary>A store has put another retriever in place of the one that changes were given to; none was made.</summary>
internal sealed class ReplacedException() : InvalidOperationException(
    "Expected the store's retriever as it is now to change items; this one was replaced: see IndexStore.ApplyAsync.");
