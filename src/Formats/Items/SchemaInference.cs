using System.Collections.Immutable;
using System.Globalization;
using Linr.Formats.Rows;

namespace Linr.Formats;

/// <summary>Finds out a schema from the first rows of a file, by rules that its notes repeat.</summary>
internal static class SchemaInference
{
    /// <summary>Values longer than this on average are free text.</summary>
    private const int KeywordBytes = 40;

    /// <summary>The share of rows with several values from which a text column counts as multi-valued.</summary>
    private const double ManyShare = 0.02;

    /// <summary>Looks at the first rows of the source.</summary>
    /// <exception cref="DataFormatException">There is no row, or a stated column is missing.</exception>
    public static InferredSchema Infer(RowSource source, ItemOptions options)
    {
        var profiles = new List<ColumnProfile>();
        long rows = Sample(source, options.SampleRows, profiles);
        if (rows == 0)
        {
            throw DataFormatException.OfFile(source.Path, "at least one good row", "none");
        }

        int id = Place(source, ItemFile.IdColumn(source, options), profiles.Count);
        var stated = new Dictionary<int, string>();
        foreach ((string field, ColumnRef column) in options.Columns)
        {
            stated[Place(source, column, profiles.Count)] = field;
        }

        var columns = new Dictionary<string, ColumnRef>();
        var fields = ImmutableArray.CreateBuilder<FieldSchema>();
        var embeddings = ImmutableArray.CreateBuilder<EmbeddingSchema>();
        var notes = new List<string> { $"{source.Columns[id]}: the id, {profiles[id].IdKind}" };
        for (int column = 0; column < profiles.Count; column++)
        {
            ColumnProfile profile = profiles[column];
            if (column == id)
            {
                continue;
            }

            if (profile.Values == 0)
            {
                notes.Add($"{source.Columns[column]}: left out, no row has a value");
                continue;
            }

            string name = stated.TryGetValue(column, out string? given)
                ? given
                : Name(source, column, name => stated.ContainsValue(name) || IsTaken(name));
            if (name != source.Columns[column])
            {
                // Two columns of a CSV file may have one name; other formats know columns by their name alone.
                columns.Add(
                    name,
                    source.KnowsLists ? ColumnRef.OfName(source.Columns[column]) : ColumnRef.OfPlace(column + 1));
            }

            if (profile.Dim is > 0 and <= Limits.DimMax)
            {
                embeddings.Add(new EmbeddingSchema(name, profile.Dim));
                notes.Add($"{name}: an embedding of {profile.Dim} numbers, cosine");
                continue;
            }

            FieldSchema field = Field(name, profile, source.KnowsLists);
            fields.Add(field);
            notes.Add(Note(field, profile, rows));
        }

        var schema = new Schema
        {
            IdKind = profiles[id].IdKind,
            Fields = fields.ToImmutable(),
            Embeddings = embeddings.ToImmutable(),
        };
        return new InferredSchema(schema, ColumnRef.OfName(source.Columns[id]), columns, notes, rows);

        bool IsTaken(string name)
            => fields.Any(field => field.Name == name) || embeddings.Any(embedding => embedding.Name == name);
    }

    /// <summary>The place of a column that one of the rows looked at has.</summary>
    private static int Place(RowSource source, ColumnRef column, int columnCount)
    {
        string[] known = [.. source.Columns.Take(columnCount)];
        int place = source.Find(column);
        return place >= 0 && place < columnCount
            ? place
            : throw DataFormatException.OfFile(
                source.Path,
                $"a column {DataFormatException.Quote(column.ToString())}",
                string.Join(", ", known));
    }

    private static long Sample(RowSource source, int rowsMax, List<ColumnProfile> profiles)
    {
        long rows = 0;
        while (rows < rowsMax && InteractionFile.ReadAny(source))
        {
            rows++;
            while (profiles.Count < source.Columns.Count)
            {
                profiles.Add(new ColumnProfile());
            }

            for (int column = 0; column < profiles.Count; column++)
            {
                profiles[column].Add(source, column);
            }
        }

        return rows;
    }

    private static FieldSchema Field(string name, ColumnProfile profile, bool knowsLists)
    {
        double textBytes = (double)profile.TextBytes / profile.Values;
        bool many = knowsLists
            ? profile.RowsOfMany > 0
            : profile.RowsOfMany >= ManyShare * profile.Rows && profile.RowsOfMany > 0 && textBytes <= KeywordBytes;
        FieldType type = profile.Type;
        if (type == FieldType.Keyword && !many && IsFreeText(profile, textBytes))
        {
            type = FieldType.Text;
        }

        FieldRoles roles = type switch
        {
            FieldType.Keyword => FieldRoles.Attribute | FieldRoles.Feature | FieldRoles.Stored,
            FieldType.Text => FieldRoles.Feature | FieldRoles.Stored,
            FieldType.Bytes or FieldType.Json => FieldRoles.Stored,
            _ => FieldRoles.Attribute | FieldRoles.Stored,
        };
        return new FieldSchema(name, type, roles, many);
    }

    /// <summary>Long values, or values that are words and hardly ever the same.</summary>
    private static bool IsFreeText(ColumnProfile profile, double textBytes)
        => textBytes > KeywordBytes
            || (profile.Spaced > profile.Values / 2 && profile.Different > profile.Values * 4 / 5);

    private static string Note(FieldSchema field, ColumnProfile profile, long rows)
        => string.Create(
            CultureInfo.InvariantCulture,
            $"{field.Name}: {field.Type}{(field.MultiValued ? ", multi-valued" : string.Empty)} ({field.Roles}); "
            + $"in {profile.Rows:N0} of {rows:N0} rows, {profile.Different:N0} different values");

    /// <summary>The column's name, made to fit the rule for names where it does not.</summary>
    private static string Name(RowSource source, int place, Func<string, bool> isTaken)
    {
        string name = string.Concat(source.Columns[place].Select(
            letter => char.IsLetterOrDigit(letter) || letter is '_' or '.' or '-' ? letter : '_'));
        name = name.Length == 0 || !(char.IsLetter(name[0]) || name[0] == '_') ? "_" + name : name;
        name = name.Length > Limits.NameLengthMax ? name[..Limits.NameLengthMax] : name;
        return isTaken(name) ? string.Create(CultureInfo.InvariantCulture, $"column_{place + 1}") : name;
    }
}
