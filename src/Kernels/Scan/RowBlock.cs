namespace Linr.Kernels.Scan;

/// <summary>
/// The rows of one embedding in one block of <see cref="ScanSegment.BlockRows"/> rows (the last block of a table may
/// hold fewer), as addresses of native or mapped memory that the table owns.
/// </summary>
/// <param name="Rows">Address of the first row; rows follow each other without gaps.</param>
/// <param name="Norms">
/// Address of a float a row, the euclidean norm of the row <em>as stored</em>, rounded to nearest. Euclidean needs it.
/// Cosine without it (0) means that each row was stored normalised: its norm is within 2^-10 of 1 (bfloats: 2^-7), or
/// it is the zero vector. Dot does not read it.
/// </param>
/// <param name="NormMax">
/// A number that no norm in the block exceeds; the closer, the fewer rows are scored twice.
/// </param>
/// <param name="Scales">Address of a half a row, for <see cref="RowElement.Int8"/>; 0 for others.</param>
public readonly record struct RowBlock(nint Rows, nint Norms, float NormMax, nint Scales = 0);
