namespace Linr.Filters;

/// <summary>
/// A node of a filter that was checked against a schema: attributes are resolved and literals have their types.
/// </summary>
internal abstract class PreparedNode
{
    /// <summary>About how long 64 rows take, to order the parts of a group: the cheap ones first.</summary>
    public abstract int Cost { get; }
}

/// <summary>Passes every item, or none.</summary>
internal sealed class PreparedConstant(bool passes) : PreparedNode
{
    public bool Passes { get; } = passes;

    public override int Cost => 0;
}

/// <summary>AND or OR of at least two nodes, the cheap ones first.</summary>
internal sealed class PreparedGroup(bool isAnd, PreparedNode[] nodes) : PreparedNode
{
    public bool IsAnd { get; } = isAnd;

    public PreparedNode[] Nodes { get; } = nodes;

    public override int Cost { get; } = nodes.Sum(node => node.Cost);
}

/// <summary>The complement.</summary>
internal sealed class PreparedNot(PreparedNode inner) : PreparedNode
{
    public PreparedNode Inner { get; } = inner;

    public override int Cost => Inner.Cost;
}
