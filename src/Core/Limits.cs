namespace Linr;

/// <summary>The stated limits. Whatever goes beyond one is refused with an error that names it.</summary>
public static class Limits
{
    /// <summary>Rows in one block of host storage.</summary>
    public const int BlockRows = 65_536;

    /// <summary>Items in one live table.</summary>
    public const long RowsMax = uint.MaxValue;

    /// <summary>UTF-8 bytes of a string id.</summary>
    public const int IdBytesMax = 512;

    /// <summary>Characters of a field, embedding or parameter name.</summary>
    public const int NameLengthMax = 128;

    /// <summary>Fields of a schema.</summary>
    public const int FieldsMax = 1_024;

    /// <summary>Embeddings of a schema.</summary>
    public const int EmbeddingsMax = 64;

    /// <summary>Values of one multi-valued field of one item.</summary>
    public const int ValuesPerItemMax = 65_535;

    /// <summary>UTF-8 bytes of one keyword.</summary>
    public const int KeywordBytesMax = 4_096;

    /// <summary>Bytes of one stored text, JSON or byte string.</summary>
    public const int StoredBytesMax = 16 * 1024 * 1024;

    /// <summary>Width of an embedding.</summary>
    public const int DimMax = 4_096;

    /// <summary>Bits of a code, at least, and what they are a multiple of.</summary>
    public const int CodeBitsMin = 64;

    /// <summary>Bits of a code.</summary>
    public const int CodeBitsMax = 1_024;

    /// <summary>Euclidean norm of an embedding: the product of two is then a finite float.</summary>
    public const float NormMax = 1.0e18f;

    /// <summary>Bytes of the changes that are logged as one unit.</summary>
    public const int LogUnitBytesMax = 64 * 1024 * 1024;

    /// <summary>Depth of a filter tree.</summary>
    public const int FilterDepthMax = 64;

    /// <summary>Nodes of a filter tree.</summary>
    public const int FilterNodesMax = 4_096;

    /// <summary>Values of one clause, and ids of one allow or deny list.</summary>
    public const int FilterValuesMax = 1_000_000;

    /// <summary>Queries in one batch.</summary>
    public const int QueriesMax = 1_024;

    /// <summary>Items of one page of a scroll, and ids of items that are asked for at once.</summary>
    public const int ScrollMax = 10_000;

    /// <summary>Candidates of one query that a ranker ranks.</summary>
    public const int RankedMax = 65_536;

    /// <summary>Tasks of a ranker.</summary>
    public const int TasksMax = 64;
}
