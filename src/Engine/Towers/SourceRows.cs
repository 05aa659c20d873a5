namespace Linr.Engine.Towers;

/// <summary>Encoded rows of one source layer: bags of codes for a bag layer, numbers for a number layer.</summary>
public sealed class SourceRows
{
    private float[] _numbers = new float[32];
    private int _numberCount;

    /// <summary>The bags of a bag layer.</summary>
    public CodeBags Bags { get; } = new();

    /// <summary>The numbers of a number layer, <see cref="NumberEncoder.Width"/> a row.</summary>
    public ReadOnlySpan<float> Numbers => _numbers.AsSpan(0, _numberCount);

    /// <summary>Adds a number to the row that is being filled.</summary>
    public void Add(float number)
    {
        if (_numberCount == _numbers.Length)
        {
            Array.Resize(ref _numbers, _numbers.Length * 2);
        }

        _numbers[_numberCount++] = number;
    }

    /// <summary>Adds numbers to the row that is being filled.</summary>
    public void AddRange(ReadOnlySpan<float> numbers)
    {
        foreach (float number in numbers)
        {
            Add(number);
        }
    }

    /// <summary>Forgets all rows; keeps the memory.</summary>
    public void Clear()
    {
        Bags.Clear();
        _numberCount = 0;
    }
}
