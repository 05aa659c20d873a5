using Linr.Index.Columns;
using Linr.Kernels.Filter;

namespace Linr.Index.Device;

/// <summary>What an attribute is on a device: one width for all its rows, whatever the widths of host blocks.</summary>
/// <param name="Field">Its number in the schema.</param>
/// <param name="Element">What the elements are.</param>
/// <param name="IsMultiValued">Whether rows have any number of values, which then lie in a heap.</param>
/// <param name="HasMissing">
/// Whether rows have a bit that says if they have a value; never for codes, whose code 0 is missing.
/// </param>
/// <param name="ValueCount">Values in the heap; 0 for single-valued columns.</param>
public sealed record DeviceColumnLayout(
    int Field, ColumnElement Element, bool IsMultiValued, bool HasMissing, long ValueCount)
{
    private const long LiveValuesMin = 1_024;
    private const double LiveValuesShare = 1.5;

    /// <summary>Bytes of an element.</summary>
    public int ElementBytes => CudaFilterColumn.ElementBytes(Element);

    /// <summary>Whether the elements are dictionary codes.</summary>
    public bool HasCodes => Element is ColumnElement.Code8 or ColumnElement.Code16 or ColumnElement.Code32;

    /// <summary>The layout of a shard of a column.</summary>
    /// <param name="field">The column's number in the schema.</param>
    /// <param name="column">The column.</param>
    /// <param name="shard">The rows.</param>
    public static DeviceColumnLayout Of(int field, ValueColumn column, RowShard shard)
    {
        ArgumentNullException.ThrowIfNull(column);
        ColumnElement element = ElementOf(column.Field.Type);
        bool hasMissing = false;
        long valueCount = 0;
        foreach (ColumnBlock block in column.Blocks.Slice(shard.FirstBlock, shard.BlockCount).Span)
        {
            element = block.Element > element && column.Dictionary is not null ? block.Element : element;
            hasMissing |= block.Present != 0;
            valueCount += column.Field.MultiValued ? block.ValueCount : 0;
        }

        return new DeviceColumnLayout(field, element, column.Field.MultiValued, hasMissing, valueCount);
    }

    /// <summary>
    /// The layout of a shard of a live column: codes as wide as its keywords so far need, whatever the host's blocks have,
    /// and half as many values more than there are.
    /// </summary>
    internal static DeviceColumnLayout OfLive(int field, ValueColumn column, RowShard shard, long capacity)
    {
        bool isMany = column.Field.MultiValued;
        ColumnElement element = column.Dictionary is { } keywords ? CodeWidth.For(keywords.Count) : ElementOf(column.Field.Type);
        long valueCount = 0;
        for (long row = 0; isMany && row < shard.Rows; row++)
        {
            valueCount += column.CountOf((uint)(shard.FirstRow + row));
        }

        double share = (double)capacity / Math.Max(shard.Rows, 1);
        return new DeviceColumnLayout(
            field,
            element,
            isMany,
            HasMissing: !isMany && column.Dictionary is null,
            isMany ? Math.Max(LiveValuesMin, (long)(LiveValuesShare * share * valueCount)) : 0);
    }

    /// <summary>The layout of a column that is not there yet.</summary>
    internal static DeviceColumnLayout Of(int number, FieldSchema field, FieldSize size) => new(
        number,
        field.Type == FieldType.Keyword ? CodeWidth.For(size.KeywordCount) : ElementOf(field.Type),
        field.MultiValued,
        size.HasMissing && !field.MultiValued && field.Type != FieldType.Keyword,
        field.MultiValued ? size.ValueCount : 0);

    /// <summary>The narrowest element of a type: codes may need a wider one.</summary>
    private static ColumnElement ElementOf(FieldType type) => type switch
    {
        FieldType.Keyword => ColumnElement.Code8,
        FieldType.Float => ColumnElement.Float64,
        FieldType.Boolean => ColumnElement.Byte,
        _ => ColumnElement.Int64,
    };

    /// <summary>Bytes of the column with room for <paramref name="capacity"/> rows, a multiple of 64.</summary>
    internal long Bytes(long capacity)
        => IsMultiValued
            ? (capacity * sizeof(ulong)) + (ValueCount * ElementBytes)
            : (capacity * ElementBytes) + (HasMissing ? RowMask.Words(capacity) * sizeof(ulong) : 0);
}
