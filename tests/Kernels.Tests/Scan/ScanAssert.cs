using Linr.Kernels.Scan;

namespace Linr.Kernels.Tests.Scan;

internal static class ScanAssert
{
    /// <summary>Every query's hits are those of the reference, bit for bit.</summary>
    public static void MatchesReference(ScanRequest request, ScanWorkers? workers = null)
    {
        using ScanWorkspace workspace = new();
        FilteredTopK.Search(request, workspace, workers, TestContext.Current.CancellationToken);
        for (int query = 0; query < request.QueryCount; query++)
        {
            SameBits(FilteredTopK.Reference(request, query), workspace.Hits(query));
        }
    }

    public static void SameBits(ReadOnlySpan<ScanHit> expected, ReadOnlySpan<ScanHit> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(
                (expected[i].Row, BitConverter.SingleToUInt32Bits(expected[i].Score)),
                (actual[i].Row, BitConverter.SingleToUInt32Bits(actual[i].Score)));
        }
    }
}
