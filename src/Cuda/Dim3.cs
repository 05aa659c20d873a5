namespace Linr.Cuda;

/// <summary>How many blocks a grid has, or threads a block has, in each direction.</summary>
/// <param name="X">The first, which neighbouring threads differ in.</param>
/// <param name="Y">The second.</param>
/// <param name="Z">The third.</param>
public readonly record struct Dim3(uint X, uint Y = 1, uint Z = 1)
{
    /// <summary>So many in the first direction only.</summary>
    public static implicit operator Dim3(uint x) => new(x);

    /// <summary>As in CUDA's manual: x × y × z.</summary>
    public override string ToString() => $"{X} x {Y} x {Z}";
}
