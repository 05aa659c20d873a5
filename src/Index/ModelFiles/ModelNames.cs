namespace Linr.Index.ModelFiles;

/// <summary>Names of the tensors and metadata of a model file; docs/model-file.md lists their shapes.</summary>
public static class ModelNames
{
    /// <summary>Metadata: the version of the file's format.</summary>
    public const string Format = "linr.format";

    /// <summary>Metadata: the schema as JSON.</summary>
    public const string Schema = "linr.schema";

    /// <summary>Metadata: towers and similarities as a JSON list of layers.</summary>
    public const string Layers = "linr.layers";

    /// <summary>Metadata: learned similarities as a JSON list; left out where there are none.</summary>
    public const string Similarities = "linr.similarities";

    /// <summary>Metadata: what the model's owner calls this version of it.</summary>
    public const string Version = "linr.version";

    /// <summary>Metadata: <see cref="NoChecksums"/> in a file that another program wrote without checksums.</summary>
    public const string Checksums = "linr.checksums";

    /// <summary>What <see cref="Checksums"/> says there.</summary>
    public const string NoChecksums = "none";

    /// <summary>The format that this program writes, and the highest it reads.</summary>
    public const string FormatVersion = "1";

    /// <summary>Ids: integers I64 [N], or Guids U8 [N, 16].</summary>
    public const string IdValues = "ids/values";

    /// <summary>String ids: I64 [N + 1] into <see cref="IdBytes"/>.</summary>
    public const string IdOffsets = "ids/offsets";

    /// <summary>String ids: their UTF-8, U8.</summary>
    public const string IdBytes = "ids/bytes";

    /// <summary>The rows of an embedding: F32, F16, BF16 or I8 [N, D].</summary>
    public static string Rows(string embedding) => $"embeddings/{embedding}/rows";

    /// <summary>What the values of an embedding's I8 rows are times: F16 [N].</summary>
    public static string Scales(string embedding) => $"embeddings/{embedding}/scales";

    /// <summary>The norms of an embedding: F32 [N].</summary>
    public static string Norms(string embedding) => $"embeddings/{embedding}/norms";

    /// <summary>The codes of an embedding: U64 [N, bits / 64]; bit b of a row is bit b % 64 of word b / 64.</summary>
    public static string EmbeddingCodes(string embedding) => $"embeddings/{embedding}/codes";

    /// <summary>
    /// What stands for an embedding's name in the names of its copy's tensors: <c>embeddings/NAME/copy/rows</c>.
    /// </summary>
    public static string Copy(string embedding) => $"{embedding}/copy";

    /// <summary>
    /// The largest norm of a row less its copy, a block of 65,536 rows; under cosine of both at norm 1: F32 [blocks].
    /// </summary>
    public static string Lost(string embedding) => $"embeddings/{embedding}/copy/lost";

    /// <summary>Numbers, dates and booleans: I64, F64 or BOOL; [N], or [values] beside <see cref="Offsets"/>.</summary>
    public static string Values(string field) => $"fields/{field}/values";

    /// <summary>
    /// Keyword codes: U8, U16 or U32; [N], or [values] beside <see cref="Offsets"/>. Code 0 is missing.
    /// </summary>
    public static string Codes(string field) => $"fields/{field}/codes";

    /// <summary>
    /// Multi-valued fields, text, JSON and bytes: row r has elements offsets[r] to offsets[r + 1]; I64 [N + 1].
    /// </summary>
    public static string Offsets(string field) => $"fields/{field}/offsets";

    /// <summary>Text, JSON and bytes of all rows, U8.</summary>
    public static string Bytes(string field) => $"fields/{field}/bytes";

    /// <summary>
    /// A bit a row, 64 a word, lowest first, set where the row has a value: U64; left out when all have one.
    /// </summary>
    public static string Present(string field) => $"fields/{field}/present";

    /// <summary>Keywords: code c is bytes offsets[c - 1] to offsets[c]; I64 [count + 1].</summary>
    public static string DictionaryOffsets(string field) => $"dictionaries/{field}/offsets";

    /// <summary>The UTF-8 of all keywords in code order, U8.</summary>
    public static string DictionaryBytes(string field) => $"dictionaries/{field}/bytes";

    /// <summary>Every name that the items of a schema may use.</summary>
    internal static HashSet<string> OfItems(Schema schema) =>
    [
        IdValues, IdOffsets, IdBytes,
        .. schema.Embeddings.SelectMany(one => new[]
        {
            Rows(one.Name), Scales(one.Name), Norms(one.Name), EmbeddingCodes(one.Name),
            Rows(Copy(one.Name)), Scales(Copy(one.Name)), Norms(Copy(one.Name)), Lost(one.Name),
        }),
        .. schema.Fields.SelectMany(field => new[]
        {
            Values(field.Name), Codes(field.Name), Offsets(field.Name), Bytes(field.Name), Present(field.Name),
            DictionaryOffsets(field.Name), DictionaryBytes(field.Name),
        }),
    ];
}
