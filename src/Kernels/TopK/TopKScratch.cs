using Linr.Cuda;

namespace Linr.Kernels;

/// <summary>Where the pieces of the finish's scratch lie, in bytes from its start.</summary>
internal readonly struct TopKScratch
{
    private const int Alignment = 256;
    private const int CountsPerQuery = 8;
    private const int StepCount = 4 + 4 + 8 + 4;
    private const int DigitCount = 256;
    private const int HeadBytes = 4 * sizeof(uint);

    /// <summary>Bytes of what the blocks of the wide variant tell each other.</summary>
    public const int BoardBytes = HeadBytes
        + (TopK.QueryCountMax * (((CountsPerQuery + StepCount + 1) * sizeof(uint)) + (2 * sizeof(ulong))));

    private readonly long _pairs;
    private readonly long _scores;
    private readonly long _first;
    private readonly long _second;
    private readonly long _tileCounts;
    private readonly long _wordCount;
    private readonly int _queryCount;

    public TopKScratch(int queryCount, long capacity, bool isWide)
    {
        _queryCount = queryCount;
        _wordCount = queryCount * capacity;
        Bins = Align(BoardBytes);
        BinCount = isWide ? (long)queryCount * TopK.CudaLevels << TopK.CudaWideBinBits : 0;
        _pairs = Align(Bins + (BinCount * sizeof(uint)));
        _scores = Align(_pairs + (_wordCount * sizeof(ulong)));
        _first = Align(_scores + (_wordCount * sizeof(float)));
        long sideBytes = isWide ? _wordCount * sizeof(ulong) : 0;
        _second = Align(_first + sideBytes);
        _tileCounts = Align(_second + sideBytes);
        TileCountCount = isWide ? queryCount * ((capacity + TopK.CudaTile - 1) / TopK.CudaTile) * DigitCount : 0;
        Bytes = Align(_tileCounts + (TileCountCount * sizeof(uint)));
    }

    /// <summary>Bytes in all.</summary>
    public long Bytes { get; }

    private long Bins { get; }

    private long BinCount { get; }

    private long TileCountCount { get; }

    /// <summary>What has to be zero at the start of the wide variant: the board and the bins.</summary>
    public DeviceSlice<byte> BoardAndBins(DeviceSlice<byte> scratch)
        => scratch.Slice(0, Bins + (BinCount * sizeof(uint)));

    public DeviceSlice<uint> BinsOf(DeviceSlice<byte> scratch) => Piece<uint>(scratch, Bins, BinCount);

    public DeviceSlice<CudaScorePair> Pairs(DeviceSlice<byte> scratch)
        => Piece<CudaScorePair>(scratch, _pairs, _wordCount);

    public DeviceSlice<float> Scores(DeviceSlice<byte> scratch) => Piece<float>(scratch, _scores, _wordCount);

    public DeviceSlice<ulong> First(DeviceSlice<byte> scratch) => Piece<ulong>(scratch, _first, _wordCount);

    public DeviceSlice<ulong> Second(DeviceSlice<byte> scratch) => Piece<ulong>(scratch, _second, _wordCount);

    public DeviceSlice<uint> TileCounts(DeviceSlice<byte> scratch)
        => Piece<uint>(scratch, _tileCounts, TileCountCount);

    /// <summary>The board's count of pairs, its first number.</summary>
    public static DeviceSlice<uint> PairCount(DeviceSlice<byte> scratch) => Piece<uint>(scratch, 0, 1);

    public DeviceSlice<uint> Starts(DeviceSlice<byte> scratch) => Piece<uint>(scratch, HeadBytes, _queryCount);

    public DeviceSlice<uint> Kept(DeviceSlice<byte> scratch)
        => Piece<uint>(scratch, HeadBytes + (TopK.QueryCountMax * sizeof(uint)), _queryCount);

    private static unsafe DeviceSlice<T> Piece<T>(DeviceSlice<byte> scratch, long start, long length)
        where T : unmanaged
        => scratch.Slice(start, length * sizeof(T)).Cast<T>();

    private static long Align(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;
}
