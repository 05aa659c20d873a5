using System.Text;

namespace Linr.Engine.Towers;

/// <summary>Keywords that a tower knows, by code: code 0 is missing or unknown, the first keyword has code 1.</summary>
public sealed class Vocabulary
{
    private readonly Dictionary<string, int> _codes = new(StringComparer.Ordinal);
    private readonly List<string> _values = [];

    /// <summary>The keywords in the order of their codes.</summary>
    public IReadOnlyList<string> Values => _values;

    /// <summary>A vocabulary from the two tensors of a <c>keyword_bag</c> layer.</summary>
    /// <param name="valueBytes">The keywords' UTF-8, one after the other.</param>
    /// <param name="valueStarts">Where each starts, and where the last ends.</param>
    /// <exception cref="Layers.LayerException">
    /// The starts do not fit the bytes, or a keyword stands there twice.
    /// </exception>
    public static Vocabulary Read(ReadOnlySpan<byte> valueBytes, ReadOnlySpan<long> valueStarts)
    {
        var vocabulary = new Vocabulary();
        for (int value = 0; value + 1 < valueStarts.Length; value++)
        {
            long start = valueStarts[value];
            long end = valueStarts[value + 1];
            if (start < 0 || end < start || end > valueBytes.Length)
            {
                throw new Layers.LayerException(
                    $"Keyword {value}: expected bytes within 0 to {valueBytes.Length}; found {start} to {end}.");
            }

            string text = Encoding.UTF8.GetString(valueBytes[(int)start..(int)end]);
            if (vocabulary.Add(text) != value + 1)
            {
                throw new Layers.LayerException($"Keyword {value}: \"{text}\" stands in the vocabulary twice.");
            }
        }

        return vocabulary;
    }

    /// <summary>The code of a keyword; 0 for one that is not known.</summary>
    public int Find(string value) => _codes.GetValueOrDefault(value);

    /// <summary>The code of a keyword, which is added where it is new.</summary>
    public int Add(string value)
    {
        if (!_codes.TryGetValue(value, out int code))
        {
            _values.Add(value);
            code = _values.Count;
            _codes.Add(value, code);
        }

        return code;
    }

    /// <summary>The two tensors of a <c>keyword_bag</c> layer; <see cref="Read"/> takes them back.</summary>
    public (byte[] ValueBytes, long[] ValueStarts) ToTensors()
    {
        long[] starts = new long[_values.Count + 1];
        for (int value = 0; value < _values.Count; value++)
        {
            starts[value + 1] = starts[value] + Encoding.UTF8.GetByteCount(_values[value]);
        }

        byte[] bytes = new byte[starts[^1]];
        for (int value = 0; value < _values.Count; value++)
        {
            Encoding.UTF8.GetBytes(_values[value], bytes.AsSpan((int)starts[value]));
        }

        return (bytes, starts);
    }
}
