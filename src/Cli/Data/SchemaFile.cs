namespace Linr.Cli.Data;

/// <summary>A schema as a JSON file.</summary>
internal static class SchemaFile
{
    /// <exception cref="ArgumentException">The file is no schema, or not a valid one.</exception>
    public static Schema Read(string path)
    {
        try
        {
            return SchemaJson.Read(File.ReadAllText(path));
        }
        catch (SchemaException error)
        {
            throw new ArgumentException($"{path}: {error.Message}", error);
        }
    }
}
