namespace Linr.Training.Data;

/// <summary>
/// The SplitMix64 generator (Steele, Lea and Flood 2014): the same numbers from the same seed on every machine and
/// version of .NET, which <see cref="Random"/> does not promise.
/// </summary>
public sealed class SplitMix
{
    private ulong _state;

    /// <summary>A generator for one purpose: equal seeds and streams give equal numbers.</summary>
    public SplitMix(long seed, long stream = 0)
    {
        _state = (ulong)seed;
        _state = NextUInt64() ^ ((ulong)stream * 0xD1342543DE82EF95);
    }

    /// <summary>64 random bits.</summary>
    public ulong NextUInt64()
    {
        ulong mixed = _state += 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>
    /// A number from 0 to <paramref name="bound"/> - 1; its bias is below <paramref name="bound"/> / 2^64.
    /// </summary>
    public int NextInt(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bound, 1);
        return (int)Math.BigMul(NextUInt64(), (ulong)bound, out _);
    }

    /// <summary>A number from 0 to 1, 1 excluded.</summary>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Puts the elements into a random order.</summary>
    public void Shuffle<T>(Span<T> elements)
    {
        for (int left = elements.Length; left > 1; left--)
        {
            int other = NextInt(left);
            (elements[left - 1], elements[other]) = (elements[other], elements[left - 1]);
        }
    }
}
