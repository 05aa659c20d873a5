using System.Numerics;
using Linr.Cuda;

namespace Linr.Kernels.Tests.Cuda;

/// <summary>Each primitive of the prelude, as the kernels of PreludeCheck.cu use it on plain arrays.</summary>
public sealed class PreludeTests(CudaMachine machine) : CudaTest(machine)
{
    private readonly Random _random = new(20_261_124);

    [Fact]
    public void Warps_vote_shuffle_and_reduce()
    {
        const int Each = 15;
        uint[] input = Words(32, 1 << 24);
        uint[] found = Run<uint>("check_warp", new(1, 32), 32 * Each, (kernel, shape, output) =>
        {
            using DeviceBuffer<uint> values = OnDevice(input);
            kernel.Launch(shape, Stream, values.Slice(), output);
            Stream.Synchronize();
        });
        uint ballot = 0;
        for (int lane = 0; lane < 32; lane++)
        {
            ballot |= (input[lane] & 1) << lane;
        }

        for (int lane = 0; lane < 32; lane++)
        {
            int up = Math.Max(lane - 1, 0);
            uint[] expected =
            [
                ballot,
                input[lane * 5 % 32],
                input[lane ^ 9],
                input[lane >= 3 ? lane - 3 : lane],
                input[lane + 3 < 32 ? lane + 3 : lane],
                input[lane ^ 16],
                BitConverter.SingleToUInt32Bits(Math.Min(lane + 1, 31)),
                input[7],
                input.Aggregate(0u, (sum, value) => sum + value),
                input.Max(),
                input.Min(),
                (uint)(((ulong)input[up] << 20) | (uint)up),
                32,
                1,
                input.Aggregate(0u, (any, value) => any | value) & 0x0f0f0f0f,
            ];
            Assert.Equal(expected, found[(lane * Each)..((lane + 1) * Each)]);
        }
    }

    [Fact]
    public void Numbers_are_counted_converted_and_ordered()
    {
        const int Each = 16;
        float[] edges =
        [
            0, -0f, 1, -1, 65504, 65519.996f, 65520, 6e-8f, 2.9e-8f, 2.98023224e-8f, 3e-8f, 6.1e-5f, 6.1035e-5f, 1e-45f,
            float.MaxValue, float.MinValue, float.PositiveInfinity, float.NegativeInfinity, 1.00048828125f,
            1.00146484375f, 1.00390625f, 1.01171875f,
        ];
        uint[] input = [.. edges.Select(BitConverter.SingleToUInt32Bits), .. Words(1000, uint.MaxValue)];
        input = [.. input.Where(bits => !float.IsNaN(BitConverter.UInt32BitsToSingle(bits)))];
        var over = new LaunchShape((uint)((input.Length + 63) / 64), 64);
        uint[] found = Run<uint>("check_numbers", over, input.Length * Each, (kernel, shape, output) =>
        {
            using DeviceBuffer<uint> values = OnDevice(input);
            kernel.Launch(shape, Stream, values.Slice(), (uint)input.Length, output);
            Stream.Synchronize();
        });
        for (int i = 0; i < input.Length; i++)
        {
            CheckNumber(input[i], found.AsSpan(i * Each, Each));
        }
    }

    [Fact]
    public void Quick_functions_are_as_near_as_they_say()
    {
        const int Each = 4;
        float[] input =
        [
            0, 1, -1, 0.5f, 1e-3f, -1e-6f, 9, -20, 100, -100, 126.5f, -125.5f, -130, -160, float.NegativeInfinity, float.NaN, 3,
            .. Enumerable.Range(0, 1_000).Select(_ => ((float)_random.NextDouble() - 0.5f) * 12),
            .. Enumerable.Range(0, 1_000).Select(_ => ((float)_random.NextDouble() - 0.5f) * 240),
        ];
        var over = new LaunchShape((uint)((input.Length + 63) / 64), 64);
        float[] found = Run<float>("check_quick", over, input.Length * Each, (kernel, shape, output) =>
        {
            using DeviceBuffer<float> values = OnDevice(input);
            kernel.Launch(shape, Stream, values.Slice(), (uint)input.Length, output);
            Stream.Synchronize();
        });
        for (int i = 0; i + 1 < input.Length; i++)
        {
            (float value, float next) = (input[i], input[i + 1]);
            if (float.IsNaN(value) || float.IsNaN(next))
            {
                Assert.Equal(float.IsNaN(value) ? next : value, found[(i * Each) + 2]);
                continue;
            }

            double tanh = Math.Tanh(value);
            double power = Math.Pow(2, value);
            Assert.InRange(Math.Abs(found[i * Each] - tanh), 0, Math.Abs(tanh) / (1 << 11));
            Assert.InRange(Math.Abs(found[(i * Each) + 1] - power), 0, (power / (1 << 22)) + (value < -125.9 ? 1.2e-38 : 0));
            Assert.Equal(Math.Max(value, next), found[(i * Each) + 2]);
            Assert.Equal(
                BitConverter.HalfToUInt16Bits((Half)value) | ((uint)BitConverter.HalfToUInt16Bits((Half)next) << 16),
                BitConverter.SingleToUInt32Bits(found[(i * Each) + 3]));
        }
    }

    [Fact]
    public void Atomics_of_many_threads_add_up()
    {
        using DeviceBuffer<uint> global = OnDevice(0u, 0u, 0u, 1000u, 0u, uint.MaxValue, 0u, 0u);
        using DeviceBuffer<ulong> wide = OnDevice(0UL, 0UL);
        uint[] perBlock = Run<uint>("check_atomics", new(4, 64, 64), 4 * 8, (kernel, shape, output)
            => kernel.Launch(shape, Stream, global.Slice(), wide.Slice(), output));
        Assert.Equal([256u * 255 / 2, 255u * 7, uint.MaxValue, 5u, 4711u, 0xffff0000u, 0u, 0u], ToHost(global.Slice()));
        Assert.Equal([(256UL * 255 / 2) << 30, (255UL << 35) | 1], ToHost(wide.Slice()));
        for (int block = 0; block < 4; block++)
        {
            Assert.Equal(
                [64u * 63 / 2, 63u * 7, uint.MaxValue, 5u, 4711u, 0xffff0000u, 64u * 63 / 2, 63u],
                perBlock[(block * 8)..((block + 1) * 8)]);
        }
    }

    [Fact]
    public void Whole_numbers_are_clamped_multiplied_and_counted()
    {
        uint[] input = [0, 1, 999, 1_000, 1_001, 0x7fffffff, 0x80000000, 0xffffffff, .. Words(120, uint.MaxValue)];
        uint[] found = Run<uint>("check_whole_numbers", new(2, 64, 4), input.Length * 3, (kernel, shape, output) =>
        {
            using DeviceBuffer<uint> values = OnDevice(input);
            kernel.Launch(shape, Stream, values.Slice(), output);
            Stream.Synchronize();
        });
        for (int i = 0; i < input.Length; i++)
        {
            uint other = unchecked(input[i] * 7);
            int dot = i + Enumerable.Range(0, 4).Sum(b => (sbyte)(input[i] >> (8 * b)) * (sbyte)(other >> (8 * b)));
            uint sum = (uint)input.Skip(i / 64 * 64).Take(64).Sum(value => value & 0xff);
            Assert.Equal([(uint)Math.Clamp((int)input[i], 0, 1_000), (uint)dot, sum], found[(i * 3)..((i * 3) + 3)]);
        }
    }

    [Fact]
    public void Matrices_come_from_shared_memory_as_fragments()
    {
        var bytes = new byte[512];
        _random.NextBytes(bytes);
        uint[] found = Run<uint>("check_load_matrix", new(1, 32, 512), 32 * 12, (kernel, shape, output) =>
        {
            using DeviceBuffer<byte> values = OnDevice(bytes);
            kernel.Launch(shape, Stream, values.Slice(), output);
            Stream.Synchronize();
        });
        for (int lane = 0; lane < 32; lane++)
        {
            uint[] plain = [.. Enumerable.Range(0, 4).Select(m => Pair(m, lane / 4, lane % 4 * 2, false))];
            uint[] transposed = [.. Enumerable.Range(0, 4).Select(m => Pair(m, lane / 4, lane % 4 * 2, true))];
            uint[] expected = [.. plain, .. transposed, .. plain[..2], .. transposed[..2]];
            Assert.Equal(expected, found[(lane * 12)..((lane + 1) * 12)]);
        }

        uint Pair(int matrix, int row, int column, bool transposed)
            => transposed
                ? Element(matrix, column, row) | (Element(matrix, column + 1, row) << 16)
                : Element(matrix, row, column) | (Element(matrix, row, column + 1) << 16);

        uint Element(int matrix, int row, int column)
            => BitConverter.ToUInt16(bytes, (matrix * 128) + (row * 16) + (column * 2));
    }

    [Fact]
    public void Tensor_cores_multiply_bytes()
    {
        uint[] a = Words(16 * 8, uint.MaxValue), b = Words(8 * 8, uint.MaxValue);
        int[] first = [.. Enumerable.Range(0, 16 * 8).Select(_ => _random.Next(-500, 500))];
        using CudaModule module = Load();
        using DeviceBuffer<uint> left = OnDevice(a), right = OnDevice(b);
        using DeviceBuffer<int> sums = OnDevice(first);
        module.GetKernel("check_mma_bytes").Launch(new(1, 32), Stream, left.Slice(), right.Slice(), sums.Slice());
        int[] found = ToHost(sums.Slice());
        for (int i = 0; i < found.Length; i++)
        {
            int expected = first[i];
            for (int k = 0; k < 32; k++)
            {
                expected += Byte(a, (i / 8 * 32) + k) * Byte(b, (i % 8 * 32) + k);
            }

            Assert.Equal(expected, found[i]);
        }

        static int Byte(uint[] words, int at) => (sbyte)(words[at / 4] >> (at % 4 * 8));
    }

    [Fact]
    public void Tensor_cores_count_bits_in_common()
    {
        uint[] a = Words(16 * 4, uint.MaxValue), b = Words(8 * 4, uint.MaxValue);
        int[] first = [.. Enumerable.Range(0, 16 * 8).Select(_ => _random.Next(-500, 500))];
        using CudaModule module = Load();
        using DeviceBuffer<uint> left = OnDevice(a), right = OnDevice(b);
        using DeviceBuffer<int> sums = OnDevice(first);
        module.GetKernel("check_mma_bits").Launch(new(1, 32), Stream, left.Slice(), right.Slice(), sums.Slice());
        int[] found = ToHost(sums.Slice());
        for (int i = 0; i < found.Length; i++)
        {
            int common = Enumerable.Range(0, 4).Sum(t => BitOperations.PopCount(a[(i / 8 * 4) + t] & b[(i % 8 * 4) + t]));
            Assert.Equal(first[i] + common, found[i]);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Tensor_cores_multiply_matrices(int kind)
    {
        // Small whole numbers: every order of summation gives the same.
        int depth = kind == 2 ? 8 : 16;
        int[] a = [.. Enumerable.Range(0, 16 * depth).Select(_ => _random.Next(-15, 16))];
        int[] b = [.. Enumerable.Range(0, 8 * depth).Select(_ => _random.Next(-15, 16))];
        float[] c = [.. Enumerable.Range(0, 16 * 8).Select(_ => (float)_random.Next(-99, 100))];
        using DeviceBuffer<uint> left = OnDevice(Pack(a, kind));
        using DeviceBuffer<uint> right = OnDevice(Pack(b, kind));
        using DeviceBuffer<float> sums = OnDevice(c);
        using CudaModule module = Load();
        module.GetKernel("check_mma").Launch(new(1, 32), Stream, left.Slice(), right.Slice(), sums.Slice(), (uint)kind);
        float[] found = ToHost(sums.Slice());
        for (int row = 0; row < 16; row++)
        {
            for (int column = 0; column < 8; column++)
            {
                int expected = (int)c[(row * 8) + column];
                for (int k = 0; k < depth; k++)
                {
                    expected += a[(row * depth) + k] * b[(column * depth) + k];
                }

                Assert.Equal(expected, found[(row * 8) + column]);
            }
        }
    }

    [Theory]
    [InlineData(2048)]
    [InlineData(1600)]
    [InlineData(16)]
    public void Asynchronous_copies_arrive_and_fill_with_zeros(int bytes)
    {
        var input = new byte[bytes];
        _random.NextBytes(input);
        byte[] found = Run<byte>("check_async_copy", new(1, 64, 2048), 2048, (kernel, shape, output) =>
        {
            using DeviceBuffer<byte> values = OnDevice(input);
            kernel.Launch(shape, Stream, values.Slice(), (uint)bytes, output);
            Stream.Synchronize();
        });
        byte[] whole = [.. input, .. new byte[2048 - bytes]];
        for (int chunk = 0; chunk < 128; chunk++)
        {
            int from = chunk < 64 ? 63 - chunk : 64 + 127 - chunk;
            Assert.Equal(whole[(from * 16)..((from + 1) * 16)], found[(chunk * 16)..((chunk + 1) * 16)]);
        }
    }

    [Fact]
    public void Named_barriers_hand_values_from_warp_to_warp()
    {
        const uint Rounds = 50;
        uint[] found = Run<uint>("check_barriers", new(1, 64, 128), 32, (kernel, shape, output)
            => kernel.Launch(shape, Stream, Rounds, output));
        Assert.Equal(
            Enumerable.Range(0, 32).Select(lane => (100u * (Rounds * (Rounds - 1) / 2)) + (Rounds * (uint)(31 - lane))),
            found);
    }

    [Fact]
    public void A_released_value_is_acquired_by_the_next_block()
    {
        const int Blocks = 8;
        using DeviceBuffer<uint> chain = OnDevice(new uint[Blocks]);
        LaunchShape together = new LaunchShape(Blocks, 32) { IsCooperative = true };
        uint[] clocks = Run<uint>("check_release", together, Blocks, (kernel, shape, output)
            => kernel.Launch(shape, Stream, chain.Slice(), output));
        Assert.Equal(Enumerable.Range(0, Blocks).Select(b => 1u + (uint)(b * (b + 1) / 2)), ToHost(chain.Slice()));
        Assert.All(clocks, inOrder => Assert.Equal(1u, inOrder));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(37)]
    public void Bulk_copies_come_through_a_ring(int tiles)
    {
        Assert.SkipUnless(Context.Device.ComputeCapability.Major >= 9, "Bulk copies need compute capability 9.0.");
        uint[] input = Words(tiles * 128, uint.MaxValue);
        uint[] found = Run<uint>("check_bulk_copy", new(1, 64, 1056), 32, (kernel, shape, output) =>
        {
            using DeviceBuffer<uint> values = OnDevice(input);
            kernel.Launch(shape, Stream, values.Slice(), (uint)tiles, output);
            Stream.Synchronize();
        });
        for (int lane = 0; lane < 32; lane++)
        {
            uint expected = 0;
            for (int tile = 0; tile < tiles; tile++)
            {
                ReadOnlySpan<uint> v = input.AsSpan((tile * 128) + (lane * 4), 4);
                expected += v[0] + (3 * v[1]) + (5 * v[2]) + (7 * v[3]) + (uint)tile;
            }

            Assert.Equal(expected, found[lane]);
        }
    }

    private static void CheckNumber(uint bits, ReadOnlySpan<uint> found)
    {
        float value = BitConverter.UInt32BitsToSingle(bits);
        Assert.Equal((uint)BitOperations.PopCount(bits), found[0]);
        Assert.Equal((uint)BitOperations.PopCount(bits) + 3, found[1]);
        Assert.Equal((uint)BitOperations.LeadingZeroCount(bits), found[2]);
        Assert.Equal((uint)BitOperations.LeadingZeroCount((ulong)bits), found[3]);
        Assert.Equal(bits == 0 ? 32u : (uint)BitOperations.TrailingZeroCount(bits), found[4]);
        Half half = BitConverter.UInt16BitsToHalf((ushort)bits);
        if (!Half.IsNaN(half))
        {
            Assert.Equal(BitConverter.SingleToUInt32Bits((float)half), found[5]);
        }

        Assert.Equal(bits << 16, found[6]);
        Assert.Equal(BitConverter.HalfToUInt16Bits((Half)value), found[7]);
        Assert.Equal((bits + 0x7fff + ((bits >> 16) & 1)) >> 16, found[8]);
        Assert.Equal((int)bits < 0 ? ~bits : bits | 0x80000000, found[9]);
        Assert.Equal(bits, found[10]);
        Assert.Equal(MathF.FusedMultiplyAdd(value, value, 0.1f), BitConverter.UInt32BitsToSingle(found[11]));
        Assert.Equal(Folded(Math.FusedMultiplyAdd(value, (double)value, 0.1)), found[12]);
        if (value >= 0)
        {
            Assert.Equal(Folded(Math.Sqrt(value) / 3.0), found[13]);
        }

        uint other = bits * 5;
        Assert.Equal(
            ((bits >> 16) & 0xff) | ((other & 0xff) << 8) | ((bits & 0xff00) << 8) | (other & 0xff000000), found[14]);
        Assert.Equal(((bits << 1) | (bits >> 31)) << 1, found[15]);
    }

    private static uint Folded(double value)
    {
        ulong bits = BitConverter.DoubleToUInt64Bits(value);
        return (uint)(bits ^ (bits >> 32));
    }

    /// <summary>Whole numbers as halves (0), bfloats (1), two in a word, or floats (2).</summary>
    private static uint[] Pack(int[] values, int kind)
        => kind == 2
            ? [.. values.Select(v => BitConverter.SingleToUInt32Bits(v))]
            : [.. values.Chunk(2).Select(pair => Code(pair[0], kind) | (Code(pair[1], kind) << 16))];

    private static uint Code(int value, int kind)
        => kind == 0 ? BitConverter.HalfToUInt16Bits((Half)value) : BitConverter.SingleToUInt32Bits(value) >> 16;

    private uint[] Words(int length, uint below)
        => [.. Enumerable.Range(0, length).Select(_ => (uint)_random.NextInt64(below))];

    private CudaModule Load()
        => new(Context, "PreludeCheck", CudaImages.Find("PreludeCheck", Context.Device.ComputeCapability));

    private T[] Run<T>(
        string kernel, LaunchShape shape, int length, Action<CudaKernel, LaunchShape, DeviceSlice<T>> launch)
        where T : unmanaged
    {
        using CudaModule module = Load();
        using var output = new DeviceBuffer<T>(Context, length, "what a kernel writes");
        launch(module.GetKernel(kernel), shape, output.Slice());
        return ToHost(output.Slice());
    }
}
