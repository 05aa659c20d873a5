namespace Linr.Training.Torch;

/// <summary>
/// Numbers the different rows of a table that a step touches, in order of first use. Reused step after step.
/// </summary>
internal sealed class RowNumbering(int rowCount)
{
    private readonly int[] _numbers = new int[rowCount];
    private readonly List<int> _rows = [];

    /// <summary>The rows touched, by number.</summary>
    public IReadOnlyList<int> Rows => _rows;

    /// <summary>How many rows were touched.</summary>
    public int Count => _rows.Count;

    /// <summary>The number of a row, which is given one where it has none.</summary>
    public int Add(int row)
    {
        int number = _numbers[row];
        if (number == 0)
        {
            _rows.Add(row);
            number = _rows.Count;
            _numbers[row] = number;
        }

        return number - 1;
    }

    /// <summary>The number of a row, or -1 where it was not touched.</summary>
    public int Find(int row) => _numbers[row] - 1;

    /// <summary>The rows as 64-bit indices.</summary>
    public long[] ToIndices()
    {
        long[] indices = new long[_rows.Count];
        for (int number = 0; number < indices.Length; number++)
        {
            indices[number] = _rows[number];
        }

        return indices;
    }

    /// <summary>Forgets all numbers.</summary>
    public void Clear()
    {
        foreach (int row in _rows)
        {
            _numbers[row] = 0;
        }

        _rows.Clear();
    }
}
