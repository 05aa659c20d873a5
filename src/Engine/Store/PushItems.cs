namespace Linr.Engine.Store;

/// <summary>Which items a store has after a model was pushed into it.</summary>
public enum PushItems
{
    /// <summary>
    /// As if the items of the pushed model had come as upserts, and deletes of all others: what has an equal or a
    /// higher version in the store stays as it is there, be it an item or that it is gone.
    /// </summary>
    OfModel,

    /// <summary>Those of the store; the model gives its towers and its schema, and embeds all of them anew.</summary>
    OfStore,
}
