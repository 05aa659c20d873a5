using Linr.Index.ModelFiles;
using Linr.ModelFile;

namespace Linr.Engine.Resident;

/// <summary>Adds up bytes by owner.</summary>
/// <param name="schema">What every item looks like.</param>
internal sealed class MemoryTally(Schema schema)
{
    public const string Ids = "ids";
    public const string IdMap = "id map";
    public const string Weights = "weights";
    public const string LiveRows = "live rows";
    public const string Order = "order";

    private readonly OrderedDictionary<string, OwnedMemory> _owners = [];
    private readonly Dictionary<string, string> _ownersOfTensors = OwnersOfTensors(schema);

    /// <summary>What was added.</summary>
    public MemoryUse Use => new([.. _owners.Values]);

    public static string Of(FieldSchema field) => $"{(field.IsAttribute ? "attribute" : "field")} {field.Name}";

    public static string Of(EmbeddingSchema embedding) => $"embedding {embedding.Name}";

    public static string OfCodes(EmbeddingSchema embedding) => $"codes {embedding.Name}";

    public static string OfCopy(EmbeddingSchema embedding) => $"copy {embedding.Name}";

    /// <summary>Adds bytes to an owner.</summary>
    public void Add(string owner, long hostBytes = 0, long mappedBytes = 0, long deviceBytes = 0)
    {
        if (hostBytes + mappedBytes + deviceBytes == 0)
        {
            return;
        }

        OwnedMemory had = _owners.GetValueOrDefault(owner);
        _owners[owner] = new OwnedMemory(
            owner, had.HostBytes + hostBytes, had.MappedBytes + mappedBytes, had.DeviceBytes + deviceBytes);
    }

    /// <summary>Adds the tensors of a mapped file.</summary>
    public void AddFile(IEnumerable<TensorInfo> tensors)
    {
        foreach (TensorInfo tensor in tensors)
        {
            string other = tensor.Name.StartsWith("live/", StringComparison.Ordinal) ? LiveRows : Weights;
            Add(_ownersOfTensors.GetValueOrDefault(tensor.Name, other), mappedBytes: tensor.Bytes);
        }
    }

    private static Dictionary<string, string> OwnersOfTensors(Schema schema)
    {
        var owners = new Dictionary<string, string>
        {
            [ModelNames.IdValues] = Ids, [ModelNames.IdOffsets] = Ids, [ModelNames.IdBytes] = Ids,
        };
        foreach (FieldSchema field in schema.Fields)
        {
            AddAll(
                Of(field),
                ModelNames.Values(field.Name),
                ModelNames.Codes(field.Name),
                ModelNames.Offsets(field.Name),
                ModelNames.Bytes(field.Name),
                ModelNames.Present(field.Name),
                ModelNames.DictionaryOffsets(field.Name),
                ModelNames.DictionaryBytes(field.Name));
        }

        foreach (EmbeddingSchema embedding in schema.Embeddings)
        {
            string copy = ModelNames.Copy(embedding.Name);
            AddAll(
                Of(embedding),
                ModelNames.Rows(embedding.Name),
                ModelNames.Scales(embedding.Name),
                ModelNames.Norms(embedding.Name));
            AddAll(OfCodes(embedding), ModelNames.EmbeddingCodes(embedding.Name));
            AddAll(
                OfCopy(embedding),
                ModelNames.Rows(copy),
                ModelNames.Scales(copy),
                ModelNames.Norms(copy),
                ModelNames.Lost(embedding.Name));
        }

        return owners;

        void AddAll(string owner, params ReadOnlySpan<string> names)
        {
            foreach (string name in names)
            {
                owners[name] = owner;
            }
        }
    }
}
