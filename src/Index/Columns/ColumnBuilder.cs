namespace Linr.Index.Columns;

/// <summary>Collects the values of one field, row by row; rows never set are missing.</summary>
internal abstract class ColumnBuilder(FieldSchema field) : IDisposable
{
    /// <summary>The field.</summary>
    public FieldSchema Field { get; } = field;

    /// <summary>A builder for a field.</summary>
    public static ColumnBuilder For(FieldSchema field)
    {
        switch (field.Type)
        {
            case FieldType.Keyword:
                var dictionary = new KeywordCodes();
                return new ValueColumnBuilder<uint>(field, value => dictionary.FindOrAdd(value.Text), dictionary);
            case FieldType.Integer or FieldType.Date:
                return new ValueColumnBuilder<long>(field, value => value.Integer);
            case FieldType.Float:
                return new ValueColumnBuilder<double>(field, value => value.Float);
            case FieldType.Boolean:
                return new ValueColumnBuilder<byte>(field, value => value.Boolean ? (byte)1 : (byte)0);
            default:
                return new BytesColumnBuilder(field);
        }
    }

    /// <summary>Sets the values of a row, replacing what it had. They have been checked against the field.</summary>
    public abstract void Set(uint row, IReadOnlyList<Value> values);

    /// <summary>Makes the column of <paramref name="rows"/> rows; the builder is empty then.</summary>
    public abstract Column Build(long rows);

    /// <inheritdoc/>
    public abstract void Dispose();
}
