using System.Text;

namespace Linr.Tests.Fuzz;

/// <summary>All parsers that are fuzzed.</summary>
internal static class FuzzTargets
{
    /// <summary>One of each.</summary>
    public static IReadOnlyList<IFuzzTarget> Create() =>
    [
        new FilterTextTarget(), new FilterJsonTarget(), new ModelHeaderTarget(), new ChangeRecordTarget(),
        new ChangeJsonTarget(), new RestBodyTarget(),
    ];

    /// <summary>Words as UTF-8.</summary>
    public static IReadOnlyList<byte[]> Utf8(params IEnumerable<string> words) => [.. words.Select(Encoding.UTF8.GetBytes)];
}
