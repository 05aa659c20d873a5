namespace Linr.Kernels;

/// <summary>
/// Half to float on vectors; .NET exposes no conversion instruction, so the bits move. A half in the upper 16 bits of a
/// lane, shifted right by 3 with its sign, has sign, exponent and mantissa where a float has them: the float is the
/// half's value times 2^-112, subnormals included. The packed query carries the factor 2^112. Infinities and NaN do not
/// occur in rows.
/// </summary>
internal static class HalfBits
{
    /// <summary>Bits of a half: the distance of the two halves in a lane.</summary>
    public const int Width = 16;

    /// <summary>The shift that puts a half's fields where a float's are.</summary>
    public const int ToFloat = 3;

    /// <summary>The same shift for a half that was widened with its sign to 32 bits.</summary>
    public const int SignedToFloat = 13;

    /// <summary>Sign, the low five bits of the exponent and the high ten of the mantissa.</summary>
    public const int Kept = unchecked((int)0x8FFF_E000);

    /// <summary>The exponent that the conversion leaves out.</summary>
    public const int MissingExponent = 112;

    /// <summary>Two to that power.</summary>
    public const float MissingFactor = 5.192296858534828e33f;
}
