namespace Linr.Kernels;

/// <content>What the selection means.</content>
public static partial class TopSelect
{
    /// <summary><see cref="LargestToFront"/> by a full sort.</summary>
    public static ulong LargestToFrontReference(Span<ulong> values, int count)
    {
        values.Sort();
        values.Reverse();
        return values[count - 1];
    }
}
