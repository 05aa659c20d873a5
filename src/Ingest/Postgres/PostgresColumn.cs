namespace Linr.Ingest.Postgres;

/// <summary>A column of a table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">
/// The name of its type as the server has it: <c>int8</c>, <c>_float4</c> for an array of <c>float4</c>.
/// </param>
/// <param name="Modifier">The type's modifier, such as the width of a <c>vector</c>; -1 for none.</param>
/// <param name="IsKey">Whether updates and deletes say what it was.</param>
internal sealed record PostgresColumn(string Name, string Type, int Modifier, bool IsKey)
{
    /// <summary>Whether it has several values.</summary>
    public bool IsArray => Type.StartsWith('_');

    /// <summary>The type of a value.</summary>
    public string ElementType => IsArray ? Type[1..] : Type;
}
