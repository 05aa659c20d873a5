namespace Linr.Engine.Store;

/// <summary>Something that is wrong with a store.</summary>
/// <param name="Path">The file or folder.</param>
/// <param name="Message">Where, what was expected and what was found.</param>
public sealed record StoreFault(string Path, string Message);
