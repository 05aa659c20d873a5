namespace Linr.Engine.Towers;

/// <summary>The output of one layer for a batch: rows of one width. Keeps its memory from batch to batch.</summary>
internal sealed class Activations
{
    private float[] _values = [];

    /// <summary>Floats a row.</summary>
    public int Width { get; init; }

    /// <summary>Whether there is a row a place of the sequences, not a row a sample.</summary>
    public bool IsSequence { get; init; }

    /// <summary>The rows of this batch.</summary>
    public Span<float> Values => _values.AsSpan(0, Rows * Width);

    /// <summary>How many rows this batch has.</summary>
    public int Rows { get; private set; }

    /// <summary>Makes room for the rows of a batch; their contents are undefined.</summary>
    public Span<float> Resize(int rows)
    {
        Rows = rows;
        if (_values.Length < rows * Width)
        {
            _values = new float[Math.Max(rows * Width, _values.Length * 2)];
        }

        return Values;
    }
}
