namespace Linr.Engine.Towers;

/// <summary>
/// Bags of codes, one a row: what a bag layer reads. Bag r holds the codes from <see cref="Starts"/>[r] to
/// <see cref="Starts"/>[r + 1]. Grows as needed; <see cref="Clear"/> keeps the memory.
/// </summary>
public sealed class CodeBags
{
    private int[] _codes = new int[64];
    private int[] _starts = new int[17];
    private int _codeCount;

    /// <summary>Bags that have been ended.</summary>
    public int Count { get; private set; }

    /// <summary>All codes, bag after bag.</summary>
    public ReadOnlySpan<int> Codes => _codes.AsSpan(0, _codeCount);

    /// <summary>Where each bag starts in <see cref="Codes"/>; one more than there are bags.</summary>
    public ReadOnlySpan<int> Starts => _starts.AsSpan(0, Count + 1);

    /// <summary>Codes in the bag that is being filled.</summary>
    public int OpenCount => _codeCount - _starts[Count];

    /// <summary>The codes of one bag.</summary>
    public ReadOnlySpan<int> this[int bag] => Codes[Starts[bag]..Starts[bag + 1]];

    /// <summary>Adds a code to the bag that is being filled.</summary>
    public void Add(int code)
    {
        if (_codeCount == _codes.Length)
        {
            Array.Resize(ref _codes, _codes.Length * 2);
        }

        _codes[_codeCount++] = code;
    }

    /// <summary>Ends the bag that is being filled; it may be empty.</summary>
    public void EndBag()
    {
        if (Count + 2 > _starts.Length)
        {
            Array.Resize(ref _starts, _starts.Length * 2);
        }

        Count++;
        _starts[Count] = _codeCount;
    }

    /// <summary>Forgets all bags.</summary>
    public void Clear()
    {
        Count = 0;
        _codeCount = 0;
    }
}
