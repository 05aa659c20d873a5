namespace Linr.Kernels.Similarities;

/// <summary>Functions of a vector's lanes, the same bits at every width.</summary>
internal static unsafe class LaneMath<TLanes, TVector>
    where TLanes : IFusedLanes<TVector>
    where TVector : struct
{
    // Between them e^x is a normal float.
    private const float ExponentMin = -87;
    private const float ExponentMax = 88;
    private const float Log2E = 1.44269504f;

    // ln 2 in two parts, of which the first times a whole number is exact (Cody and Waite).
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;

    /// <summary>e^x within 2 units in the last place; x is taken to within [-87, 88].</summary>
    public static TVector Exp(TVector x)
    {
        x = TLanes.Min(TLanes.Max(x, TLanes.Broadcast(ExponentMin)), TLanes.Broadcast(ExponentMax));
        TVector whole = TLanes.Round(TLanes.Multiply(x, TLanes.Broadcast(Log2E)));
        TVector rest = TLanes.Fused(whole, TLanes.Broadcast(-Ln2High), x);
        rest = TLanes.Fused(whole, TLanes.Broadcast(-Ln2Low), rest);

        // The polynomial of Cephes' expf.
        TVector sum = TLanes.Broadcast(1.9875691500e-4f);
        sum = TLanes.Fused(sum, rest, TLanes.Broadcast(1.3981999507e-3f));
        sum = TLanes.Fused(sum, rest, TLanes.Broadcast(8.3334519073e-3f));
        sum = TLanes.Fused(sum, rest, TLanes.Broadcast(4.1665795894e-2f));
        sum = TLanes.Fused(sum, rest, TLanes.Broadcast(1.6666665459e-1f));
        sum = TLanes.Fused(sum, rest, TLanes.Broadcast(5.0000001201e-1f));
        sum = TLanes.Fused(sum, TLanes.Multiply(rest, rest), rest);
        return TLanes.Scale(TLanes.Add(sum, TLanes.Broadcast(1)), whole);
    }

    /// <summary>x / (1 + e^-x).</summary>
    public static TVector Silu(TVector x)
        => TLanes.Divide(x, TLanes.Add(Exp(TLanes.Multiply(x, TLanes.Broadcast(-1))), TLanes.Broadcast(1)));
}
