using System.Numerics;
using System.Runtime.InteropServices;
using Linr.Cuda;

namespace Linr.Kernels;

/// <summary>
/// What one launch of the scan works on: addresses of arrays in device memory, which the caller owns.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct CudaScanBatch
{
    /// <summary>Where <see cref="SampleRows"/> stands, in words of 32 bits.</summary>
    internal const int SampleRowsPlace = 38;

    private ulong _queries;
    private ulong _originals;
    private ulong _errors;
    private ulong _offsets;
    private ulong _factors;
    private ulong _cuts;
    private ulong _counts;
    private ulong _words;
    private ulong _levels;
    private ulong _levelBases;
    private ulong _levelShifts;
    private ulong _masks;
    private ulong _filters;
    private ulong _list;
    private ulong _listCount;
    private ulong _sample;
    private ulong _maskWords;
    private uint _queryCount;
    private uint _queryBytes;
    private uint _capacity;
    private uint _k;
    private uint _sampleRows;
    private uint _slotCount;
    private CudaGroups _groups;
    private ulong _slots;
    private uint _sampleStride;
    private uint _sampleShift;
    private uint _isEstimated;
    private readonly uint _unused;

    /// <summary>
    /// [query][bytes]: elements like the rows', what multiplies the dot product folded in, zero past D.
    /// </summary>
    public DeviceSlice<byte> Queries { set => _queries = value.Address; }

    /// <summary>[query][D], as the caller gave them.</summary>
    public DeviceSlice<float> Originals { set => _originals = value.Address; }

    /// <summary>[query]: no row's float score is further from its canonical score.</summary>
    public DeviceSlice<float> Errors { set => _errors = value.Address; }

    /// <summary>[query]: added to each score.</summary>
    public DeviceSlice<float> Offsets { set => _offsets = value.Address; }

    /// <summary>[query]: a power of two by which the packed query's products are multiplied.</summary>
    public DeviceSlice<float> Factors { set => _factors = value.Address; }

    /// <summary>[query]: the cut, as the ordered bits of a float.</summary>
    public DeviceSlice<uint> Cuts { set => _cuts = value.Address; }

    /// <summary>[query]: survivors found; more than the capacity means that some are lost.</summary>
    public DeviceSlice<uint> Counts { set => _counts = value.Address; }

    /// <summary>[query][capacity]: ordered bits of a lower bound, and the row.</summary>
    public DeviceSlice<ulong> Words { set => _words = value.Address; }

    /// <summary>[query][<see cref="FusedScan.LevelStride"/>].</summary>
    public DeviceSlice<uint> Levels { set => _levels = value.Address; }

    /// <summary>[query]: ordered bits of the lowest level.</summary>
    public DeviceSlice<uint> LevelBases { set => _levelBases = value.Address; }

    /// <summary>[query]: how wide a level is, a power of two.</summary>
    public DeviceSlice<uint> LevelShifts { set => _levelShifts = value.Address; }

    /// <summary>[filter][<see cref="MaskWords"/>]: a bit a row; empty where no query has a filter.</summary>
    public DeviceSlice<ulong> Masks { set => _masks = value.IsEmpty ? 0 : value.Address; }

    /// <summary>[query]: its filter, or all bits set.</summary>
    public DeviceSlice<uint> Filters { set => _filters = value.IsEmpty ? 0 : value.Address; }

    /// <summary>The rows to score; empty for all.</summary>
    public DeviceSlice<uint> List { set => _list = value.IsEmpty ? 0 : value.Address; }

    /// <summary>How many of them, one number.</summary>
    public DeviceSlice<uint> ListCount { set => _listCount = value.IsEmpty ? 0 : value.Address; }

    /// <summary>
    /// [query][part][]: where it is not empty, scores of rows from all over the table are written by turns to all
    /// parts, and nothing else; none of a query whose cut is infinite. For <see cref="FusedScanCuda.LaunchTiles"/>
    /// [query][tile], the best of tiles.
    /// </summary>
    public DeviceSlice<float> Sample { set => _sample = value.IsEmpty ? 0 : value.Address; }

    /// <summary>Words of a mask; see <see cref="FusedScan.MaskWords"/>.</summary>
    public long MaskWords { set => _maskWords = (ulong)value; }

    /// <summary>Q, up to <see cref="FusedScan.QueriesMax"/>.</summary>
    public int QueryCount { readonly get => (int)_queryCount; set => _queryCount = (uint)value; }

    /// <summary>Bytes of a packed query, a multiple of <see cref="FusedScan.StageBytesPerRow"/>.</summary>
    public int QueryBytes { readonly get => (int)_queryBytes; set => _queryBytes = (uint)value; }

    /// <summary>Words of a query's list.</summary>
    public int Capacity { set => _capacity = (uint)value; }

    /// <summary>K.</summary>
    public int K { set => _k = (uint)value; }

    /// <summary>Rows or tiles of the sample, <see cref="SampleStride"/> at most.</summary>
    public int SampleRows { readonly get => (int)_sampleRows; set => _sampleRows = (uint)value; }

    /// <summary>Scores of a query, those of a part a multiple of 4.</summary>
    public int SampleStride { set => _sampleStride = (uint)value; }

    /// <summary>Parts of the sample, a power of two; one where groups have a cap.</summary>
    public int SampleParts { set => _sampleShift = (uint)BitOperations.Log2((uint)value); }

    /// <summary>Whether cuts rise by estimate; what follows the scan has to know, and may find them too high.</summary>
    public bool IsEstimated { set => _isEstimated = value ? 1u : 0; }

    /// <summary>The cap on groups, if there is one.</summary>
    public CudaGroups Groups { readonly get => _groups; set => _groups = value; }

    /// <summary>
    /// [query][<see cref="SlotCount"/>], zero before <see cref="ScanBoundsCuda.BeginGroups"/>; only with groups.
    /// </summary>
    public DeviceSlice<ulong> Slots { set => _slots = value.IsEmpty ? 0 : value.Address; }

    /// <summary><see cref="FusedScan.GroupSlots"/>; only with groups.</summary>
    public int SlotCount { set => _slotCount = (uint)value; }
}
