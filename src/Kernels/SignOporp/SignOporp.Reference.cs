namespace Linr.Kernels;

/// <content>What a code means.</content>
public sealed partial class SignOporp
{
    private void EncodeReference(ReadOnlySpan<float> row, Span<ulong> code)
    {
        code.Clear();
        for (int bit = 0; bit < Bits; bit++)
        {
            code[bit / WordBits] |= SumOf(row, bit) >= 0 ? 1UL << (bit % WordBits) : 0;
        }
    }

    private void EncodeQueryReference(ReadOnlySpan<float> query, bool isAsymmetric, Span<float> values)
    {
        float largest = 0;
        for (int bit = 0; bit < Bits; bit++)
        {
            values[bit] = SumOf(query, bit);
            largest = Math.Max(largest, Math.Abs(values[bit]));
        }

        foreach (ref float value in values)
        {
            value = !isAsymmetric ? value >= 0 ? 1 : -1
                : largest == 0 ? 0 : (float)Math.Round(value * (double)QueryMax / largest);
        }
    }

    private float SumOf(ReadOnlySpan<float> row, int bin)
    {
        float sum = 0;
        foreach (int place in _places.AsSpan(_binStarts[bin], _binStarts[bin + 1] - _binStarts[bin]))
        {
            sum += place < 0 ? -row[~place] : row[place];
        }

        return sum;
    }
}
