namespace Linr.Server.Options;

/// <summary>A setting: its path below <c>Linr</c>, such as <c>Listen:HttpPort</c>, and its value as text.</summary>
/// <param name="Name">The path.</param>
/// <param name="Value">The value; null: none.</param>
/// <param name="Type">What its values are.</param>
public sealed record Setting(string Name, string? Value, Type Type);
