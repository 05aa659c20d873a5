using Linr.ModelFile;

namespace Linr.Engine.Store;

/// <summary>
/// A snapshot that was not used because it is damaged; its name ends in <c>.damaged</c> from then on.
/// </summary>
/// <param name="Path">The file, under the name that it had.</param>
/// <param name="Error">Where, what was expected and what was found.</param>
public sealed record DamagedSnapshot(string Path, ModelFormatException Error);
