namespace Linr.Kernels.Tests;

/// <summary>What is decided about a scan before it runs.</summary>
public sealed class FusedScanTests
{
    [Theory]
    [InlineData(15_500_000, 2_000, 512)]
    [InlineData(15_500_000, 100_000, 4_096)]
    [InlineData(15_500_000, 120_000, 0)]
    [InlineData(1_000_000, 100, 512)]
    [InlineData(200_000, 10, 0)]
    public void Tiles_are_drawn_where_they_are_enough(long rows, long k, int expected)
        => Assert.Equal(expected, FusedScan.SampleTiles(rows, k, FusedScan.SampleTilesUsual));
}
