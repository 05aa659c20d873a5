namespace Linr;

/// <summary>Checks a schema, reporting all that is wrong at once.</summary>
public static class SchemaValidator
{
    // The name that filters give the item's id.
    private const string IdName = "id";

    /// <summary>All that is wrong with a schema; empty when it is valid.</summary>
    public static IReadOnlyList<string> Validate(Schema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        var problems = new List<string>();
        if (!Enum.IsDefined(schema.IdKind))
        {
            problems.Add($"id: unknown kind {schema.IdKind}");
        }

        if (schema.Fields.Length > Limits.FieldsMax)
        {
            problems.Add($"fields: expected at most {Limits.FieldsMax}; found {schema.Fields.Length}");
        }

        if (schema.Embeddings.Length > Limits.EmbeddingsMax)
        {
            problems.Add($"embeddings: expected at most {Limits.EmbeddingsMax}; found {schema.Embeddings.Length}");
        }

        foreach (FieldSchema field in schema.Fields)
        {
            AddFieldProblems(field, problems);
        }

        foreach (EmbeddingSchema embedding in schema.Embeddings)
        {
            AddEmbeddingProblems(embedding, problems);
        }

        AddDuplicates("field", schema.Fields.Select(field => field.Name), problems);
        AddDuplicates("embedding", schema.Embeddings.Select(embedding => embedding.Name), problems);
        return problems;
    }

    /// <summary>Refuses a schema that is not valid.</summary>
    /// <exception cref="SchemaException">It is not valid; the exception lists all that is wrong.</exception>
    public static void ThrowIfInvalid(Schema schema)
    {
        IReadOnlyList<string> problems = Validate(schema);
        if (problems.Count > 0)
        {
            throw new SchemaException(problems);
        }
    }

    private static void AddFieldProblems(FieldSchema field, List<string> problems)
    {
        string what = $"field \"{field.Name}\"";
        AddNameProblems(what, field.Name, problems);
        if (string.Equals(field.Name, IdName, StringComparison.OrdinalIgnoreCase))
        {
            problems.Add($"{what}: the name is reserved for the item's id");
        }

        if (!Enum.IsDefined(field.Type))
        {
            problems.Add($"{what}: unknown type {field.Type}");
        }

        const FieldRoles all = FieldRoles.Attribute | FieldRoles.Feature | FieldRoles.Stored;
        if (field.Roles == FieldRoles.None || (field.Roles & ~all) != 0)
        {
            problems.Add($"{what}: expected one or more of the roles attribute, feature, stored; found {field.Roles}");
        }

        bool isOpaque = field.Type is FieldType.Bytes or FieldType.Json;
        if (field.IsAttribute && (isOpaque || field.Type == FieldType.Text))
        {
            problems.Add(
                $"{what}: {field.Type} cannot be an attribute; filters test keywords, numbers, booleans and dates");
        }

        if (field.IsFeature && isOpaque)
        {
            problems.Add($"{what}: {field.Type} cannot be a feature; it can only be stored");
        }

        if (field.MultiValued && (isOpaque || field.Type == FieldType.Text))
        {
            problems.Add($"{what}: {field.Type} has at most one value an item");
        }
    }

    private static void AddEmbeddingProblems(EmbeddingSchema embedding, List<string> problems)
    {
        string what = $"embedding \"{embedding.Name}\"";
        AddNameProblems(what, embedding.Name, problems);
        if (embedding.Dim is < 1 or > Limits.DimMax)
        {
            problems.Add($"{what}: expected a dim of 1 to {Limits.DimMax}; found {embedding.Dim}");
        }

        if (!Enum.IsDefined(embedding.Metric))
        {
            problems.Add($"{what}: unknown metric {embedding.Metric}");
        }

        if (!Enum.IsDefined(embedding.RowType))
        {
            problems.Add($"{what}: unknown row type {embedding.RowType}");
        }

        if (embedding is { RowType: RowType.None, Codes: null })
        {
            problems.Add($"{what}: expected codes ({EmbeddingCodes.Form}), as there are no rows; found neither");
        }

        if (embedding.Copy is { } copy && !IsSmaller(copy, embedding.RowType))
        {
            problems.Add(
                $"{what}: copy: expected rows of fewer bytes than {embedding.RowType}, which are Float16, BFloat16 or "
                + $"Int8; found {copy}");
        }

        if (embedding.Codes is { } codes && !EmbeddingCodes.IsBits(codes.Bits))
        {
            problems.Add(
                $"{what}: codes: expected a multiple of {Limits.CodeBitsMin} bits up to {Limits.CodeBitsMax}; "
                + $"found {codes.Bits}");
        }
    }

    private static bool IsSmaller(RowType copy, RowType rows) => copy switch
    {
        RowType.Float16 or RowType.BFloat16 => rows == RowType.Float32,
        RowType.Int8 => rows is RowType.Float32 or RowType.Float16 or RowType.BFloat16,
        _ => false,
    };

    private static void AddNameProblems(string what, string? name, List<string> problems)
    {
        if (string.IsNullOrEmpty(name))
        {
            problems.Add($"{what}: expected a name");
        }
        else if (name.Length > Limits.NameLengthMax)
        {
            problems.Add($"{what}: expected a name of at most {Limits.NameLengthMax} characters; found {name.Length}");
        }
        else if (!IsNameStart(name[0]) || !name.All(IsNamePart))
        {
            problems.Add($"{what}: expected a letter or underscore, then letters, digits, underscores, dots or dashes");
        }
    }

    private static void AddDuplicates(string what, IEnumerable<string> names, List<string> problems)
        => problems.AddRange(names.GroupBy(name => name).Where(group => group.Count() > 1)
            .Select(group => $"{what} \"{group.Key}\": expected a name once; found it {group.Count()} times"));

    private static bool IsNameStart(char c) => char.IsLetter(c) || c == '_';

    private static bool IsNamePart(char c) => char.IsLetterOrDigit(c) || c is '_' or '.' or '-';
}
