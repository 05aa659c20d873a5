namespace Linr.Kernels.Filter;

/// <summary>
/// One column's values for the rows of one block (65,536 rows; the last may hold fewer), as addresses of native or
/// mapped memory that the table owns. Single-valued: <see cref="Values"/> has an element a row. Multi-valued:
/// <see cref="Values"/> is a heap, and row r has the <see cref="Counts"/>[r] elements from <see cref="Starts"/>[r].
/// </summary>
/// <param name="Element">What the elements are; blocks of one column may differ in code width.</param>
/// <param name="Values">Address of the first element.</param>
/// <param name="ValueCount">How many elements: rows, or the heap's length.</param>
/// <param name="Present">
/// Single-valued numbers, dates and booleans: address of a mask of the rows that have a value, 64 rows a word; 0 when
/// every row has one. Codes need none: code 0 is missing.
/// </param>
/// <param name="Starts">Multi-valued: address of a uint a row. Else 0.</param>
/// <param name="Counts">Multi-valued: address of a uint a row. Else 0.</param>
public readonly record struct ColumnBlock(
    ColumnElement Element, nint Values, long ValueCount, nint Present, nint Starts, nint Counts)
{
    /// <summary>Whether a row may have several values.</summary>
    public bool IsMultiValued => Starts != 0;
}
