namespace Linr.Kernels;

/// <summary>The cosines that scores of one query and codes tell.</summary>
public readonly struct CodeCosine
{
    private readonly int _bits;
    private readonly double _size;
    private readonly bool _isSymmetric;

    /// <summary>What there is to know of the query.</summary>
    /// <param name="values">[bits] its numbers, as <see cref="SignOporp.EncodeQuery"/> wrote them.</param>
    public CodeCosine(ReadOnlySpan<float> values)
    {
        double squares = 0;
        _isSymmetric = true;
        foreach (float value in values)
        {
            squares += (double)value * value;
            _isSymmetric &= Math.Abs(value) == 1;
        }

        _bits = values.Length;
        _size = Math.Sqrt(values.Length * squares);
    }

    /// <summary>
    /// The cosine that a score tells: a normal sum times the sign of another has the mean sqrt(2 / pi) * cosine *
    /// deviation.
    /// </summary>
    /// <param name="score">The dot product of the query's numbers and the code's signs.</param>
    public float Of(float score)
        => _isSymmetric ? (float)SignOporp.Cosine(_bits, (int)(_bits - score) / 2)
            : _size == 0 ? 0f
            : (float)Math.Clamp(Math.Sqrt(Math.PI / 2) * score / _size, -1, 1);
}
