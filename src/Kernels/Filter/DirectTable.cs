using System.Runtime.CompilerServices;

namespace Linr.Kernels.Filter;

/// <summary>A word a code, from code 0 on.</summary>
/// <param name="words">The words.</param>
/// <param name="last">The last code that has a word; it is in no set, and its word is that of all codes past it.</param>
internal readonly unsafe struct DirectTable(uint* words, uint last) : ICodeTable
{
    /// <inheritdoc/>
    public uint Absent => words[last];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Word(uint code) => words[Math.Min(code, last)];

    /// <inheritdoc/>
    public uint* Entry(uint code) => words + code;
}
