namespace Linr.Kernels.Filter;

/// <summary>A word for each code; those in no set have the same.</summary>
internal unsafe interface ICodeTable
{
    /// <summary>The word of a code that is in no set, as 0, a missing value, is.</summary>
    uint Absent { get; }

    /// <summary>The word of a code.</summary>
    uint Word(uint code);

    /// <summary>The word of a code of a set, to write before the table is read.</summary>
    uint* Entry(uint code);
}
