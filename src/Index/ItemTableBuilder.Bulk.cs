using Linr.Index.Columns;
using Linr.Index.Embeddings;
using Linr.Index.Ids;

namespace Linr.Index;

/// <content>Items in bulk: ids first, then values and embeddings by row.</content>
public sealed partial class ItemTableBuilder
{
    /// <summary>
    /// Appends items that have nothing but ids yet; their fields are missing and their embeddings must be set before
    /// the table is built. A taken id is refused whatever the builder's option.
    /// </summary>
    /// <returns>The row of the first.</returns>
    /// <exception cref="ItemException">An id is taken; the ids before it were stored.</exception>
    public uint AppendIds(ReadOnlySpan<ItemId> ids)
    {
        uint first = (uint)Rows;
        Map.Reserve(ids.Length);
        foreach (ItemId id in ids)
        {
            var problems = new List<string>();
            if (FindIdProblems(id, mayReplace: false, problems))
            {
                throw new ItemException(problems);
            }

            StoreId(id);
        }

        return first;
    }

    /// <inheritdoc cref="AppendIds(ReadOnlySpan{ItemId})"/>
    public uint AppendIds(ReadOnlySpan<long> ids)
    {
        uint first = (uint)Rows;
        if (_ids is IntegerIds ascending && ascending.TryAppendAscending(ids))
        {
            return first;
        }

        Map.Reserve(ids.Length);
        foreach (long id in ids)
        {
            // The common case without the list that problems would go to.
            if (_ids is IntegerIds integers && Rows < Limits.RowsMax && !Map.TryFind(id, out uint row))
            {
                IdMap map = Map;
                row = (uint)Rows;
                integers.Append(id);
                map.Add(row);
            }
            else
            {
                AppendIds([new ItemId(id)]);
            }
        }

        return first;
    }

    /// <summary>Sets the embeddings of rows that were appended; if one is refused, none is set.</summary>
    /// <param name="name">The embedding.</param>
    /// <param name="firstRow">The row of the first.</param>
    /// <param name="rows">[rows, D].</param>
    /// <exception cref="ArgumentException">
    /// There is no such embedding or row, or a row of components is refused: it names the item.
    /// </exception>
    public void SetEmbeddings(string name, uint firstRow, ReadOnlySpan<float> rows)
    {
        EmbeddingColumnBuilder builder = FindEmbedding(name);
        CheckRows(firstRow, rows.Length / builder.Schema.Dim);
        builder.Set(firstRow, rows, row => $"Item {_ids.Read(row)}");
    }

    /// <summary>Sets the codes of rows that were appended, of an embedding that has codes alone.</summary>
    /// <param name="name">The embedding.</param>
    /// <param name="firstRow">The row of the first.</param>
    /// <param name="codes">[rows, words], as <see cref="Kernels.SignOporp"/> makes them.</param>
    /// <exception cref="ArgumentException">There is no such embedding or row, or codes are not whole.</exception>
    /// <exception cref="InvalidOperationException">The embedding has rows, from which its codes are made.</exception>
    public void SetCodes(string name, uint firstRow, ReadOnlySpan<ulong> codes)
    {
        EmbeddingColumnBuilder builder = FindEmbedding(name);
        CheckRows(firstRow, codes.Length * 64 / (builder.Schema.Codes?.Bits ?? 64));
        builder.SetCodes(firstRow, codes);
    }

    /// <summary>Sets a field of one row that was appended, replacing what it had.</summary>
    /// <exception cref="ItemException">The values do not fit the field; nothing was changed.</exception>
    /// <exception cref="ArgumentException">There is no such field or row.</exception>
    public void SetValues(string field, uint row, IReadOnlyList<Value> values)
    {
        ColumnBuilder builder = FindColumn(field);
        CheckRows(row, 1);
        var problems = new List<string>();
        FieldCheck.AddProblems(builder.Field, values, problems);
        if (problems.Count > 0)
        {
            throw new ItemException([.. problems.Select(problem => $"Item {_ids.Read(row)}: {problem}")]);
        }

        builder.Set(row, ItemCheck.Convert(builder.Field, values));
    }

    /// <summary>Sets a single-valued integer or date field (microseconds since 1970 UTC) of consecutive rows.</summary>
    /// <exception cref="ArgumentException">There is no such field or row, or the field is of another kind.</exception>
    public void SetIntegers(string field, uint firstRow, ReadOnlySpan<long> values)
        => SetRange(field, firstRow, values);

    /// <summary>Sets a single-valued float field of consecutive rows.</summary>
    /// <exception cref="ArgumentException">
    /// There is no such field or row, the field is of another kind, or a value is NaN.
    /// </exception>
    public void SetFloats(string field, uint firstRow, ReadOnlySpan<double> values)
    {
        double[] checkedValues = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            if (double.IsNaN(values[i]))
            {
                throw new ArgumentException($"Field \"{field}\": expected numbers; found NaN at {i}.", nameof(values));
            }

            // Plus zero for minus zero, so that equal values have equal bits.
            checkedValues[i] = values[i] + 0.0;
        }

        SetRange<double>(field, firstRow, checkedValues);
    }

    private void SetRange<T>(string field, uint firstRow, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        CheckRows(firstRow, values.Length);
        if (FindColumn(field) is not ValueColumnBuilder<T> { Field.MultiValued: false } builder)
        {
            throw new ArgumentException(
                $"Field \"{field}\": expected a single-valued field of {typeof(T).Name}.", nameof(field));
        }

        builder.SetRange(firstRow, values);
    }

    private EmbeddingColumnBuilder FindEmbedding(string name)
        => Array.Find(_embeddings, one => one.Schema.Name == name)
            ?? throw new ArgumentException($"Expected an embedding of the schema; found \"{name}\".", nameof(name));

    private ColumnBuilder FindColumn(string field)
        => Array.Find(_columns, column => column.Field.Name == field)
            ?? throw new ArgumentException($"Expected a field of the schema; found \"{field}\".", nameof(field));

    private void CheckRows(uint firstRow, int count)
    {
        if (firstRow + (long)count > Rows)
        {
            throw new ArgumentException(
                $"Expected rows below {Rows}, which were appended; found {firstRow} to {firstRow + (long)count - 1}.",
                nameof(firstRow));
        }
    }
}
