using System.Collections.Concurrent;
using System.Text;
using Google.Protobuf.Reflection;

namespace Linr.Server.Rest.Json;

/// <summary>The values of an enum as words: <c>VERSION_STATE_CATCHING_UP</c> is <c>catching_up</c>.</summary>
internal sealed class EnumWords
{
    private static readonly ConcurrentDictionary<EnumDescriptor, EnumWords> s_known = new();
    private readonly Dictionary<string, int> _numbers;
    private readonly Dictionary<int, string> _words;

    private EnumWords(EnumDescriptor type)
    {
        string prefix = Prefix(type.Name);
        // The first value says that none was given.
        _numbers = type.Values.Skip(1).ToDictionary(
#pragma warning disable CA1308 // Words of an interface, not a comparison.
            value => value.Name[prefix.Length..].ToLowerInvariant(),
#pragma warning restore CA1308
            value => value.Number);
        _words = _numbers.ToDictionary(one => one.Value, one => one.Key);
    }

    /// <summary>All words.</summary>
    public IEnumerable<string> All => _numbers.Keys;

    /// <summary>The words of an enum.</summary>
    public static EnumWords Of(EnumDescriptor type) => s_known.GetOrAdd(type, static one => new EnumWords(one));

    /// <summary>The number of a word.</summary>
    public bool TryFind(string word, out int number) => _numbers.TryGetValue(word, out number);

    /// <summary>The word of a number that is not the first.</summary>
    public string Find(int number) => _words[number];

    private static string Prefix(string name)
    {
        var prefix = new StringBuilder();
        foreach (char letter in name)
        {
            if (char.IsUpper(letter) && prefix.Length > 0)
            {
                prefix.Append('_');
            }

            prefix.Append(char.ToUpperInvariant(letter));
        }

        return prefix.Append('_').ToString();
    }
}
