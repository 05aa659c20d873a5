namespace Linr.Training.Data;

/// <summary>
/// An interaction with an item that training never sees: whether the item is found tells how a new one would be.
/// </summary>
/// <param name="User">The user's row.</param>
/// <param name="Item">The item's row.</param>
/// <param name="Before">How many of the user's other items came before it: the history that it is sought from.</param>
public readonly record struct ColdInteraction(int User, int Item, int Before);
