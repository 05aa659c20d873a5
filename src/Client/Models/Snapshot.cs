namespace Linr.Client;

/// <summary>A snapshot that a server has written.</summary>
/// <param name="File">Its file's name, without a folder.</param>
/// <param name="Bytes">The file's bytes.</param>
/// <param name="State">The token of the state that it has.</param>
public sealed record Snapshot(string File, long Bytes, string State);
