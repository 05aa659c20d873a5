namespace Linr.Kernels.Similarities;

/// <summary>The components of a <see cref="MixtureOfLogits"/>.</summary>
/// <param name="QueryComponents">Components of a query.</param>
/// <param name="ItemComponents">Components of an item.</param>
/// <param name="Dim">Floats of a component.</param>
/// <param name="Temperature">What dot products are divided by, above 0.</param>
public readonly record struct MixtureShape(int QueryComponents, int ItemComponents, int Dim, float Temperature)
{
    /// <summary>Pairs of components: K.</summary>
    public int Pairs => QueryComponents * ItemComponents;

    /// <summary>Returns if it can be.</summary>
    /// <exception cref="ArgumentException">It cannot.</exception>
    internal void Check()
    {
        bool isRight = QueryComponents > 0 && ItemComponents > 0 && Dim > 0
            && (long)QueryComponents * ItemComponents <= MixtureOfLogits.PairsMax
            && float.IsFinite(1 / Temperature) && Temperature > 0;
        if (!isRight)
        {
            throw new ArgumentException(
                $"Expected components, {MixtureOfLogits.PairsMax} pairs at most, and a temperature above 0; found {this}.");
        }
    }
}
