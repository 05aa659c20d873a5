namespace Linr.Kernels.Filter;

/// <summary>
/// What a clause of a plan asks of a row. Elements are compared as 64 bits: codes and booleans widened with zeros,
/// integers and dates as they are, floats by their bits (there is no NaN and no minus zero).
/// </summary>
public enum ClauseTest
{
    /// <summary>The value is one of the constants in words [First, First + Count).</summary>
    AnyOf,

    /// <summary>
    /// The code c has its bit set: with b = c - Low and b &lt; 64 Count, bit b % 64 of word First + b / 64. Low is a
    /// multiple of 64, and word First + Count is zero.
    /// </summary>
    CodeBitmap,

    /// <summary>
    /// The value is in the open-addressing table of Count words (a power of two) from First. A search starts at
    /// <see cref="FilterPlan.HashSlot"/>, goes up by one and wraps, and ends without success at a word equal to Low,
    /// which is a constant that is not in the set.
    /// </summary>
    HashSet,

    /// <summary>
    /// Low &lt;= value &lt;= High, as integers or, in a block of floats, as the floats with those bits.
    /// </summary>
    Range,

    /// <summary>The row has a value.</summary>
    Exists,

    /// <summary>
    /// The row is listed, whatever its values. Word First + block (blocks from Count on list none) is 0 when the block
    /// lists none; else its low half d, if its high half n is 0, gives the block's mask, the 1,024 words from First +
    /// d; otherwise n rows within the block, four 16-bit numbers a word, the lowest bits first, from word First + d.
    /// </summary>
    Rows,
}
