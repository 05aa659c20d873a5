using System.Runtime.Intrinsics;
using Linr.Memory;

namespace Linr.Kernels.Tests;

/// <summary>Every half, in each width of vector, against the conversion of .NET.</summary>
public sealed unsafe class WidenTests
{
    private const int AllHalves = 1 << 16;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(33)]
    [InlineData(128)]
    public void Every_half_becomes_its_float(int dim)
    {
        Every<Lanes128, Vector128<float>>(dim);
        Every<Lanes256, Vector256<float>>(dim);
        Every<Lanes512, Vector512<float>>(dim);
    }

    private static void Every<TLanes, TVector>(int dim)
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        using NativeBuffer buffer = new((AllHalves + (2 * dim)) * (sizeof(ushort) + sizeof(float)));
        Half* halves = (Half*)buffer.Address;
        float* wide = (float*)(halves + AllHalves + (2 * dim));
        int count = (AllHalves / dim) + 1;
        for (int i = 0; i < count * dim; i++)
        {
            Half half = BitConverter.UInt16BitsToHalf((ushort)i);
            halves[i] = Half.IsFinite(half) ? half : Half.MaxValue;
        }

        ushort* offsets = stackalloc ushort[TileRows.PanelEntriesMax + TileRows.PaddedEntries];
        for (int start = 0; start < count; start += TileRows.PanelEntriesMax)
        {
            int entries = Math.Min(TileRows.PanelEntriesMax, count - start);
            for (int e = 0; e < TileRows.PanelEntriesMax + TileRows.PaddedEntries; e++)
            {
                offsets[e] = (ushort)Math.Min(e, entries - 1);
            }

            TileRows rows = new(
                (byte*)(halves + (start * dim)), dim * sizeof(ushort), offsets, entries, isScattered: false);
            WidenKernel<TLanes, TVector>.Widen(rows, dim, wide + (start * dim));
        }

        for (int i = 0; i < count * dim; i++)
        {
            Assert.Equal(BitConverter.SingleToUInt32Bits((float)halves[i]), BitConverter.SingleToUInt32Bits(wide[i]));
        }
    }
}
