using System.Diagnostics.CodeAnalysis;

namespace Linr.Formats.Rows;

/// <summary>Turns the rows of a source into <typeparamref name="T"/>, counting good and bad ones.</summary>
internal abstract class RowReader<T>(RowSource source, ReadOptions options, ReadReport? report)
{
    private readonly ReadReport _report = report ?? new ReadReport();

    /// <summary>The rows; the caller closes them.</summary>
    protected RowSource Source { get; } = source;

    /// <summary>Makes values of cells.</summary>
    protected CellReader Cells { get; } = new(options.TimeUnit);

    /// <summary>The next good row; false at the end.</summary>
    /// <exception cref="DataFormatException">A row is bad, and bad rows are not skipped.</exception>
    public bool Read([MaybeNullWhen(false)] out T row)
    {
        while (true)
        {
            try
            {
                if (!Source.Read())
                {
                    row = default;
                    return false;
                }

                row = Convert();
                _report.Rows++;
                return true;
            }
            catch (DataFormatException error) when (error.IsOneRow && options.SkipBadRows)
            {
                _report.AddBad(error);
            }
        }
    }

    /// <summary>What the current row of the source says.</summary>
    /// <exception cref="DataFormatException">The row is bad.</exception>
    protected abstract T Convert();

    /// <summary>The id in a column of the current row.</summary>
    protected ItemId Id(int column, IdKind kind)
    {
        Cell cell = One(column, CellReader.Expected(kind));
        return Cells.TryId(cell, kind, out ItemId id)
            ? id
            : throw Source.Error(column, CellReader.Expected(kind), cell.Describe());
    }

    /// <summary>The one value of a column of the current row.</summary>
    protected Cell One(int column, string expected)
    {
        int count = Source.Select(column, multiValued: false);
        return count == 1
            ? Source.Value(0)
            : throw Source.Error(column, expected, count == 0 ? "no value" : $"{count} values");
    }
}
