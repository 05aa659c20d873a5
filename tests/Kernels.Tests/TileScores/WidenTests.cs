using System.Runtime.Intrinsics;
using Linr.Memory;

namespace Linr.Kernels.Tests;

/// <summary>Every half and bfloat, in each width of vector, against the conversion one by one.</summary>
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
        Every<Lanes128, Vector128<float>, HalfRows>(dim);
        Every<Lanes256, Vector256<float>, HalfRows>(dim);
        Every<Lanes512, Vector512<float>, HalfRows>(dim);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(33)]
    public void Every_bfloat_becomes_its_float(int dim)
    {
        Every<Lanes128, Vector128<float>, BFloatRows>(dim);
        Every<Lanes256, Vector256<float>, BFloatRows>(dim);
        Every<Lanes512, Vector512<float>, BFloatRows>(dim);
    }

    [Theory]
    [InlineData(1f, 0x3F80)]
    [InlineData(-2.5f, 0xC020)]
    [InlineData(1.00390625f, 0x3F80)]
    [InlineData(1.01171875f, 0x3F82)]
    [InlineData(1.0042f, 0x3F81)]
    [InlineData(3.4e38f, 0x7F80)]
    public void Floats_become_the_nearest_bfloat(float value, int bits)
        => Assert.Equal(bits, BFloats.Round(value));

    private static void Every<TLanes, TVector, TRows>(int dim)
        where TLanes : ILanes<TVector>
        where TVector : struct
        where TRows : IRowSource
    {
        using NativeBuffer buffer = new((AllHalves + (2 * dim)) * (sizeof(ushort) + sizeof(float)));
        ushort* elements = (ushort*)buffer.Address;
        float* wide = (float*)(elements + AllHalves + (2 * dim));
        int count = (AllHalves / dim) + 1;
        for (int i = 0; i < count * dim; i++)
        {
            elements[i] = (ushort)i;
            elements[i] = float.IsFinite(TRows.Element((byte*)elements, i)) ? elements[i] : (ushort)0x1234;
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
                (byte*)(elements + (start * dim)), dim * sizeof(ushort), offsets, entries, isScattered: false);
            WidenKernel<TLanes, TVector, TRows>.Widen(rows, dim, wide + (start * dim));
        }

        for (int i = 0; i < count * dim; i++)
        {
            float expected = typeof(TRows) == typeof(HalfRows)
                ? (float)BitConverter.UInt16BitsToHalf(elements[i])
                : BFloats.Widen(elements[i]);
            Assert.Equal(BitConverter.SingleToUInt32Bits(expected), BitConverter.SingleToUInt32Bits(wide[i]));
        }
    }
}
