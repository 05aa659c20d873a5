using Linr.Index.Live;

namespace Linr.Server.Models;

/// <summary>What a set of changes did, and the state that has them.</summary>
/// <param name="Result">What it did.</param>
/// <param name="State">A state with the changes.</param>
internal readonly record struct WriteOutcome(ChangeResult Result, StateToken State);
