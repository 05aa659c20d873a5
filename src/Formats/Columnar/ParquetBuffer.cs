using Linr.Formats.Rows;
using Parquet;
using Parquet.Schema;

namespace Linr.Formats.Columnar;

/// <summary>The values of one column that wait for their row group.</summary>
internal abstract class ParquetBuffer(Field field, DataField leaf)
{
    private readonly List<int> _definitions = [];
    private readonly List<int> _repetitions = [];

    /// <summary>The column in the file's schema.</summary>
    public Field Field { get; } = field;

    /// <summary>Roughly how much waits, in bytes.</summary>
    public long Bytes { get; protected set; }

    /// <summary>The values in the file's schema: the column itself or what its list holds.</summary>
    protected DataField Leaf { get; } = leaf;

    public static ParquetBuffer Create(SinkColumn column) => column switch
    {
        { Dim: > 0 } => Of<float>(column, _ => throw new System.Diagnostics.UnreachableException(), _ => 4),
        { Type: FieldType.Integer } => Of<long>(column, value => value.Integer, _ => 8),
        { Type: FieldType.Float } => Of<double>(column, value => value.Float, _ => 8),
        { Type: FieldType.Boolean } => Of<bool>(column, value => value.Boolean, _ => 1),
        { Type: FieldType.Date } => Of<DateTime>(column, value => value.Date.UtcDateTime, _ => 8),
        { Type: FieldType.Bytes } => Of<ReadOnlyMemory<byte>>(column, value => value.Bytes, value => value.Length),
        _ => Of<ReadOnlyMemory<char>>(column, value => value.Text.AsMemory(), value => 2 * value.Length),
    };

    public void AddMissing()
    {
        _definitions.Add(0);
        _repetitions.Add(0);
    }

    public void Add(Value value)
    {
        AddLevels(first: true);
        AddValue(value);
    }

    public void Add(IReadOnlyList<Value> values)
    {
        if (values.Count == 0)
        {
            AddMissing();
        }

        for (int position = 0; position < values.Count; position++)
        {
            AddLevels(position == 0);
            AddValue(values[position]);
        }
    }

    public void Add(ReadOnlySpan<float> embedding)
    {
        for (int position = 0; position < embedding.Length; position++)
        {
            AddLevels(position == 0);
        }

        AddFloats(embedding);
    }

    /// <summary>Writes what waits, and empties the buffer.</summary>
    public void WriteTo(ParquetRowGroupWriter group)
    {
        WriteTo(group, _definitions.ToArray(), Leaf.MaxRepetitionLevel > 0 ? _repetitions.ToArray() : null);
        _definitions.Clear();
        _repetitions.Clear();
        Bytes = 0;
    }

    protected abstract void AddValue(Value value);

    protected abstract void AddFloats(ReadOnlySpan<float> values);

    protected abstract void WriteTo(ParquetRowGroupWriter group, int[] definitions, int[]? repetitions);

    private static ParquetBuffer<T> Of<T>(SinkColumn column, Func<Value, T> toValue, Func<T, int> bytes)
        where T : struct
    {
        string name = column.IsList ? "element" : column.Name;
        DataField leaf = typeof(T) == typeof(DateTime)
            ? new DateTimeDataField(
                name,
                DateTimeFormat.Timestamp,
                isAdjustedToUTC: true,
                DateTimeTimeUnit.Micros,
                isNullable: !column.IsList)
            : new DataField(name, ClrType(typeof(T)), isNullable: !column.IsList);
        return new ParquetBuffer<T>(column.IsList ? new ListField(column.Name, leaf) : leaf, leaf, toValue, bytes);
    }

    private static Type ClrType(Type type)
        => type == typeof(ReadOnlyMemory<char>) ? typeof(string)
            : type == typeof(ReadOnlyMemory<byte>) ? typeof(byte[])
            : type;

    private void AddLevels(bool first)
    {
        _definitions.Add(Leaf.MaxDefinitionLevel);
        _repetitions.Add(first ? 0 : Leaf.MaxRepetitionLevel);
        Bytes += 2 * sizeof(int);
    }
}

/// <summary>A buffer of <typeparamref name="T"/>.</summary>
internal sealed class ParquetBuffer<T>(Field field, DataField leaf, Func<Value, T> toValue, Func<T, int> bytes)
    : ParquetBuffer(field, leaf)
    where T : struct
{
    private readonly List<T> _values = [];

    protected override void AddValue(Value value)
    {
        T one = toValue(value);
        _values.Add(one);
        Bytes += bytes(one);
    }

    protected override void AddFloats(ReadOnlySpan<float> values)
    {
        // Only a column of an embedding is given floats, and its values are floats.
        ((List<float>)(object)_values).AddRange(values);
        Bytes += sizeof(float) * values.Length;
    }

    protected override void WriteTo(ParquetRowGroupWriter group, int[] definitions, int[]? repetitions)
    {
        group.WriteAllPartsAsync<T>(
            Leaf,
            _values.ToArray(),
            definitions,
            repetitions is null ? null : (ReadOnlyMemory<int>?)repetitions,
            CancellationToken.None).GetAwaiter().GetResult();
        _values.Clear();
    }
}
