namespace Linr.Engine.Bench;

/// <summary>What filters the rows of a <see cref="ScanCase"/>.</summary>
public enum CaseFilter
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>
    /// Two single-valued clauses, evaluated inside the scan: codes of one byte in a set, and a code of four bytes that
    /// is not some value (a reverse clause). The rows that pass are random.
    /// </summary>
    Clauses,

    /// <summary>As <see cref="Clauses"/>, but the rows that pass score worst for the first query.</summary>
    WorstRows,

    /// <summary>An allow list of constants, prepared once.</summary>
    AllowConstant,

    /// <summary>An allow list that is given, and so bound to rows, at each search.</summary>
    AllowBound,

    /// <summary>A deny list of constants, prepared once.</summary>
    DenyConstant,

    /// <summary>A deny list that is given, and so bound to rows, at each search.</summary>
    DenyBound,
}
