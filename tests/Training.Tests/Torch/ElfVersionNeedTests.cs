using System.Buffers.Binary;
using System.Runtime.InteropServices;
using CsCheck;
using Linr.Training.Torch;

namespace Linr.Training.Tests.Torch;

/// <summary>
/// The weak mark on real shared objects: those of the .NET runtime, which are there wherever the tests are.
/// </summary>
public sealed class ElfVersionNeedTests
{
    private const ushort Weak = 2;

    private static readonly string s_library = Path.Combine(
        RuntimeEnvironment.GetRuntimeDirectory(), "libSystem.Native.so");

    private static readonly byte[] s_image = OperatingSystem.IsLinux() ? File.ReadAllBytes(s_library) : [];

    [Theory]
    [InlineData("libSystem.Native.so")]
    [InlineData("libcoreclr.so")]
    [InlineData("libclrjit.so")]
    public void Each_version_that_a_library_needs_can_be_marked_and_nothing_else_changes(string name)
    {
        RequireLinux();
        byte[] image = File.ReadAllBytes(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), name));
        var before = ElfNeeds.Read(image);
        Assert.NotEmpty(before);
        foreach (string version in before.Select(need => need.Version).Distinct())
        {
            byte[] marked = [.. image];
            int count = ElfVersionNeed.MarkWeak(marked, version);
            Assert.Equal(before.Count(need => need.Version == version), count);
            Assert.Equal(
                before.Select(
                    need => need.Version == version ? need with { Flags = (ushort)(need.Flags | Weak) } : need),
                ElfNeeds.Read(marked));
            foreach (var (_, at, flags) in before.Where(need => need.Version == version))
            {
                BinaryPrimitives.WriteUInt16LittleEndian(marked.AsSpan(at), flags);
            }

            Assert.Equal(image, marked);
        }
    }

    [Fact]
    public void A_version_that_is_not_needed_changes_nothing()
    {
        RequireLinux();
        byte[] image = [.. s_image];
        Assert.Equal(0, ElfVersionNeed.MarkWeak(image, "GLIBC_0.0"));
        Assert.Equal(s_image, image);
    }

    [Fact]
    public void The_one_version_of_the_shim_that_old_hosts_lack_is_marked()
    {
        RequireLinux();
        byte[] image = File.ReadAllBytes(
            Path.Combine(AppContext.BaseDirectory, "runtimes", "linux-x64", "native", "libLibTorchSharp.so"));
        Assert.Equal(1, ElfVersionNeed.MarkWeak(image, "GLIBCXX_3.4.32"));
        Assert.Equal(
            ["GLIBCXX_3.4.32"],
            ElfNeeds.Read(image).Where(need => (need.Flags & Weak) != 0).Select(need => need.Version));
    }

    [Fact]
    public void Other_files_are_refused_by_name()
    {
        RequireLinux();
        byte[] of32Bits = [.. s_image];
        of32Bits[4] = 1;
        foreach (byte[] other in (byte[][])[[], [0x7F, (byte)'E'], new byte[200], of32Bits])
        {
            var error = Assert.Throws<InvalidDataException>(() => ElfVersionNeed.MarkWeak(other, "GLIBC_2.2.5"));
            Assert.Contains("Expected a 64-bit little-endian ELF file", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_file_that_is_cut_is_refused_wherever_it_is_cut()
    {
        RequireLinux();
        // The section headers stand at the end, so that no cut leaves all of them.
        for (int bytes = 64; bytes < s_image.Length; bytes += 997)
        {
            byte[] cut = s_image[..bytes];
            var error = Assert.Throws<InvalidDataException>(() => ElfVersionNeed.MarkWeak(cut, "GLIBC_2.2.5"));
            Assert.Contains("cut or damaged", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Damage_is_a_named_error_or_leaves_a_file_of_the_same_length()
    {
        RequireLinux();
        int headers = (int)BinaryPrimitives.ReadInt64LittleEndian(s_image.AsSpan(0x28));
        int needs = ElfNeeds.Read(s_image).Min(need => need.FlagsAt) - 32;
        Gen<int> place = Gen.OneOf(
            Gen.Int[0, 63], Gen.Int[headers, s_image.Length - 1], Gen.Int[needs, needs + 400]);
        Gen.Select(place, Gen.Byte).Array[1, 8].Sample(
            edits =>
            {
                byte[] image = [.. s_image];
                foreach ((int at, byte value) in edits)
                {
                    image[at] = value;
                }

                try
                {
                    ElfVersionNeed.MarkWeak(image, "GLIBC_2.2.5");
                }
                catch (InvalidDataException)
                {
                    // Named: what must not come out is any other exception, or no end.
                }
            },
            iter: 3_000);
    }

    private static void RequireLinux()
        => Assert.SkipUnless(OperatingSystem.IsLinux(), "ELF files are what Linux loads.");
}
