using System.Collections.Immutable;
using Linr.Index.Columns;
using Linr.Index.Embeddings;
using Linr.Index.Ids;
using Linr.Kernels;
using Linr.Kernels.Scan;

namespace Linr.Index.Device;

/// <summary>
/// Which arrays a table has on a device, and how many bytes each: known before anything is allocated, and what
/// <see cref="DeviceTable"/> allocates, to the byte.
/// </summary>
public sealed record DeviceLayout
{
    private readonly long _capacity;

    /// <summary>The rows that are loaded.</summary>
    public required RowShard Shard { get; init; }

    /// <summary>
    /// Rows that there is room for: no less than are loaded, rounded up to a multiple of
    /// <see cref="FusedScan.RoomRows"/>.
    /// </summary>
    public required long Capacity
    {
        get => _capacity;
        init => _capacity = FusedScan.RoomFor(Math.Max(value, 1));
    }

    /// <summary>
    /// The embeddings, in the schema's order; of <see cref="RowType.None"/> are those whose rows the device has not.
    /// </summary>
    public required ImmutableArray<EmbeddingSchema> Embeddings { get; init; }

    /// <summary>The copies of embeddings' rows, which are embeddings of their own on a device.</summary>
    public IEnumerable<EmbeddingSchema> Copies
        => Embeddings.Where(schema => schema.Copy is not null).Select(RowCopy.SchemaOf);

    /// <summary>The attributes, in the schema's order: the numbers of columns on the device.</summary>
    public required ImmutableArray<DeviceColumnLayout> Columns { get; init; }

    /// <summary>Whether rows have a bit that says if they may be returned.</summary>
    public required bool HasLiveMask { get; init; }

    /// <summary>How many more such masks there are: of older states of a live table, which searches still read.</summary>
    public int OlderMasks { get; init; }

    /// <summary>Whether rows have a number that orders those of equal score; else they are in order.</summary>
    public required bool HasOrder { get; init; }

    /// <summary>Bytes of embeddings, their copies, scales and norms.</summary>
    public long EmbeddingBytes => Embeddings.Concat(Copies).Sum(BytesOfRows);

    /// <summary>Bytes of codes.</summary>
    public long CodeBytes => Embeddings.Sum(BytesOfCodes);

    /// <summary>Bytes of attributes.</summary>
    public long AttributeBytes => Columns.Sum(column => column.Bytes(Capacity));

    /// <summary>Bytes of the numbers that order rows of equal score, and of the mask of live rows.</summary>
    public long OrderBytes
        => (HasOrder ? Capacity * sizeof(long) : 0)
            + (HasLiveMask ? (1 + OlderMasks) * RowMask.Words(Capacity) * sizeof(ulong) : 0);

    /// <summary>Bytes of all arrays.</summary>
    public long Bytes => EmbeddingBytes + CodeBytes + AttributeBytes + OrderBytes;

    /// <summary>How many arrays.</summary>
    public int ArrayCount
        => Embeddings.Concat(Copies).Sum(schema
                => (schema.RowType == RowType.None ? 0 : 1) + (HasNorms(schema) ? 1 : 0) + (HasScales(schema) ? 1 : 0)
                    + (schema.Codes is null ? 0 : 1))
            + (HasOrder ? 1 : 0)
            + (HasLiveMask ? 1 + OlderMasks : 0)
            + Columns.Sum(column => column.IsMultiValued || column.HasMissing ? 2 : 1);

    /// <summary>The layout of a table that is not there yet.</summary>
    /// <param name="schema">What every item looks like.</param>
    /// <param name="capacity">Rows to have room for.</param>
    /// <param name="sizeOf">What to expect of each attribute.</param>
    public static DeviceLayout Of(Schema schema, long capacity, Func<FieldSchema, FieldSize> sizeOf)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(sizeOf);
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, Limits.RowsMax);
        return new DeviceLayout
        {
            Shard = new RowShard(0, (int)((capacity + Limits.BlockRows - 1) / Limits.BlockRows), capacity),
            Capacity = capacity,
            Embeddings = schema.Embeddings,
            Columns =
            [
                .. Enumerable.Range(0, schema.Fields.Length)
                    .Where(field => schema.Fields[field].IsAttribute)
                    .Select(field => DeviceColumnLayout.Of(
                        field, schema.Fields[field], sizeOf(schema.Fields[field]))),
            ],
            HasLiveMask = false,
            HasOrder = true,
        };
    }

    /// <summary>The layout of rows of a table.</summary>
    /// <param name="items">The table.</param>
    /// <param name="shard">Which rows; null is all.</param>
    /// <param name="capacity">Rows to have room for; 0 is as many as are loaded.</param>
    /// <param name="keepsRowsOnHost">
    /// Whether the device has not the rows of embeddings that have codes or a copy, but only these.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">There is room for fewer rows than are loaded.</exception>
    public static DeviceLayout Of(
        ItemTable items, RowShard? shard = null, long capacity = 0, bool keepsRowsOnHost = false)
    {
        ArgumentNullException.ThrowIfNull(items);
        RowShard rows = shard ?? RowShard.All(items);
        capacity = capacity == 0 ? rows.Rows : capacity;
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, rows.Rows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, Limits.RowsMax);
        var columns = ImmutableArray.CreateBuilder<DeviceColumnLayout>();
        for (int field = 0; field < items.Columns.Count; field++)
        {
            if (items.Columns[field] is ValueColumn column && column.Field.IsAttribute)
            {
                columns.Add(DeviceColumnLayout.Of(field, column, rows));
            }
        }

        var layout = new DeviceLayout
        {
            Shard = rows,
            Capacity = rows.Rows,
            Embeddings =
            [
                .. items.Schema.Embeddings.Select(schema => keepsRowsOnHost && schema is not { Codes: null, Copy: null }
                    ? schema with { RowType = RowType.None }
                    : schema),
            ],
            Columns = columns.ToImmutable(),
            HasLiveMask = false,
            HasOrder = items.Ids is not IntegerIds integers || !integers.AreAscending(rows.FirstRow, rows.Rows),
        };
        return layout.WithCapacity(capacity);
    }

    /// <summary>The layout of rows of a live table: any row may come, go and lack values.</summary>
    /// <param name="items">The table.</param>
    /// <param name="shard">Which rows, below the high-water mark.</param>
    /// <param name="capacity">Rows to have room for.</param>
    /// <param name="keepsRowsOnHost">As in <see cref="Of(ItemTable, RowShard?, long, bool)"/>.</param>
    internal static DeviceLayout OfLive(ItemTable items, RowShard shard, long capacity, bool keepsRowsOnHost)
    {
        DeviceLayout layout = Of(items, shard, capacity, keepsRowsOnHost);
        return layout with
        {
            HasLiveMask = true,
            OlderMasks = LiveDeviceTable.OlderMasksUsual,
            HasOrder = true,
            Columns =
            [
                .. layout.Columns.Select(column => DeviceColumnLayout.OfLive(
                    column.Field, (ValueColumn)items.Columns[column.Field], shard, capacity)),
            ],
        };
    }

    /// <summary>
    /// The same with room for another number of rows: values of multi-valued attributes grow in proportion, and where
    /// there is room for rows to come, these may be taken out again and may lack values.
    /// </summary>
    /// <param name="capacity">Rows to have room for.</param>
    public DeviceLayout WithCapacity(long capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(capacity);
        bool hasRoom = capacity > Shard.Rows;
        double share = (double)capacity / Math.Max(Shard.Rows, 1);
        return this with
        {
            Capacity = capacity,
            HasLiveMask = HasLiveMask || hasRoom,
            HasOrder = HasOrder || hasRoom,
            Columns =
            [
                .. Columns.Select(column => column with
                {
                    HasMissing = column.HasMissing || (hasRoom && column is { IsMultiValued: false, HasCodes: false }),
                    ValueCount = (long)Math.Ceiling(column.ValueCount * share),
                }),
            ],
        };
    }

    /// <summary>An embedding on a device, without its arrays.</summary>
    public static CudaEmbedding Describe(EmbeddingSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ScanMetric metric = schema.Metric switch
        {
            Metric.Dot => ScanMetric.Dot,
            Metric.Cosine => ScanMetric.Cosine,
            _ => ScanMetric.Euclidean,
        };
        return new CudaEmbedding(ElementOf(schema), metric, schema.Dim, default, default, NormMax: 1);
    }

    /// <summary>An embedding's codes, which are an embedding of their own on a device, without their array.</summary>
    public static CudaEmbedding DescribeCodes(EmbeddingSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        return new CudaEmbedding(
            CudaElement.SignCode, ScanMetric.Dot, schema.Codes!.Bits, default, default, NormMax: 0);
    }

    /// <summary>Bytes of the rows of an embedding or a copy, with their scales and norms.</summary>
    internal long BytesOfRows(EmbeddingSchema schema) => Capacity
        * (RowBytesOf(schema) + (HasScales(schema) ? sizeof(short) : 0) + (HasNorms(schema) ? sizeof(float) : 0));

    /// <summary>Bytes of the codes of an embedding.</summary>
    internal long BytesOfCodes(EmbeddingSchema schema)
        => schema.Codes is null ? 0 : Capacity * DescribeCodes(schema).RowBytes;

    /// <summary>The number on a device of an embedding's codes: all codes follow all rows.</summary>
    public int CodesNumber(int embedding)
        => Embeddings.Length + Embeddings.Take(embedding).Count(schema => schema.Codes is not null);

    /// <summary>The number on a device of an embedding's copy: all copies follow all codes.</summary>
    public int CopyNumber(int embedding)
        => CodesNumber(Embeddings.Length) + Embeddings.Take(embedding).Count(schema => schema.Copy is not null);

    /// <summary>Bytes of a row of an embedding.</summary>
    internal static int RowBytesOf(EmbeddingSchema schema)
        => schema.RowType == RowType.None ? 0 : CudaEmbedding.RowBytesOf(schema.Dim, ElementOf(schema));

    /// <summary>What the elements of an embedding's rows are.</summary>
    internal static CudaElement ElementOf(EmbeddingSchema schema)
        => schema.RowType switch
        {
            RowType.Float32 => CudaElement.Float32,
            RowType.Float16 => CudaElement.Float16,
            RowType.Int8 => CudaElement.Int8,
            _ => CudaElement.BFloat16,
        };

    /// <summary>Whether rows have scales.</summary>
    internal static bool HasScales(EmbeddingSchema schema) => schema.RowType == RowType.Int8;

    /// <summary>Whether scores need the rows' norms; rows of fewer bits under cosine were normalised.</summary>
    internal static bool HasNorms(EmbeddingSchema schema)
        => (schema.Metric == Metric.Euclidean && schema.RowType != RowType.None)
            || (schema.Metric == Metric.Cosine && schema.RowType == RowType.Float32);
}
