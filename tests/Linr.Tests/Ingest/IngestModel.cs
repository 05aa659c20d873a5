using Linr.Engine;
using Linr.Engine.Live;
using Linr.Index;
using Linr.Index.ModelFiles;

namespace Linr.Tests.Ingest;

/// <summary>
/// A model of its own that sources change: items with a word, a price, tags, a day and an embedding of four.
/// </summary>
internal sealed class IngestModel : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _model;

    public IngestModel(IdKind kind = IdKind.Integer, int dim = 4, params Item[] items)
    {
        Schema = new Schema
        {
            IdKind = kind,
            Fields =
            [
                new FieldSchema("word", FieldType.Keyword, FieldRoles.Attribute),
                new FieldSchema("price", FieldType.Float, FieldRoles.Attribute),
                new FieldSchema("tags", FieldType.Keyword, FieldRoles.Attribute, MultiValued: true),
                new FieldSchema("day", FieldType.Date, FieldRoles.Attribute),
                new FieldSchema("open", FieldType.Boolean, FieldRoles.Attribute),
                new FieldSchema("facts", FieldType.Json, FieldRoles.Stored),
            ],
            Embeddings = [new EmbeddingSchema("v", dim, Metric.Dot)],
        };
        _model = _folder.File("model.linr");
        using var builder = new ItemTableBuilder(Schema);
        foreach (Item item in items)
        {
            builder.Append(item);
        }

        using ItemTable table = builder.Build();
        ModelWriter.Write(_model, new ModelContents { Items = table, Version = "v" });
    }

    public Schema Schema { get; }

    public string Root => _folder.Root;

    public string File(string name) => _folder.File(name);

    /// <summary>Opens it with its log.</summary>
    public Retriever Open(string log = "log")
        => Retriever.Open(_model, new RetrieverOptions
        {
            Threads = 1, Live = new LiveOptions { LogFolder = File(log) },
        });

    /// <summary>Copies the log as it is, as a killed process leaves it.</summary>
    public void CopyLog(string to, string from = "log")
    {
        Directory.CreateDirectory(File(to));
        foreach (string file in Directory.GetFiles(File(from), "*.log"))
        {
            using FileStream source = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using FileStream target = System.IO.File.Create(Path.Combine(File(to), Path.GetFileName(file)));
            source.CopyTo(target);
        }
    }

    public static Item Item(ItemId id, string word, params float[] embedding) => new()
    {
        Id = id,
        Fields = new Dictionary<string, IReadOnlyList<Value>> { ["word"] = [word] },
        Embeddings = new Dictionary<string, ReadOnlyMemory<float>>
        {
            ["v"] = embedding.Length > 0 ? embedding : new float[] { 1, 2, 3, 4 },
        },
    };

    public static string? Word(Retriever retriever, ItemId id)
        => retriever.Get(id)?.Fields.GetValueOrDefault("word") is [var word, ..] ? word.Text : null;

    public void Dispose() => _folder.Dispose();
}
