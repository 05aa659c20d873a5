namespace Linr.Ingest;

/// <summary>Something in a source that no change can be made of, or a change that no item can take.</summary>
/// <param name="Place">Where it is, in the source's words.</param>
/// <param name="Record">
/// What the source holds, as text; bytes that are no text in base64, behind <c>base64:</c>.
/// </param>
/// <param name="Error">What is wrong: the field, what was expected and what was found.</param>
public sealed record PoisonRecord(string Place, string Record, string Error);
